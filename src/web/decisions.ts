import { findEntry } from '../report/explain.ts';
import type { Entry } from '../report/explain.ts';
import type { FrameRecord, TraceRecord } from '../scenario/record.ts';

/** What a receiver made of a packet: a rule, and what it said of this case. */
export interface Decision {
  readonly id: string;
  readonly entry: Entry;
  readonly said: string | null;
}

/** A receiver speaks of a packet in the moment that it has it, before the next one that reaches it. */
export function decisionsOn(records: readonly TraceRecord[], record: FrameRecord): readonly Decision[] {
  const { number, at, receiver, fate } = record;
  if (receiver === null || fate !== 'delivered') return [];
  const start = lowerBound(records, number) + 1;
  const found = new Map<string, Decision>();
  for (let index = start; index < records.length; index++) {
    const one = records[index];
    if (one === undefined || one.at > at) break;
    if (one.kind === 'frame' && one.receiver === receiver) break;
    if (one.kind !== 'because' || one.host !== receiver) continue;
    const entry = findEntry(one.rule);
    if (entry !== undefined) found.set(one.rule, { id: one.rule, entry, said: one.detail });
  }
  return [...found.values()];
}

/** Where the record of a number stands, or would. */
export function lowerBound(records: readonly TraceRecord[], number: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.number ?? Infinity) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
