import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { NEVER, toInstant } from '../../src/core/time.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';
import { LIMITER_KINDS, makeLimiter, type LimiterKind } from '../../src/policy/limit/limiter.ts';

const RUNS = { numRuns: fuzzRuns(300) };
const SECOND = 1_000_000n;

interface Case {
  readonly rate: number;
  readonly burst: number;
  readonly windowUs: number;
  /** From a few sources, at moments that never go back. */
  readonly arrivals: readonly { readonly source: number; readonly at: number }[];
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    milliRate: fc.integer({ min: 1, max: 3_000_000 }),
    burst: fc.integer({ min: 1, max: 12 }),
    gaps: fc.array(
      fc.record({
        source: fc.integer({ min: 0, max: 2 }),
        gap: fc.oneof(
          fc.constant(0),
          fc.integer({ min: 0, max: 50_000 }),
          fc.integer({ min: 0, max: 9_000_000 }),
        ),
      }),
      { maxLength: 120 },
    ),
  })
  .map(({ milliRate, burst, gaps }) => {
    let at = 0;
    const arrivals = gaps.map(({ source, gap }) => ({ source, at: (at += gap) }));
    const rate = milliRate / 1_000;
    return { rate, burst, windowUs: Math.max(1, Math.round((burst * 1e6) / rate)), arrivals };
  });

/** The moments at which each arrival comes in; NEVER: it does not. */
function run(kind: LimiterKind, { rate, burst, windowUs, arrivals }: Case): number[] {
  const limiter = makeLimiter({ kind, rate, burst, windowUs });
  return arrivals.map(({ source, at }) => limiter.admit(source, toInstant(at)));
}

/** The same by a model that keeps all moments and computes with integers of any size. */
const NAIVE: Readonly<Record<LimiterKind, (given: Case, source: number) => number[]>> = {
  'token-bucket': ({ rate, burst, arrivals }, source) => {
    // Millionths of a thousandth, as the sum of all that came in.
    let tokens = BigInt(burst) * 1_000n * SECOND;
    let last = 0n;
    return arrivals
      .filter((each) => each.source === source)
      .map(({ at }) => {
        tokens += (BigInt(at) - last) * BigInt(Math.round(rate * 1_000));
        last = BigInt(at);
        if (tokens > BigInt(burst) * 1_000n * SECOND) tokens = BigInt(burst) * 1_000n * SECOND;
        if (tokens < 1_000n * SECOND) return NEVER;
        tokens -= 1_000n * SECOND;
        return at;
      });
  },
  'leaky-bucket': ({ rate, burst, arrivals }, source) => {
    // When the last one in the bucket has leaked out, in millionths of a datagram's time.
    const step = 1_000n * SECOND;
    const perUs = BigInt(Math.round(rate * 1_000));
    let empty = 0n;
    return arrivals
      .filter((each) => each.source === source)
      .map(({ at }) => {
        const now = BigInt(at) * perUs;
        const from = empty > now ? empty : now;
        if (from + step > now + BigInt(burst) * step) return NEVER;
        empty = from + step;
        return Number((from + perUs - 1n) / perUs);
      });
  },
  'fixed-window': ({ burst, windowUs, arrivals }, source) => {
    const counts = new Map<number, number>();
    return arrivals
      .filter((each) => each.source === source)
      .map(({ at }) => {
        const window = Math.floor(at / windowUs);
        const count = counts.get(window) ?? 0;
        if (count >= burst) return NEVER;
        counts.set(window, count + 1);
        return at;
      });
  },
  'sliding-window': ({ burst, windowUs, arrivals }, source) => {
    const log: number[] = [];
    return arrivals
      .filter((each) => each.source === source)
      .map(({ at }) => {
        if (log.filter((moment) => moment > at - windowUs).length >= burst) return NEVER;
        log.push(at);
        return at;
      });
  },
};

test.each(LIMITER_KINDS)('%s: as the naive model says, source by source', (kind) => {
  fc.assert(
    fc.property(cases, (given) => {
      const got = run(kind, given);
      for (const source of [0, 1, 2]) {
        const mine = got.filter((_, index) => given.arrivals[index]!.source === source);
        expect(mine).toEqual(NAIVE[kind](given, source));
      }
    }),
    RUNS,
  );
});

/** The most that come in within any time of this length, of one source. */
function mostWithin(moments: readonly number[], us: number): number {
  let most = 0;
  let first = 0;
  moments.forEach((moment, index) => {
    while (moments[first]! <= moment - us) first++;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

test.each<{ kind: LimiterKind; bound: (given: Case, us: number) => number; says: string }>([
  {
    kind: 'token-bucket',
    bound: ({ rate, burst }, us) => (rate * us) / 1e6 + burst,
    says: 'rate x time + burst',
  },
  // What comes out of it is one by one: rounding up to whole microseconds may bring two together.
  { kind: 'leaky-bucket', bound: ({ rate }, us) => (rate * (us + 1)) / 1e6 + 1, says: 'rate x time + 1' },
  {
    kind: 'fixed-window',
    bound: ({ burst, windowUs }, us) => burst * (Math.ceil(us / windowUs) + 1),
    says: 'its room, and once more for the edge',
  },
  {
    kind: 'sliding-window',
    bound: ({ burst, windowUs }, us) => burst * Math.ceil(us / windowUs),
    says: 'its room for each window',
  },
])('$kind: in no time does more come in than $says', ({ kind, bound }) => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 20_000_000 }), (given, us) => {
      const got = run(kind, given);
      for (const source of [0, 1, 2]) {
        const mine = got.filter((at, index) => at !== NEVER && given.arrivals[index]!.source === source);
        expect(mine).toEqual(mine.toSorted((a, b) => a - b));
        expect(mostWithin(mine, us)).toBeLessThanOrEqual(bound(given, us) + 1e-6);
      }
    }),
    RUNS,
  );
});
