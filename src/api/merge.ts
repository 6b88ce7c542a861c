import { isHistogramData } from '../scenario/histogram.ts';
import { VERDICTS } from '../scenario/result.ts';
import { parseSeeds } from '../scenario/seeds.ts';
import { Tally, type PlannedCell } from '../scenario/tally.ts';
import { cellKey, type SweptCell, type UnitResult } from '../scenario/unit.ts';
import { FileError } from './failure.ts';
import { readText } from './files.ts';
import type { Shard } from './shard.ts';

/** 100,000 runs of a few kilobytes each. */
const OCTETS_MAX = 256 * 1024 * 1024;

export interface Merged {
  /** All cells of all files, and the seeds that they were to run under. */
  readonly cells: readonly PlannedCell[];
  /** Every unit once: cell by cell, seed by seed. */
  readonly units: readonly UnitResult[];
  readonly tally: Tally;
  /** Units that came more than once. */
  readonly again: number;
  /** Parts of which no file came: `shard 2 of 4`. */
  readonly missingShards: readonly string[];
}

/** Joins what `run --json` and the reporters json and ndjson wrote, whichever shards that was of. */
export function mergeResults(paths: readonly string[]): Merged {
  const files = paths.map((path) => readResults(path));
  const tally = new Tally(files.flatMap(({ cells }) => cells));
  const places = new Map(tally.plan().map(({ cell }, index) => [cellKey(cell), index]));
  const placeOf = (unit: UnitResult): number => places.get(cellKey(unit)) ?? places.size;
  const all = files.flatMap(({ units }) => units);
  // Not in the order of the files: sums and lists are the same whoever came first.
  all.sort((a, b) => placeOf(a) - placeOf(b) || a.seed - b.seed);
  const units = all.filter((unit) => tally.add(unit) === 'new');
  return {
    cells: tally.plan(),
    units,
    tally,
    again: all.length - units.length,
    // Where all is there, it does not matter in which parts it came.
    missingShards: tally.missing === 0 ? [] : missingShards(files.flatMap(({ shard }) => shard ?? [])),
  };
}

function missingShards(shards: readonly Shard[]): readonly string[] {
  const missing: string[] = [];
  for (const count of new Set(shards.map((shard) => shard.count)))
    for (let index = 1; index <= count; index++)
      if (!shards.some((shard) => shard.count === count && shard.index === index))
        missing.push(`shard ${index} of ${count}`);
  return missing;
}

interface Results {
  readonly cells: readonly PlannedCell[];
  readonly units: readonly UnitResult[];
  readonly shard: Shard | undefined;
}

function readResults(path: string): Results {
  const text = readText(path, OCTETS_MAX);
  const whole = fromJson(text);
  if (isMap(whole) && 'scenario_hash' in whole) return { ...single(whole, path), shard: undefined };
  if (isMap(whole) && Array.isArray(whole['runs']))
    return { ...planOf(whole, path), units: whole['runs'].map((unit) => unitFrom(unit, path)) };
  return readLines(text, path);
}

/** One object a line; the last line of a run that was killed may be half a line. */
function readLines(text: string, path: string): Results {
  const lines = text.split('\n').filter((line) => line !== '');
  const values = lines.map((line) => fromJson(line));
  const [plan] = values;
  if (!isMap(plan) || plan['type'] !== 'plan') throw noResult(path);
  const units: UnitResult[] = [];
  for (const [index, value] of values.entries()) {
    if (value === undefined && index === values.length - 1) break;
    if (!isMap(value)) throw noResult(path);
    const { type, ...rest } = value;
    if (type === 'run') units.push(unitFrom(rest, path));
  }
  return { ...planOf(plan, path), units };
}

function single(value: Readonly<Record<string, unknown>>, path: string): Omit<Results, 'shard'> {
  const unit = unitFrom(value, path);
  return { cells: [{ cell: unit, seeds: [{ first: unit.seed, last: unit.seed }] }], units: [unit] };
}

function planOf(value: Readonly<Record<string, unknown>>, path: string): Omit<Results, 'units'> {
  const { plan, shard } = value;
  if (!Array.isArray(plan)) throw noResult(path);
  const cells = plan.map((entry: unknown): PlannedCell => {
    const seeds = isMap(entry) && typeof entry['seeds'] === 'string' ? parseSeeds(entry['seeds']) : undefined;
    if (seeds === undefined || !isCell(entry)) throw noResult(path);
    return { cell: entry, seeds };
  });
  return { cells, shard: isShard(shard) ? shard : undefined };
}

function unitFrom(value: unknown, path: string): UnitResult {
  if (!isUnit(value)) throw noResult(path);
  // One that headend itself does not know would be no verdict's worst.
  return value;
}

function isShard(value: unknown): value is Shard {
  return isMap(value) && Number.isSafeInteger(value['index']) && Number.isSafeInteger(value['count']);
}

function isCell(value: unknown): value is SweptCell {
  if (!isMap(value)) return false;
  const { file, scenario, scenario_hash: hash, version, params } = value;
  return [file, scenario, hash, version].every((one) => typeof one === 'string') && isMap(params);
}

function isUnit(value: unknown): value is UnitResult {
  if (!isMap(value) || !isCell(value)) return false;
  const {
    seed,
    digest,
    verdict,
    expectations,
    metrics,
    histograms,
    causes = [],
  } = value as Record<string, unknown>;
  return (
    Number.isSafeInteger(seed) &&
    (digest === null || typeof digest === 'string') &&
    isVerdict(verdict) &&
    Array.isArray(expectations) &&
    expectations.every(isExpectation) &&
    isMap(metrics) &&
    Object.values(metrics).every((one) => typeof one === 'number') &&
    isMap(histograms) &&
    Object.values(histograms).every(isHistogramData) &&
    Array.isArray(causes) &&
    causes.every(isCause)
  );
}

function isExpectation(value: unknown): boolean {
  if (!isMap(value)) return false;
  const { kind, text, detail, verdict } = value;
  return [kind, text, detail].every((one) => typeof one === 'string') && isVerdict(verdict);
}

function isCause(value: unknown): boolean {
  return isMap(value) && typeof value['id'] === 'string' && typeof value['title'] === 'string';
}

function isVerdict(value: unknown): boolean {
  return VERDICTS.some((verdict) => verdict === value);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** undefined: it is no JSON. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function noResult(path: string): FileError {
  return new FileError(
    path,
    'that is no result of a run, or of another headend',
    'name files that headend run --json, --reporter json=FILE or --reporter ndjson=FILE wrote',
  );
}
