import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { runSteps, sortSteps } from '../../../src/core/steps.ts';

const compare = (a: { value: number }, b: { value: number }): number => a.value - b.value;

describe('a sort in steps', () => {
  test.each([0, 1, 1_023, 1_024, 1_025, 2_048, 5_000, 10_241])(
    'gives what a sort gives: %i items',
    (count) => {
      const random = new Random(count);
      const items = Array.from({ length: count }, (_, index) => ({ value: random.below(500), index }));
      expect(runSteps(sortSteps(items, compare))).toEqual(items.toSorted(compare));
    },
  );

  test('rests about once for each thousand that it moves', () => {
    let compared = 0;
    let most = 0;
    const steps = sortSteps(
      Array.from({ length: 20_000 }, (_, index) => (index * 7_919) % 20_011),
      (a, b) => {
        compared++;
        return a - b;
      },
    );
    for (let before = 0; steps.next().done !== true; before = compared)
      most = Math.max(most, compared - before);
    // A piece of 1,024 is sorted with ten comparisons an item, and two are merged with one.
    expect(most).toBeLessThan(1_024 * 11);
    expect(compared).toBeGreaterThan(20_000 * 10);
  });
});
