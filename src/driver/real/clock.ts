import type { Instant } from '../../core/time.ts';
import { toInstant } from '../../core/time.ts';

/** Where a clock reads from; tests hand in their own. */
export interface ClockSources {
  /** Microseconds since 1970; may be stepped by the machine's keeper, both ways. */
  wallUs(): number;
  /** Microseconds since some moment; never goes back. */
  monotonicUs(): number;
}

const SYSTEM_CLOCK: ClockSources = {
  wallUs: () => Date.now() * 1000,
  monotonicUs: () => performance.now() * 1000,
};

/** How often the wall clock is looked at; between, the monotonic one alone counts. */
const LOOK_US = 1_000_000;
/** Less than this is the coarse grain of the wall clock, not a step. */
const STEP_US = 10_000;

/**
 * Unix time in microseconds that never goes back: a monotonic clock from an anchor on the wall clock. A wall clock set
 * forward (or a machine that slept) moves the anchor forward within a second; one set back is waited for, since a lease
 * that runs a little long is better than one that two clients hold.
 */
export class WallClock {
  readonly #sources: ClockSources;
  /** What to add to the monotonic clock. */
  #offsetUs: number;
  #lookAtUs: number;
  #last = 0;

  constructor(sources: ClockSources = SYSTEM_CLOCK) {
    this.#sources = sources;
    const monotonic = sources.monotonicUs();
    this.#offsetUs = sources.wallUs() - monotonic;
    this.#lookAtUs = monotonic + LOOK_US;
  }

  now(): Instant {
    const monotonic = this.#sources.monotonicUs();
    if (monotonic >= this.#lookAtUs) this.#look(monotonic);
    const now = Math.floor(monotonic + this.#offsetUs);
    if (now > this.#last) this.#last = now;
    return toInstant(this.#last);
  }

  #look(monotonic: number): void {
    this.#lookAtUs = monotonic + LOOK_US;
    const offset = this.#sources.wallUs() - monotonic;
    if (offset - this.#offsetUs > STEP_US) this.#offsetUs = offset;
  }
}
