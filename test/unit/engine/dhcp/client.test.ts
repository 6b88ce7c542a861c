import { beforeEach, describe, expect, it, test } from 'vitest';
import { formatEndpoint } from '../../../../src/core/address.ts';
import { Random } from '../../../../src/core/random.ts';
import { HOST } from '../../../../src/core/rules/host.ts';
import type { Instant } from '../../../../src/core/time.ts';
import { NEVER, SECOND, toInstant } from '../../../../src/core/time.ts';
import { describeMessage } from '../../../../src/codec/dhcp/describe.ts';
import type { DhcpDescription } from '../../../../src/codec/dhcp/describe.ts';
import type { DhcpFields } from '../../../../src/codec/dhcp/fields.ts';
import { decodeMessage } from '../../../../src/codec/dhcp/message.ts';
import { DhcpClient } from '../../../../src/engine/dhcp/client.ts';
import type { DhcpClientProfile } from '../../../../src/engine/dhcp/client-profile.ts';
import { HOST_PROFILE } from '../../../../src/engine/dhcp/client-profile.ts';
import { CLIENT_MAC, SERVER, ip, ipOption, serverMessage } from '../../../support/dhcp-builders.ts';
import { RecordingEffects } from '../../../support/recording-effects.ts';

const HOUR = 3600;
const ADDRESS = ip('10.9.16.1');
const EAGER: DhcpClientProfile = { ...HOST_PROFILE, startWaitUsMin: 0, startWaitUsMax: 0, probes: 0 };

let effects: RecordingEffects;
let states: string[];
let leased: { readonly router: number | undefined; readonly state: string }[];
let client: DhcpClient;
let now: Instant;

function make(profile: Partial<DhcpClientProfile> = {}): void {
  effects = new RecordingEffects();
  states = [];
  leased = [];
  now = toInstant(1000 * SECOND);
  client = new DhcpClient({
    mac: CLIENT_MAC,
    profile: { ...EAGER, ...profile },
    random: new Random(7),
    via: 0,
    listener: {
      entered: (state) => states.push(state),
      leased: (ack) => leased.push({ router: ack.ip(3), state: client.state }),
    },
  });
}

beforeEach(() => make());

const at = (seconds: number): Instant => toInstant(now + Math.round(seconds * SECOND));
const lastSent = (): Uint8Array => effects.last('send').octets;
const said = (): DhcpDescription => describeMessage(decodeMessage(lastSent()));
const optionSaid = (code: number) => said().options.find((each) => each.code === code)?.value;
const sentTo = (): string => formatEndpoint(effects.last('send').to);

const LEASE: Partial<DhcpFields> & { leaseSeconds: number } = {
  yiaddr: ADDRESS,
  leaseSeconds: 24 * HOUR,
  options: [ipOption(1, '255.255.192.0'), ipOption(3, '10.9.0.1')],
};

function answer(type: 'offer' | 'ack' | 'nak', moment: Instant = now, fields: object = LEASE): void {
  client.receive(serverMessage(type, lastSent(), fields), moment, effects);
}

function bind(): void {
  client.start(now, effects);
  answer('offer');
  answer('ack');
}

