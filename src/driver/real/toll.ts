import type { FrameBody, FrameEvent, Harm } from '../../core/driver.ts';
import type { Rule } from '../../core/rules.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import type { Instant } from '../../core/time.ts';
import type { Fault } from './fault.ts';
import type { Interface, Medium } from './plant.ts';

/** A copy follows by up to a millisecond: two ways of nearly the same length. */
const COPY_LATER_US = 1_000;
/** Damage comes in bursts; more bits show no more. */
const BITS_MAX = 3;

/** What the faults of a medium do to one frame. */
export interface Toll {
  /** Which takes it, and what is said of that. */
  readonly taken: { readonly fault: string; readonly rule: Rule } | undefined;
  readonly delayUs: number;
  /** Held beside the order of its sender. */
  readonly holdUs: number;
  /** The least bandwidth that they leave; Infinity: as much as there is. */
  readonly bitsPerSecond: number;
  /** How much later a second copy arrives, and by whom. */
  readonly copy: { readonly laterUs: number; readonly fault: string } | undefined;
  readonly harms: readonly { readonly harm: Harm; readonly fault: string }[];
}

const NOTHING = {
  taken: undefined,
  delayUs: 0,
  holdUs: 0,
  bitsPerSecond: Infinity,
  copy: undefined,
  harms: [],
} satisfies Toll;

/** Between whom a frame crosses. */
export interface Between {
  readonly sender: Interface;
  /** undefined: for all, or nobody has that hardware address. */
  readonly receiver: Interface | undefined;
  readonly isBroadcast: boolean;
}

/** The faults that are on and concern a frame; it is looked at, `look`, only for those that pick. */
export function concerning(
  medium: Medium,
  { sender, receiver, isBroadcast }: Between,
  now: Instant,
  look: (() => FrameEvent) | undefined,
): readonly Fault[] {
  if (medium.faults.length === 0) return medium.faults;
  const from = sender.station.spec;
  return medium.faults.filter((fault) => {
    if (!fault.isOn(now)) return false;
    if (!fault.concernsAll) {
      if (receiver === undefined && !isBroadcast) return false;
      if (
        receiver === undefined
          ? !fault.concernsAllOf(from.name)
          : !fault.isBetween(from.name, receiver.station.spec.name)
      )
        return false;
    }
    const { picks } = fault.impairment;
    return picks === undefined || (look !== undefined && picks(look()));
  });
}

/** What they do to it; a UDP datagram's octets are damaged in place. */
export function levy(faults: readonly Fault[], body: FrameBody | undefined): Toll {
  if (faults.length === 0) return NOTHING;
  let { delayUs, holdUs, bitsPerSecond }: Toll = NOTHING;
  let copy: Toll['copy'];
  const harms: { harm: Harm; fault: string }[] = [];
  for (const fault of faults) {
    const { id, impairment } = fault;
    const took = takes(fault, body);
    if (took !== undefined) {
      fault.fired++;
      return { ...NOTHING, bitsPerSecond, taken: { fault: id, rule: took }, harms };
    }
    const before = harms.length;
    const { bitsPerSecond: bits = 0 } = impairment;
    if (damages(fault, body)) harms.push({ harm: 'corrupted', fault: id });
    if (bits > 0) bitsPerSecond = Math.min(bitsPerSecond, bits);
    if (impairment.delayUs > 0 || impairment.jitterUs > 0 || bits > 0) {
      delayUs += impairment.delayUs + Math.round(fault.random.fraction() * impairment.jitterUs);
      harms.push({ harm: 'delayed', fault: id });
    }
    if (fault.draws(impairment.reorderRatio ?? 0)) {
      holdUs += impairment.holdUs ?? 0;
      harms.push({ harm: 'reordered', fault: id });
    }
    const copies = fault.draws(impairment.duplicateRatio ?? 0);
    if (copies) copy = { laterUs: 1 + fault.random.below(COPY_LATER_US), fault: id };
    if (copies || harms.length > before) fault.fired++;
  }
  return { taken: undefined, delayUs, holdUs, bitsPerSecond, copy, harms };
}

/** Who keeps one hearer of a frame for all from hearing it. */
export function cutBetween(
  medium: Medium,
  sender: Interface,
  hearer: Interface,
  sentAt: Instant,
): Fault | undefined {
  for (const fault of medium.faults) {
    const { lossRatio, picks } = fault.impairment;
    const from = sender.station.spec;
    if (fault.concernsAll || picks !== undefined || !fault.isOn(sentAt) || fault.concernsAllOf(from.name))
      continue;
    if (!fault.isBetween(from.name, hearer.station.spec.name) || !fault.draws(lossRatio)) continue;
    fault.fired++;
    return fault;
  }
  return undefined;
}

/** Says what was done to a frame, and gives the worst of it. */
export function worstOf(harms: Toll['harms']): Toll['harms'][number] | undefined {
  let worst: Toll['harms'][number] | undefined;
  for (const each of harms)
    if (worst === undefined || HARMS.indexOf(each.harm) > HARMS.indexOf(worst.harm)) worst = each;
  return worst;
}

/** The worst last. */
const HARMS: readonly Harm[] = ['delayed', 'reordered', 'duplicated', 'corrupted'];

export const HARM_RULES: Readonly<Record<Harm, Rule>> = {
  delayed: NET_RULES.delayed,
  reordered: NET_RULES.reordered,
  duplicated: NET_RULES.duplicated,
  corrupted: NET_RULES.corrupted,
};

/** What is no datagram has a checksum that finds damage. */
function takes(fault: Fault, body: FrameBody | undefined): Rule | undefined {
  const { lossRatio, corruptRatio = 0, rule } = fault.impairment;
  if (fault.draws(lossRatio)) return rule ?? NET_RULES.faulted;
  if (body?.kind === 'udp' && body.octets.length > 0) return undefined;
  return fault.draws(corruptRatio) ? NET_RULES.damagedDropped : undefined;
}

function damages(fault: Fault, body: FrameBody | undefined): boolean {
  if (body?.kind !== 'udp' || body.octets.length === 0) return false;
  if (!fault.draws(fault.impairment.corruptRatio ?? 0)) return false;
  const { octets } = body;
  const first = fault.random.below(octets.length * 8);
  const count = 1 + fault.random.below(BITS_MAX);
  for (let turned = 0; turned < count; turned++) {
    const bit = (first + turned * 13) % (octets.length * 8);
    octets[bit >>> 3] = (octets[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
  }
  return true;
}
