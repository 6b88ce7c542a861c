import type { FrameEvent, Topology, Trace } from '../core/driver.ts';
import { toInstant } from '../core/time.ts';
import {
  differenceOf,
  happeningKey,
  isHappening,
  type Difference,
  type Happening,
} from '../report/difference.ts';
import { formatDuration } from '../report/line.ts';
import { plantOf, type PlantHost } from '../report/plant.ts';
import { PacketReader } from '../scenario/packet.ts';
import { frameRecord, stateRecord } from '../scenario/record.ts';
import { Sampled } from './sample.ts';
import { loadScenario, prepareVirtual, type LoadOptions } from './scenario.ts';
import { TraceFile } from './trace.ts';

export { differenceLines } from '../report/difference.ts';
export type { Difference } from '../report/difference.ts';

/** What is compared: a trace file, or a run of a scenario in the simulation. */
export type DiffSubject =
  | { readonly kind: 'trace'; readonly path: string }
  | {
      readonly kind: 'run';
      readonly path: string;
      readonly load: LoadOptions;
      /** Left out: the scenario's. */
      readonly seed: number | undefined;
      /** The hosts whose packets count, as in a trace that has not all; left out, all. */
      readonly sample?: readonly string[] | undefined;
      /** The run is cut there. */
      readonly untilUs?: number | undefined;
    };

export interface Comparison {
  /** undefined: they are the same. */
  readonly difference: Difference | undefined;
  /** Events compared. */
  readonly events: number;
  /** Why not all of both was compared; left out: all was. */
  readonly cut?: Cut | undefined;
}

/** Where one of two runs ends before it is over. */
export interface Cut {
  /** Microseconds since the start. */
  readonly atUs: number;
  readonly of: 'a' | 'b';
  /** Stopped by a person; asked to end there; killed, so that what it had written breaks off. */
  readonly why: 'interrupted' | 'until' | 'killed';
}

const BEFORE_MAX = 3;
/** How far the other run is searched for the same event: what was lost in one may arrive much later in the other. */
const WINDOW = 5_000;

/**
 * The first event in which two runs differ. Each is gone through twice, so that neither is ever held in memory: a number for
 * each event first, then the events around the first number that differs. Beyond the end of one that was cut nothing is compared.
 */
export async function compareRuns(a: DiffSubject, b: DiffSubject, signal: AbortSignal): Promise<Comparison> {
  const [endA, endB] = [endOf(a), endOf(b)];
  const cut = earlier(cutOf('a', endA), cutOf('b', endB));
  const untilUs = cut?.atUs ?? Infinity;
  const one: Compared = { subject: a, untilUs };
  const other: Compared = { subject: b, untilUs };
  const numbers = new Numbers();
  let lastAt = 0;
  await eventsOf(one, signal, (event) => {
    lastAt = event.at;
    return numbers.add(keyNumber(happeningKey(event)));
  });
  let index = 0;
  let isOver = false;
  let differsAt = -1;
  await eventsOf(other, signal, (event) => {
    isOver = index >= numbers.count;
    if (isOver && endA === 'killed') return false;
    if (isOver || numbers.at(index) !== keyNumber(happeningKey(event))) differsAt = index;
    else {
      index++;
      lastAt = event.at;
    }
    return differsAt < 0;
  });
  const told = cut === undefined ? {} : { cut };
  const same = { difference: undefined, events: index };
  if (differsAt < 0 && isOver) return { ...same, cut: { atUs: lastAt, of: 'a', why: 'killed' } };
  if (differsAt < 0 && index === numbers.count) return { ...same, ...told };
  if (differsAt < 0 && endB === 'killed') return { ...same, cut: { atUs: lastAt, of: 'b', why: 'killed' } };
  const common = differsAt < 0 ? index : differsAt;
  const windows = [await windowOf(one, common, signal), await windowOf(other, common, signal)] as const;
  const before = windows[0].slice(0, Math.min(BEFORE_MAX, common));
  const rest = { a: windows[0].slice(before.length), b: windows[1].slice(before.length) };
  return { difference: differenceOf({ before, common, ...rest }), events: common, ...told };
}

