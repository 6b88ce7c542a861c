import type { Limiter, Source } from '../../core/limiter.ts';
import type { Instant } from '../../core/time.ts';
import { after, NEVER } from '../../core/time.ts';
import { amountPerUs, DATAGRAM } from './amount.ts';
import { SourceTable } from './source-table.ts';

interface Bucket {
  /** What has not leaked out yet at `at`. */
  level: number;
  at: number;
}

/**
 * A bucket with a hole: datagrams leave one by one, `rate` a second, and at most `burst` are in it. It lets in as many as a token
 * bucket would, since what is full in one is empty in the other; but it holds them, so that what comes out of it has no bursts.
 */
export class LeakyBucket implements Limiter {
  readonly #perUs: number;
  readonly #full: number;
  readonly #drainUs: number;
  readonly #buckets: SourceTable<Bucket>;

  constructor(options: { readonly rate: number; readonly burst: number; readonly sources: number }) {
    this.#perUs = amountPerUs(options.rate);
    this.#full = options.burst * DATAGRAM;
    this.#drainUs = Math.ceil(this.#full / this.#perUs);
    this.#buckets = new SourceTable(options.sources, () => ({ level: 0, at: 0 }));
  }

  admit(source: Source, now: Instant): Instant {
    const bucket = this.#buckets.of(source);
    const rested = Math.min(now - bucket.at, this.#drainUs);
    bucket.level = Math.max(0, bucket.level - rested * this.#perUs);
    bucket.at = now;
    if (bucket.level + DATAGRAM > this.#full) return NEVER;
    const leavesAt = after(now, Math.ceil(bucket.level / this.#perUs));
    bucket.level += DATAGRAM;
    return leavesAt;
  }
}
