import { randomInt } from 'node:crypto';
import type { Endpoint } from '../../core/address.ts';
import { Writer } from '../../core/bytes.ts';
import { encodeTcp, TCP_HEADER_OCTETS, TcpFlag } from '../../codec/frame/tcp.ts';
import type { Station } from './plant.ts';
import { type Hop, hopsTo } from './routing.ts';
import type { World } from './world.ts';

const { ack: ACK, fin: FIN, psh: PSH, rst: RST, syn: SYN } = TcpFlag;
/** What a 1,500 octet Ethernet leaves: RFC 9293 §3.7.1. */
const MAXIMUM_SEGMENT_OCTETS = 1460;
const OPTION_OCTETS = 4;
const WINDOW_OCTETS = 65_535;
const TTL = 64;

export type Side = 'client' | 'server';

interface End {
  readonly endpoint: Endpoint;
  /** The way of its segments to the other end. */
  readonly hops: readonly Hop[];
  /** Its next sequence number. */
  next: number;
  hasFinished: boolean;
}

/**
 * One TCP connection as a capture shows it. The kernel carries streams and node:net tells of octets only, so the segments
 * are made here, as a loss-free pair of hosts would send them; their times are those of the octets.
 */
export class Conversation {
  readonly #world: World;
  readonly #ends: Readonly<Record<Side, End>>;
  #isOpen = false;
  #isOver = false;

  constructor(
    world: World,
    ends: Readonly<Record<Side, { readonly endpoint: Endpoint; readonly hops: readonly Hop[] }>>,
  ) {
    this.#world = world;
    const begin = (end: (typeof ends)[Side]): End => ({
      ...end,
      next: randomInt(2 ** 32),
      hasFinished: false,
    });
    this.#ends = { client: begin(ends.client), server: begin(ends.server) };
  }

  /** The handshake, once. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#send('client', SYN);
    this.#send('server', SYN | ACK);
    this.#send('client', ACK);
  }

  octets(from: Side, octets: Uint8Array): void {
    if (this.#isOver) return;
    this.open();
    for (let at = 0; at < octets.length; at += MAXIMUM_SEGMENT_OCTETS)
      this.#send(from, ACK | PSH, octets.subarray(at, at + MAXIMUM_SEGMENT_OCTETS));
    this.#send(otherThan(from), ACK);
  }

  finish(from: Side): void {
    const end = this.#ends[from];
    if (this.#isOver || end.hasFinished) return;
    this.open();
    end.hasFinished = true;
    this.#send(from, ACK | FIN);
    this.#send(otherThan(from), ACK);
    this.#isOver = this.#ends[otherThan(from)].hasFinished;
  }

  reset(from: Side): void {
    if (this.#isOver) return;
    this.open();
    this.#isOver = true;
    this.#send(from, ACK | RST);
  }

  #send(from: Side, flags: number, payload: Uint8Array = NO_OCTETS): void {
    const own = this.#ends[from];
    const peer = this.#ends[otherThan(from)];
    const opens = (flags & SYN) !== 0;
    const writer = new Writer(
      new Uint8Array(TCP_HEADER_OCTETS + (opens ? OPTION_OCTETS : 0) + payload.length),
    );
    encodeTcp(
      writer,
      {
        source: own.endpoint.address,
        destination: peer.endpoint.address,
        sourcePort: own.endpoint.port,
        destinationPort: peer.endpoint.port,
        sequence: own.next,
        acknowledgment: (flags & ACK) === 0 ? 0 : peer.next,
        flags,
        window: (flags & RST) === 0 ? WINDOW_OCTETS : 0,
        maximumSegmentSize: opens ? MAXIMUM_SEGMENT_OCTETS : undefined,
      },
      payload,
    );
    own.next = (own.next + payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)) >>> 0;
    this.#tell(own, peer, writer.octets);
  }

  #tell(own: End, peer: End, segment: Uint8Array): void {
    const { tap, now, crossing } = this.#world;
    const at = now();
    const packet = crossing.nextPacket();
    let ttl = TTL;
    for (const { medium, sender, receiver } of own.hops) {
      const crossed = { sentAt: at, medium: medium.name, sender, receiver, isBroadcast: false, packet };
      tap.frame(
        { ...crossed, rule: undefined, detail: undefined },
        { at, fate: 'delivered' },
        { kind: 'tcp', from: own.endpoint, to: peer.endpoint, ttl: ttl--, segment },
      );
    }
  }
}

const NO_OCTETS = new Uint8Array(0);

function otherThan(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

/** How a connection of a host is shown; undefined where nobody sees frames. */
export function converse(
  world: World,
  host: Station,
  ends: Readonly<Record<Side, Endpoint>>,
  own: Side,
): Conversation | undefined {
  if (!world.tap.seesFrames) return undefined;
  const peer = own === 'client' ? ends.server : ends.client;
  const local = own === 'client' ? ends.client : ends.server;
  const [first] = host.interfaces;
  const out = host.interfaces.find((candidate) => candidate.has(local.address)) ?? first;
  if (out === undefined) return undefined;
  const outside: Hop = { medium: out.segment, sender: out, receiver: undefined };
  const there = hopsTo(host, peer.address) ?? [outside];
  const back = there
    .map(({ medium, sender, receiver }) => ({ medium, sender: receiver, receiver: sender }))
    .reverse();
  const hops = own === 'client' ? { client: there, server: back } : { client: back, server: there };
  return new Conversation(world, {
    client: { endpoint: ends.client, hops: hops.client },
    server: { endpoint: ends.server, hops: hops.server },
  });
}
