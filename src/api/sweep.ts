import type { Verdict } from '../scenario/result.ts';
import type { UnitResult } from '../scenario/unit.ts';
import { ownVerdict } from '../scenario/unit.ts';
import { Tally } from '../scenario/tally.ts';
import type { SweepPlan } from './sweep-plan.ts';
import type { UnitJob, UnitOutcome } from './unit.ts';

export { Tally } from '../scenario/tally.ts';
export type { UnitResult } from '../scenario/unit.ts';

/** Who runs units: in this thread, or in workers. */
export interface Executor {
  /** How many at a time. */
  readonly width: number;
  /** Never rejects; `signal` cuts the run, and what it saw until then comes back. */
  run(job: UnitJob, signal: AbortSignal): Promise<UnitOutcome>;
  close(): Promise<void>;
}

export interface SweepCompany {
  readonly signal: AbortSignal;
  /** Whether the first failure ends the sweep. */
  readonly bail: boolean;
  /** Told of each unit, in the plan's order whoever is done first. */
  readonly unit?: ((unit: UnitResult) => void) | undefined;
  /** Told when one is done, in any order. */
  readonly progress?: ((done: number, failed: number) => void) | undefined;
}

export interface SweepResult {
  readonly tally: Tally;
  /** Units whose second run had another digest. */
  readonly differing: readonly { readonly unit: UnitResult; readonly secondDigest: string | null }[];
}

/** How far ahead of the first unit that is not done yet others are begun: what waits for it is kept. */
const AHEAD = 64;

/**
 * Runs a plan. What comes out is the same with any number of workers: units are told in the plan's order, and with `bail`
 * none after the first that failed.
 */
export async function runSweep(
  plan: SweepPlan,
  executor: Executor,
  company: SweepCompany,
): Promise<SweepResult> {
  const sweep = new Sweep(plan, executor, company);
  await Promise.all(Array.from({ length: Math.min(executor.width, plan.count) }, () => sweep.work()));
  return { tally: sweep.tally, differing: sweep.differing };
}

class Sweep {
  readonly tally: Tally;
  readonly differing: { readonly unit: UnitResult; readonly secondDigest: string | null }[] = [];
  readonly #plan: SweepPlan;
  readonly #executor: Executor;
  readonly #company: SweepCompany;
  readonly #waiting = new Map<number, UnitOutcome>();
  readonly #running = new Map<number, AbortController>();
  #next = 0;
  #told = 0;
  #done = 0;
  #failed = 0;
  /** The first that failed, when that ends the sweep. */
  #last = Infinity;
  #advanced: (() => void)[] = [];

  constructor(plan: SweepPlan, executor: Executor, company: SweepCompany) {
    this.#plan = plan;
    this.#executor = executor;
    this.#company = company;
    this.tally = new Tally(plan.cells);
    company.signal.addEventListener('abort', () => {
      this.#stopAfter(-1);
      this.#wake();
    });
  }

  async work(): Promise<void> {
    for (;;) {
      while (this.#isFarAhead) await new Promise<void>((resolve) => this.#advanced.push(resolve));
      const index = this.#next;
      const job = this.#plan.unit(index);
      if (job === undefined || index > this.#last || this.#company.signal.aborted) return;
      this.#next++;
      const controller = new AbortController();
      this.#running.set(index, controller);
      const outcome = await this.#executor.run(job, controller.signal);
      this.#running.delete(index);
      this.#settle(index, outcome);
    }
  }

  get #isFarAhead(): boolean {
    if (this.#company.signal.aborted || this.#next > this.#last) return false;
    return this.#next - this.#told > AHEAD + this.#executor.width;
  }

  #settle(index: number, outcome: UnitOutcome): void {
    // One that was stopped is missing, as one that was never begun.
    if (outcome.isCut !== true) this.#count(index, ownVerdict(outcome.unit));
    this.#waiting.set(index, outcome);
    this.#tell();
    this.#wake();
  }

  #count(index: number, verdict: Verdict): void {
    const isBad = verdict === 'fail' || verdict === 'error';
    this.#done++;
    if (isBad) this.#failed++;
    this.#company.progress?.(this.#done, this.#failed);
    if (!isBad || !this.#company.bail || index >= this.#last) return;
    this.#last = index;
    this.#stopAfter(index);
  }

  #wake(): void {
    const woken = this.#advanced;
    this.#advanced = [];
    for (const wake of woken) wake();
  }

  #tell(): void {
    for (;;) {
      const outcome = this.#waiting.get(this.#told);
      if (outcome === undefined || this.#told > this.#last) return;
      this.#waiting.delete(this.#told++);
      const { unit, secondDigest, isCut } = outcome;
      if (isCut === true) continue;
      this.tally.add(unit);
      this.#company.unit?.(unit);
      if (secondDigest !== undefined && secondDigest !== unit.digest)
        this.differing.push({ unit, secondDigest });
    }
  }

  #stopAfter(index: number): void {
    for (const [running, controller] of this.#running) if (running > index) controller.abort();
  }
}
