import { ANY, ANY6, isIpv4, parseIpv6 } from '../../core/address.ts';
import type { Ip, Ipv4, Ipv6 } from '../../core/address.ts';
import { Writer } from '../../core/bytes.ts';
import { DecodeError, bug } from '../../core/errors.ts';
import { IntMap } from '../../core/int-map.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import { SECOND } from '../../core/time.ts';
import type { Instant } from '../../core/time.ts';
import {
  Icmpv6Type,
  NEIGHBOUR_OCTETS,
  decodeIcmpv6,
  decodeNeighbour,
  encodeNeighbour,
} from '../../codec/frame/icmp.ts';
import type { Crossing } from './crossing.ts';
import { EVENT } from './events.ts';
import { Fifo } from './fifo.ts';
import { ARP_REPLY, ARP_REQUEST, ICMP } from './frames.ts';
import type { Frame } from './frames.ts';
import type { InputHandler, Shard } from './shard.ts';

const UNKNOWN = -1;
/** RFC 1122 §2.3.2.1 asks for at most one request a second to one address. */
const RETRY_US = SECOND;
const TRIES = 3;
/** RFC 1122 §2.3.2.2 asks for one at least; today's stacks keep about a hundred. */
const WAITING_MAX = 100;
const PROBES_MAX = 1024;
/** RFC 4861 §7.1.1: no router has passed it on. */
const HOP_LIMIT = 255;

/** Who has an address is asked for, and these frames wait for the answer. */
interface Waiting {
  readonly iface: number;
  readonly nextHop: Ip;
  readonly frames: Frame[];
  triesLeft: number;
  /** When the next request is due. */
  dueAt: number;
  /** It has been answered or given up; what is left of it is its turn. */
  isOver: boolean;
  /** Another that the same interface waits for. */
  next: Waiting | undefined;
}

/** What cannot be sent goes back here. */
export interface Undeliverable {
  fail(frame: Frame, host: number, reason: 'host' | 'network'): void;
}

/**
 * Who has which address on a link: ARP (RFC 826) for IPv4, solicitation and advertisement (RFC 4861 §7.2) for IPv6. What is
 * known is kept as the number of the neighbour's interface.
 */
export class Neighbours {
  readonly #shard: Shard;
  readonly #crossing: Crossing;
  /** By interface, beyond the neighbour that its record has. */
  readonly #more = new Map<number, IntMap>();
  readonly #moreIpv6 = new Map<number, Map<Ipv6, number>>();
  /** By interface; most wait for one neighbour alone. */
  readonly #waitingAt = new Map<number, Waiting>();
  /** In the order in which their next requests are due; one event in the queue stands for all. */
  readonly #turns = new Fifo<Waiting>();
  #isArmed = false;
  readonly #probes = new Map<number, Map<Ipv4, Instant>>();

  constructor(shard: Shard, crossing: Crossing) {
    this.#shard = shard;
    this.#crossing = crossing;
  }

  /** Sends to the next hop, asking for its hardware address first where that is not known. */
  send(frame: Frame, iface: number, nextHop: Ip): void {
    const known = this.#find(iface, nextHop);
    if (known !== UNKNOWN) {
      this.#crossing.toInterface(frame, iface, known);
      return;
    }
    const waiting = this.#waitingFor(iface, nextHop);
    if (waiting === undefined) {
      this.#startAsking(iface, nextHop, frame);
      return;
    }
    if (waiting.frames.length === WAITING_MAX) this.#dropOldest(waiting);
    waiting.frames.push(frame);
  }

  /** The moment of the next request has come: of those that are due now, and that nobody has answered. */
  retry(undeliverable: Undeliverable): void {
    const { now } = this.#shard;
    for (let waiting = this.#turns.first; waiting !== undefined; waiting = this.#turns.first) {
      if (!waiting.isOver && waiting.dueAt > now) break;
      this.#turns.shift();
      if (!waiting.isOver) this.#askAgain(waiting, undeliverable);
    }
    this.#armFirst();
  }

