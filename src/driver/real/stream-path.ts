import { randomInt } from 'node:crypto';
import type { Endpoint } from '../../core/address.ts';
import { Writer } from '../../core/bytes.ts';
import { encodeTcp, TCP_HEADER_OCTETS, TcpFlag } from '../../codec/frame/tcp.ts';
import type { Side } from './conversation.ts';
import type { Interface, Station, TcpPacket } from './plant.ts';
import { type Hop, pathOnLink, wayTo } from './routing.ts';
import type { World } from './world.ts';

const { ack: ACK, fin: FIN, rst: RST, syn: SYN } = TcpFlag;
/** What a 1,500 octet Ethernet leaves: RFC 9293 §3.7.1. */
const SEGMENT_OCTETS_MAX = 1460;
const OPTION_OCTETS = 4;
const WINDOW_OCTETS = 65_535;
const TTL = 64;
const HOPS_MAX = 64;
/** Six segments more, each after twice the time: 1, 2, 4, ... 64 seconds (RFC 6298 §5.5). */
export const LOST_US = 127_000_000;
const NO_OCTETS = new Uint8Array(0);

/** The part of a way between two routers that inspect, or between one and an end. */
interface Leg {
  readonly hops: readonly (Hop & { readonly sender: Interface; readonly receiver: Interface })[];
  /** The router at its far end, as seen from the client; undefined: the server. */
  readonly router: Interface | undefined;
  /** The same router's interface on the next leg: where what comes back enters. */
  readonly back: Interface | undefined;
}

/** A segment as it arrives; undefined where a router has dropped it. */
type Arrived = TcpPacket | undefined;

/**
 * The way of a stream through routers that inspect. The kernel carries the octets, in one connection from end to end; here
 * each router is shown the segments that it would see, lets them go on, changes or drops them, and the octets that come out
 * are what the kernel is given. Sequence numbers are made here, as a loss-free pair of hosts would have them.
 */
export class StreamPath {
  readonly #world: World;
  readonly #legs: Leg[] = [];
  readonly #next: Record<Side, number> = { client: randomInt(2 ** 32) | 0, server: randomInt(2 ** 32) | 0 };
  readonly #client: { readonly local: Endpoint; readonly peer: Endpoint };
  /** As the server sees the two ends. */
  #server: { readonly local: Endpoint; readonly peer: Endpoint } | undefined;

  constructor(world: World, client: { readonly local: Endpoint; readonly peer: Endpoint }) {
    this.#world = world;
    this.#client = client;
  }

  /** Whether a way to that address has a router that inspects. */
  static isNeeded(station: Station, to: Endpoint): boolean {
    let from = station;
    for (let hops = 0; hops < HOPS_MAX; hops++) {
      if (hops > 0 && from.spec.inspects === true) return true;
      if (from.interfaces.some((own) => own.has(to.address))) return false;
      const way = wayTo(from, to.address);
      const path = way && pathOnLink(way.out.segment, way.nextHop);
      if (path === undefined) return false;
      from = path.receiver.station;
    }
    return false;
  }

  /** Sends the SYN: where the server is, as it is addressed there; undefined when it does not get there. */
  begin(station: Station): { readonly server: Endpoint; readonly client: Endpoint } | undefined {
    const { local, peer } = this.#client;
    let segment: TcpPacket = this.#segment('client', SYN, NO_OCTETS, { from: local, to: peer });
    const packet = this.#world.crossing.nextPacket();
    let from = station;
    let hops: { medium: Hop['medium']; sender: Interface; receiver: Interface }[] = [];
    for (let count = 0; count < HOPS_MAX; count++) {
      const way = wayTo(from, segment.to.address);
      const path = way && pathOnLink(way.out.segment, way.nextHop);
      if (way === undefined || path === undefined || !path.receiver.station.isUp) return undefined;
      if (this.#legs.at(-1) !== undefined && hops.length === 0) this.#enterBy(way.out);
      const { receiver } = path;
      hops.push(...path.media.map((medium) => ({ medium, sender: way.out, receiver })));
      from = receiver.station;
      const isThere = from.interfaces.some((own) => own.has(segment.to.address));
      if (from.spec.inspects !== true && !isThere) {
        if (from.spec.forwards) continue;
        return undefined;
      }
      const inspects = from.spec.inspects === true;
      this.#legs.push({ hops, router: inspects ? receiver : undefined, back: undefined });
      this.#tell(hops, segment, packet);
      hops = [];
      if (inspects) {
        const onward = from.inspectSegment(segment, receiver);
        if (onward === undefined) return undefined;
        segment = onward;
      }
      if (inspects && !from.interfaces.some((own) => own.has(segment.to.address))) continue;
      this.#server = { local: segment.to, peer: segment.from };
      this.#next.client = (this.#next.client + 1) | 0;
      return { server: segment.to, client: segment.from };
    }
    return undefined;
  }

  /** The rest of the handshake, or the refusal; false when the client never hears of it. */
  answer(how: 'accepts' | 'refuses'): boolean {
    const arrived = this.carry('server', how === 'accepts' ? SYN | ACK : RST | ACK, NO_OCTETS);
    if (arrived === undefined) return false;
    return how === 'refuses' || this.carry('client', ACK, NO_OCTETS) !== undefined;
  }

  /** Octets on their way, all in one piece as they arrive; undefined when any were dropped. */
  octets(from: Side, octets: Uint8Array): Uint8Array | undefined {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < octets.length; at += SEGMENT_OCTETS_MAX) {
      const piece = octets.subarray(at, at + SEGMENT_OCTETS_MAX);
      const arrived = this.carry(from, ACK | TcpFlag.psh, piece);
      if (arrived === undefined) return undefined;
      pieces.push(arrived.octets);
      this.carry(from === 'client' ? 'server' : 'client', ACK, NO_OCTETS);
    }
    return Buffer.concat(pieces);
  }

