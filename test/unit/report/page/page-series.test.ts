import { describe, expect, test } from 'vitest';
import { SeriesTable } from '../../../../src/report/page/page-series.ts';

const SECOND = 1_000_000;

describe('SeriesTable', () => {
  test('a gauge keeps the greatest value of a step, and nothing where it was not told', () => {
    const table = new SeriesTable();
    table.gauge(0, 'queue', 3);
    table.gauge(400, 'queue', 7);
    table.gauge(900, 'queue', 2);
    table.gauge(2_100, 'queue', 1);
    expect(table.toSeries()).toEqual([
      { name: 'queue', kind: 'gauge', step_us: 1_000, values: [7, null, 1] },
    ]);
  });

  test('a count adds up, also when time goes on and steps are joined', () => {
    const table = new SeriesTable();
    for (let at = 0; at < 3_600 * SECOND; at += SECOND) table.count(at, 'lost');
    const [series] = table.toSeries();
    expect(series?.values.length).toBeLessThanOrEqual(600);
    expect(series?.values.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe(3_600);
  });

  test('a gauge that grows coarse keeps its peak', () => {
    const table = new SeriesTable();
    table.gauge(5_000, 'queue', 400);
    table.gauge(900 * SECOND, 'queue', 1);
    const [series] = table.toSeries();
    expect(series?.values[0]).toBe(400);
    expect(series?.values.at(-1)).toBe(1);
  });

  test('what two hosts tell under one name are two series, and what one tells has no host', () => {
    const table = new SeriesTable();
    table.gauge(0, 'cache.misses', 1, 'r1');
    table.gauge(0, 'cache.misses', 5, 'r2');
    table.gauge(0, 'queue', 2, 'dhcp');
    expect(table.toSeries().map(({ name, values }) => [name, ...values])).toEqual([
      ['cache.misses of r1', 1],
      ['cache.misses of r2', 5],
      ['queue', 2],
    ]);
  });

  test('more names than a page can draw are left out', () => {
    const table = new SeriesTable();
    for (let name = 0; name < 100; name++) table.count(0, `n${name}`);
    expect(table.toSeries()).toHaveLength(48);
  });
});
