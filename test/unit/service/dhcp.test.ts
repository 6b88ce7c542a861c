import { beforeEach, describe, expect, it } from 'vitest';
import { parsePrefix } from '../../../src/core/address.ts';
import { Random } from '../../../src/core/random.ts';
import { DHCP } from '../../../src/core/rules/dhcp.ts';
import { HOST } from '../../../src/core/rules/host.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';
import { MESSAGE_TYPE_NAMES } from '../../../src/codec/dhcp/codes.ts';
import { decodeMessage } from '../../../src/codec/dhcp/message.ts';
import { HOST_PROFILE } from '../../../src/engine/dhcp/client-profile.ts';
import { DHCP_SERVER_DEFAULTS } from '../../../src/engine/dhcp/options.ts';
import { DhcpService } from '../../../src/service/dhcp.ts';
import { HostService } from '../../../src/service/host.ts';
import { CLIENT_MAC, ip, mac } from '../../support/dhcp-builders.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';
import { Wire } from '../../support/wire.ts';

const HOUR = 3600 * SECOND;
const SUBNET = {
  subnet: parsePrefix('10.9.0.0/24')!,
  relays: [],
  ranges: [{ first: ip('10.9.0.10'), last: ip('10.9.0.19') }],
  lease: { defaultSeconds: 86_400, minSeconds: 60, maxSeconds: 86_400 },
  vendorClass: undefined,
  member: undefined,
  routers: [ip('10.9.0.1')],
  provisions: [],
  options: [],
  reservations: [],
};
let wire: Wire;

beforeEach(() => {
  const server = new DhcpService({
    ...DHCP_SERVER_DEFAULTS,
    addresses: [ip('10.9.0.2')],
    epoch: { us: 0 },
    subnets: [SUBNET],
  });
  const host = new HostService({ mac: CLIENT_MAC, random: new Random(1), via: 0, profile: HOST_PROFILE });
  wire = new Wire([
    { name: 'host', service: host, address: undefined, mac: CLIENT_MAC },
    { name: 'dhcp', service: server, address: ip('10.9.0.2'), mac: mac('02:00:00:00:00:67') },
  ]);
});

const said = (): readonly string[] =>
  wire.crossings.map(
    ({ from, octets }) => `${from.name} ${MESSAGE_TYPE_NAMES[decodeMessage(octets).messageType]}`,
  );
const states = (): readonly string[] =>
  wire.effects
    .get('host')!
    .of('state')
    .map(({ state }) => state);
const DORA = ['host DISCOVER', 'dhcp OFFER', 'host REQUEST', 'dhcp ACK'];

