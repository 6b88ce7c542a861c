import { type Epoch, type Instant, SECOND, toInstant } from '../../core/time.ts';
import { secondsAt } from './made-sets.ts';
import type { KeySchedule } from './schedule.ts';

/** An edition begins on a full minute: so many since 1970 are what the serial is raised by. */
const MINUTE_SECONDS = 60;

/** From one change of what signs a zone to the next; seconds since 1970. */
export interface Edition {
  readonly since: number;
  readonly until: number;
}

/**
 * When copies of a signed zone become old: its signatures are made anew, a key comes or goes, or what signs was made another. All
 * but the last is told by the clock, so servers with the same keys have the same editions.
 */
export class Editions {
  readonly #schedule: KeySchedule;
  readonly #phase: number;
  readonly #epoch: Epoch;
  #changedAt = -Infinity;
  #current: Edition = { since: 0, until: 0 };

  /** `phase` spreads zones over the clock. */
  constructor(schedule: KeySchedule, phase: number, epoch: Epoch) {
    this.#schedule = schedule;
    this.#phase = phase;
    this.#epoch = epoch;
  }

  at(now: Instant): Edition {
    const seconds = secondsAt(now, this.#epoch);
    if (seconds < this.#current.since || seconds >= this.#current.until)
      this.#current = this.#find(seconds - (seconds % MINUTE_SECONDS));
    return this.#current;
  }

  /** When the edition of a moment ends. */
  endOf(now: Instant): Instant {
    return toInstant(this.at(now).until * SECOND - this.#epoch.us);
  }

  /** When what signs was made another; 1970 seconds. */
  get changedAt(): number {
    return this.#changedAt;
  }

  set changedAt(seconds: number) {
    this.#changedAt = seconds;
    this.#current = { since: 0, until: 0 };
  }

  /** What happens within a minute is seen at its end. */
  #find(minute: number): Edition {
    let since = this.#schedule.since(this.#phase, minute);
    let until = this.#schedule.until(this.#phase, minute);
    if (this.#changedAt <= minute) since = Math.max(since, this.#changedAt);
    else until = Math.min(until, this.#changedAt);
    return { since: nextMinute(since), until: nextMinute(until) };
  }
}

/** How much an edition adds to the serial of the zone: RFC 1982 §3.1 lets it pass the end. */
export function serialOffset({ since }: Edition): number {
  return since / MINUTE_SECONDS;
}

function nextMinute(seconds: number): number {
  return Math.ceil(seconds / MINUTE_SECONDS) * MINUTE_SECONDS;
}
