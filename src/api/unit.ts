import {
  fewDevices,
  type Changes,
  type SweptCell,
  type UnitError,
  type UnitResult,
} from '../scenario/unit.ts';
import { RESULT_FORMAT } from '../scenario/result.ts';
import { describeFailure } from './failure.ts';
import { runOnce, type RunReport, type RunRequest } from './run.ts';
import { loadScenario, type LoadOptions, type LoadedScenario } from './load-scenario.ts';
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

/** Runs units one after the other; the seeds of one cell share what was read of its files. */
export class UnitRunner {
  #key = '';
  #loaded: LoadedScenario | undefined;

  /** Never rejects: what goes wrong is the unit's verdict. */
  async run(job: UnitJob, signal: AbortSignal): Promise<UnitOutcome> {
    try {
      const request = this.#requestOf(job);
      const report = await runOnce(request, signal);
      const { series: _, ...whole } = unitOf(report, job.cell);
      const unit = { ...whole, ...fewDevices(whole.devices) };
      if (report.interruptedAtUs !== undefined) return { unit, isCut: true };
      if (!job.twice || signal.aborted) return { unit };
      const { result } = await runOnce(request, signal);
      return { unit, ...(signal.aborted ? {} : { secondDigest: result.digest }) };
    } catch (error) {
      return { unit: failedUnit(job, errorOf(error)) };
    }
  }

  #requestOf({ load, cell, mode, seed, untilUs }: UnitJob): RunRequest {
    return {
      path: cell.file,
      loaded: this.#load(cell, load, untilUs),
      mode,
      seed,
      load,
      ladders: [],
      pcap: undefined,
      trace: undefined,
      interfaces: cell.changes?.interfaces,
      pace: { untilUs },
      notice: () => undefined,
    };
  }

  #load(cell: SweptCell, load: LoadOptions, untilUs: number | undefined): LoadedScenario {
    const key = JSON.stringify([cell.file, cell.params, load, untilUs]);
    if (this.#loaded !== undefined && key === this.#key) return this.#loaded;
    const loaded = loadScenario(cell.file, optionsOf(cell, load));
    if (scenarioHash(loaded, load, untilUs) !== cell.scenario_hash) throw new ChangedFileError(cell.file);
    this.#loaded = loaded;
    this.#key = key;
    return loaded;
  }
}

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

class ChangedFileError extends Error {
  constructor(path: string) {
    super(`${path}, or a file that it names, changed while the sweep ran: run it again`);
    this.name = 'ChangedFileError';
  }
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

function errorOf(error: unknown): UnitError {
  if (error instanceof ChangedFileError) return { kind: 'environment', messages: [error.message] };
  const { kind, messages, stack } = describeFailure(error);
  return kind === 'bug' ? { kind, messages, stack } : { kind: 'environment', messages };
}