describe('a host and a server on one wire', () => {
  it('DORA, the probes, and an address', () => {
    wire.command('host', 'power-on');
    wire.run(toInstant(30 * SECOND));
    expect(said()).toEqual(DORA);
    expect(states()).toEqual(['init', 'selecting', 'requesting', 'checking', 'bound']);
    expect(wire.effects.get('host')!.last('configure').address).toEqual({
      address: ip('10.9.0.10'),
      prefixLength: 24,
      router: ip('10.9.0.1'),
    });
  });

  it('a lost OFFER costs one DISCOVER, a lost ACK one REQUEST', () => {
    let losses = 0;
    wire.lose = ({ from }) => from.name === 'dhcp' && losses++ % 2 === 0;
    wire.command('host', 'power-on');
    wire.run(toInstant(60 * SECOND));
    expect(said()).toEqual([...DORA.slice(0, 2), ...DORA, 'host REQUEST', 'dhcp ACK']);
    expect(states().at(-1)).toBe('bound');
  });

  it('renews by unicast at T1 and keeps its address', () => {
    wire.command('host', 'power-on');
    wire.run(toInstant(13 * HOUR));
    expect(said()).toEqual([...DORA, 'host REQUEST', 'dhcp ACK']);
    expect(wire.words().slice(-2)).toEqual(['host>dhcp 10.9.0.2:67', 'dhcp>host 10.9.0.10:68']);
  });

  it('a dead server: renewing, rebinding, the end, and DISCOVERs after it', () => {
    wire.command('host', 'power-on');
    wire.run(toInstant(30 * SECOND));
    wire.lose = () => true;
    wire.run(toInstant(25 * HOUR));
    expect(states().slice(5)).toEqual(['renewing', 'rebinding', 'init', 'selecting']);
    expect(wire.effects.get('dhcp')!.rules()).toContain(DHCP.expired.id);
  });

  it('after a power cut it asks for the same address (INIT-REBOOT)', () => {
    wire.command('host', 'power-on');
    wire.run(toInstant(30 * SECOND));
    wire.command('host', 'power-off');
    wire.command('host', 'power-on');
    wire.run(toInstant(60 * SECOND));
    expect(said()).toEqual([...DORA, 'host REQUEST', 'dhcp ACK']);
    expect(states().slice(5)).toEqual(['stopped', 'init', 'rebooting', 'checking', 'bound']);
  });

  it('after a release it starts anew and is remembered', () => {
    wire.command('host', 'power-on');
    wire.run(toInstant(30 * SECOND));
    wire.command('host', 'release');
    wire.run(toInstant(40 * SECOND));
    wire.command('host', 'power-on');
    wire.run(toInstant(70 * SECOND));
    expect(said()).toEqual([...DORA, 'host RELEASE', ...DORA]);
    expect(wire.effects.get('dhcp')!.rules()).toContain(DHCP.offerPrevious.id);
  });

  it('commands are answered with plain data', () => {
    wire.command('host', 'power-on');
    wire.run(toInstant(30 * SECOND));
    wire.command('host', 'status');
    expect(wire.effects.get('host')!.last('reply').value).toEqual({
      mac: '00:10:18:00:00:01',
      state: 'bound',
      address: '10.9.0.10',
      server: '10.9.0.2',
    });
    wire.command('dhcp', 'leases');
    expect(wire.effects.get('dhcp')!.last('reply').value).toMatchObject([
      {
        address: '10.9.0.10',
        state: 'bound',
        mac: '00:10:18:00:00:01',
        clientId: '01001018000001',
        hostName: null,
      },
    ]);
  });

  it('what is no message is counted and dropped at both ends', () => {
    const octets = new Uint8Array(20);
    const [host, dhcp] = ['host', 'dhcp'].map((name) => wire.effects.get(name)!);
    const from = { address: ip('10.9.0.9'), port: 1234 };
    wire.command('host', 'power-on');
    wire.run(toInstant(30 * SECOND));
    for (const [end, port] of [
      ['host', 68],
      ['dhcp', 67],
    ] as const)
      wire.inject(end, {
        kind: 'datagram',
        octets,
        from,
        to: { address: ip('10.9.0.2'), port },
        via: 0,
        hardware: undefined,
      });
    expect(host!.last('because')).toMatchObject({
      rule: HOST.malformed,
      detail: 'truncated at octet 20: siaddr',
    });
    expect(dhcp!.last('because')).toMatchObject({ rule: DHCP.malformed });
  });
});

const serverAlone = (): DhcpService =>
  new DhcpService({
    ...DHCP_SERVER_DEFAULTS,
    addresses: [ip('10.9.0.2')],
    epoch: { us: 0 },
    subnets: [SUBNET],
  });
const replyOf = (service: DhcpService, seconds: number, verb: string, args = {}) => {
  const effects = new RecordingEffects();
  service.handle({ kind: 'timer' }, toInstant(seconds * SECOND), effects);
  service.handle({ kind: 'command', verb, args }, toInstant(seconds * SECOND), effects);
  return effects.of('reply').at(-1)?.value;
};

describe('a pool that is filled', () => {
  it.each([
    { leave: 0, taken: 10 },
    { leave: 3, taken: 7 },
    { leave: 11, taken: 0 },
  ])('but for $leave', ({ leave, taken }) => {
    const service = serverAlone();
    expect(replyOf(service, 0, 'fill-pool', { fault: 'full', leave, for_us: 60 * SECOND })).toEqual({
      taken,
    });
    expect(replyOf(service, 59, 'pools')).toMatchObject([{ free: 10 - taken, declined: taken }]);
    expect(replyOf(service, 60, 'pools')).toMatchObject([{ free: 10, declined: 0 }]);
    expect(replyOf(service, 61, 'fill-pool', { fault: 'full', leave })).toEqual({ taken });
  });

  it('of one subnet, and not of another', () => {
    const args = { fault: 'full', subnet: '10.9.1.0/24', for_us: null };
    expect(replyOf(serverAlone(), 0, 'fill-pool', args)).toEqual({ taken: 0 });
    expect(replyOf(serverAlone(), 0, 'fill-pool', { ...args, subnet: '10.9.0.0/24' })).toEqual({ taken: 10 });
  });

  it('has nothing for a client', () => {
    wire.command('dhcp', 'fill-pool');
    wire.command('host', 'power-on');
    wire.run(toInstant(59 * SECOND));
    expect(said()).toContain('host DISCOVER');
    expect(said()).not.toContain('dhcp OFFER');
  });
});
