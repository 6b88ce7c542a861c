import type { PageSeries } from '../report/page/page-data.ts';
import type { RunModel } from './model.ts';
import { upOverTime } from './past.ts';

/** One quantity as a chart draws it: seconds and values. */
export interface ChartData {
  readonly name: string;
  readonly end: number;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

const POINTS = 1_200;

const NAMES: Readonly<Record<string, string>> = {
  lost: 'lost on the way',
  faulted: 'lost by a fault',
  overflow: 'dropped by a queue',
};

/** What can be drawn, the most telling first: who is up, queues, what was sent again, what was lost, and the rest. */
export function chartChoices(model: RunModel): readonly ChartData[] {
  const { data, hostCount } = model;
  const end = data.end_us / 1_000_000;
  const up = { name: 'up', end, ...upOverTime(data, hostCount, POINTS) };
  const others = data.series
    .map((series): ChartData & { rank: number } => ({ ...chartOf(series, end), rank: rankOf(series) }))
    .sort((a, b) => a.rank - b.rank);
  const [first, ...rest] = others;
  // A queue stands beside who is up; then what was sent again.
  return [...(up.y.some((count) => count > 0) ? [up] : []), ...(first === undefined ? [] : [first, ...rest])];
}

function rankOf({ name }: PageSeries): number {
  if (/queue\.depth(?: of |$)/.test(name)) return 0;
  if (name === 're-sends') return 1;
  if (name in NAMES) return 2;
  return 3;
}

function chartOf({ name, kind, step_us: step, values }: PageSeries, end: number): ChartData {
  const shown = NAMES[name] ?? name;
  const perSecond = step / 1_000_000;
  const x: number[] = [];
  const y: (number | null)[] = [];
  for (const [index, value] of values.entries()) {
    // A gauge stays as it was until it is told anew; where nothing is counted, there is nothing.
    if (kind === 'gauge' && value === null) continue;
    x.push((index * step) / 1_000_000);
    y.push(kind === 'gauge' ? value : (value ?? 0));
  }
  if (kind === 'count') x.push(values.length * perSecond);
  if (kind === 'count') y.push(0);
  if ((x.at(-1) ?? 0) < end) {
    x.push(end);
    y.push(kind === 'gauge' ? (y.at(-1) ?? null) : 0);
  }
  return { name: kind === 'count' ? `${shown}, in ${stepText(step)}` : shown, end, x, y };
}

function stepText(us: number): string {
  return us < 1_000_000 ? `${us / 1_000} ms` : `${Number((us / 1_000_000).toFixed(2))} s`;
}
