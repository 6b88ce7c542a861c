/** One curve: its points go from left to right. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const BLOCKS = '▁▂▃▄▅▆▇█';

/** A curve of 0 to `most` in one line of text, each point a block; more points than `columns` are thinned by their greatest. */
export function sparkline(values: readonly number[], most: number, columns: number): string {
  const width = Math.min(values.length, columns);
  return Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * values.length) / width);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / width));
    const value = Math.max(...values.slice(from, to));
    const level = Math.round((value / Math.max(most, 1)) * (BLOCKS.length - 1));
    return value <= 0 ? ' ' : (BLOCKS[Math.min(level, BLOCKS.length - 1)] ?? '');
  }).join('');
}

const FRAME = { left: 60, top: 30, width: 640, height: 240 };
const COLOURS = ['#0b6e99', '#c4501b', '#3a7d34', '#7a3e9d', '#8a6d00', '#b0305c', '#444444', '#008080'];

/** Curves as an SVG picture with axes; `most` is at the top. Names stand in the legend below. */
export function svgPlot(
  curves: readonly Curve[],
  axes: { readonly title: string; readonly x: string; readonly y: string; readonly most: number },
): string {
  const { left, top, width, height } = FRAME;
  const end = Math.max(1, ...curves.flatMap(({ points }) => points.map(([x]) => x)));
  const place = ([x, y]: readonly [number, number]): string =>
    `${(left + (x / end) * width).toFixed(1)},${(top + height - (y / axes.most) * height).toFixed(1)}`;
  const lines = curves.map(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? '#000000';
    const y = top + height + 45 + index * 18;
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(place).join(' ')}"/>`,
      `<rect x="${left}" y="${y - 10}" width="12" height="12" fill="${colour}"/>`,
      `<text x="${left + 18}" y="${y}">${escapeXml(name)}</text>`,
    ].join('\n');
  });
  const total = top + height + 50 + curves.length * 18;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 30}" height="${total}" font-family="sans-serif" font-size="13">`,
    `<text x="${left}" y="18" font-weight="bold">${escapeXml(axes.title)}</text>`,
    `<path d="M${left} ${top}V${top + height}H${left + width}" fill="none" stroke="#444444"/>`,
    `<text x="${left - 8}" y="${top + 5}" text-anchor="end">${axes.most}</text>`,
    `<text x="${left - 8}" y="${top + height}" text-anchor="end">0</text>`,
    `<text x="${left - 8}" y="${top + height / 2}" text-anchor="end">${escapeXml(axes.y)}</text>`,
    `<text x="${left + width}" y="${top + height + 18}" text-anchor="end">${escapeXml(`${Math.round(end)} ${axes.x}`)}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
