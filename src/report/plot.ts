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

/** A picture that others can stand above and below. */
export interface Plot {
  readonly height: number;
  readonly body: string;
}

interface Axes {
  readonly title: string;
  readonly y: string;
  /** At the top. */
  readonly most: number;
}

/** Curves over an axis that begins at 0; names stand in the legend below. */
export function curvePlot(curves: readonly Curve[], axes: Axes & { readonly x: string }): Plot {
  const { left, top, width, height } = FRAME;
  const end = Math.max(1, ...curves.flatMap(({ points }) => points.map(([x]) => x)));
  const place = ([x, y]: readonly [number, number]): string =>
    `${(left + (x / end) * width).toFixed(1)},${(top + height - (y / axes.most) * height).toFixed(1)}`;
  const lines = curves.map(
    ({ points }, index) =>
      `<polyline fill="none" stroke="${colourOf(index)}" stroke-width="2" points="${points.map(place).join(' ')}"/>`,
  );
  const names = curves.map(({ name }) => name);
  const last = `<text x="${left + width}" y="${top + height + 18}" text-anchor="end">${escapeXml(`${Math.round(end)} ${axes.x}`)}</text>`;
  return framed(axes, [...lines, last], names);
}

/** Bars in groups: each group a name, each bar one of its values. */
export function barPlot(
  groups: readonly { readonly name: string; readonly values: Readonly<Record<string, number>> }[],
  axes: Axes,
): Plot {
  const { left, top, width, height } = FRAME;
  const kinds = [...new Set(groups.flatMap(({ values }) => Object.keys(values)))].sort();
  const room = width / Math.max(groups.length, 1);
  const bar = (room * 0.8) / Math.max(kinds.length, 1);
  const bars = groups.flatMap(({ name, values }, group) => {
    const start = left + group * room;
    const label = `<text x="${(start + room / 2).toFixed(1)}" y="${top + height + 18}" text-anchor="middle">${escapeXml(name)}</text>`;
    return [
      label,
      ...kinds.map((kind, index) => {
        const tall = ((values[kind] ?? 0) / axes.most) * height;
        const x = start + room * 0.1 + index * bar;
        return `<rect x="${x.toFixed(1)}" y="${(top + height - tall).toFixed(1)}" width="${bar.toFixed(1)}" height="${tall.toFixed(1)}" fill="${colourOf(index)}"/>`;
      }),
    ];
  });
  return framed(axes, bars, kinds);
}

/** Pictures one below the other, as one file. */
export function svgColumn(plots: readonly Plot[]): string {
  const { left, width } = FRAME;
  let at = 0;
  const placed = plots.map(({ body, height }) => {
    const group = `<g transform="translate(0 ${at})">\n${body}\n</g>`;
    at += height;
    return group;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 30}" height="${at}" font-family="sans-serif" font-size="13">`,
    ...placed,
    '</svg>',
    '',
  ].join('\n');
}

function framed({ title, y, most }: Axes, inside: readonly string[], legend: readonly string[]): Plot {
  const { left, top, width, height } = FRAME;
  const names = legend.map((name, index) => {
    const at = top + height + 45 + index * 18;
    return `<rect x="${left}" y="${at - 10}" width="12" height="12" fill="${colourOf(index)}"/>\n<text x="${left + 18}" y="${at}">${escapeXml(name)}</text>`;
  });
  const body = [
    `<text x="${left}" y="18" font-weight="bold">${escapeXml(title)}</text>`,
    `<path d="M${left} ${top}V${top + height}H${left + width}" fill="none" stroke="#444444"/>`,
    `<text x="${left - 8}" y="${top + 5}" text-anchor="end">${most}</text>`,
    `<text x="${left - 8}" y="${top + height}" text-anchor="end">0</text>`,
    `<text x="${left - 8}" y="${top + height / 2}" text-anchor="end">${escapeXml(y)}</text>`,
    ...inside,
    ...names,
  ].join('\n');
  return { body, height: top + height + 60 + legend.length * 18 };
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? '#000000';
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
