import type { FrameRecord } from '../scenario/record.ts';
import type { Hop, Row } from './ladder-rows.ts';

/**
 * What a ladder says of a frame that a fault made late. A fault that makes everything late is told at the first frame of a spell,
 * with how many are `like` it; what is much later than those is told by itself. `usual`: one of those, not told.
 */
export type Late = { readonly kind: 'told'; readonly like: number } | { readonly kind: 'usual' };

/** Later than this many times what is usual in its spell is no more explained by the fault's own delay and jitter. */
const MUCH_LATER = 2;

/** A fault at one place, for as long as everything that its victims send there is late. */
interface Spell {
  readonly senders: Set<string>;
  readonly hops: Hop[];
}

/** Says of each late frame in the rows whether it is worth a mark. */
export function markLate(rows: readonly Row[]): void {
  const open = new Map<string, Spell>();
  const spells: Spell[] = [];
  for (const hop of rows.flatMap(({ hops }) => hops).sort((a, b) => a.record.sent_at - b.record.sent_at)) {
    const { record } = hop;
    const key = `${record.segment}\n${record.fault ?? ''}`;
    if (record.harm === 'delayed') {
      const spell = open.get(key) ?? begin(spells);
      open.set(key, spell);
      spell.senders.add(record.sender);
      spell.hops.push(hop);
    } else if (record.fate === 'delivered' && record.harm === undefined)
      // Who is not late any more: the fault has gone, or meant another.
      for (const [of, { senders }] of open)
        if (of.startsWith(`${record.segment}\n`) && senders.has(record.sender)) open.delete(of);
  }
  for (const { hops } of spells) judge(hops);
}

function begin(spells: Spell[]): Spell {
  const spell = { senders: new Set<string>(), hops: [] };
  spells.push(spell);
  return spell;
}

function judge(hops: readonly Hop[]): void {
  const usual = median(hops.map(({ record }) => tookOf(record)));
  const alike = hops.filter(({ record }) => tookOf(record) <= usual * MUCH_LATER);
  for (const hop of hops) hop.late = { kind: 'told', like: 0 };
  for (const [index, hop] of alike.entries())
    hop.late = index === 0 ? { kind: 'told', like: alike.length - 1 } : { kind: 'usual' };
}

function tookOf({ at, sent_at }: FrameRecord): number {
  return at - sent_at;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