type End = Omit<Cut, 'of'> | 'killed' | 'whole';

/** What a person is told of what was not compared; `names` are those of the two. */
export function cutText({ atUs, of, why }: Cut, names: { readonly a: string; readonly b: string }): string {
  const what = { interrupted: 'was interrupted', until: 'was to end', killed: 'breaks off' }[why];
  return `${names[of]} ${what} at ${formatDuration(atUs)}: compared is what happened up to there`;
}

/** How far a subject goes. A trace of which the last line is missing may have been whole once. */
function endOf(subject: DiffSubject): End {
  if (subject.kind === 'run')
    return subject.untilUs === undefined ? 'whole' : { atUs: subject.untilUs, why: 'until' };
  const file = new TraceFile(subject.path);
  const end = file.end();
  if (end === undefined) return 'killed';
  if (end.interrupted) return { atUs: end.at, why: 'interrupted' };
  const untilUs = file.header.run?.changes?.until_us;
  return typeof untilUs === 'number' ? { atUs: untilUs, why: 'until' } : 'whole';
}

function cutOf(of: Cut['of'], end: End): Cut | undefined {
  return typeof end === 'string' ? undefined : { of, ...end };
}

function earlier(a: Cut | undefined, b: Cut | undefined): Cut | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.atUs < a.atUs ? b : a;
}

/** What is compared of a subject: all until there, and what happens at that moment. */
interface Compared {
  readonly subject: DiffSubject;
  readonly untilUs: number;
}

/** Events around the one of this index, from a few before it on. */
async function windowOf(
  subject: Compared,
  index: number,
  signal: AbortSignal,
): Promise<readonly Happening[]> {
  const found: Happening[] = [];
  let at = 0;
  await eventsOf(subject, signal, (event) => {
    if (at++ >= index - BEFORE_MAX) found.push(event);
    return found.length < WINDOW;
  });
  return found;
}

/** Hands over all events in order until `visit` has enough. */
async function eventsOf(
  { subject, untilUs }: Compared,
  signal: AbortSignal,
  visit: (event: Happening) => boolean,
): Promise<void> {
  if (subject.kind === 'trace') {
    for (const record of new TraceFile(subject.path).records())
      if (isHappening(record) && record.at <= untilUs && !visit(record)) return;
    return;
  }
  const run = prepareVirtual(loadScenario(subject.path, subject.load), { seed: subject.seed });
  const enough = new AbortController();
  const reader = new PacketReader(run.topology);
  const stand = { number: 0, zero: toInstant(0) };
  const take = (make: () => Happening): void => {
    if (!enough.signal.aborted && !visit(make())) enough.abort();
  };
  const listener: Trace = {
    frame: (event: FrameEvent) => take(() => frameRecord(reader.describe(event), stand)),
    state: (at, host, machine, state, about) =>
      take(() => stateRecord({ at, host, machine, state, subject: about }, stand)),
  };
  const { sample } = subject;
  const heard =
    sample === undefined ? listener : new Sampled(listener, namedIn(run.topology, sample), run.topology);
  const pace = { untilUs: untilUs === Infinity ? undefined : untilUs };
  await run.execute([heard], { ...pace, signal: AbortSignal.any([signal, enough.signal]) });
  signal.throwIfAborted();
}

function namedIn(topology: Topology, names: readonly string[]): readonly PlantHost[] {
  const wanted = new Set(names);
  return plantOf(topology).filter(({ name }) => wanted.has(name));
}

/** Numbers in as little room as they need: a run has millions of events. */
class Numbers {
  #values = new Float64Array(1024);
  count = 0;

  add(value: number): true {
    if (this.count === this.#values.length) {
      const larger = new Float64Array(this.count * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.count++] = value;
    return true;
  }

  at(index: number): number | undefined {
    return this.#values[index];
  }
}

/** 53 bits of two FNV-1a lanes: two events that differ are told apart but for one pair in 2^53. */
function keyNumber(key: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 13);
  }
  return (high & 0x1f_ffff) * 0x1_0000_0000 + (low >>> 0);
}
