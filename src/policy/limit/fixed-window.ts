import type { Limiter, Source } from '../../core/limiter.ts';
import type { Instant } from '../../core/time.ts';
import { NEVER } from '../../core/time.ts';
import { SourceTable } from './source-table.ts';

interface Count {
  window: number;
  count: number;
}

/**
 * Time is cut into windows that begin for everybody at once, and each has room for `most`. One number a source is all it costs;
 * the price is the edge: the end of one window and the start of the next let in twice `most` in no time at all.
 */
export class FixedWindow implements Limiter {
  readonly #most: number;
  readonly #windowUs: number;
  readonly #counts: SourceTable<Count>;

  constructor(options: { readonly most: number; readonly windowUs: number; readonly sources: number }) {
    this.#most = options.most;
    this.#windowUs = options.windowUs;
    this.#counts = new SourceTable(options.sources, () => ({ window: -1, count: 0 }));
  }

  admit(source: Source, now: Instant): Instant {
    const state = this.#counts.of(source);
    const window = Math.floor(now / this.#windowUs);
    if (window !== state.window) {
      state.window = window;
      state.count = 0;
    }
    if (state.count >= this.#most) return NEVER;
    state.count++;
    return now;
  }
}
