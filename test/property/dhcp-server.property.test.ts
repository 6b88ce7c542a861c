import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Ipv4 } from '../../src/core/address.ts';
import { parsePrefix, toMac } from '../../src/core/address.ts';
import { DecodeError } from '../../src/core/errors.ts';
import type { Row } from '../../src/core/service.ts';
import type { Instant } from '../../src/core/time.ts';
import { SECOND, toInstant } from '../../src/core/time.ts';
import { Option } from '../../src/codec/dhcp/codes.ts';
import { decodeMessage } from '../../src/codec/dhcp/message.ts';
import { DHCP_SERVER_DEFAULTS } from '../../src/engine/dhcp/options.ts';
import { DhcpServer } from '../../src/engine/dhcp/server.ts';
import { clientMessage, ip, ipOption } from '../support/dhcp-builders.ts';
import { packetFixture } from '../support/hex.ts';
import { RecordingEffects } from '../support/recording-effects.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const runs = fuzzRuns(200);
const CLIENTS = 6;
const LEASE_SECONDS = 100;
const ARRIVAL = { fromPort: 67, to: ip('10.0.0.67'), via: 0 };

function makeServer(): DhcpServer {
  return new DhcpServer({
    ...DHCP_SERVER_DEFAULTS,
    addresses: [ip('10.0.0.67')],
    epoch: { us: 0 },
    declineHoldSeconds: 50,
    offerHoldSeconds: 30,
    subnets: [
      {
        subnet: parsePrefix('10.9.0.0/24')!,
        relays: [],
        ranges: [{ first: ip('10.9.0.10'), last: ip('10.9.0.13') }],
        lease: { defaultSeconds: LEASE_SECONDS, minSeconds: LEASE_SECONDS, maxSeconds: LEASE_SECONDS },
        vendorClass: undefined,
        member: undefined,
        routers: [],
        provisions: [],
        options: [],
        reservations: [],
      },
    ],
  });
}

/** What a client believes: the offer it saw and the lease it holds. */
interface Believer {
  offered: Ipv4 | undefined;
  lease: { readonly address: Ipv4; readonly until: Instant } | undefined;
}

const client = fc.nat(CLIENTS - 1);
const step = fc.oneof(
  fc.record({
    do: fc.constantFrom('discover', 'take', 'renew', 'release', 'decline', 'reboot'),
    who: client,
  }),
  fc.record({
    do: fc.constantFrom('wish', 'grab', 'claim'),
    who: client,
    wanted: fc.integer({ min: 9, max: 14 }),
  }),
  fc.record({ do: fc.constant('wait'), seconds: fc.integer({ min: 1, max: 60 }) }),
  fc.record({
    do: fc.constant('settle'),
    outcome: fc.constantFrom('durable', 'durable', 'failed', 'conflict'),
  }),
  fc.record({ do: fc.constant('crash') }),
);
type Step = { do: string; who?: number; seconds?: number; outcome?: string; wanted?: number };

/** A little world: a driver that holds what follows a persist, a disk, and clients that believe every ACK they get. */
class World {
  server = makeServer();
  now = toInstant(1000 * SECOND);
  readonly believers: Believer[] = Array.from({ length: CLIENTS }, () => ({
    offered: undefined,
    lease: undefined,
  }));
  readonly disk = new Map<string, Row>();
  #waiting: { ticket: number; rows: readonly Row[]; held: Uint8Array[] }[] = [];
  /** Who asked with which xid. */
  #asked = new Map<number, { who: number; sentAt: Instant }>();
  #xid = 1;
  #nextTicket = 1;

