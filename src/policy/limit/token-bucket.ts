import type { Limiter, Source } from '../../core/limiter.ts';
import type { Instant } from '../../core/time.ts';
import { NEVER } from '../../core/time.ts';
import { amountPerUs, DATAGRAM } from './amount.ts';
import { SourceTable } from './source-table.ts';

interface Bucket {
  /** What is in it at `at`. */
  tokens: number;
  at: number;
}

/**
 * A bucket that holds `burst` tokens and gets `rate` a second; each datagram takes one, and none passes without. Who was quiet
 * may send `burst` at once, and in any time t at most rate x t + burst come in.
 */
export class TokenBucket implements Limiter {
  readonly #perUs: number;
  readonly #full: number;
  /** In this time an empty bucket is full: a longer rest brings no more. */
  readonly #fillUs: number;
  readonly #buckets: SourceTable<Bucket>;

  constructor(options: { readonly rate: number; readonly burst: number; readonly sources: number }) {
    this.#perUs = amountPerUs(options.rate);
    const full = options.burst * DATAGRAM;
    this.#full = full;
    this.#fillUs = Math.ceil(full / this.#perUs);
    this.#buckets = new SourceTable(options.sources, () => ({ tokens: full, at: 0 }));
  }

  admit(source: Source, now: Instant): Instant {
    const bucket = this.#buckets.of(source);
    const rested = Math.min(now - bucket.at, this.#fillUs);
    bucket.tokens = Math.min(this.#full, bucket.tokens + rested * this.#perUs);
    bucket.at = now;
    if (bucket.tokens < DATAGRAM) return NEVER;
    bucket.tokens -= DATAGRAM;
    return now;
  }
}
