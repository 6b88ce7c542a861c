import { MAC_BROADCAST } from '../../core/address.ts';
import type { Mac } from '../../core/address.ts';
import { drawAt } from '../../core/random.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import { EVENT, FAULTED, LOST, UNHEARD } from './events.ts';
import { DUPLICATED, EVERYONE, NOBODY, NO_HARM } from './frames.ts';
import type { Frame } from './frames.ts';
import type { Fault } from './fault.ts';
import type { Segment } from './segment.ts';
import type { Shard } from './shard.ts';
import { JITTER_DICE, LOSS_DICE, Toll, isBelow, upTo } from './toll.ts';

/** Ethernet header and check sequence with those of IPv4 and UDP: what a datagram costs on the line beside its octets. */
const OVERHEAD_OCTETS = 14 + 4 + 20 + 8;

/** Puts frames on a segment: delay, jitter, bandwidth, loss, faults. All chance is the sender's. */
export class Crossing {
  readonly #shard: Shard;
  readonly #toll: Toll;
  /** When a second copy of the present frame arrives; -1: there is none. */
  #copyAt = -1;

  constructor(shard: Shard) {
    this.#shard = shard;
    this.#toll = new Toll(shard);
  }

  /** To one interface of the segment. */
  toInterface(frame: Frame, iface: number, receiver: number): void {
    const { plant } = this.#shard;
    // What is lost on the way was for somebody, too.
    frame.addressee = receiver;
    const arrival = this.#depart(frame, iface, receiver);
    if (arrival < 0) return;
    const segment = plant.segmentAt(iface);
    if (segment.isCable && !this.#mayHear(iface, receiver)) {
      this.#unheard(frame);
      return;
    }
    this.#bring(frame, receiver, arrival);
    if (this.#copyAt >= 0) this.#bring(this.#copyOf(frame), receiver, this.#copyAt);
  }

  /** To whoever has the hardware address, perhaps nobody. */
  toHardware(frame: Frame, iface: number, mac: Mac): void {
    if (mac === MAC_BROADCAST) {
      this.toEveryone(frame, iface);
      return;
    }
    const { plant } = this.#shard;
    const receiver = plant.macs.find(plant.interfaces.segment(iface), mac);
    if (receiver >= 0) {
      this.toInterface(frame, iface, receiver);
      return;
    }
    frame.addressee = NOBODY;
    frame.strayMac = mac;
    if (this.#depart(frame, iface, NOBODY) >= 0) this.#unheard(frame);
  }

  /** A broadcast has one fate for all, and one arrival: it is one signal on one wire. */
  toEveryone(frame: Frame, iface: number): void {
    frame.addressee = EVERYONE;
    const arrival = this.#depart(frame, iface, EVERYONE);
    if (arrival < 0) return;
    const segment = this.#shard.plant.segmentAt(iface);
    this.#spread(frame, segment, arrival);
    if (this.#copyAt >= 0) this.#spread(this.#copyOf(frame), segment, this.#copyAt);
  }

  /** Whether a fault keeps a host from hearing a frame for all that crossed; it is told then. */
  isCut(segment: Segment, frame: Frame, receiver: number): boolean {
    const fault = this.#toll.cutFrom(segment, frame, receiver);
    if (fault === undefined) return false;
    const shard = this.#shard;
    const { id, rule = NET_RULES.faulted } = fault.impairment;
    shard.because(shard.plant.interfaces.host(frame.sender), rule, id);
    frame.receiver = receiver;
    shard.report(frame, FAULTED, id);
    frame.receiver = EVERYONE;
    return true;
  }

  #bring(frame: Frame, receiver: number, arrival: number): void {
    const { plant, wheel, outbox, index } = this.#shard;
    const partition = plant.hosts.partition(plant.interfaces.host(receiver));
    if (partition === index) wheel.push(arrival, EVENT.arrive, receiver, frame.number);
    else outbox.put(partition, arrival, EVENT.arrive, receiver, frame.number);
  }

  #spread(frame: Frame, segment: Segment, arrival: number): void {
    const { pool, wheel, outbox, index } = this.#shard;
    wheel.push(arrival, EVENT.heard, segment.index, frame.number, 1);
    for (const partition of segment.partitions) {
      if (partition === index) continue;
      const copy = this.#double(frame);
      outbox.put(partition, arrival, EVENT.heard, segment.index, copy.number);
      pool.sentAt[copy.number] = pool.sentAt[frame.number]!;
    }
  }

  #double(frame: Frame): Frame {
    const copy = this.#shard.pool.take(frame.octets, frame.length);
    copy.copyHeaders(frame);
    return copy;
  }

