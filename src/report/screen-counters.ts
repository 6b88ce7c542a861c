import { ruleMetrics } from '../scenario/metrics.ts';
import { cutLine, formatCount, span, wrapItems, type Line } from './line.ts';
import type { ScreenModel } from './screen-model.ts';

const NAME_WIDTH = 22;
const COUNT_WIDTH = 11;
/** The part of packets, when a terminal has room for it beside the rest. */
const LEFT = NAME_WIDTH + 2 * COUNT_WIDTH + 3;
const BESIDE_FROM = 80;
/** Where there is little room, states stand below their group. */
const INDENT = 3;
const INDENT_BELOW = 48;

/** Packets by protocol and kind; beside or below them re-sends, faults, and states by group. */
export function countersScreen(model: ScreenModel, columns: number, rows: number): readonly Line[] {
  if (columns < BESIDE_FROM) {
    const above = [...restLines(model, columns), []];
    const lines = [...above, ...packetLines(model, Math.max(rows - above.length, 0))];
    return lines.slice(0, rows).map((line) => cutLine(line, columns));
  }
  const left = packetLines(model, rows);
  const right = restLines(model, columns - LEFT);
  return Array.from({ length: Math.min(Math.max(left.length, right.length), rows) }, (_, row) => {
    const line = left[row] ?? [];
    const width = line.reduce((sum, { text }) => sum + text.length, 0);
    return cutLine([...line, span(' '.repeat(Math.max(LEFT - width, 0))), ...(right[row] ?? [])], columns);
  });
}

function packetLines({ packets }: ScreenModel, rows: number): readonly Line[] {
  const header = span(
    `${' packets'.padEnd(NAME_WIDTH)}${'sent'.padStart(COUNT_WIDTH)}${'lost'.padStart(COUNT_WIDTH)}`,
    'strong',
  );
  const named = [...packets].sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = named.length < rows ? named : named.slice(0, Math.max(rows - 2, 0));
  const lines = shown.map(([name, { sent, lost }]): Line => [
    span(` ${name}`.slice(0, NAME_WIDTH).padEnd(NAME_WIDTH)),
    span(formatCount(sent).padStart(COUNT_WIDTH)),
    span(formatCount(lost).padStart(COUNT_WIDTH), lost === 0 ? 'dim' : 'bad'),
  ]);
  const more = named.length - shown.length;
  return [[header], ...lines, ...(more > 0 ? [[span(` and ${more} kinds more`, 'dim')]] : [])];
}

function restLines(model: ScreenModel, columns: number): readonly Line[] {
  const sections = [
    section(
      'counted',
      ruleMetrics((rule) => model.rules.countOf(rule)),
    ),
    section(
      'faults',
      model.faults().map(({ id, fired }): [string, number] => [id, fired]),
    ),
    stateLines(model, columns),
  ].filter((lines) => lines.length > 0);
  return sections.flatMap((lines, index) => (index === 0 ? lines : [[], ...lines]));
}

function section(title: string, counts: readonly (readonly [string, number])[]): readonly Line[] {
  if (counts.length === 0) return [];
  const lines = counts.map(([name, count]): Line => [
    span(` ${name}`.padEnd(NAME_WIDTH)),
    span(formatCount(count).padStart(COUNT_WIDTH)),
  ]);
  return [[span(` ${title}`, 'strong')], ...lines];
}

function stateLines({ states }: ScreenModel, columns: number): readonly Line[] {
  if (states.size === 0) return [];
  const isBelow = columns < INDENT_BELOW;
  const indent = isBelow ? INDENT : NAME_WIDTH;
  const lines = [...states].flatMap(([group, counts]) => {
    const items = [...counts]
      .filter(([, count]) => count > 0)
      .map(([state, count]) => `${state} ${formatCount(count)}`);
    const texts = wrapItems(items, columns - indent);
    const name = span(` ${group}`.padEnd(indent));
    const first = isBelow ? [[name]] : [];
    return [
      ...first,
      ...texts.map((text, index): Line => [
        index === 0 && !isBelow ? name : span(' '.repeat(indent)),
        span(text),
      ]),
    ];
  });
  return [[span(' states', 'strong')], ...lines];
}