describe('DORA', () => {
  it('DISCOVER is broadcast from no address and asks for the parameters of its profile', () => {
    client.start(now, effects);
    expect(client.state).toBe('selecting');
    expect(sentTo()).toBe('255.255.255.255:67');
    expect(effects.last('send')).toMatchObject({ port: 68, to: { via: 0 } });
    expect(said()).toMatchObject({ type: 'DISCOVER', ciaddr: '0.0.0.0', secs: 0, broadcast: false });
    expect(optionSaid(55)).toEqual([...EAGER.parameters]);
    expect(optionSaid(61)).toBe('ethernet 00:10:18:00:00:01');
    expect([optionSaid(50), optionSaid(54)]).toEqual([undefined, undefined]);
  });

  it('REQUEST names the server of the offer and address, with the same xid, broadcast', () => {
    client.start(now, effects);
    const { xid } = said();
    answer('offer');
    expect(said()).toMatchObject({ type: 'REQUEST', xid, ciaddr: '0.0.0.0' });
    expect([optionSaid(50), optionSaid(54)]).toEqual(['10.9.16.1', '10.0.0.67']);
    expect(sentTo()).toBe('255.255.255.255:67');
  });

  it('ACK configures the interface and sets T1 and T2 from the moment of the REQUEST', () => {
    client.start(now, effects);
    answer('offer');
    answer('ack', at(2));
    expect(states).toEqual(['init', 'selecting', 'requesting', 'bound']);
    expect(effects.last('configure')).toEqual({
      kind: 'configure',
      via: 0,
      address: { address: ADDRESS, prefixLength: 18, router: ip('10.9.0.1') },
    });
    expect(client.lease).toMatchObject({ address: ADDRESS, serverId: SERVER });
    expect(client).toMatchObject({
      renewAt: at(12 * HOUR),
      rebindAt: at(21 * HOUR),
      expiresAt: at(24 * HOUR),
    });
    expect(client.deadline()).toBe(at(12 * HOUR));
  });

  it('shows the ACK it takes to its listener, before the state that it leads to', () => {
    bind();
    expect(leased).toEqual([{ router: ip('10.9.0.1'), state: 'requesting' }]);
  });

  test.each([
    { name: 'T1 and T2 of the server', options: [58, 59], seconds: [100, 200], is: [100, 200] },
    { name: 'T1 after T2 is not followed', options: [58, 59], seconds: [300, 200], is: [180, 315] },
    { name: 'T2 after the end is not followed', options: [58, 59], seconds: [100, 400], is: [180, 315] },
  ])('$name', ({ options, seconds, is }) => {
    client.start(now, effects);
    answer('offer');
    const extra = options.map((code, index) => ({
      code,
      octets: Uint8Array.of(0, 0, seconds[index]! >> 8, seconds[index]!),
    }));
    answer('ack', now, { yiaddr: ADDRESS, leaseSeconds: 360, options: extra });
    expect([client.renewAt, client.rebindAt]).toEqual([at(is[0]!), at(is[1]!)]);
  });

  it('an infinite lease has no timers', () => {
    client.start(now, effects);
    answer('offer');
    answer('ack', now, { yiaddr: ADDRESS, leaseSeconds: 0xffffffff });
    expect(client.deadline()).toBe(NEVER);
  });
});

describe('what a client ignores', () => {
  test.each([
    {
      name: 'an OFFER without a lease time',
      type: 'offer',
      fields: { yiaddr: ADDRESS },
      rule: HOST.offerRefused.id,
    },
    {
      name: 'an OFFER without an address',
      type: 'offer',
      fields: { leaseSeconds: 60 },
      rule: HOST.offerRefused.id,
    },
  ] as const)('$name', ({ type, fields, rule }) => {
    client.start(now, effects);
    answer(type, now, fields);
    expect(client.state).toBe('selecting');
    expect(effects.rules()).toContain(rule);
  });

  test.each([
    { name: 'an ACK before its REQUEST', reply: () => serverMessage('ack', lastSent(), LEASE) },
    { name: 'another xid', reply: () => changed(serverMessage('offer', lastSent(), LEASE), 7) },
    {
      name: 'the hardware address of another',
      reply: () => changed(serverMessage('offer', lastSent(), LEASE), 33),
    },
    { name: 'a request', reply: () => lastSent() },
  ])('$name', ({ reply }) => {
    client.start(now, effects);
    client.receive(reply(), now, effects);
    expect(client.state).toBe('selecting');
    expect(effects.of('send')).toHaveLength(1);
  });

  it('an offer that its judge refuses', () => {
    make({ judge: { refuses: (offer) => (offer.siaddr === 0 ? HOST.ackRefused : undefined) } });
    client.start(now, effects);
    answer('offer');
    expect(client.state).toBe('selecting');
    answer('offer', now, { ...LEASE, siaddr: ip('10.0.0.69') });
    expect(client.state).toBe('requesting');
  });

  it('a NAK from a server that it did not choose', () => {
    client.start(now, effects);
    answer('offer');
    answer('nak', now, { serverId: ip('10.0.0.99') });
    expect(client.state).toBe('requesting');
    expect(effects.rules()).toContain(HOST.nakIgnored.id);
  });
});

function changed(octets: Uint8Array, offset: number): Uint8Array {
  octets[offset]! ^= 1;
  return octets;
}

