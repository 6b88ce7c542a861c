import { describe, expect, test } from 'vitest';
import { Histogram, isHistogramData } from '../../../src/scenario/histogram.ts';

function of(...values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

/** Many values over nine orders of magnitude, without chance. */
const SPREAD = Array.from({ length: 2_000 }, (_, index) => Math.floor(1.0105 ** index) + (index % 7));

describe('percentiles', () => {
  test.each([
    { name: 'nothing', values: [], p50: 0, p95: 0 },
    { name: 'one value', values: [7], p50: 7, p95: 7 },
    { name: 'whole numbers below 256 are exact', values: [1, 2, 3, 4, 250], p50: 3, p95: 250 },
    { name: 'zeros', values: [0, -0, 0, 9], p50: 0, p95: 9 },
    { name: 'parts of one', values: [0.25, 0.5, 0.75], p50: 0.5, p95: 0.75 },
    { name: 'what is no count is left out', values: [-1, Number.NaN, Infinity, 5], p50: 5, p95: 5 },
    { name: 'never below the least', values: [1_001, 1_001], p50: 1_001, p95: 1_001 },
  ])('$name', ({ values, p50, p95 }) => {
    const histogram = of(...values);
    expect([histogram.percentile(50), histogram.percentile(95)]).toEqual([p50, p95]);
  });

  test.each([1, 25, 50, 90, 95, 99, 99.9, 100])('p%d is at most 0.8 %% below the exact one', (percent) => {
    const sorted = [...SPREAD].sort((a, b) => a - b);
    const exact = sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0;
    const told = of(...SPREAD).percentile(percent);
    expect(told).toBeLessThanOrEqual(exact);
    expect(told).toBeGreaterThanOrEqual(exact * (1 - 1 / 128));
  });
});

describe('adding', () => {
  test('the parts in any order give what the whole gives', () => {
    const parts = [0, 1, 2].map((part) => of(...SPREAD.filter((_, index) => index % 3 === part)).toData());
    const whole = of(...SPREAD).toData();
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
    ]) {
      const sum = new Histogram();
      for (const part of order) sum.merge(parts[part]!);
      expect(sum.toData()).toEqual(whole);
    }
  });

  test('nothing added changes nothing', () => {
    const sum = of(3, 4);
    sum.merge(new Histogram().toData());
    expect(sum.toData()).toEqual(of(3, 4).toData());
  });
});

test.each([
  { name: 'what was written', data: of(1, 2, 1e9).toData(), good: true },
  { name: 'nothing at all', data: new Histogram().toData(), good: true },
  { name: 'counts that do not add up', data: { ...of(1, 2).toData(), count: 3 }, good: false },
  { name: 'a bucket that is none', data: { ...of(1).toData(), buckets: '999999:1' }, good: false },
  { name: 'words', data: { ...of(1).toData(), buckets: 'x:1' }, good: false },
  { name: 'a count below 0', data: { ...of(1).toData(), sum: -1 }, good: false },
  { name: 'null', data: null, good: false },
])('a histogram read again: $name', ({ data, good }) => {
  expect(isHistogramData(data)).toBe(good);
});
