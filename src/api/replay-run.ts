import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { formatCount, span, type Line } from '../report/line.ts';
import type { RunResult } from '../scenario/result.ts';
import type { Changes, SweptCell, UnitResult } from '../scenario/unit.ts';
import { compareRuns, type Comparison, type Cut } from './diff.ts';
import { FileError, UsageError } from './failure.ts';
import { mergeResults } from './merge.ts';
import { loadScenario, prepareVirtual, type LoadedScenario, type LoadOptions } from './scenario.ts';
import { scenarioHash } from './scenario-hash.ts';
import { isTraceFile, TraceFile } from './trace.ts';
import { optionsOf } from './unit.ts';

export interface ReplayRequest {
  /** A trace, or results as JSON. */
  readonly path: string;
  /** The scenario; left out, the one that `path` names. */
  readonly file: string | undefined;
  readonly reach: LoadOptions['reach'];
  /** Of several results the one of this seed, and of a cell with these values, `name=value`. */
  readonly seed: number | undefined;
  readonly cells: readonly string[];
}

/** A run that was, beside the same run again. */
export interface Replay {
  readonly file: string;
  readonly seed: number;
  readonly same: boolean;
  /** Of the scenario and all that it names; `before` undefined: nobody wrote it down. */
  readonly hash: { readonly before: string | undefined; readonly now: string };
  /** headend's own that ran it then; undefined: nobody wrote it down. */
  readonly version: string | undefined;
  /** Both end there; left out: where the scenario ends. */
  readonly cut?: ReplayCut | undefined;
  readonly of: ReplayedTrace | ReplayedResult;
}

export interface ReplayedTrace extends Omit<Comparison, 'cut'> {
  readonly kind: 'trace';
}

/** Where a run was cut, and by whom. */
export type ReplayCut = Omit<Cut, 'of'>;

export interface ReplayedResult {
  readonly kind: 'result';
  readonly digest: { readonly before: string; readonly now: string };
  readonly parts: readonly ResultPart[];
}

/** What a result says otherwise than another. */
export interface ResultPart {
  readonly name: string;
  readonly before: string;
  readonly now: string;
}

/** What a file says of the run that it is of. */
interface Recorded extends Pick<SweptCell, 'params' | 'changes'> {
  /** The first of these that is there. */
  readonly files: readonly string[];
  readonly hash?: string | undefined;
  readonly version?: string | undefined;
}

/** Runs what a trace or a result is of once more, and compares. */
export async function replayRun(request: ReplayRequest, signal: AbortSignal): Promise<Replay> {
  return isTraceFile(request.path) ? replayTrace(request, signal) : replayResult(request, signal);
}

async function replayTrace(request: ReplayRequest, signal: AbortSignal): Promise<Replay> {
  const { path } = request;
  const trace = new TraceFile(path);
  const { mode, seed, sample, run } = trace.header;
  if (mode !== 'virtual') throw isLive(path);
  if (request.seed !== undefined && request.seed !== seed)
    throw new UsageError(
      `${path} is the trace of seed ${seed}: for another, name ${path} and the scenario to headend diff`,
    );
  if (run !== undefined && !isRun(run))
    throw new FileError(path, 'its header does not say well what it is the trace of', 'make the trace again');
  const recorded: Recorded =
    run === undefined
      ? { files: [], params: {} }
      : { ...run, files: [beside(path, run.file)], hash: run.scenario_hash };
  const { file, load, loaded, untilUs } = reload(recorded, request);
  const end = trace.end();
  const again = {
    ...({ kind: 'run', path: file, load: optionsOf(recorded, load), seed, sample } as const),
    untilUs: end?.interrupted === true ? end.at : untilUs,
  };
  const { cut, ...comparison } = await compareRuns({ kind: 'trace', path }, again, signal);
  return {
    file,
    seed,
    same: comparison.difference === undefined,
    hash: { before: recorded.hash, now: scenarioHash(loaded, load, untilUs) },
    version: recorded.version,
    ...(cut === undefined ? {} : { cut: { atUs: cut.atUs, why: cut.why } }),
    of: { kind: 'trace', ...comparison },
  };
}

async function replayResult(request: ReplayRequest, signal: AbortSignal): Promise<Replay> {
  const { path } = request;
  const unit = pickUnit(request);
  if (unit.mode === 'live') throw isLive(path);
  const { digest, seed } = unit;
  if (digest === null)
    throw new FileError(path, 'the run ended by an error and has no digest', 'run the scenario itself');
  if (!isRun(unit))
    throw new FileError(path, 'it does not say well what it is the result of', 'make the result again');
  // Whoever printed a result named the file from where he was, and that is most likely here.
  const files = [unit.file, beside(path, unit.file)];
  const { file, load, loaded, untilUs } = reload({ ...unit, files }, request);
  const now = await prepareVirtual(loaded, { seed }).execute([], { untilUs, signal });
  signal.throwIfAborted();
  const nowDigest = now.digest ?? '';
  const same = nowDigest === digest;
  return {
    file,
    seed,
    same,
    hash: { before: unit.scenario_hash, now: scenarioHash(loaded, load, untilUs) },
    version: unit.version,
    ...cutOf(unit, untilUs),
    of: { kind: 'result', digest: { before: digest, now: nowDigest }, parts: same ? [] : partsOf(unit, now) },
  };
}

