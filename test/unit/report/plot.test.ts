import { expect, test } from 'vitest';
import { barPlot, curvePlot, sparkline, svgColumn } from '../../../src/report/plot.ts';

test.each([
  { name: 'each value a block, none for 0', values: [0, 12, 50, 100], columns: 10, line: ' ▂▅█' },
  { name: 'more values than columns: the greatest of each', values: [0, 100, 0, 0], columns: 2, line: '█ ' },
  { name: 'no values', values: [], columns: 5, line: '' },
])('$name', ({ values, columns, line }) => {
  expect(sparkline(values, 100, columns)).toBe(line);
});

test('a picture has a curve and a name for each, and nothing in a name is markup', () => {
  const plot = curvePlot(
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
  const svg = svgColumn([plot, plot]);
  expect(svg).toContain(`<g transform="translate(0 ${plot.height})">`);
  expect(svg).toContain(`height="${2 * plot.height}"`);
  expect(svg).toContain('points="60.0,270.0 700.0,30.0"');
  expect(svg).toContain('a&lt;b');
  expect(svg).toContain('x &amp; y');
});

test('bars stand in groups, each as tall as its value, a colour a kind', () => {
  const { body } = barPlot(
    [
      { name: 'one', values: { a: 100, b: 0 } },
      { name: 'two', values: { a: 25, b: 75 } },
    ],
    { title: 't', y: '%', most: 100 },
  );
  const bars = Array.from(
    body.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="128.0" height="([\d.]+)"/g),
    ([, x, tall]) => [x, tall],
  );
  expect(bars).toEqual([
    ['92.0', '240.0'],
    ['220.0', '0.0'],
    ['412.0', '60.0'],
    ['540.0', '180.0'],
  ]);
  expect(body).toContain('>two</text>');
});
