import { expect, test } from 'vitest';
import { TimeSeries } from '../../../src/scenario/time-series.ts';

test('a series has the most of each step, and steps that grow so that it stays short', () => {
  const series = new TimeSeries();
  for (let second = 0; second < 3_600; second++)
    series.add(second * 1_000_000, second === 1_800 ? 400 : second % 7);
  const { step_us: step, values } = series.toPlain();
  expect(values.length).toBeLessThanOrEqual(240);
  expect(values.length * step).toBeGreaterThanOrEqual(3_599_000_000);
  expect(values[Math.floor(1_800_000_000 / step)]).toBe(400);
  expect(values.filter((value) => value > 6)).toHaveLength(1);
});

test('a level goes on until it is said otherwise', () => {
  const series = new TimeSeries();
  series.add(0, 3);
  series.add(200_000, 0);
  series.add(310_000, 1);
  // The step in which it fell has seen both.
  expect(series.toPlain()).toEqual({ step_us: 50_000, values: [3, 3, 3, 3, 3, 0, 1] });
});
