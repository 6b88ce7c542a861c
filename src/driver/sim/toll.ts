import { drawAt, memberKey } from '../../core/random.ts';
import type { Rule } from '../../core/rules.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import type { Fault } from './fault.ts';
import { CORRUPTED, DELAYED, EVERYONE, REORDERED, UDP } from './frames.ts';
import type { Frame } from './frames.ts';
import type { Segment } from './segment.ts';
import type { Shard } from './shard.ts';

/** Each use of chance has its own stream of the sender, so that adding loss does not move the jitter. */
export const LOSS_DICE = 0x6c6f7373;
export const JITTER_DICE = 0x6a697474;
const REORDER_DICE = 0x72656f72;
const DUPLICATE_DICE = 0x6475706c;
const COPY_DICE = 0x636f7079;
const CORRUPT_DICE = 0x636f7272;
const BIT_DICE = 0x62697473;
const HEARER_DICE = 0x68656172;
const TWO_32 = 0x1_0000_0000;
/** A copy follows by up to a millisecond: two ways of nearly the same length. */
const COPY_LATER_US = 1_000;
/** Damage comes in bursts; more bits show no more. */
const BITS_MAX = 3;

/** A whole number from 0 to `limit`. */
export function upTo(draw: number, limit: number): number {
  return Math.floor((draw / TWO_32) * (limit + 1));
}

export function isBelow(draw: number, ratio: number): boolean {
  return draw < ratio * TWO_32;
}

/** What the faults of a segment ask of one frame at a time. */
export class Toll {
  readonly #shard: Shard;
  /** Those that are on and concern the present frame. */
  readonly #faults: Fault[] = [];
  /** What was found by `levy`. */
  delayUs = 0;
  /** Held beside the order of its sender. */
  holdUs = 0;
  /** How much later a copy arrives; 0: there is none. */
  copyLaterUs = 0;
  copiedBy: Fault | undefined = undefined;
  takenBy: Fault | undefined = undefined;
  rule: Rule = NET_RULES.faulted;

  constructor(shard: Shard) {
    this.#shard = shard;
  }

