import type { Limiter, LimiterSpec, SourceOf } from '../../core/limiter.ts';
import type { Rule } from '../../core/rules.ts';
import { LIMIT_RULES } from '../../core/rules/limit.ts';
import { SOURCES_MAX } from './amount.ts';
import { FixedWindow } from './fixed-window.ts';
import { LeakyBucket } from './leaky-bucket.ts';
import { SlidingWindow } from './sliding-window.ts';
import { TokenBucket } from './token-bucket.ts';

export const LIMITER_KINDS = ['token-bucket', 'leaky-bucket', 'fixed-window', 'sliding-window'] as const;
export type LimiterKind = (typeof LIMITER_KINDS)[number];

/** A limiter of any kind: so many in the long run, and so many at once. */
export interface LimiterOptions {
  readonly kind: LimiterKind;
  /** Datagrams a second, with at most three decimals: what a bucket gets or loses. */
  readonly rate: number;
  /** What a bucket holds, and what a window has room for: 1 to `BURST_MAX`. */
  readonly burst: number;
  /** How long a window is: the time in which `rate` makes `burst`. */
  readonly windowUs: number;
}

/** A limiter as a host has it. */
export function limiterSpec(options: LimiterOptions, name: string, sourceOf: SourceOf): LimiterSpec {
  return { name, sourceOf, ...rulesOf(options.kind), create: () => makeLimiter(options) };
}

export function makeLimiter({ kind, rate, burst, windowUs }: LimiterOptions): Limiter {
  switch (kind) {
    case 'token-bucket':
      return new TokenBucket({ rate, burst, sources: SOURCES_MAX });
    case 'leaky-bucket':
      return new LeakyBucket({ rate, burst, sources: SOURCES_MAX });
    case 'fixed-window':
      return new FixedWindow({ most: burst, windowUs, sources: SOURCES_MAX });
    case 'sliding-window':
      return new SlidingWindow({ most: burst, windowUs, sources: SOURCES_MAX });
  }
  return kind satisfies never;
}

function rulesOf(kind: LimiterKind): { readonly drops: Rule; readonly holds: Rule | undefined } {
  switch (kind) {
    case 'token-bucket':
      return { drops: LIMIT_RULES.noToken, holds: undefined };
    case 'leaky-bucket':
      return { drops: LIMIT_RULES.bucketFull, holds: LIMIT_RULES.bucketLeaks };
    case 'fixed-window':
      return { drops: LIMIT_RULES.windowFull, holds: undefined };
    case 'sliding-window':
      return { drops: LIMIT_RULES.slidingFull, holds: undefined };
  }
  return kind satisfies never;
}
