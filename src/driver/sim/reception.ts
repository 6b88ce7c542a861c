import { ANY, MAC_BROADCAST, isIpv4 } from '../../core/address.ts';
import type { Ip, Mac } from '../../core/address.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import type { Crossing } from './crossing.ts';
import { Doorway } from './doorway.ts';
import { DELIVERED, UNHEARD } from './events.ts';
import { ARP_REPLY, ARP_REQUEST, EVERYONE, ICMP, MAC_MESSAGE, NOBODY, TCP, UDP } from './frames.ts';
import type { Frame } from './frames.ts';
import { readError } from './icmp-error.ts';
import type { Neighbours } from './neighbours.ts';
import type { Output } from './output.ts';
import type { Segment } from './segment.ts';
import type { InputHandler, Shard } from './shard.ts';
import type { Sink } from './sink.ts';
import type { Streams } from './streams.ts';

const NO_OCTETS: Uint8Array = new Uint8Array(0);

interface MutableEndpoint {
  address: Ip;
  port: number;
}

/** One object for all datagrams: it is valid until `handle` returns. */
class ReusedInput<Kind extends 'datagram' | 'transit'> {
  readonly kind: Kind;
  octets: Uint8Array = NO_OCTETS;
  readonly from: MutableEndpoint = { address: ANY, port: 0 };
  readonly to: MutableEndpoint = { address: ANY, port: 0 };
  via = 0;
  hardware: Mac | undefined = undefined;

  constructor(kind: Kind) {
    this.kind = kind;
  }
}

/** The same for routers that inspect. */
class ReusedPacket {
  readonly kind = 'packet' as const;
  protocol: 'udp' | 'tcp' | 'icmp' = 'udp';
  readonly from: MutableEndpoint = { address: ANY, port: 0 };
  readonly to: MutableEndpoint = { address: ANY, port: 0 };
  octets: Uint8Array = NO_OCTETS;
  flags = 0;
  sequence = 0;
  acknowledgment = 0;
  via = 0;

  fill(frame: Frame, via: number): void {
    this.protocol = frame.kind === UDP ? 'udp' : frame.kind === TCP ? 'tcp' : 'icmp';
    this.from.address = frame.from;
    this.from.port = frame.fromPort;
    this.to.address = frame.to;
    this.to.port = frame.toPort;
    this.octets = frame.octets;
    // What a frame that is no TCP has in these fields is of an earlier use of it.
    const isTcp = frame.kind === TCP;
    this.flags = isTcp ? frame.flags : 0;
    this.sequence = isTcp ? frame.sequence : 0;
    this.acknowledgment = isTcp ? frame.acknowledgment : 0;
    this.via = via;
  }
}

/** What hosts do with frames that have crossed a segment. */
export class Reception {
  readonly #shard: Shard;
  readonly #crossing: Crossing;
  readonly #neighbours: Neighbours;
  readonly #output: Output;
  readonly #streams: Streams;
  readonly #sink: Sink;
  readonly #handler: InputHandler;
  readonly #doorway: Doorway;
  readonly #datagram = new ReusedInput('datagram');
  readonly #macMessage = { kind: 'mac-message' as const, octets: NO_OCTETS, from: MAC_BROADCAST, via: 0 };
  readonly #transit = new ReusedInput('transit');
  readonly #packet = new ReusedPacket();

  constructor(
    shard: Shard,
    parts: {
      readonly crossing: Crossing;
      readonly neighbours: Neighbours;
      readonly output: Output;
      readonly streams: Streams;
      readonly sink: Sink;
      readonly handler: InputHandler;
    },
  ) {
    this.#shard = shard;
    this.#crossing = parts.crossing;
    this.#neighbours = parts.neighbours;
    this.#output = parts.output;
    this.#streams = parts.streams;
    this.#sink = parts.sink;
    this.#handler = parts.handler;
    this.#doorway = new Doorway(shard);
  }

  /** The host has started for the first time: what stands before its service. */
  addDoor(host: number): void {
    this.#doorway.add(host, this.#shard.plant.spec(host));
  }

  /** A frame for one interface has arrived there. */
  arrive(iface: number, frame: Frame): void {
    const { plant } = this.#shard;
    const host = plant.interfaces.host(iface);
    if (plant.services[host] === undefined) {
      this.#unheard(frame);
      return;
    }
    if (
      this.#doorway.isUsed &&
      this.#passesDoor(host, iface, frame) &&
      this.#doorway.takes(host, iface, frame)
    )
      return;
    this.#shard.report(frame, DELIVERED);
    const { audience } = this.#shard.tracer;
    audience.cause = frame.led;
    this.#receive(host, iface, frame);
    audience.cause = 0;
  }