describe('resending', () => {
  it('DISCOVER after about 4, 8, 16, 32, 64, 64 s, each give or take one (RFC 2131 §4.1)', () => {
    client.start(now, effects);
    let last: number = now;
    for (const seconds of [4, 8, 16, 32, 64, 64]) {
      const wait = (client.deadline() - last) / SECOND;
      expect(wait).toBeGreaterThanOrEqual(seconds - 1);
      expect(wait).toBeLessThan(seconds + 1);
      last = client.deadline();
      client.wake(toInstant(last), effects);
    }
    const messages = effects.of('send').map(({ octets }) => describeMessage(decodeMessage(octets)));
    expect(new Set(messages.map(({ xid }) => xid)).size).toBe(1);
    expect(messages.map(({ secs }) => secs)).toEqual(
      messages.map(({ secs }) => secs).toSorted((a, b) => a - b),
    );
  });

  it('an early timer does nothing', () => {
    client.start(now, effects);
    client.wake(at(1), effects);
    expect(effects.of('send')).toHaveLength(1);
  });

  it('REQUEST four times, then DISCOVER with a new xid', () => {
    client.start(now, effects);
    const { xid } = said();
    answer('offer');
    for (let tries = 0; tries < 4; tries++) client.wake(client.deadline(), effects);
    const types = effects.of('send').map(({ octets }) => describeMessage(decodeMessage(octets)).type);
    expect(types).toEqual(['DISCOVER', 'REQUEST', 'REQUEST', 'REQUEST', 'REQUEST', 'DISCOVER']);
    expect(said().xid).not.toBe(xid);
  });

  it('waits 1 to 10 s before the first DISCOVER unless told not to (RFC 2131 §4.4.1)', () => {
    make({ startWaitUsMin: 1 * SECOND, startWaitUsMax: 10 * SECOND });
    client.start(now, effects);
    expect(effects.of('send')).toHaveLength(0);
    expect(client.deadline()).toBeGreaterThanOrEqual(at(1));
    expect(client.deadline()).toBeLessThan(at(10));
  });
});

describe('NAK', () => {
  it('in REQUESTING: starts over at once, then after 1, 2, 4 s', () => {
    client.start(now, effects);
    const waits: number[] = [];
    for (let round = 0; round < 4; round++) {
      answer('offer');
      answer('nak');
      if (client.state === 'init') {
        waits.push((client.deadline() - now) / SECOND);
        client.wake(client.deadline(), effects);
      }
    }
    expect(waits).toEqual([1, 2, 4]);
  });

  it('in RENEWING: gives the address up', () => {
    bind();
    client.wake(client.deadline(), effects);
    answer('nak', at(12 * HOUR));
    expect(states.slice(3)).toEqual(['bound', 'renewing', 'init', 'selecting']);
    expect(effects.last('configure').address).toBeUndefined();
    expect(client.lease).toBeUndefined();
    expect(optionSaid(50)).toBeUndefined();
  });
});

describe('T1, T2 and the end', () => {
  it('at T1 a unicast REQUEST with ciaddr, neither 50 nor 54', () => {
    bind();
    client.wake(at(12 * HOUR), effects);
    expect(sentTo()).toBe('10.0.0.67:67');
    expect(said()).toMatchObject({ type: 'REQUEST', ciaddr: '10.9.16.1', broadcast: false });
    expect([optionSaid(50), optionSaid(54)]).toEqual([undefined, undefined]);
  });

  it('repeats after half of the time to T2, then rebinds by broadcast, then expires', () => {
    bind();
    const moments: string[] = [];
    while (client.state !== 'init' && client.state !== 'selecting') {
      const moment = client.deadline();
      client.wake(moment, effects);
      moments.push(`${((moment - now) / SECOND / HOUR).toFixed(2)} ${client.state} ${sentTo()}`);
    }
    expect(moments.slice(0, 3)).toEqual([
      '12.00 renewing 10.0.0.67:67',
      '16.50 renewing 10.0.0.67:67',
      '18.75 renewing 10.0.0.67:67',
    ]);
    expect(moments).toContain('21.00 rebinding 255.255.255.255:67');
    expect(moments.at(-1)).toBe('24.00 selecting 255.255.255.255:67');
    expect(effects.last('configure').address).toBeUndefined();
    expect(optionSaid(50)).toBe('10.9.16.1');
  });

  it('gaps between renewals are at least a minute', () => {
    client.start(now, effects);
    answer('offer');
    answer('ack', now, { ...LEASE, leaseSeconds: 400 });
    client.wake(at(200), effects);
    client.wake(client.deadline(), effects);
    expect(client.deadline()).toBe(at(200 + 75 + 60));
  });

  it('an ACK while renewing counts from the REQUEST it answers', () => {
    bind();
    client.wake(at(12 * HOUR), effects);
    client.wake(client.deadline(), effects);
    answer('ack', at(17 * HOUR));
    expect(client.state).toBe('bound');
    expect(client.expiresAt).toBe(at(16.5 * HOUR + 24 * HOUR));
  });

  it('a lease shorter than its own probing ends in a new DISCOVER, not in a loop', () => {
    make({ probes: 3 });
    client.start(now, effects);
    answer('offer');
    answer('ack', now, { ...LEASE, leaseSeconds: 1 });
    for (let wakes = 0; wakes < 4; wakes++) client.wake(client.deadline(), effects);
    expect(client.state).toBe('selecting');
  });
});

