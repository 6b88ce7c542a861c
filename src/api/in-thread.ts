import type { Executor } from './sweep.ts';
import { UnitRunner } from './unit-runner.ts';
import type { UnitJob, UnitOutcome } from './unit.ts';

/** Runs units in this thread, one at a time. */
export class InThread implements Executor {
  readonly width = 1;
  readonly #runner = new UnitRunner();

  run(job: UnitJob, signal: AbortSignal): Promise<UnitOutcome> {
    return this.#runner.run(job, signal);
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