  /** The limiter before a host lets in what it held. */
  admit(iface: number, frame: Frame): void {
    const { plant } = this.#shard;
    const host = plant.interfaces.host(iface);
    const isForAll = frame.receiver === EVERYONE;
    if (plant.services[host] === undefined) {
      if (isForAll) this.#shard.pool.free(frame);
      else this.#unheard(frame);
      return;
    }
    if (this.#doorway.queues(host, frame)) return;
    if (!isForAll) this.#shard.report(frame, DELIVERED);
    this.#serve(host, iface, frame);
  }

  /** A frame for all has arrived on the part of a segment that is in this partition. */
  hear(segmentIndex: number, frame: Frame, reports: 'reports' | 'is a copy'): void {
    const { plant, pool } = this.#shard;
    const segment = plant.segments[segmentIndex]!;
    if (reports === 'reports') this.#shard.report(frame, DELIVERED);
    // On a cable only the CMTS hears what a modem sends.
    const onlyRouters = segment.isCable && !plant.forwards(plant.interfaces.host(frame.sender));
    const members = onlyRouters
      ? segment.routers
      : frame.kind === UDP
        ? segment.candidates(frame.toPort)
        : segment.members;
    const { audience } = this.#shard.tracer;
    audience.cause = frame.led;
    for (let run = 0; run < members.count; run++)
      for (let iface = members.first(run); iface < members.end(run); iface++)
        this.#hearAt(iface, segment, frame);
    audience.cause = 0;
    pool.free(frame);
  }

  #hearAt(iface: number, segment: Segment, frame: Frame): void {
    const { plant } = this.#shard;
    const host = plant.interfaces.host(iface);
    if (iface === frame.sender || plant.hosts.partition(host) !== this.#shard.index) return;
    if (plant.services[host] === undefined) return;
    if (segment.choosesHearers && this.#crossing.isCut(segment, frame, iface)) return;
    this.#hearOne(host, iface, frame);
  }

  /** A host's datagram to itself. */
  loop(host: number, frame: Frame): void {
    const { plant } = this.#shard;
    const iface = plant.interfaceWith(host, frame.to);
    if (plant.services[host] === undefined || iface < 0) {
      this.#shard.pool.free(frame);
      return;
    }
    frame.sender = iface;
    frame.receiver = iface;
    const { audience } = this.#shard.tracer;
    audience.cause = frame.led;
    this.#receiveIp(host, iface, frame);
    audience.cause = 0;
    this.#shard.pool.free(frame);
  }

  /** The service takes the next datagram from its queue. */
  take(host: number): void {
    const frame = this.#doorway.next(host);
    if (frame === undefined) return;
    this.#serve(host, this.#queuedAt(host, frame), frame);
  }

  /** The host is down. */
  forget(host: number): void {
    this.#doorway.forget(host);
  }

  /** The turn of a frame that has waited. */
  #serve(host: number, iface: number, frame: Frame): void {
    const { audience } = this.#shard.tracer;
    audience.cause = frame.led;
    this.#deliver(host, iface, frame);
    audience.cause = 0;
    this.#shard.pool.free(frame);
  }

  #unheard(frame: Frame): void {
    const shard = this.#shard;
    frame.receiver = NOBODY;
    shard.because(shard.plant.interfaces.host(frame.sender), NET_RULES.unheard);
    shard.report(frame, UNHEARD);
    shard.pool.free(frame);
  }

