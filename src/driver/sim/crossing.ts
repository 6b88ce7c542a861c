import { MAC_BROADCAST, ipv6Octets, isIpv4, macAt, toMac } from '../../core/address.ts';
import type { Ip, Mac } from '../../core/address.ts';
import { drawAt, memberKey } from '../../core/random.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import { EVENT, FAULTED, LOST, UNHEARD } from './events.ts';
import { EVERYONE, NOBODY } from './frames.ts';
import type { Frame } from './frames.ts';
import type { Fault, Segment } from './segment.ts';
import type { Shard } from './shard.ts';

/** Each use of chance has its own stream of the sender, so that adding loss does not move the jitter. */
const LOSS_DICE = 0x6c6f7373;
const JITTER_DICE = 0x6a697474;
const TWO_32 = 0x1_0000_0000;

/** Ethernet header and check sequence with those of IPv4 and UDP: what a datagram costs on the line beside its octets. */
const OVERHEAD_OCTETS = 14 + 4 + 20 + 8;

/** Puts frames on a segment: delay, jitter, bandwidth, loss, faults. All chance is the sender's. */
export class Crossing {
  readonly #shard: Shard;

  constructor(shard: Shard) {
    this.#shard = shard;
  }

  /** To one interface of the segment. */
  toInterface(frame: Frame, iface: number, receiver: number): void {
    const { plant } = this.#shard;
    const arrival = this.#depart(frame, iface, receiver);
    if (arrival < 0) return;
    frame.destinationMac = plant.mac(receiver);
    const segment = plant.segmentAt(iface);
    if (segment.isCable && !this.#mayHear(iface, receiver)) {
      this.#unheard(frame);
      return;
    }
    const partition = plant.hosts.partition(plant.interfaces.host(receiver));
    if (partition === this.#shard.index)
      this.#shard.wheel.push(arrival, EVENT.arrive, receiver, frame.number);
    else this.#shard.outbox.put(partition, arrival, EVENT.arrive, receiver, frame.number);
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
    frame.destinationMac = mac;
    if (this.#depart(frame, iface, NOBODY) >= 0) this.#unheard(frame);
  }

  /** A broadcast has one fate for all, and one arrival: it is one signal on one wire. */
  toEveryone(frame: Frame, iface: number): void {
    const { plant, pool, wheel, outbox, index } = this.#shard;
    frame.destinationMac = groupMac(frame.to);
    const arrival = this.#depart(frame, iface, EVERYONE);
    if (arrival < 0) return;
    const segment = plant.segmentAt(iface);
    wheel.push(arrival, EVENT.heard, segment.index, frame.number, 1);
    for (const partition of segment.partitions) {
      if (partition === index) continue;
      const copy = pool.take(frame.octets, frame.octets.length);
      copy.copyHeaders(frame);
      outbox.put(partition, arrival, EVENT.heard, segment.index, copy.number);
    }
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
    let start: number = now;
    let delay = quality.delayUs;
    if (quality.bitsPerSecond > 0) start = this.#serialise(frame, iface, quality.bitsPerSecond);
    const key = plant.hosts.diceKey(host);
    if (quality.lossRatio > 0 && drawAt(key ^ LOSS_DICE, draw) < quality.lossRatio * TWO_32) {
      this.#lose(frame, host, undefined);
      return -1;
    }
    if (quality.jitterUs > 0) delay += upTo(drawAt(key ^ JITTER_DICE, draw), quality.jitterUs);
    if (segment.faults.length > 0) {
      const extra = this.#impair(segment, key, draw);
      if (typeof extra !== 'number') {
        this.#lose(frame, host, extra);
        return -1;
      }
      delay += extra;
    }
    // What one sender puts on one segment arrives in that order.
    const arrival = Math.max(start + delay, plant.interfaces.lastArrival(iface));
    plant.interfaces.setLastArrival(iface, arrival);
    return arrival;
  }

  /** When the last octet has left: frames of one sender wait for each other. */
  #serialise(frame: Frame, iface: number, bitsPerSecond: number): number {
    const { plant, now } = this.#shard;
    const bits = (frame.octets.length + OVERHEAD_OCTETS) * 8;
    const left =
      Math.max(now, plant.interfaces.busyUntil(iface)) + Math.ceil((bits * 1_000_000) / bitsPerSecond);
    plant.interfaces.setBusyUntil(iface, left);
    return left;
  }

  /** The delay that the faults of this moment add, or the one that takes the frame. */
  #impair(segment: Segment, key: number, draw: number): number | Fault {
    const { now } = this.#shard;
    let extra = 0;
    for (const fault of segment.faults) {
      if (now < fault.from || now >= fault.until) continue;
      const { lossRatio, delayUs, jitterUs } = fault.impairment;
      const dice = memberKey(fault.key, key);
      if (lossRatio > 0 && drawAt(dice ^ LOSS_DICE, draw) < lossRatio * TWO_32) {
        fault.fired++;
        return fault;
      }
      if (delayUs === 0 && jitterUs === 0) continue;
      fault.fired++;
      extra += delayUs + (jitterUs > 0 ? upTo(drawAt(dice ^ JITTER_DICE, draw), jitterUs) : 0);
    }
    return extra;
  }

  #lose(frame: Frame, host: number, fault: Fault | undefined): void {
    const shard = this.#shard;
    shard.because(host, fault === undefined ? NET_RULES.lost : NET_RULES.faulted, fault?.impairment.id);
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

/** A whole number from 0 to `limit`. */
function upTo(draw: number, limit: number): number {
  return Math.floor((draw / TWO_32) * (limit + 1));
}

/** RFC 1112 §6.4, RFC 2464 §7: a group's hardware address. */
function groupMac(to: Ip): Mac {
  if (!isIpv4(to)) {
    const octets = ipv6Octets(to);
    return macAt(Uint8Array.of(0x33, 0x33, ...octets.subarray(12)), 0);
  }
  return to >>> 28 === 14 ? toMac(0x0100_5e00_0000 + (to & 0x7f_ffff)) : MAC_BROADCAST;
}