  /** Looks up who acts on a frame that is put on the segment now; whether anybody does. */
  gather(segment: Segment, frame: Frame, host: number, receiver: number): boolean {
    const { plant, now } = this.#shard;
    const faults = this.#faults;
    faults.length = 0;
    for (const fault of segment.faults) {
      if (!fault.isOn(now)) continue;
      if (!fault.concernsAll) {
        const concerns =
          receiver >= 0
            ? fault.isBetween(host, plant.interfaces.host(receiver))
            : receiver === EVERYONE && fault.concernsAllOf(host);
        if (!concerns) continue;
      }
      const { picks } = fault.impairment;
      if (picks === undefined || picks(this.#shard.tracer.look(now, frame))) faults.push(fault);
    }
    return faults.length > 0;
  }

  /** The least of the place's own bandwidth and of those that hold now; 0: not limited. */
  bandwidth(own: number): number {
    let least = own > 0 ? own : Infinity;
    for (const fault of this.#faults) {
      const { bitsPerSecond = 0 } = fault.impairment;
      if (bitsPerSecond > 0 && bitsPerSecond < least) least = bitsPerSecond;
    }
    return least === Infinity ? 0 : least;
  }

  /** What they do to the frame; `false` when one takes it. `draw` counts what this host sends. */
  levy(frame: Frame, host: number, draw: number): boolean {
    this.delayUs = 0;
    this.holdUs = 0;
    this.copyLaterUs = 0;
    this.takenBy = undefined;
    for (const fault of this.#faults) {
      if (this.#apply(fault, frame, host, draw)) continue;
      this.takenBy = fault;
      return false;
    }
    return true;
  }

  /** Who of those that hear a frame for all does not, since a fault stands between. */
  cutFrom(segment: Segment, frame: Frame, receiver: number): Fault | undefined {
    const { plant, pool } = this.#shard;
    const sentAt = pool.sentAt[frame.number]!;
    if (sentAt < segment.faultsFrom || sentAt >= segment.faultsUntil) return undefined;
    const host = plant.interfaces.host(frame.sender);
    const hearer = plant.interfaces.host(receiver);
    for (const fault of segment.faults) {
      const { lossRatio, picks } = fault.impairment;
      if (lossRatio === 0 || fault.concernsAll || picks !== undefined || !fault.isOn(sentAt)) continue;
      if (fault.concernsAllOf(host) || !fault.isBetween(host, hearer)) continue;
      const pair = memberKey(memberKey(fault.key, plant.hosts.diceKey(host)), plant.hosts.diceKey(hearer));
      if (!isBelow(drawAt(pair ^ HEARER_DICE, sentAt | 0), lossRatio)) continue;
      fault.fired++;
      return fault;
    }
    return undefined;
  }

  /** `false`: it takes the frame. */
  #apply(fault: Fault, frame: Frame, host: number, draw: number): boolean {
    const { lossRatio, corruptRatio = 0, rule } = fault.impairment;
    const dice = memberKey(fault.key, this.#shard.plant.hosts.diceKey(host));
    if (isBelow(drawAt(dice ^ LOSS_DICE, draw), lossRatio))
      return this.#take(fault, rule ?? NET_RULES.faulted);
    const damages = isBelow(drawAt(dice ^ CORRUPT_DICE, draw), corruptRatio);
    if (damages && (frame.kind !== UDP || frame.octets.length === 0))
      return this.#take(fault, NET_RULES.damagedDropped);
    if (damages) {
      turnBits(frame.octets, dice ^ BIT_DICE, draw);
      this.#harm(fault, frame, CORRUPTED, host);
    }
    const hinders = this.#hinder(fault, frame, host, draw);
    if (damages || hinders) fault.fired++;
    return true;
  }

  /** Makes it late, out of order or twice. */
  #hinder(fault: Fault, frame: Frame, host: number, draw: number): boolean {
    const { impairment } = fault;
    const { delayUs, jitterUs, bitsPerSecond = 0, reorderRatio = 0, duplicateRatio = 0 } = impairment;
    const dice = memberKey(fault.key, this.#shard.plant.hosts.diceKey(host));
    const delays = delayUs > 0 || jitterUs > 0 || bitsPerSecond > 0;
    if (delays) {
      this.delayUs += delayUs + (jitterUs > 0 ? upTo(drawAt(dice ^ JITTER_DICE, draw), jitterUs) : 0);
      this.#harm(fault, frame, DELAYED, host);
    }
    const holds = isBelow(drawAt(dice ^ REORDER_DICE, draw), reorderRatio);
    if (holds) {
      this.holdUs += impairment.holdUs ?? 0;
      this.#harm(fault, frame, REORDERED, host);
    }
    const copies = isBelow(drawAt(dice ^ DUPLICATE_DICE, draw), duplicateRatio);
    if (copies) {
      this.copyLaterUs = 1 + upTo(drawAt(dice ^ COPY_DICE, draw), COPY_LATER_US - 1);
      this.copiedBy = fault;
    }
    return delays || holds || copies;
  }

  #take(fault: Fault, rule: Rule): false {
    fault.fired++;
    this.rule = rule;
    return false;
  }

  /** The worst is what is told. */
  #harm(fault: Fault, frame: Frame, harm: number, host: number): void {
    this.#shard.because(host, HARM_RULES[harm]!, fault.impairment.id);
    if (harm <= frame.harm) return;
    frame.harm = harm;
    frame.fault = fault.impairment.id;
  }
}

/** By harm. */
const HARM_RULES: readonly Rule[] = [
  NET_RULES.faulted,
  NET_RULES.delayed,
  NET_RULES.reordered,
  NET_RULES.duplicated,
  NET_RULES.corrupted,
];

/** One bit, or a few: each another one, so that the octets differ from what was sent. */
function turnBits(octets: Uint8Array, dice: number, draw: number): void {
  const bits = octets.length * 8;
  const first = drawAt(dice, draw) % bits;
  const count = 1 + (drawAt(dice ^ HEARER_DICE, draw) % BITS_MAX);
  for (let turned = 0; turned < count; turned++) {
    const bit = (first + turned * 13) % bits;
    octets[bit >>> 3]! ^= 1 << (bit & 7);
  }
}
