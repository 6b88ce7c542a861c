import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCount } from '../core/driver.ts';
import { toInstant, type Instant } from '../core/time.ts';
import type { SimDriver } from '../driver/sim/driver.ts';
import type { RunResult } from '../scenario/result.ts';
import type { ScenarioRun } from '../scenario/run.ts';
import type { Tempo } from './tempo.ts';

/** How a run goes, beside what is in its file. */
export interface Pace {
  readonly signal?: AbortSignal | undefined;
  /** The run is cut there: what was not seen until then is inconclusive. Left out: the scenario's duration. */
  readonly untilUs?: number | undefined;
  /** Simulated seconds a second; left out, as fast as can be. */
  readonly speed?: number | undefined;
  /** In place of `speed`: one that changes while it runs. A live run goes by the clock, whatever it says. */
  readonly tempo?: Tempo | undefined;
  /** Told once, as the run begins. */
  readonly begun?: ((run: RunFacts) => void) | undefined;
  /** Told now and then how far the run is. */
  readonly progress?: ((atUs: number, ofUs: number) => void) | undefined;
  /** Waited for after each short piece of the run; tells whether that piece was of interest, so that the next is short too. */
  readonly pause?: (() => Promise<boolean>) | undefined;
}

/** What can be asked of a run while it goes on. */
export interface RunFacts {
  /** The driver's moment that the scenario calls 0. */
  readonly zero: Instant;
  faults(): readonly FaultCount[];
}

/** How much virtual time passes before the machine is asked for signals again: at first, and at most. */
const SLICE_US_FIRST = 100_000;
const SLICE_MS = 50;
/** The pieces of a run that is looked at piece by piece. */
const PIECE_US_FIRST = 1_000;
const PIECE_US_MAX = 128_000;
/** How often a run that is held back lets its clock go on. */
const PACE_MS = 20;
/** How much virtual time passes at once where somebody may press a key, and for how long on this machine's clock. */
const STRIDE_US = 100_000;
const STRIDES_MS = 25;

/** Runs a scenario in the simulation to its verdict. Slices and speed change nothing in it. */
export async function runVirtual(run: ScenarioRun, driver: SimDriver, pace: Pace): Promise<RunResult> {
  const zero = driver.now;
  run.start(driver);
  pace.begun?.({ zero, faults: () => run.faults() });
  const endsAt = toInstant(Math.min(run.endsAt, pace.untilUs ?? Infinity));
  if (pace.tempo !== undefined) await runByTempo(driver, endsAt, { ...pace, tempo: pace.tempo });
  if (pace.pause !== undefined) await runPieces(driver, endsAt, { ...pace, pause: pace.pause });
  // A tempo that was given up leaves the rest to be run as fast as can be.
  else if (pace.speed === undefined || pace.tempo !== undefined) await runFast(driver, endsAt, pace);
  else await runPaced(driver, endsAt, { ...pace, speed: pace.speed });
  const whole = pace.signal?.aborted !== true && endsAt === run.endsAt;
  const expectations = run.judge(whole, driver.now);
  for (const { text, verdict } of expectations) driver.addToDigest(`${verdict} ${text}`);
  return run.result(expectations, { ...driver.counts(), digest: driver.digest(), simulatedUs: driver.now });
}

async function runFast(driver: SimDriver, endsAt: Instant, { signal, progress }: Pace): Promise<void> {
  let sliceUs = SLICE_US_FIRST;
  while (driver.now < endsAt && signal?.aborted !== true) {
    const startedAt = performance.now();
    driver.run(driver.idle ? endsAt : toInstant(Math.min(driver.now + sliceUs, endsAt)));
    if (performance.now() - startedAt < SLICE_MS / 2) sliceUs *= 2;
    else {
      progress?.(driver.now, endsAt);
      // Lets Ctrl-C through.
      await new Promise(setImmediate);
    }
  }
}

async function runPieces(
  driver: SimDriver,
  endsAt: Instant,
  { signal, pause }: Pace & Required<Pick<Pace, 'pause'>>,
): Promise<void> {
  let pieceUs = PIECE_US_FIRST;
  while (driver.now < endsAt && signal?.aborted !== true) {
    driver.run(driver.idle ? endsAt : toInstant(Math.min(driver.now + pieceUs, endsAt)));
    pieceUs = (await pause?.()) === true ? PIECE_US_FIRST : Math.min(pieceUs * 2, PIECE_US_MAX);
  }
}

async function runPaced(
  driver: SimDriver,
  endsAt: Instant,
  { signal, progress, speed }: Pace & { readonly speed: number },
): Promise<void> {
  const startedAt = performance.now();
  while (driver.now < endsAt && signal?.aborted !== true) {
    const dueUs = (performance.now() - startedAt) * 1_000 * speed;
    driver.run(driver.idle ? endsAt : toInstant(Math.min(Math.floor(dueUs), endsAt)));
    progress?.(driver.now, endsAt);
    // An interrupted wait is over; the loop sees why.
    await sleep(PACE_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Until the end, or until the tempo is given up. */
async function runByTempo(
  driver: SimDriver,
  endsAt: Instant,
  { signal, progress, tempo }: Pace & { readonly tempo: Tempo },
): Promise<void> {
  tempo.begin(performance.now(), driver.now);
  while (driver.now < endsAt && signal?.aborted !== true && !tempo.isGivenUp) {
    const startedAt = performance.now();
    const dueUs = Math.min(tempo.due(startedAt, driver.now), endsAt);
    if (driver.idle && !tempo.isPaused) driver.run(endsAt);
    while (driver.now < dueUs && performance.now() - startedAt < STRIDES_MS)
      driver.run(toInstant(Math.min(driver.now + STRIDE_US, dueUs)));
    progress?.(driver.now, endsAt);
    // Behind its time it goes on at once; keys come through either way.
    if (driver.now < dueUs) await new Promise(setImmediate);
    else await sleep(PACE_MS, undefined, { signal }).catch(() => undefined);
  }
}
