import { setTimeout as sleep } from 'node:timers/promises';
import { toInstant, type Instant } from '../core/time.ts';
import type { SimDriver } from '../driver/sim/driver.ts';
import type { RunResult } from '../scenario/result.ts';
import type { ScenarioRun } from '../scenario/run.ts';

/** How a run goes, beside what is in its file. */
export interface Pace {
  readonly signal?: AbortSignal | undefined;
  /** The run is cut there: what was not seen until then is inconclusive. Left out: the scenario's duration. */
  readonly untilUs?: number | undefined;
  /** Simulated seconds a second; left out, as fast as can be. */
  readonly speed?: number | undefined;
  /** Told now and then how far the run is. */
  readonly progress?: ((atUs: number, ofUs: number) => void) | undefined;
  /** Waited for after each short piece of the run; tells whether that piece was of interest, so that the next is short too. */
  readonly pause?: (() => Promise<boolean>) | undefined;
}

/** How much virtual time passes before the machine is asked for signals again: at first, and at most. */
const SLICE_US_FIRST = 100_000;
const SLICE_MS = 50;
/** The pieces of a run that is looked at piece by piece. */
const PIECE_US_FIRST = 1_000;
const PIECE_US_MAX = 128_000;
/** How often a run that is held back lets its clock go on. */
const PACE_MS = 20;

/** Runs a scenario in the simulation to its verdict. Slices and speed change nothing in it. */
export async function runVirtual(run: ScenarioRun, driver: SimDriver, pace: Pace): Promise<RunResult> {
  run.start(driver);
  const endsAt = toInstant(Math.min(run.endsAt, pace.untilUs ?? Infinity));
  if (pace.pause !== undefined) await runPieces(driver, endsAt, { ...pace, pause: pace.pause });
  else if (pace.speed === undefined) await runFast(driver, endsAt, pace);
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
