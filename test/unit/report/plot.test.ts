import { expect, test } from 'vitest';
import { sparkline, svgPlot } from '../../../src/report/plot.ts';

test.each([
  { name: 'each value a block, none for 0', values: [0, 12, 50, 100], columns: 10, line: ' ▂▅█' },
  { name: 'more values than columns: the greatest of each', values: [0, 100, 0, 0], columns: 2, line: '█ ' },
  { name: 'no values', values: [], columns: 5, line: '' },
])('$name', ({ values, columns, line }) => {
  expect(sparkline(values, 100, columns)).toBe(line);
});

test('a picture has a curve and a name for each, and nothing in a name is markup', () => {
  const svg = svgPlot(
    [
      {
        name: 'a<b',
        points: [
          [0, 0],
          [10, 100],
        ],
      },
    ],
    { title: 'x & y', x: 's', y: '%', most: 100 },
  );
  expect(svg).toContain('points="60.0,270.0 700.0,30.0"');
  expect(svg).toContain('a&lt;b');
  expect(svg).toContain('x &amp; y');
});
