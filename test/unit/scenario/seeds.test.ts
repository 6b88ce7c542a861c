import { describe, expect, test } from 'vitest';
import { countSeeds, formatSeeds, joinSeeds, parseSeeds, seedAt } from '../../../src/scenario/seeds.ts';

describe('ranges of seeds', () => {
  test.each([
    { text: '1..100', shown: '1..100', count: 100 },
    { text: '7', shown: '7', count: 1 },
    { text: '0..4294967295', shown: '0..4294967295', count: 2 ** 32 },
    { text: '9, 1..3', shown: '1..3,9', count: 4 },
    { text: '1..3,4..6', shown: '1..6', count: 6 },
  ])('$text', ({ text, shown, count }) => {
    const ranges = parseSeeds(text) ?? [];
    expect(formatSeeds(ranges)).toBe(shown);
    expect(countSeeds(ranges)).toBe(count);
  });

  test.each(['', '5..1', '1..', '1...3', '-1..3', '1.5', 'all', '1..3,3', '0..4294967296', '1..2..3'])(
    'no range: "%s"',
    (text) => {
      expect(parseSeeds(text)).toBeUndefined();
    },
  );

  test('the seed at a place', () => {
    const ranges = parseSeeds('1..3,9') ?? [];
    expect([0, 1, 2, 3, 4].map((index) => seedAt(ranges, index))).toEqual([1, 2, 3, 9, undefined]);
  });

  test('ranges that touch become one, others stay apart', () => {
    expect(
      formatSeeds(
        joinSeeds([
          { first: 5, last: 6 },
          { first: 1, last: 2 },
          { first: 3, last: 3 },
        ]),
      ),
    ).toBe('1..3,5..6');
  });
});
