import { uptime } from 'node:os';
import type { Instant } from '../../core/time.ts';
import { toInstant } from '../../core/time.ts';

/** Where a clock reads from; tests hand in their own. */
export interface ClockSources {
  /** Microseconds since 1970; may be stepped by the machine's keeper, both ways. */
  wallUs(): number;
  /** Microseconds since some moment; never goes back, and may stand still while the machine sleeps. */
  monotonicUs(): number;
  /** Microseconds since some moment, those of sleep too; may be coarse. */
  bootUs(): number;
}

const SYSTEM_CLOCK: ClockSources = {
  wallUs: () => Date.now() * 1000,
  monotonicUs: () => performance.now() * 1000,
  bootUs: () => uptime() * 1e6,
};

/** What a database remembers of the clock, so that its rows mean the same to the next process. */
export interface ClockStamp {
  /** A moment of the driver's own time. */
  readonly atUs: number;
  /** What to add to it for the date. */
  readonly epochUs: number;
}

/** The date of the own time's zero; whoever needs a date reads it. */
interface MovingEpoch {
  us: number;
}

export interface ClockOptions {
  readonly sources?: ClockSources | undefined;
  /** Is moved when the machine's clock is set. */
  readonly epoch?: MovingEpoch | undefined;
  readonly stamp?: ClockStamp | undefined;
  /** Told of each step of the machine's clock and each sleep: what a person should know, and whether the epoch moved. */
  readonly told?: ((text: string) => void) | undefined;
}

/** How often the other clocks are looked at; between, the monotonic one alone counts. */
const LOOK_US = 1_000_000;
/** Less than this is the grain of the clocks, not a sleep. */
const SLEEP_US = 2_000_000;
/** More than this is told: it is no correction by a time server, but a clock that was wrong or is now. */
const STEP_US = 2_000_000;

/**
 * The driver's own time, in microseconds that pass as time does: a monotonic clock that began at the wall clock, and is
 * put on by the time that the machine slept. It never follows the wall clock when that is set: leases, offers and resends
 * run on for as long as they were promised. The date is the own time plus `epoch`, which takes up every difference.
 * A database keeps both, so that a lease's end means the same after a restart; time that passed meanwhile has passed, and
 * where the wall clock would make it negative, no time did.
 */
export class OwnClock {
  readonly #sources: ClockSources;
  readonly #epoch: MovingEpoch;
  readonly #told: (text: string) => void;
  /** What to add to the monotonic clock. */
  #offsetUs: number;
  #lookAtUs: number;
  #sleptUs: number;
  #last = 0;

  constructor({ sources = SYSTEM_CLOCK, epoch = { us: 0 }, stamp, told = () => {} }: ClockOptions = {}) {
    this.#sources = sources;
    this.#epoch = epoch;
    this.#told = told;
    const monotonic = sources.monotonicUs();
    const wall = sources.wallUs();
    epoch.us = stamp?.epochUs ?? 0;
    let own = wall - epoch.us;
    const behindUs = (stamp?.atUs ?? 0) - own;
    if (behindUs > 0) {
      own += behindUs;
      epoch.us -= behindUs;
      if (behindUs > STEP_US)
        told(
          `the machine's clock is ${spanText(behindUs)} behind what it was when leases were last kept: ` +
            'they run on as if no time had passed since',
        );
    }
    this.#offsetUs = own - monotonic;
    this.#lookAtUs = monotonic + LOOK_US;
    this.#sleptUs = sources.bootUs() - monotonic;
  }

  now(): Instant {
    const monotonic = this.#sources.monotonicUs();
    if (monotonic >= this.#lookAtUs) this.#look(monotonic);
    const now = Math.floor(monotonic + this.#offsetUs);
    if (now > this.#last) this.#last = now;
    return toInstant(this.#last);
  }

  /** What a database is to remember. */
  stamp(): ClockStamp {
    return { atUs: this.now(), epochUs: this.#epoch.us };
  }

  #look(monotonic: number): void {
    this.#lookAtUs = monotonic + LOOK_US;
    const slept = this.#sources.bootUs() - monotonic - this.#sleptUs;
    if (slept > SLEEP_US) {
      this.#sleptUs += slept;
      this.#offsetUs += slept;
      this.#told(`the machine slept for ${spanText(slept)}: leases have grown older by that`);
    }
    const stepUs = Math.round(this.#sources.wallUs() - (monotonic + this.#offsetUs) - this.#epoch.us);
    this.#epoch.us += stepUs;
    if (Math.abs(stepUs) < STEP_US) return;
    const way = stepUs > 0 ? 'forward' : 'back';
    this.#told(
      `the machine's clock was set ${way} by ${spanText(Math.abs(stepUs))}: leases and timers run on by the time that ` +
        'passes, dates are told by the new clock',
    );
  }
}

function spanText(us: number): string {
  const seconds = Math.round(us / 1e6);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}
