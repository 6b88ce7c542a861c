import type { Random } from '../../core/random.ts';

/** `file`: always in the order of the zone file. `rotate`: beginning with a record drawn by chance, the others after it. */
export type RecordOrder = 'file' | 'rotate';

/**
 * Simple routing: every record of the set is given, and clients take the first they can use. It gives the index to begin with;
 * after the last record the first follows. RFC 1034 §3.6: the order of a set means nothing, so any is right.
 */
export function firstRecord(order: RecordOrder, count: number, random: Random): number {
  return order === 'file' || count < 2 ? 0 : random.below(count);
}