  /** RFC 5227 §2.1.1: asks from no address, so that nobody learns a wrong one. */
  probe(iface: number, address: Ipv4): void {
    const probes = this.#probes.get(iface) ?? new Map<Ipv4, Instant>();
    // The oldest question is the one whose answer nobody waits for any more.
    for (const oldest of probes.keys()) {
      if (probes.size < PROBES_MAX) break;
      probes.delete(oldest);
    }
    probes.set(address, this.#shard.now);
    this.#probes.set(iface, probes);
    this.#request(iface, ANY, address);
  }

  /** RFC 826, "Packet Reception": merge, then answer if it is for us. */
  receiveArp(frame: Frame, iface: number, handler: InputHandler): void {
    const { from, to } = frame;
    if (!isIpv4(from) || !isIpv4(to)) bug('ARP is of IPv4');
    const { plant } = this.#shard;
    const isForUs = plant.hasAddress(iface, to);
    // RFC 5227 §2.1.1: a probe carries no sender address; there is nothing to learn.
    if (from !== ANY && (isForUs || this.#isKnown(iface, from))) this.#learn(iface, from, frame.sender);
    if (frame.kind === ARP_REQUEST) {
      if (isForUs) this.#reply(iface, frame);
      return;
    }
    if (this.#probes.get(iface)?.delete(from) === true)
      handler.handle(plant.interfaces.host(iface), {
        kind: 'probe-answer',
        address: from,
        hardware: plant.mac(frame.sender),
      });
  }

  /** Whether the ICMPv6 frame was one of ours. */
  receiveIcmpv6(frame: Frame, iface: number): boolean {
    const type = frame.octets[0];
    if (type !== Icmpv6Type.solicitation && type !== Icmpv6Type.advertisement) return false;
    // RFC 4861 §7.1.1.
    if (frame.ttl !== HOP_LIMIT || isIpv4(frame.from)) return true;
    try {
      const ends = { source: frame.from, destination: frame.to };
      const message = decodeNeighbour(decodeIcmpv6(frame.octets, ends));
      if (message.kind === 'advertisement') this.#learn(iface, message.target, frame.sender);
      else if (this.#shard.plant.hasAddress(iface, message.target))
        this.#advertise(iface, message.target, frame);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
    return true;
  }

  /** A host that is down asks nothing more and knows nobody. */
  forget(iface: number): void {
    for (let waiting = this.#waitingAt.get(iface); waiting !== undefined; waiting = waiting.next) {
      for (const frame of waiting.frames) this.#shard.pool.free(frame);
      waiting.isOver = true;
    }
    this.#waitingAt.delete(iface);
    this.#shard.plant.interfaces.setNeighbour(iface, ANY, 0);
    this.#more.delete(iface);
    this.#moreIpv6.delete(iface);
    this.#probes.delete(iface);
  }

  #find(iface: number, address: Ip): number {
    const { plant } = this.#shard;
    if (plant.interfaces.neighbourIp(iface) === address && address !== ANY)
      return plant.interfaces.neighbour(iface);
    if (!isIpv4(address)) return this.#moreIpv6.get(iface)?.get(address) ?? UNKNOWN;
    return this.#more.size === 0 ? UNKNOWN : (this.#more.get(iface)?.get(address) ?? UNKNOWN);
  }

  #isKnown(iface: number, address: Ip): boolean {
    return this.#find(iface, address) !== UNKNOWN || this.#waitingFor(iface, address) !== undefined;
  }

  #learn(iface: number, address: Ip, neighbour: number): void {
    const { plant } = this.#shard;
    const first = plant.interfaces.neighbourIp(iface);
    if (isIpv4(address) && (first === ANY || first === address)) {
      plant.interfaces.setNeighbour(iface, address, neighbour);
    } else {
      this.#learnMore(iface, address, neighbour);
    }
    const waiting = this.#waitingFor(iface, address);
    if (waiting === undefined) return;
    this.#end(waiting);
    for (const frame of waiting.frames) this.#crossing.toInterface(frame, iface, neighbour);
  }

  #learnMore(iface: number, address: Ip, neighbour: number): void {
    if (!isIpv4(address)) {
      const known = this.#moreIpv6.get(iface) ?? new Map<Ipv6, number>();
      this.#moreIpv6.set(iface, known.set(address, neighbour));
      return;
    }
    const known = this.#more.get(iface) ?? new IntMap();
    this.#more.set(iface, known);
    known.set(address, neighbour);
  }

  #waitingFor(iface: number, nextHop: Ip): Waiting | undefined {
    let waiting = this.#waitingAt.get(iface);
    while (waiting !== undefined && waiting.nextHop !== nextHop) waiting = waiting.next;
    return waiting;
  }

  #startAsking(iface: number, nextHop: Ip, frame: Frame): void {
    const waiting: Waiting = {
      iface,
      nextHop,
      frames: [frame],
      triesLeft: TRIES,
      dueAt: 0,
      isOver: false,
      next: this.#waitingAt.get(iface),
    };
    this.#waitingAt.set(iface, waiting);
    this.#ask(waiting);
    if (!this.#isArmed) this.#armFirst();
  }

  #askAgain(waiting: Waiting, undeliverable: Undeliverable): void {
    if (waiting.triesLeft > 0) {
      this.#ask(waiting);
      return;
    }
    this.#end(waiting);
    const host = this.#shard.plant.interfaces.host(waiting.iface);
    this.#shard.because(host, NET_RULES.noNeighbour);
    for (const frame of waiting.frames) undeliverable.fail(frame, host, 'host');
  }

