import { describe, expect, test } from 'vitest';
import { memberKey, Random, streamKey } from '../../../src/core/random.ts';

test('the generator is pinned: a change of these vectors is a change of every digest', () => {
  const random = new Random(streamKey(7, 'cm[0]'));
  expect(Array.from({ length: 4 }, () => random.next())).toMatchInlineSnapshot(`
    [
      3381871937,
      3492353884,
      3277205128,
      2312562372,
    ]
  `);
  expect(streamKey(7, 'cm[1]')).toMatchInlineSnapshot(`1032881869`);
  expect(memberKey(streamKey(7, 'cm'), 1)).toMatchInlineSnapshot(`1213818267`);
});

describe('streams', () => {
  test('a stream does not depend on what others drew', () => {
    const alone = new Random(streamKey(1, 'a'));
    const first = [alone.next(), alone.next()];
    const again = new Random(streamKey(1, 'a'));
    new Random(streamKey(1, 'b')).next();
    expect([again.next(), again.next()]).toEqual(first);
  });

  test('another seed, another name, another member: another stream', () => {
    const keys = [
      streamKey(1, 'a'),
      streamKey(2, 'a'),
      streamKey(1, 'b'),
      memberKey(streamKey(1, 'a'), 0),
      memberKey(streamKey(1, 'a'), 1),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('below', () => {
  // Chi-square with 9 degrees of freedom: 33.72 is exceeded once in 10,000 honest runs.
  test.each([1, 2, 3, 4, 5])('ten sides are even, seed %i', (seed) => {
    const random = new Random(streamKey(seed, 'die'));
    const counts = new Array<number>(10).fill(0);
    for (let throws = 0; throws < 20_000; throws++) {
      const side = random.below(10);
      counts[side] = (counts[side] ?? 0) + 1;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeLessThan(33.72);
    expect(chiSquare).toBeGreaterThan(0.5);
  });

  test('the whole range can be asked for', () => {
    const random = new Random(9);
    for (let draws = 0; draws < 100; draws++) expect(random.below(2 ** 32)).toBeLessThan(2 ** 32);
    expect(random.below(1)).toBe(0);
  });

  test('swing is between -1 and 1 with its middle at 0', () => {
    const random = new Random(streamKey(3, 'swing'));
    let sum = 0;
    for (let draws = 0; draws < 10_000; draws++) {
      const swing = random.swing();
      expect(Math.abs(swing)).toBeLessThanOrEqual(1);
      sum += swing;
    }
    expect(Math.abs(sum / 10_000)).toBeLessThan(0.03);
  });
});
