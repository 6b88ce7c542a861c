import { describe, expect, test } from 'vitest';
import { runSweep, type Executor } from '../../../src/api/sweep.ts';
import { planSweep, type SweepPlan } from '../../../src/api/sweep-plan.ts';
import type { UnitJob, UnitOutcome } from '../../../src/api/unit.ts';
import { UnitRunner } from '../../../src/api/unit-runner.ts';
import type { Verdict } from '../../../src/scenario/result.ts';
import { expectation, unitResult } from '../../support/unit-results.ts';

function planOf(last: number): SweepPlan {
  return planSweep({
    files: ['scenarios/dora-and-relay.yaml'],
    load: {},
    mode: 'virtual',
    seeds: [{ first: 1, last }],
    cells: [],
    untilUs: undefined,
    twice: false,
  });
}

/** Runs nothing: gives back what `verdictOf` says, the later seeds of a batch first. */
class Backwards implements Executor {
  readonly width: number;
  readonly started: number[] = [];
  readonly stopped: number[] = [];
  readonly #verdictOf: (seed: number) => Verdict;
  readonly #second: string | undefined;
  #batch: (() => void)[] = [];

  constructor(width: number, verdictOf: (seed: number) => Verdict, second?: string) {
    this.width = width;
    this.#verdictOf = verdictOf;
    this.#second = second;
  }

  run({ seed, cell }: UnitJob, signal: AbortSignal): Promise<UnitOutcome> {
    this.started.push(seed);
    signal.addEventListener('abort', () => this.stopped.push(seed));
    const unit = unitResult(seed, [expectation('always', this.#verdictOf(seed))], cell);
    const second = this.#second === undefined ? {} : { secondDigest: this.#second };
    return new Promise((resolve) => {
      this.#batch.unshift(() => resolve({ unit, ...second }));
      if (this.#batch.length === 1) setImmediate(() => this.#finish());
    });
  }

  async close(): Promise<void> {
    this.#batch = [];
  }

  #finish(): void {
    const batch = this.#batch;
    this.#batch = [];
    for (const done of batch) done();
  }
}

const never = new AbortController().signal;

describe('a sweep', () => {
  test.each([1, 2, 3, 8])('tells units in the plan’s order, with %i workers', async (width) => {
    const told: number[] = [];
    const executor = new Backwards(width, () => 'pass');
    const { tally } = await runSweep(planOf(20), executor, {
      signal: never,
      bail: false,
      unit: ({ seed }) => told.push(seed),
    });
    expect(told).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(tally.verdict).toBe('pass');
    expect(tally.runs).toBe(20);
  });

  test.each([1, 2, 8])(
    'that bails ends with the first failure of the plan, with %i workers',
    async (width) => {
      const told: number[] = [];
      const executor = new Backwards(width, (seed) => (seed === 5 || seed === 6 ? 'fail' : 'pass'));
      const { tally } = await runSweep(planOf(1_000), executor, {
        signal: never,
        bail: true,
        unit: ({ seed }) => told.push(seed),
      });
      expect(told).toEqual([1, 2, 3, 4, 5]);
      expect(tally.verdict).toBe('fail');
      expect(tally.missing).toBe(995);
      expect(executor.started.length).toBeLessThan(20);
    },
  );

  test('keeps what there is when it is stopped', async () => {
    const stop = new AbortController();
    const executor = new Backwards(2, () => 'pass');
    const { tally } = await runSweep(planOf(1_000), executor, {
      signal: stop.signal,
      bail: false,
      progress: (done) => {
        if (done === 10) stop.abort();
      },
    });
    expect(tally.runs).toBeGreaterThanOrEqual(10);
    expect(tally.runs).toBeLessThan(20);
    expect(tally.verdict).toBe('inconclusive');
  });

  test('a unit that was stopped before its end is missing: those done after it are not', async () => {
    const stop = new AbortController();
    const executor: Executor = {
      width: 2,
      // The first is in the midst of its run when the second is done.
      run: ({ seed, cell }, signal) => {
        const unit = unitResult(seed, [expectation('always', 'inconclusive')], cell);
        if (seed === 2)
          return Promise.resolve({ unit: unitResult(2, [expectation('always', 'pass')], cell) });
        return new Promise((resolve) =>
          signal.addEventListener('abort', () => resolve({ unit, isCut: true })),
        );
      },
      close: () => Promise.resolve(),
    };
    const told: number[] = [];
    const { tally } = await runSweep(planOf(2), executor, {
      signal: stop.signal,
      bail: false,
      unit: ({ seed }) => told.push(seed),
      progress: () => stop.abort(),
    });
    expect(told).toEqual([2]);
    expect({ runs: tally.runs, missing: tally.missing }).toEqual({ runs: 1, missing: 1 });
  });

  test('a run that is stopped says so; one that was over by then does not', async () => {
    const job = planOf(1).unit(0)!;
    const stop = new AbortController();
    stop.abort();
    expect(await new UnitRunner().run(job, stop.signal)).toMatchObject({ isCut: true });
    expect(await new UnitRunner().run(job, never)).not.toHaveProperty('isCut');
  });

  test('begins no unit far ahead of one that takes long', async () => {
    const executor = new Backwards(2, () => 'pass');
    const run = executor.run.bind(executor);
    let furthest = 0;
    const release: (() => void)[] = [];
    executor.run = async (job, signal) => {
      if (job.seed > 1) {
        furthest = Math.max(furthest, job.seed);
        return run(job, signal);
      }
      await new Promise<void>((resolve) => release.push(resolve));
      return run(job, signal);
    };
    const sweep = runSweep(planOf(1_000), executor, { signal: never, bail: false });
    // Until nothing moves any more: the first one holds up all others.
    for (let last = -1; last !== furthest;) {
      last = furthest;
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    }
    expect(furthest).toBeGreaterThan(2);
    expect(furthest).toBeLessThan(100);
    for (const go of release) go();
    expect((await sweep).tally.runs).toBe(1_000);
  });

  test('names units whose second run had another digest', async () => {
    const { differing } = await runSweep(planOf(3), new Backwards(2, () => 'pass', '0000000000000002'), {
      signal: never,
      bail: false,
    });
    expect(differing.map(({ unit }) => unit.seed)).toEqual([1, 3]);
  });
});