function cutOf({ changes }: SweptCell, untilUs: number | undefined): Pick<Replay, 'cut'> {
  if (untilUs === undefined) return {};
  return { cut: { atUs: untilUs, why: changes?.interrupted === true ? 'interrupted' : 'until' } };
}

function beside(path: string, file: string): string {
  return isAbsolute(file) ? file : join(dirname(path), file);
}

/** The one result that is meant. */
function pickUnit({ path, seed, cells }: ReplayRequest): UnitResult {
  const { units } = mergeResults([path]);
  const found = units.filter(
    (unit) =>
      (seed === undefined || unit.seed === seed) &&
      cells.every((text) => Object.entries(unit.params).some(([name, value]) => `${name}=${value}` === text)),
  );
  const [unit] = found;
  if (unit !== undefined && found.length === 1) return unit;
  const remedy = 'name one with --seed N, and with --cell NAME=VALUE if there was a matrix';
  throw new UsageError(
    unit === undefined
      ? `${path} has ${formatCount(units.length)} results and none of these: ${remedy}`
      : `${path} has ${formatCount(found.length)} results of these: ${remedy}`,
  );
}

interface Reloaded {
  readonly file: string;
  /** As it was when the hash was made: without the values of a cell. */
  readonly load: LoadOptions;
  readonly loaded: LoadedScenario;
  readonly untilUs: number | undefined;
}

function reload(recorded: Recorded, { path, file: asked, reach }: ReplayRequest): Reloaded {
  const { params, changes = {}, files } = recorded;
  const file = asked ?? files.find((one) => existsSync(one));
  if (file === undefined)
    throw new UsageError(
      files.length === 0
        ? `${path} does not say what scenario it is of, as those of older versions: name it with --file FILE`
        : `${path} is of ${[...new Set(files)].join(' or ')}, and that is not there: name it with --file FILE`,
    );
  const { set, expect, allow_path: anyPath, until_us: untilUs } = changes;
  // What a file says must not open what the person did not.
  if (anyPath === true && reach !== 'any')
    throw new UsageError(`${path} is of a run with --allow-path: say --allow-path here as well`);
  const load: LoadOptions = { reach, set, expect };
  return { file, load, loaded: loadScenario(file, optionsOf({ params }, load)), untilUs };
}

function isLive(path: string): UsageError {
  return new UsageError(`${path} is of a live run: only runs in the simulation can be had again`);
}

/** As far as a replay relies on it. */
function isRun(value: object): value is Omit<SweptCell, 'scenario'> {
  const { file, scenario_hash: hash, version, params, changes } = value as Record<string, unknown>;
  if (![file, hash, version].every((one) => typeof one === 'string')) return false;
  if (typeof params !== 'object' || params === null) return false;
  return Object.values(params).every(isPlain) && (changes === undefined || isChanges(changes));
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isChanges(value: unknown): value is Changes {
  if (typeof value !== 'object' || value === null) return false;
  const { set = [], expect = [], until_us: until = 1, interrupted } = value as Record<string, unknown>;
  if (interrupted !== undefined && interrupted !== true) return false;
  return isTexts(set) && isTexts(expect) && Number.isSafeInteger(until) && Number(until) > 0;
}

function partsOf(before: UnitResult, now: RunResult): readonly ResultPart[] {
  const [one, other] = [factsOf(before), factsOf(now)];
  const names = [...new Set([...one.keys(), ...other.keys()])];
  return names
    .map((name) => ({ name, before: one.get(name) ?? 'none', now: other.get(name) ?? 'none' }))
    .filter((part) => part.before !== part.now);
}

/** What a result says, the most telling first. */
function factsOf(result: UnitResult | RunResult): ReadonlyMap<string, string> {
  const { verdict, expectations, simulated_us: simulatedUs, packets, events, metrics } = result;
  return new Map([
    ['verdict', verdict],
    ...expectations.map((one, index): [string, string] => [
      `expect[${index}] ${one.text}`,
      `${one.verdict}${one.detail === '' ? '' : ` (${one.detail})`}`,
    ]),
    ['simulated_us', String(simulatedUs)],
    ['packets', String(packets)],
    ['events', String(events)],
    ...Object.entries(metrics).map(([name, value]): [string, string] => [name, String(value)]),
  ]);
}

const PARTS_MAX = 12;

/** What two results of a run have otherwise, as a person reads it. */
export function resultLines({ digest, parts }: ReplayedResult): Line[] {
  const lines: Line[] = [
    [span(`digest ${digest.before} then, `), span(digest.now, 'warn'), span(' now')],
    ...parts
      .slice(0, PARTS_MAX)
      .map(({ name, before, now }): Line => [
        span(`   ${name}: `, 'dim'),
        span(before, 'warn'),
        span(' then, ', 'dim'),
        span(now, 'warn'),
        span(' now', 'dim'),
      ]),
  ];
  if (parts.length > PARTS_MAX) lines.push([span(`   and ${parts.length - PARTS_MAX} more`, 'dim')]);
  if (parts.length === 0) lines.push([span('   a packet or its moment; no verdict, count or metric', 'dim')]);
  return lines;
}
