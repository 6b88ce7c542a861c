import type { Changes, SweptCell, UnitError, UnitResult } from '../scenario/unit.ts';
import { RESULT_FORMAT } from '../scenario/result.ts';
import type { RunReport } from './run.ts';
import type { LoadOptions, LoadedScenario } from './load-scenario.ts';
import { scenarioHash } from './scenario-hash.ts';

export type { SweptCell } from '../scenario/unit.ts';

/** One unit of a sweep as it is handed to a worker: plain data. */
export interface UnitJob {
  readonly load: LoadOptions;
  /** What the file was when the sweep was planned. */
  readonly cell: SweptCell;
  readonly mode: 'virtual' | 'live';
  readonly seed: number;
  readonly untilUs: number | undefined;
  /** Whether to run it twice and tell both digests. */
  readonly twice: boolean;
}

/** What comes back: plain data. */
export interface UnitOutcome {
  readonly unit: UnitResult;
  /** The second run's, when there was one. */
  readonly secondDigest?: string | null | undefined;
  /** It was stopped before its end: what it has seen is not what the seed gives. */
  readonly isCut?: true | undefined;
}

const LESSONS_MAX = 3;

/** How a cell's scenario is read: its own values stand in place of the params'. */
export function optionsOf({ params }: Pick<SweptCell, 'params'>, load: LoadOptions): LoadOptions {
  const own = Object.entries(params).map(([name, value]) => [name, String(value)]);
  return own.length === 0 ? load : { ...load, params: { ...load.params, ...Object.fromEntries(own) } };
}

/** What a run is of that was cut where nobody had planned it. */
export function cutCell(
  cell: SweptCell,
  cut: Pick<Changes, 'interrupted'> & {
    readonly loaded: LoadedScenario;
    readonly load: LoadOptions;
    readonly atUs: number;
  },
): SweptCell {
  const { loaded, load, atUs, interrupted } = cut;
  // A run has to have begun to be cut.
  const until = Math.max(atUs, 1);
  const changes = { ...cell.changes, until_us: until, ...(interrupted === true ? { interrupted } : {}) };
  return { ...cell, scenario_hash: scenarioHash(loaded, load, until), changes };
}

/** A run as JSON: with what it was of. */
export function unitOf({ result, lessons }: RunReport, cell: SweptCell): UnitResult {
  const learn = lessons.slice(0, LESSONS_MAX).map(({ id }) => id);
  const { verdict } = result;
  return { ...result, ...cell, ...(verdict === 'pass' || learn.length === 0 ? {} : { learn }) };
}

export function failedUnit({ cell, mode, seed }: UnitJob, error: UnitError): UnitResult {
  return {
    format_version: RESULT_FORMAT,
    ...cell,
    mode,
    seed,
    digest: null,
    verdict: 'error',
    simulated_us: 0,
    packets: 0,
    events: 0,
    devices: [],
    expectations: [],
    faults: [],
    metrics: {},
    histograms: {},
    error,
  };
}