  #receive(host: number, iface: number, frame: Frame): void {
    const { pool } = this.#shard;
    switch (frame.kind) {
      case ARP_REQUEST:
      case ARP_REPLY:
        this.#neighbours.receiveArp(frame, iface, this.#handler);
        break;
      case MAC_MESSAGE:
        this.#deliverMacMessage(host, iface, frame);
        break;
      default:
        if (this.#shard.plant.hasInspectors && this.#shard.plant.inspects(host)) {
          this.#inspect(host, iface, frame);
          return;
        }
        if (!this.#isOurs(host, iface, frame.to)) {
          this.#pass(host, iface, frame);
          return;
        }
        this.#receiveIp(host, iface, frame);
    }
    pool.free(frame);
  }

  #receiveIp(host: number, iface: number, frame: Frame): void {
    if (frame.kind === TCP) {
      this.#streams.receive(host, frame);
    } else if (frame.kind === ICMP) {
      if (!isIpv4(frame.from) && this.#neighbours.receiveIcmpv6(frame, iface)) return;
      const error = readError(frame);
      if (error !== undefined && this.#shard.plant.ports.isOpen(host, error.port))
        this.#handler.handle(host, error);
    } else if (this.#shard.plant.ports.isOpen(host, frame.toPort)) {
      this.#deliver(host, iface, frame);
    } else {
      this.#refuse(host, frame);
    }
  }

  /**
   * RFC 2131 §4.1: before an interface has an address, what comes to its hardware address is taken whatever it is addressed
   * to, so that an OFFER sent to `yiaddr` arrives.
   */
  #isOurs(host: number, iface: number, to: Ip): boolean {
    const { plant } = this.#shard;
    if (plant.interfaceWith(host, to) >= 0) return true;
    if (isIpv4(to) && plant.interfaces.address(iface) === ANY && !plant.forwards(host)) return true;
    return plant.isBroadcast(iface, to);
  }

  #hearOne(host: number, iface: number, frame: Frame): void {
    const { plant } = this.#shard;
    if (frame.kind === ARP_REQUEST) {
      this.#neighbours.receiveArp(frame, iface, this.#handler);
    } else if (frame.kind === MAC_MESSAGE) {
      this.#deliverMacMessage(host, iface, frame);
    } else if (frame.kind === ICMP) {
      if (!isIpv4(frame.from)) this.#neighbours.receiveIcmpv6(frame, iface);
    } else if (frame.kind === UDP && plant.ports.isOpen(host, frame.toPort)) {
      // RFC 1122 §3.2.2: a closed port is not answered when all were asked.
      if (this.#doorway.isUsed && this.#passesDoor(host, iface, frame)) this.#showCopy(host, iface, frame);
      else this.#deliver(host, iface, frame);
    }
  }

  #deliver(host: number, iface: number, frame: Frame): void {
    this.#fill(this.#datagram, iface, frame);
    this.#handler.handle(host, this.#datagram);
  }

  #deliverMacMessage(host: number, iface: number, frame: Frame): void {
    const input = this.#macMessage;
    input.octets = frame.octets;
    input.from = this.#shard.plant.mac(frame.sender);
    input.via = this.#shard.plant.viaOf(iface);
    this.#handler.handle(host, input);
  }

  /** Not for this host: a router lets its service decide, others drop it. */
  #pass(host: number, iface: number, frame: Frame): void {
    const shard = this.#shard;
    if (!shard.plant.forwards(host)) {
      shard.because(host, NET_RULES.notOurs);
      shard.pool.free(frame);
    } else if (frame.ttl <= 1) {
      // RFC 1812 §5.3.1.
      shard.because(host, NET_RULES.timeExceeded);
      this.#output.fail(frame, host, 'time');
    } else if (frame.kind !== UDP) {
      // Services speak UDP about what they route; streams and ICMP errors go their way.
      this.#output.forward(host, frame);
    } else {
      this.#fill(this.#transit, iface, frame);
      this.#sink.transit = frame;
      this.#handler.handle(host, this.#transit);
      if (this.#sink.transit !== undefined) shard.pool.free(frame);
      this.#sink.transit = undefined;
    }
  }

  /** A router that inspects decides about all that is IP, for others or for itself; neighbour discovery is the link's. */
  #inspect(host: number, iface: number, frame: Frame): void {
    const shard = this.#shard;
    const { plant } = shard;
    if (frame.kind === ICMP && !isIpv4(frame.from) && this.#neighbours.receiveIcmpv6(frame, iface)) {
      shard.pool.free(frame);
      return;
    }
    if (frame.ttl <= 1 && plant.interfaceWith(host, frame.to) < 0) {
      // RFC 1812 §5.3.1.
      shard.because(host, NET_RULES.timeExceeded);
      this.#output.fail(frame, host, 'time');
      return;
    }
    this.#packet.fill(frame, plant.viaOf(iface));
    this.#sink.transit = frame;
    this.#handler.handle(host, this.#packet);
    if (this.#sink.transit !== undefined) shard.pool.free(this.#sink.transit);
    this.#sink.transit = undefined;
  }

  #refuse(host: number, frame: Frame): void {
    const { plant } = this.#shard;
    // RFC 1122 §3.2.2: never about a datagram that was for all.
    if (plant.interfaceWith(host, frame.to) < 0) return;
    this.#shard.because(host, NET_RULES.portClosed);
    this.#output.refuse(frame, host);
  }

  #fill(input: ReusedInput<'datagram' | 'transit'>, iface: number, frame: Frame): void {
    const { plant } = this.#shard;
    input.octets = frame.octets;
    input.from.address = frame.from;
    input.from.port = frame.fromPort;
    input.to.address = frame.to;
    input.to.port = frame.toPort;
    input.via = plant.viaOf(iface);
    input.hardware = plant.mac(frame.sender);
  }

  /** Whether it is for a port that a limiter or queue of this host stands before. */
  #passesDoor(host: number, iface: number, frame: Frame): boolean {
    return (
      frame.kind === UDP && this.#doorway.isBefore(host, frame.toPort) && this.#isOurs(host, iface, frame.to)
    );
  }

  /** A frame for all is others' too: what may wait is a copy. */
  #showCopy(host: number, iface: number, frame: Frame): void {
    const { pool } = this.#shard;
    const copy = pool.take(frame.octets, frame.length);
    copy.copyHeaders(frame);
    pool.sentAt[copy.number] = pool.sentAt[frame.number]!;
    if (this.#doorway.takes(host, iface, copy)) return;
    this.#deliver(host, iface, copy);
    pool.free(copy);
  }

  /** The interface by which a queued frame came. */
  #queuedAt(host: number, frame: Frame): number {
    const { plant } = this.#shard;
    if (frame.receiver >= 0) return frame.receiver;
    const segment = plant.interfaces.segment(frame.sender);
    for (let iface = plant.hosts.first(host); iface < plant.hosts.end(host); iface++)
      if (plant.interfaces.segment(iface) === segment) return iface;
    return plant.hosts.first(host);
  }
}