  finish(from: Side): boolean {
    if (this.carry(from, ACK | FIN, NO_OCTETS) === undefined) return false;
    this.carry(from === 'client' ? 'server' : 'client', ACK, NO_OCTETS);
    return true;
  }

  reset(from: Side): void {
    this.carry(from, ACK | RST, NO_OCTETS);
  }

  /** How long octets take from one end to the other, losses turned into delay. */
  delayUs(octets: number): number {
    let sum = 0;
    for (const { hops } of this.#legs)
      for (const { medium, ...ends } of hops) sum += this.#world.crossing.streamDelay(medium, ends, octets);
    return sum;
  }

  /** One segment from end to end. */
  carry(from: Side, flags: number, octets: Uint8Array): Arrived {
    const ends = from === 'client' ? this.#client : this.#server;
    if (ends === undefined) return undefined;
    let segment = this.#segment(from, flags, octets, { from: ends.local, to: ends.peer });
    const grows = octets.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
    this.#next[from] = (this.#next[from] + grows) | 0;
    const packet = this.#world.crossing.nextPacket();
    const legs = from === 'client' ? this.#legs : [...this.#legs].reverse();
    for (const [index, leg] of legs.entries()) {
      this.#tell(from === 'client' ? leg.hops : backwards(leg.hops), segment, packet);
      const router =
        from === 'client' ? leg.router : legs[index + 1]?.router && this.#backOf(legs[index + 1]);
      if (router === undefined) continue;
      if (!router.station.isUp) return undefined;
      const onward = router.station.inspectSegment(segment, router);
      if (onward === undefined) return undefined;
      segment = onward;
    }
    return segment;
  }

  #backOf(leg: Leg | undefined): Interface | undefined {
    return leg?.back ?? leg?.router;
  }

  /** The last router sends on by this interface, so what comes back enters there. */
  #enterBy(out: Interface): void {
    const last = this.#legs.at(-1);
    if (last !== undefined) this.#legs[this.#legs.length - 1] = { ...last, back: out };
  }

  #segment(
    side: Side,
    flags: number,
    octets: Uint8Array,
    ends: { readonly from: Endpoint; readonly to: Endpoint },
  ): TcpPacket {
    const other = side === 'client' ? 'server' : 'client';
    const acknowledgment = (flags & ACK) === 0 ? 0 : this.#next[other];
    return { ...ends, flags, sequence: this.#next[side], acknowledgment, octets };
  }

  #tell(hops: Leg['hops'], segment: TcpPacket, packet: number): void {
    const { tap, now } = this.#world;
    if (!tap.seesFrames) return;
    const at = now();
    const { from, to, rule, detail } = segment;
    const octets = encode(segment);
    let ttl = TTL;
    for (const { medium, sender, receiver } of hops) {
      const crossed = { sentAt: at, medium: medium.name, sender, receiver, isBroadcast: false, packet };
      const body = { kind: 'tcp' as const, from, to, ttl: ttl--, segment: octets };
      tap.frame({ ...crossed, rule, detail }, { at, fate: 'delivered' }, body);
    }
  }
}

function backwards(hops: Leg['hops']): Leg['hops'] {
  return hops
    .map(({ medium, sender, receiver }) => ({ medium, sender: receiver, receiver: sender }))
    .reverse();
}

function encode({ from, to, sequence, acknowledgment, flags, octets }: TcpPacket): Uint8Array {
  const opens = (flags & SYN) !== 0;
  const writer = new Writer(new Uint8Array(TCP_HEADER_OCTETS + (opens ? OPTION_OCTETS : 0) + octets.length));
  encodeTcp(
    writer,
    {
      source: from.address,
      destination: to.address,
      sourcePort: from.port,
      destinationPort: to.port,
      sequence: sequence >>> 0,
      acknowledgment: acknowledgment >>> 0,
      flags,
      window: (flags & RST) === 0 ? WINDOW_OCTETS : 0,
      maximumSegmentSize: opens ? SEGMENT_OCTETS_MAX : undefined,
    },
    octets,
  );
  return writer.octets;
}
