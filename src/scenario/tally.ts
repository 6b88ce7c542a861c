import { metricNamed } from '../config/metric-names.ts';
import { Histogram, type HistogramData } from './histogram.ts';
import { VERDICTS, worst, type ExpectationResult, type Verdict } from './result.ts';
import { countSeeds, formatSeeds, joinSeeds, type SeedRange } from './seeds.ts';
import {
  cellKey,
  isCoverage,
  likelyCause,
  ownVerdict,
  type CauseName,
  type SweptCell,
  type UnitResult,
} from './unit.ts';

/** A cell and the seeds that it is to run under. */
export interface PlannedCell {
  readonly cell: SweptCell;
  readonly seeds: readonly SeedRange[];
  /** How many of them are this shard's to run; left out, all. */
  readonly count?: number | undefined;
}

export type VerdictCounts = Readonly<Record<Verdict, number>>;

/** What became of one cell over its seeds, as JSON. */
export interface CellSummary extends SweptCell {
  readonly seeds: string;
  readonly verdict: Verdict;
  readonly runs: number;
  /** Seeds that were to run and did not. */
  readonly missing: number;
  readonly verdicts: VerdictCounts;
  readonly expectations: readonly ExpectationSummary[];
  /** Over the runs, each of which has one value. */
  readonly metrics: Readonly<Record<string, Percentiles>>;
  /** All values of all runs together. */
  readonly histograms: Readonly<Record<string, HistogramData>>;
  /** The likely causes of those that did not pass, the most frequent first; empty: none is known. */
  readonly causes: readonly CauseCount[];
  readonly failing: readonly FailingSeed[];
  /** All seeds that neither passed nor only warned: `3,17..19`. */
  readonly failing_seeds: string;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface ExpectationSummary {
  readonly kind: ExpectationResult['kind'];
  readonly text: string;
  /** Of `sometimes` the best over all seeds, of all others the worst. */
  readonly verdict: Verdict;
  readonly verdicts: VerdictCounts;
}

export interface FailingSeed {
  readonly seed: number;
  readonly verdict: Verdict;
  /** The first of what did not hold. */
  readonly text: string;
  readonly detail: string;
  readonly learn?: readonly string[] | undefined;
  /** What is most likely behind it; left out, nothing is known. */
  readonly cause?: CauseName | undefined;
}

/** How many seeds of a cell did not pass for one cause. */
export interface CauseCount extends CauseName {
  readonly seeds: number;
}

/** Seeds that are told one by one. */
const FAILING_MAX = 20;

/** The same seed of the same cell came twice, with two digests. */
export interface Contradiction {
  readonly cell: SweptCell;
  readonly seed: number;
  readonly digests: readonly [string, string];
}

/** Adds units up, cell by cell, and keeps of each no more than that. */
export class Tally {
  readonly #cells = new Map<string, CellTally>();
  readonly #contradictions: Contradiction[] = [];

  constructor(planned: readonly PlannedCell[]) {
    for (const one of planned) this.#plan(one);
  }

  /** What a merge finds in more files. A unit that has come already counts once. */
  add(unit: UnitResult): 'new' | 'again' {
    const cell = this.#cells.get(cellKey(unit)) ?? this.#plan({ cell: unit, seeds: [] });
    const digest = cell.digestOf(unit.seed);
    if (digest === undefined) {
      cell.add(unit);
      return 'new';
    }
    if (unit.digest !== null && digest !== '' && unit.digest !== digest)
      this.#contradictions.push({ cell: cell.cell, seed: unit.seed, digests: [digest, unit.digest] });
    return 'again';
  }

  get contradictions(): readonly Contradiction[] {
    return this.#contradictions;
  }

  get planned(): number {
    return this.#sum((cell) => cell.planned);
  }

  get runs(): number {
    return this.#sum((cell) => cell.runs);
  }

  get missing(): number {
    return this.#sum((cell) => cell.missing);
  }

  count(verdict: Verdict): number {
    return this.#sum((cell) => cell.verdicts[verdict]);
  }