  run({ do: verb, who = 0, seconds = 0, outcome = 'durable', wanted = 0 }: Step): void {
    const wish = ipOption(Option.requestedAddress, `10.9.0.${wanted}`);
    const me = this.believers[who]!;
    const server = ipOption(Option.serverIdentifier, '10.0.0.67');
    const held = me.lease?.address ?? ip('0.0.0.0');
    switch (verb) {
      case 'discover':
        return this.#send('discover', who, {});
      case 'wish':
        return this.#send('discover', who, { options: [wish] });
      // Hostile: a REQUEST for an address never offered, and INIT-REBOOT for one never had.
      case 'grab':
        return this.#send('request', who, { options: [server, wish] });
      case 'claim':
        return this.#send('request', who, { options: [wish] });
      case 'take':
        if (me.offered === undefined) return;
        return this.#send('request', who, {
          options: [server, address(Option.requestedAddress, me.offered)],
        });
      case 'renew':
        return me.lease && this.#send('request', who, { ciaddr: held });
      case 'reboot':
        return me.lease && this.#send('request', who, { options: [address(Option.requestedAddress, held)] });
      case 'release':
        if (me.lease !== undefined) this.#send('release', who, { ciaddr: held, options: [server] });
        me.lease = undefined;
        return;
      case 'decline':
        if (me.lease !== undefined)
          this.#send('decline', who, { options: [server, address(Option.requestedAddress, held)] });
        me.lease = undefined;
        return;
      case 'wait':
        return this.#wait(seconds);
      case 'settle':
        return this.#settle(outcome as 'durable' | 'failed' | 'conflict');
      case 'crash':
        return this.#crash();
    }
  }

  #send(type: 'discover' | 'request' | 'release' | 'decline', who: number, fields: object): void {
    const xid = this.#xid++;
    this.#asked.set(xid, { who, sentAt: this.now });
    const octets = clientMessage(type, { xid, giaddr: ip('10.9.0.1'), mac: toMac(who + 1), ...fields });
    const effects = this.#sink();
    this.server.receive(octets, ARRIVAL, this.now, effects);
    this.#perform(effects);
  }

  /** Sends what is free to go; what follows a persist waits for its ticket. */
  #perform(effects: RecordingEffects): void {
    let waiting: Uint8Array[] | undefined;
    for (const effect of effects.log) {
      if (effect.kind === 'persist') {
        waiting = [];
        this.#waiting.push({ ticket: effect.ticket, rows: effect.rows, held: waiting });
      } else if (effect.kind === 'send') {
        if (waiting === undefined) this.#deliver(effect.octets);
        else waiting.push(effect.octets);
      }
    }
  }

  #sink(): RecordingEffects {
    const effects = new RecordingEffects();
    effects.nextTicket = this.#nextTicket;
    this.#nextTicket += 10;
    return effects;
  }

  #settle(outcome: 'durable' | 'failed' | 'conflict'): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return;
    if (outcome === 'durable') {
      for (const row of waiting.rows) this.disk.set(row.key, row);
      for (const octets of waiting.held) this.#deliver(octets);
    }
    const effects = this.#sink();
    this.server.settled({ kind: 'settled', ticket: waiting.ticket, outcome }, this.now, effects);
    this.#perform(effects);
  }

  #crash(): void {
    this.#waiting = [];
    this.server = makeServer();
    for (const row of this.disk.values()) this.server.restored(row, this.now, new RecordingEffects());
  }

  #wait(seconds: number): void {
    const until = this.now + seconds * SECOND;
    while (this.server.deadline() <= until) {
      this.now = toInstant(Math.max(this.now, this.server.deadline()));
      this.server.wake(this.now, new RecordingEffects());
      expect(this.server.deadline()).toBeGreaterThan(this.now);
    }
    this.now = toInstant(until);
  }

  #deliver(octets: Uint8Array): void {
    const message = decodeMessage(octets);
    const { who, sentAt } = this.#asked.get(message.xid)!;
    const me = this.believers[who]!;
    if (message.messageType === 2) me.offered = message.yiaddr;
    if (message.messageType === 6) me.lease = undefined;
    if (message.messageType !== 5) return;
    me.offered = undefined;
    const seconds = message.u32(Option.leaseTime)!;
    me.lease = { address: message.yiaddr, until: toInstant(sentAt + seconds * SECOND) };
  }

  /** Addresses that clients believe in now. */
  live(): Ipv4[] {
    return this.believers.flatMap(({ lease }) =>
      lease !== undefined && lease.until > this.now ? [lease.address] : [],
    );
  }
}

function address(code: number, value: Ipv4): { code: number; octets: Uint8Array } {
  return ipOption(code, `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`);
}

it('two live leases never share an address, over crashes, full disks and conflicts', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (steps) => {
      const world = new World();
      for (const each of steps) {
        world.run(each);
        const live = world.live();
        expect(new Set(live).size, `after ${JSON.stringify(each)}`).toBe(live.length);
      }
    }),
    { numRuns: runs },
  );
});

it('any octets leave a server that still answers', () => {
  const whole = packetFixture('dhcp-discover-relayed');
  const octet = fc.integer({ min: 0, max: 255 });
  const mutated = fc.array(fc.tuple(fc.nat(whole.length - 1), octet), { maxLength: 10 }).map((changes) => {
    const copy = whole.slice();
    for (const [at, value] of changes) copy[at] = value;
    return copy;
  });
  fc.assert(
    fc.property(
      fc.array(fc.oneof(mutated, fc.uint8Array({ maxLength: 300 })), { maxLength: 20 }),
      (inputs) => {
        const server = makeServer();
        const now = toInstant(1000 * SECOND);
        for (const input of inputs) {
          try {
            server.receive(input, ARRIVAL, now, new RecordingEffects());
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
        }
        const later = toInstant(now + 1000 * SECOND);
        server.wake(later, new RecordingEffects());
        const effects = new RecordingEffects();
        server.receive(clientMessage('discover', { giaddr: ip('10.9.0.1') }), ARRIVAL, later, effects);
        expect(decodeMessage(effects.last('send').octets).messageType).toBe(2);
      },
    ),
    { numRuns: runs },
  );
});