  /** The second copy that a fault has made of a frame. */
  #copyOf(frame: Frame): Frame {
    const shard = this.#shard;
    const copy = this.#double(frame);
    const fault = this.#toll.copiedBy;
    shard.packets++;
    shard.pool.sentAt[copy.number] = shard.now;
    copy.harm = Math.max(copy.harm, DUPLICATED);
    if (copy.harm === DUPLICATED) copy.fault = fault?.impairment.id;
    shard.because(shard.plant.interfaces.host(frame.sender), NET_RULES.duplicated, fault?.impairment.id);
    return copy;
  }

  /** When the frame arrives; -1 when it is lost on the way, and then it is gone. */
  #depart(frame: Frame, iface: number, receiver: number): number {
    const shard = this.#shard;
    const { plant, now } = shard;
    const segment = plant.segmentAt(iface);
    const host = plant.interfaces.host(iface);
    const draw = plant.hosts.countSent(host);
    const { quality } = segment;
    shard.packets++;
    shard.pool.sentAt[frame.number] = now;
    frame.sender = iface;
    frame.receiver = receiver;
    if (frame.harm !== NO_HARM) frame.heal();
    this.#copyAt = -1;
    const isImpaired =
      now >= segment.faultsFrom &&
      now < segment.faultsUntil &&
      this.#toll.gather(segment, frame, host, receiver);
    let start: number = now;
    let delay = quality.delayUs;
    const bandwidth = isImpaired ? this.#toll.bandwidth(quality.bitsPerSecond) : quality.bitsPerSecond;
    if (bandwidth > 0) start = this.#serialise(frame, iface, bandwidth);
    const key = plant.hosts.diceKey(host);
    if (quality.lossRatio > 0 && isBelow(drawAt(key ^ LOSS_DICE, draw), quality.lossRatio)) {
      this.#lose(frame, host, undefined);
      return -1;
    }
    if (quality.jitterUs > 0) delay += upTo(drawAt(key ^ JITTER_DICE, draw), quality.jitterUs);
    if (isImpaired) {
      if (!this.#toll.levy(frame, host, draw)) {
        this.#lose(frame, host, this.#toll.takenBy);
        return -1;
      }
      delay += this.#toll.delayUs;
    }
    // What one sender puts on one segment arrives in that order.
    const arrival = Math.max(start + delay, plant.interfaces.lastArrival(iface));
    if (!isImpaired) plant.interfaces.setLastArrival(iface, arrival);
    return isImpaired ? this.#arriveImpaired(iface, arrival) : arrival;
  }

  /** One that is held arrives later than its turn, and nobody waits for it; a copy comes after it. */
  #arriveImpaired(iface: number, arrival: number): number {
    const { holdUs, copyLaterUs } = this.#toll;
    if (holdUs === 0) this.#shard.plant.interfaces.setLastArrival(iface, arrival);
    if (copyLaterUs > 0) this.#copyAt = arrival + holdUs + copyLaterUs;
    return arrival + holdUs;
  }

  /** When the last octet has left: frames of one sender wait for each other. */
  #serialise(frame: Frame, iface: number, bitsPerSecond: number): number {
    const { plant, now } = this.#shard;
    const bits = (frame.length + OVERHEAD_OCTETS) * 8;
    const left =
      Math.max(now, plant.interfaces.busyUntil(iface)) + Math.ceil((bits * 1_000_000) / bitsPerSecond);
    plant.interfaces.setBusyUntil(iface, left);
    return left;
  }

  #lose(frame: Frame, host: number, fault: Fault | undefined): void {
    const shard = this.#shard;
    shard.because(host, fault === undefined ? NET_RULES.lost : this.#toll.rule, fault?.impairment.id);
    shard.report(frame, fault === undefined ? LOST : FAULTED, fault?.impairment.id);
    shard.pool.free(frame);
  }

  #unheard(frame: Frame): void {
    const shard = this.#shard;
    shard.because(shard.plant.interfaces.host(frame.sender), NET_RULES.unheard);
    frame.receiver = NOBODY;
    shard.report(frame, UNHEARD);
    shard.pool.free(frame);
  }

  /** On a cable modems hear the CMTS only, and only it hears them. */
  #mayHear(sender: number, receiver: number): boolean {
    const { plant } = this.#shard;
    return plant.forwards(plant.interfaces.host(sender)) || plant.forwards(plant.interfaces.host(receiver));
  }
}
