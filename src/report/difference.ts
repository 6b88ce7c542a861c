import type { FrameRecord, StateRecord, TraceRecord } from '../scenario/record.ts';
import { eventLine } from './event-line.ts';
import { formatCount, span, type Line } from './line.ts';

/** What counts in a comparison: what crossed the wires, and the states that hosts entered. Why is shown, and not compared. */
export type Happening = FrameRecord | StateRecord;

export function isHappening(record: TraceRecord): record is Happening {
  return record.kind === 'frame' || record.kind === 'state';
}

/** All of an event but its numbers, which shift by what came before. */
export function happeningKey(record: Happening): string {
  if (record.kind === 'state') {
    const { at, host, machine, state, subject } = record;
    return JSON.stringify(['state', at, host, machine, state, subject]);
  }
  return JSON.stringify(['frame', ...FRAME_PARTS.map((part) => record[part])]);
}

const FRAME_PARTS = [
  'at',
  'sent_at',
  'segment',
  'sender',
  'receiver',
  'fate',
  'fault',
  'source_mac',
  'destination_mac',
  'body',
  'from',
  'to',
  'octets',
] as const;

/** Two runs around the first event in which they differ; each list begins with that event, where the run has one. */
export interface Divergence {
  /** Events that both had before, the last few of them. */
  readonly before: readonly Happening[];
  /** How many both had before. */
  readonly common: number;
  readonly a: readonly Happening[];
  readonly b: readonly Happening[];
}

export interface Difference {
  readonly common: number;
  readonly at: number;
  /** The same event in both; of one that only one run has, the other is undefined. */
  readonly a: Happening | undefined;
  readonly b: Happening | undefined;
  /** What of it differs; empty where only one run has it. */
  readonly fields: readonly { readonly name: string; readonly a: string; readonly b: string }[];
  readonly before: readonly Happening[];
  /** What each run went on with. */
  readonly nextA: readonly Happening[];
  readonly nextB: readonly Happening[];
}

const NEXT_MAX = 3;

/** The first event that differs, paired with its like in the other run where there is one: a lost packet with the same one that arrived. */
export function differenceOf({ before, common, a, b }: Divergence): Difference {
  const [firstA] = a;
  const [firstB] = b;
  // What came first is what made the difference; at one moment, what the other run lacks.
  const likeOfA = firstA && b.find((other) => isLike(firstA, other));
  const likeOfB = firstB && a.find((other) => isLike(firstB, other));
  const isA =
    firstB === undefined ||
    (firstA !== undefined &&
      (firstA.at < firstB.at ||
        (firstA.at === firstB.at && !(likeOfA !== undefined && likeOfB === undefined))));
  const pair = isA ? { a: firstA, b: likeOfA } : { a: likeOfB, b: firstB };
  return {
    common,
    at: Math.min(pair.a?.at ?? Infinity, pair.b?.at ?? Infinity),
    ...pair,
    fields: pair.a === undefined || pair.b === undefined ? [] : fieldsOf(pair.a, pair.b),
    before,
    nextA: a.filter((event) => event !== pair.a).slice(0, NEXT_MAX),
    nextB: b.filter((event) => event !== pair.b).slice(0, NEXT_MAX),
  };
}

/** Whether two events are the same step of two runs, however it ended. */
function isLike(a: Happening, b: Happening): boolean {
  if (a.kind === 'state')
    return b.kind === 'state' && a.host === b.host && a.subject === b.subject && a.machine === b.machine;
  return (
    b.kind === 'frame' &&
    a.segment === b.segment &&
    a.sender === b.sender &&
    a.body === b.body &&
    a.protocol === b.protocol &&
    a.message === b.message &&
    a.to === b.to
  );
}

function fieldsOf(a: Happening, b: Happening): Difference['fields'] {
  const [one, other] = [flat(a), flat(b)];
  // That what was lost did not arrive goes without saying.
  const isFate = one.get('fate') !== other.get('fate');
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((name) => one.get(name) !== other.get(name) && !(isFate && name === 'arrived'))
    .map((name) => ({ name, a: one.get(name) ?? 'none', b: other.get(name) ?? 'none' }));
}

/** The parts of an event by name, those that a person reads. */
function flat(record: Happening): ReadonlyMap<string, string> {
  if (record.kind === 'state')
    return new Map([
      ['state', record.state],
      ['at', seconds(record.at)],
    ]);
  const { at, sent_at: sentAt, fate, fault, receiver, from, to, fields, octets } = record;
  return new Map(
    [
      ['sent', seconds(sentAt)],
      ['arrived', seconds(at)],
      ['fate', fate],
      ['fault', fault ?? ''],
      ['receiver', receiver ?? 'all'],
      ['from', from ?? ''],
      ['to', to ?? ''],
      ...Object.entries(fields),
      ['octets', octets],
    ].map(([name, value]) => [name ?? '', value ?? '']),
  );
}

function seconds(us: number): string {
  return `${(us / 1_000_000).toFixed(6)} s`;
}

/** Octets of this many digits and less are shown. */
const HEX_MAX = 64;

/** The difference as a person reads it. `a` and `b` are what the runs are called. */
export function differenceLines(
  difference: Difference,
  names: { readonly a: string; readonly b: string },
): Line[] {
  const { common, before, fields, nextA, nextB } = difference;
  const width = Math.max(names.a.length, names.b.length);
  const side = (name: string): Line => [span(` ${name.padEnd(width)}  `, 'strong')];
  const lines: Line[] = [
    [span(`${sameText(common)}, at ${seconds(difference.at)}:`)],
    [],
    ...before.map((event): Line => [span(` ${' '.repeat(width)}  `), ...eventLine(event)]),
  ];
  for (const key of ['a', 'b'] as const) {
    const event = difference[key];
    const missing = span(`${' '.repeat(12)}  nothing like it`, 'warn');
    lines.push([...side(names[key]), ...(event === undefined ? [missing] : eventLine(event))]);
  }
  if (fields.length > 0) lines.push([]);
  for (const { name, a, b } of fields) {
    if (a.length + b.length > HEX_MAX) lines.push([span(`   ${name} differ`, 'warn')]);
    else
      lines.push([span(`   ${name}: `, 'dim'), span(a, 'warn'), span(' against ', 'dim'), span(b, 'warn')]);
  }
  for (const [name, events] of [
    [names.a, nextA],
    [names.b, nextB],
  ] as const) {
    lines.push([], [span(` ${name} went on with`, 'dim')]);
    if (events.length === 0) lines.push([span('   nothing', 'dim')]);
    for (const event of events) lines.push([span('   '), ...eventLine(event)]);
  }
  return lines;
}

function sameText(common: number): string {
  if (common === 0) return 'the first event differs';
  return common === 1
    ? 'the first event is the same; then'
    : `the first ${formatCount(common)} events are the same; then`;
}