describe('INIT-REBOOT', () => {
  it('asks for the remembered address without naming a server', () => {
    client.start(now, effects, ADDRESS);
    expect(client.state).toBe('rebooting');
    expect([optionSaid(50), optionSaid(54)]).toEqual(['10.9.16.1', undefined]);
    expect(said()).toMatchObject({ type: 'REQUEST', ciaddr: '0.0.0.0' });
    answer('ack');
    expect(client.state).toBe('bound');
  });

  it('a NAK leads to a DISCOVER that asks for nothing', () => {
    client.start(now, effects, ADDRESS);
    answer('nak');
    expect(states).toEqual(['init', 'rebooting', 'init', 'selecting']);
    expect(optionSaid(50)).toBeUndefined();
  });

  it('silence leads to a DISCOVER', () => {
    client.start(now, effects, ADDRESS);
    for (let tries = 0; tries < 4; tries++) client.wake(client.deadline(), effects);
    expect(client.state).toBe('selecting');
  });
});

describe('the ARP probe', () => {
  it('three probes and a last wait before the address is used', () => {
    make({ probes: 3 });
    client.start(now, effects);
    answer('offer');
    answer('ack');
    expect(client.state).toBe('checking');
    expect(client.lease).toBeUndefined();
    for (let wakes = 0; wakes < 3; wakes++) {
      expect(effects.of('configure')).toHaveLength(0);
      client.wake(client.deadline(), effects);
    }
    expect(effects.of('probe').map(({ address }) => address)).toEqual([ADDRESS, ADDRESS, ADDRESS]);
    expect(client.state).toBe('bound');
  });

  it('an answer is a DECLINE, broadcast, and ten seconds of patience', () => {
    make({ probes: 3 });
    client.start(now, effects);
    answer('offer');
    answer('ack');
    client.probeAnswered(ip('10.9.16.9'), at(1), effects);
    expect(client.state).toBe('checking');
    client.probeAnswered(ADDRESS, at(1), effects);
    expect(said()).toMatchObject({ type: 'DECLINE', ciaddr: '0.0.0.0', secs: 0 });
    expect([optionSaid(50), optionSaid(54), optionSaid(55)]).toEqual(['10.9.16.1', '10.0.0.67', undefined]);
    expect(sentTo()).toBe('255.255.255.255:67');
    expect(client.deadline()).toBe(at(11));
    client.wake(at(11), effects);
    expect(said().type).toBe('DISCOVER');
    expect(optionSaid(50)).toBeUndefined();
  });
});

describe('stopping', () => {
  it('RELEASE goes to the server by unicast with ciaddr, and the address goes', () => {
    bind();
    client.stop(at(60), effects, 'release');
    expect(said()).toMatchObject({ type: 'RELEASE', ciaddr: '10.9.16.1', secs: 0 });
    expect([optionSaid(54), optionSaid(50), optionSaid(60)]).toEqual(['10.0.0.67', undefined, undefined]);
    expect(sentTo()).toBe('10.0.0.67:67');
    expect(effects.words().slice(-2)).toEqual(['send 10.0.0.67:67', 'configure']);
    expect([client.state, client.deadline()]).toEqual(['stopped', NEVER]);
  });

  it('a power cut says nothing, and a late ACK finds nobody', () => {
    bind();
    const late = serverMessage('ack', lastSent(), LEASE);
    effects.clear();
    client.stop(at(60), effects, 'silent');
    client.receive(late, at(61), effects);
    expect(effects.words()).toEqual(['configure']);
    expect(client.state).toBe('stopped');
  });
});
