import { expect, test } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { firstRecord } from '../../../../src/policy/routing/simple.ts';

test.each([
  { order: 'file', count: 4, firsts: [0] },
  { order: 'rotate', count: 4, firsts: [0, 1, 2, 3] },
  { order: 'rotate', count: 1, firsts: [0] },
] as const)('$order of $count records begins with $firsts', ({ order, count, firsts }) => {
  const random = new Random(5);
  const seen = new Set(Array.from({ length: 200 }, () => firstRecord(order, count, random)));
  expect(seen).toEqual(new Set(firsts));
});

test('rotation is even: chi-square under 21.11, which is p = 1e-4 for three degrees of freedom', () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed);
    const counts = [0, 0, 0, 0];
    for (let draw = 0; draw < 4_000; draw++) {
      const first = firstRecord('rotate', 4, random);
      counts[first] = (counts[first] ?? 0) + 1;
    }
    const square = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
    expect(square).toBeLessThan(21.11);
  }
});
