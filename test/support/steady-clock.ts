import type { ClockSources } from '../../src/driver/real/clock.ts';

/** How often time is put on. */
const TICK_MS = 2;
/** The most that is put on at a time: where more has passed, this process was not given its turn. */
const TICK_MS_MAX = 10;

let atMs = performance.now();
let us = Date.now() * 1_000;

function nowUs(): number {
  return us + Math.min(performance.now() - atMs, TICK_MS_MAX) * 1_000;
}

setInterval(() => {
  us = nowUs();
  atMs = performance.now();
}, TICK_MS).unref();

/**
 * Time that passes while this process runs, and does not while the machine gives it no turn: what a driver does by its
 * clock comes in the same order on a machine that is busy, slow or stands still for seconds.
 */
export const STEADY_CLOCK: ClockSources = { wallUs: nowUs, monotonicUs: nowUs, bootUs: nowUs };