  /** A unit that is missing leaves its cell inconclusive, if it is not worse. */
  get verdict(): Verdict {
    return worst([...this.#cells.values()].map((cell) => cell.verdict));
  }

  /** Whether every error was the machine's, and none ours. */
  get blameless(): boolean {
    return [...this.#cells.values()].every((cell) => !cell.hasBug);
  }

  summaries(): readonly CellSummary[] {
    return [...this.#cells.values()].map((cell) => cell.summary());
  }

  plan(): readonly PlannedCell[] {
    return [...this.#cells.values()].map(({ cell, seeds }) => ({ cell, seeds }));
  }

  #plan({ cell, seeds, count }: PlannedCell): CellTally {
    const key = cellKey(cell);
    const tally = this.#cells.get(key) ?? new CellTally(cell);
    this.#cells.set(key, tally);
    tally.expect(seeds, count);
    return tally;
  }

  #sum(of: (cell: CellTally) => number): number {
    return [...this.#cells.values()].reduce((sum, cell) => sum + of(cell), 0);
  }
}

class CellTally {
  readonly cell: SweptCell;
  readonly verdicts: Record<Verdict, number> = noVerdicts();
  hasBug = false;
  seeds: readonly SeedRange[] = [];
  /** Seed to digest; empty: it has none. */
  readonly #digests = new Map<number, string>();
  readonly #expectations = new Map<string, { one: ExpectationResult; verdicts: Record<Verdict, number> }>();
  readonly #metrics = new Map<string, Histogram>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #causes = new Map<string, CauseCount>();
  readonly #failing: FailingSeed[] = [];
  readonly #failingSeeds: SeedRange[] = [];

  /** How many of the seeds are to run; undefined: all. */
  #count: number | undefined;

  constructor({ file, scenario, scenario_hash, params, version, changes }: SweptCell) {
    const named = { file, scenario, scenario_hash, params, version };
    this.cell = changes === undefined ? named : { ...named, changes };
  }

  expect(seeds: readonly SeedRange[], count?: number): void {
    this.seeds = joinSeeds([...this.seeds, ...seeds]);
    this.#count = count ?? this.#count;
  }

  digestOf(seed: number): string | undefined {
    return this.#digests.get(seed);
  }

  add(unit: UnitResult): void {
    const { seed, digest, expectations, metrics, histograms, error } = unit;
    this.expect([{ first: seed, last: seed }]);
    this.#digests.set(seed, digest ?? '');
    const verdict = ownVerdict(unit);
    this.verdicts[verdict]++;
    this.hasBug ||= error?.kind === 'bug';
    for (const one of expectations) this.#expectation(one);
    for (const [name, value] of Object.entries(metrics)) entry(this.#metrics, name).add(value);
    for (const [name, data] of Object.entries(histograms)) entry(this.#histograms, name).merge(data);
    if (verdict === 'pass' || verdict === 'warn') return;
    this.#failingSeeds.push({ first: seed, last: seed });
    this.#cause(likelyCause(unit));
    if (this.#failing.length < FAILING_MAX) this.#failing.push(failingSeed(unit, verdict));
  }

  get planned(): number {
    return this.#count ?? countSeeds(this.seeds);
  }

  get runs(): number {
    return this.#digests.size;
  }

  get missing(): number {
    return this.planned - this.runs;
  }

  get verdict(): Verdict {
    const missing: readonly Verdict[] = this.missing > 0 ? ['inconclusive'] : [];
    const own = VERDICTS.filter((verdict) => this.verdicts[verdict] > 0);
    return worst([...own, ...missing, ...this.#summaries().map(({ verdict }) => verdict)]);
  }

  summary(): CellSummary {
    return {
      ...this.cell,
      seeds: formatSeeds(this.seeds),
      verdict: this.verdict,
      runs: this.runs,
      missing: this.missing,
      verdicts: { ...this.verdicts },
      expectations: this.#summaries(),
      metrics: Object.fromEntries(
        sorted(this.#metrics).map(([name, values]) => [
          name,
          { p50: values.percentile(50), p95: values.percentile(95), max: values.most },
        ]),
      ),
      histograms: Object.fromEntries(
        sorted(this.#histograms).map(([name, histogram]) => [name, histogram.toData()]),
      ),
      causes: [...this.#causes.values()].sort((a, b) => b.seeds - a.seeds || (a.id < b.id ? -1 : 1)),
      failing: [...this.#failing],
      failing_seeds: formatSeeds(joinSeeds(this.#failingSeeds)),
    };
  }

  #cause(cause: CauseName | undefined): void {
    if (cause === undefined) return;
    const seeds = this.#causes.get(cause.id)?.seeds ?? 0;
    this.#causes.set(cause.id, { ...cause, seeds: seeds + 1 });
  }

  #expectation(one: ExpectationResult): void {
    const key = `${one.kind} ${one.text}`;
    const found = this.#expectations.get(key) ?? { one, verdicts: noVerdicts() };
    this.#expectations.set(key, found);
    found.verdicts[one.verdict]++;
  }

  #summaries(): readonly ExpectationSummary[] {
    return [...this.#expectations.values()].map(({ one, verdicts }) => {
      const seen = VERDICTS.filter((verdict) => verdicts[verdict] > 0);
      const verdict = (isCoverage(one) ? seen[0] : seen.at(-1)) ?? 'inconclusive';
      return { kind: one.kind, text: one.text, verdict, verdicts: { ...verdicts } };
    });
  }
}

/** Whether the values of a metric are microseconds. */
export function isDuration(metric: string): boolean {
  return metricNamed(metric)?.unit === 'us';
}

function failingSeed(unit: UnitResult, verdict: Verdict): FailingSeed {
  const { seed, error, expectations, learn } = unit;
  const cause = likelyCause(unit);
  const one = expectations.find((each) => !isCoverage(each) && each.verdict === verdict);
  const told =
    error === undefined
      ? { text: one?.text ?? '', detail: one?.detail ?? '' }
      : {
          text: error.kind === 'bug' ? 'a mistake in headend' : 'the machine',
          detail: error.messages.join(' '),
        };
  return {
    seed,
    verdict,
    ...told,
    ...(learn === undefined ? {} : { learn }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function noVerdicts(): Record<Verdict, number> {
  return { pass: 0, warn: 0, inconclusive: 0, fail: 0, error: 0 };
}

function entry(histograms: Map<string, Histogram>, name: string): Histogram {
  const histogram = histograms.get(name) ?? new Histogram();
  histograms.set(name, histogram);
  return histogram;
}

function sorted(histograms: ReadonlyMap<string, Histogram>): [string, Histogram][] {
  return [...histograms].sort(([a], [b]) => (a < b ? -1 : 1));
}
