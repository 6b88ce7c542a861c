import { fewDevices, type SweptCell, type UnitError } from '../scenario/unit.ts';
import { describeFailure } from './failure.ts';
import { loadScenario, type LoadedScenario, type LoadOptions } from './load-scenario.ts';
import { runOnce, type RunRequest } from './run.ts';
import { scenarioHash } from './scenario-hash.ts';
import { failedUnit, optionsOf, unitOf, type UnitJob, type UnitOutcome } from './unit.ts';

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

class ChangedFileError extends Error {
  constructor(path: string) {
    super(`${path}, or a file that it names, changed while the sweep ran: run it again`);
    this.name = 'ChangedFileError';
  }
}

function errorOf(error: unknown): UnitError {
  if (error instanceof ChangedFileError) return { kind: 'environment', messages: [error.message] };
  const { kind, messages, stack } = describeFailure(error);
  return kind === 'bug' ? { kind, messages, stack } : { kind: 'environment', messages };
}
