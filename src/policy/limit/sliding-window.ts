import type { Limiter, Source } from '../../core/limiter.ts';
import type { Instant } from '../../core/time.ts';
import { NEVER } from '../../core/time.ts';
import { SOURCES_MAX } from './amount.ts';
import { SourceTable } from './source-table.ts';

/** Moments that all sources together may have written down: 32 MB. */
const MOMENTS_MAX = 4_194_304;
/** A source that sends little is given no more room than this. */
const FIRST_MOMENTS = 8;

/**
 * In no window, wherever it begins, do more than `most` come in. For that the moment of each that came in is written down until
 * it is a window old: exact, and paid for with memory.
 */
export class SlidingWindow implements Limiter {
  readonly #most: number;
  readonly #windowUs: number;
  readonly #logs: SourceTable<Log>;

  constructor(options: { readonly most: number; readonly windowUs: number; readonly sources: number }) {
    this.#most = options.most;
    this.#windowUs = options.windowUs;
    const room = Math.max(1, Math.floor(MOMENTS_MAX / options.most));
    this.#logs = new SourceTable(Math.min(options.sources, room, SOURCES_MAX), () => new Log(options.most));
  }

  admit(source: Source, now: Instant): Instant {
    const log = this.#logs.of(source);
    log.forgetUntil(now - this.#windowUs);
    if (log.length >= this.#most) return NEVER;
    log.add(now);
    return now;
  }
}

/** Moments in their order, in a ring that grows to its bound. */
class Log {
  readonly #most: number;
  #moments: Float64Array;
  #first = 0;
  length = 0;

  constructor(most: number) {
    this.#most = most;
    this.#moments = new Float64Array(Math.min(FIRST_MOMENTS, most));
  }

  /** Forgets those that are not after `moment`. */
  forgetUntil(moment: number): void {
    while (this.length > 0 && (this.#moments[this.#first] ?? 0) <= moment) {
      this.#first = (this.#first + 1) % this.#moments.length;
      this.length--;
    }
  }

  /** There is room for it: fewer than `most` are in. */
  add(moment: number): void {
    if (this.length === this.#moments.length) this.#grow();
    this.#moments[(this.#first + this.length) % this.#moments.length] = moment;
    this.length++;
  }

  #grow(): void {
    const larger = new Float64Array(Math.min(this.#moments.length * 2, this.#most));
    larger.set(this.#moments.subarray(this.#first));
    larger.set(this.#moments.subarray(0, this.#first), this.#moments.length - this.#first);
    this.#moments = larger;
    this.#first = 0;
  }
}
