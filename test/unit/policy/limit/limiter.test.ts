import { describe, expect, test } from 'vitest';
import { NEVER, toInstant } from '../../../../src/core/time.ts';
import { SourceTable } from '../../../../src/policy/limit/source-table.ts';
import {
  LIMITER_KINDS,
  limiterSpec,
  makeLimiter,
  type LimiterKind,
} from '../../../../src/policy/limit/limiter.ts';

const MS = 1_000;

/** Ten a second, five at once, so a window of half a second. */
function limiterOf(kind: LimiterKind): ReturnType<typeof makeLimiter> {
  return makeLimiter({ kind, rate: 10, burst: 5, windowUs: 500 * MS });
}

/** What becomes of datagrams of one source at these milliseconds: how long each is held, or 'no'. */
function fates(kind: LimiterKind, moments: readonly number[]): (number | 'no')[] {
  const limiter = limiterOf(kind);
  return moments.map((moment) => {
    const at = limiter.admit(1, toInstant(moment * MS));
    return at === NEVER ? 'no' : (at - moment * MS) / MS;
  });
}

const SEVEN_AT_ONCE = [0, 0, 0, 0, 0, 0, 0];

describe('after a rest', () => {
  test.each<{ kind: LimiterKind; gets: (number | 'no')[] }>([
    { kind: 'token-bucket', gets: [0, 0, 0, 0, 0, 'no', 'no'] },
    { kind: 'leaky-bucket', gets: [0, 100, 200, 300, 400, 'no', 'no'] },
    { kind: 'fixed-window', gets: [0, 0, 0, 0, 0, 'no', 'no'] },
    { kind: 'sliding-window', gets: [0, 0, 0, 0, 0, 'no', 'no'] },
  ])('of seven at once the $kind lets in five', ({ kind, gets }) => {
    expect(fates(kind, SEVEN_AT_ONCE)).toEqual(gets);
  });
});

const five = (moment: number): number[] => Array.from({ length: 5 }, () => moment);

const admitted = (kind: LimiterKind): number =>
  fates(kind, [...five(499), ...five(500)]).filter((fate) => fate !== 'no').length;

describe('where a window ends', () => {
  test('a fixed window lets in twice its room within a millisecond', () => {
    expect(admitted('fixed-window')).toBe(10);
  });

  test.each(['token-bucket', 'leaky-bucket', 'sliding-window'] as const)('a %s does not', (kind) => {
    expect(admitted(kind)).toBe(5);
  });
});

describe('the moment at which there is room again', () => {
  test.each<{ kind: LimiterKind; at: number; why: string }>([
    { kind: 'token-bucket', at: 100, why: 'one token has come' },
    { kind: 'leaky-bucket', at: 100, why: 'one has leaked out' },
    { kind: 'fixed-window', at: 500, why: 'the next window begins' },
    { kind: 'sliding-window', at: 500, why: 'the first is a window old' },
  ])('$kind: $at ms, when $why, and not a microsecond before', ({ kind, at }) => {
    const limiter = limiterOf(kind);
    for (let count = 0; count < 5; count++) limiter.admit(1, toInstant(0));
    expect(limiter.admit(1, toInstant(at * MS - 1))).toBe(NEVER);
    expect(limiter.admit(1, toInstant(at * MS))).not.toBe(NEVER);
  });
});

describe('sources', () => {
  test.each(LIMITER_KINDS)('%s: one that floods takes nothing from another', (kind) => {
    const limiter = limiterOf(kind);
    for (let count = 0; count < 100; count++) limiter.admit('flood', toInstant(0));
    expect(limiter.admit('quiet', toInstant(0))).toBe(0);
    expect(limiter.admit('flood', toInstant(0))).toBe(NEVER);
  });

  test('one more than the table holds: the one quiet longest is forgotten', () => {
    let made = 0;
    const table = new SourceTable(2, () => ({ number: made++ }));
    for (const source of ['a', 'b', 'a', 'c']) table.of(source);
    expect(table.size).toBe(2);
    expect(table.of('a').number).toBe(0);
    expect(table.of('b').number).toBe(3);
  });
});

test('each kind has its own reason, and only a leaky bucket one for holding', () => {
  const specs = LIMITER_KINDS.map((kind) =>
    limiterSpec({ kind, rate: 1, burst: 1, windowUs: 1_000_000 }, 'dhcp', () => 0),
  );
  expect(specs.map(({ drops }) => drops.id)).toEqual([
    'HE-LIMIT-020',
    'HE-LIMIT-021',
    'HE-LIMIT-023',
    'HE-LIMIT-024',
  ]);
  expect(specs.map(({ holds }) => holds?.id)).toEqual([undefined, 'HE-LIMIT-022', undefined, undefined]);
});

test('a rate of a thousandth a second and a burst of a million stay exact', () => {
  const slow = makeLimiter({ kind: 'token-bucket', rate: 0.001, burst: 1, windowUs: 1_000_000_000 });
  slow.admit(1, toInstant(0));
  expect(slow.admit(1, toInstant(999_999_999))).toBe(NEVER);
  expect(slow.admit(1, toInstant(1_000_000_000))).toBe(1_000_000_000);
  const large = makeLimiter({ kind: 'token-bucket', rate: 10_000_000, burst: 1_000_000, windowUs: 100_000 });
  for (let count = 0; count < 1_000_000; count++) large.admit(1, toInstant(0));
  expect(large.admit(1, toInstant(0))).toBe(NEVER);
  expect(large.admit(1, toInstant(1))).toBe(1);
});