  #ask(waiting: Waiting): void {
    const { iface, nextHop } = waiting;
    waiting.triesLeft--;
    const source = this.#shard.plant.sourceFor(iface, nextHop);
    if (isIpv4(nextHop)) this.#request(iface, source ?? ANY, nextHop);
    else this.#solicit(iface, source ?? ANY6, nextHop);
    // All wait equally long, so that who was asked for first is due first.
    waiting.dueAt = this.#shard.now + RETRY_US;
    this.#turns.push(waiting);
  }

  #armFirst(): void {
    const { first } = this.#turns;
    this.#isArmed = first !== undefined;
    if (first !== undefined) this.#shard.wheel.push(first.dueAt, EVENT.resolve, 0, 0);
  }

  #request(iface: number, from: Ip, to: Ip): void {
    const frame = this.#frame(ARP_REQUEST, NO_OCTETS);
    const { tracer, plant } = this.#shard;
    if (tracer.audience.samples) frame.led = tracer.audience.at(plant.spec(plant.interfaces.host(iface)));
    frame.from = from;
    frame.to = to;
    this.#crossing.toEveryone(frame, iface);
  }

  #reply(iface: number, request: Frame): void {
    const frame = this.#frame(ARP_REPLY, NO_OCTETS);
    frame.led = request.led;
    frame.from = request.to;
    frame.to = request.from;
    this.#crossing.toInterface(frame, iface, request.sender);
  }

  #solicit(iface: number, source: Ip, target: Ipv6): void {
    const group = solicitedNode(target);
    const hardware = this.#shard.plant.mac(iface);
    const ends = { source, destination: group };
    const writer = new Writer(new Uint8Array(NEIGHBOUR_OCTETS));
    encodeNeighbour(writer, { kind: 'solicitation', target, hardware }, ends);
    const frame = this.#frame(ICMP, writer.octets);
    frame.from = source;
    frame.to = group;
    frame.ttl = HOP_LIMIT;
    this.#crossing.toEveryone(frame, iface);
  }

  #advertise(iface: number, target: Ipv6, asked: Frame): void {
    // RFC 4861 §7.2.3: the asker's address comes with its question.
    if (asked.from !== ANY6) this.#learn(iface, asked.from, asked.sender);
    const hardware = this.#shard.plant.mac(iface);
    const ends = { source: target, destination: asked.from };
    const writer = new Writer(new Uint8Array(NEIGHBOUR_OCTETS));
    encodeNeighbour(writer, { kind: 'advertisement', target, hardware }, ends);
    const frame = this.#frame(ICMP, writer.octets);
    frame.from = target;
    frame.to = asked.from;
    frame.ttl = HOP_LIMIT;
    this.#crossing.toInterface(frame, iface, asked.sender);
  }

  #frame(kind: number, octets: Uint8Array): Frame {
    const frame = this.#shard.pool.take(octets, octets.length);
    frame.kind = kind;
    frame.packet = this.#shard.nextPacket();
    frame.fromPort = 0;
    frame.toPort = 0;
    frame.ttl = 0;
    return frame;
  }

  #dropOldest(waiting: Waiting): void {
    const oldest = waiting.frames.shift();
    if (oldest === undefined) return;
    this.#shard.because(this.#shard.plant.interfaces.host(waiting.iface), NET_RULES.neighbourQueueFull);
    this.#shard.pool.free(oldest);
  }

  #end(waiting: Waiting): void {
    const { iface, next } = waiting;
    waiting.isOver = true;
    let before = this.#waitingAt.get(iface);
    if (before === waiting) {
      if (next === undefined) this.#waitingAt.delete(iface);
      else this.#waitingAt.set(iface, next);
      return;
    }
    while (before !== undefined && before.next !== waiting) before = before.next;
    if (before !== undefined) before.next = next;
  }
}

const NO_OCTETS = new Uint8Array(0);

/** RFC 4291 §2.7.1: a group by the last 24 bits of the address. */
function solicitedNode(address: Ipv6): Ipv6 {
  const groups = /([0-9a-f]{0,4}):([0-9a-f]{1,4})$/.exec(address);
  const last = groups?.[2] ?? '0';
  const before = (groups?.[1] ?? '').padStart(4, '0').slice(2);
  return parseIpv6(`ff02::1:ff${before}:${last}`) ?? bug(`no group for ${address}`);
}
