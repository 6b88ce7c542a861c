import { visibleText } from '../core/text.ts';
import { VERDICTS, type Verdict } from '../scenario/result.ts';
import { isDuration, type CellSummary, type FailingSeed } from '../scenario/tally.ts';
import { Histogram, type HistogramData } from '../scenario/histogram.ts';
import { cellText } from './cell-text.ts';
import { formatCount, formatDuration, span, wrapText, type Line, type Style } from './line.ts';
import type { SweepEnd, SweepFacts } from './reporter.ts';

export interface SweepContext {
  /** On this machine's clock; undefined: nothing was run, results were merged. */
  readonly tookMs: number | undefined;
  readonly jobs: number;
  readonly columns: number | undefined;
  /** The command that repeats one seed of a cell. */
  readonly reproduce: (cell: CellSummary, seed: number) => string;
}

const STYLES: Readonly<Record<Verdict, Style>> = {
  pass: 'good',
  warn: 'warn',
  inconclusive: 'warn',
  fail: 'bad',
  error: 'bad',
};
/** Commands to repeat a seed, for each cell. */
const REPEATS_MAX = 5;
/** Causes, for each cell. */
const CAUSES_MAX = 3;
/** Measures that have columns of their own. */
const MEASURES_MAX = 3;
const LABEL = 20;

/** A sweep in lines: what was run, a row for each cell, what did not hold and how to repeat it, the count. */
export function renderSweep(facts: SweepFacts, end: SweepEnd, context: SweepContext): readonly Line[] {
  return [
    ...headLines(facts, end, context),
    ...tableLines(end.summaries),
    ...end.summaries.flatMap((cell) => cellLines(cell, context)),
    ...contradictionLines(end),
    countLine(end),
  ];
}

function headLines(
  { cells, shard, count }: SweepFacts,
  { summaries }: SweepEnd,
  context: SweepContext,
): Line[] {
  const names = [...new Set(cells.map(({ cell }) => cell.scenario))];
  const name = names.length <= 3 ? names.join(', ') : `${names.length} scenarios`;
  const seeds = [...new Set(summaries.map((cell) => cell.seeds))];
  const words = [
    ...(cells.length > 1 ? [`${formatCount(cells.length)} cells`] : []),
    seeds.length === 1 ? `seeds ${seeds[0] ?? ''}` : 'seeds of their own',
    `${formatCount(count)} runs`,
    ...(shard.count === 1 ? [] : [`shard ${shard.index} of ${shard.count}`]),
    ...(context.tookMs === undefined
      ? []
      : [
          `${context.jobs === 1 ? '1 job' : `${context.jobs} jobs`}, ${formatDuration(context.tookMs * 1_000)}`,
        ]),
  ];
  return [[span(` ${visibleText(name)}`, 'strong'), span(`  ${words.join(' · ')}`)]];
}

/** One row a cell: how its runs went, and what its measures come to over all of them. */
function tableLines(summaries: readonly CellSummary[]): Line[] {
  const verdicts = VERDICTS.filter((verdict) => summaries.some((cell) => cell.verdicts[verdict] > 0));
  const isMissing = summaries.some(({ missing }) => missing > 0);
  const measures = measuresOf(summaries);
  const head = [
    'cell',
    'runs',
    ...verdicts,
    ...(isMissing ? ['missing'] : []),
    ...measures.flatMap((name) => [`${name} p50`, 'p95']),
  ];
  const rows = summaries.map((cell) => [
    nameOf(cell, summaries),
    formatCount(cell.runs),
    ...verdicts.map((verdict) => formatCount(cell.verdicts[verdict])),
    ...(isMissing ? [formatCount(cell.missing)] : []),
    ...measures.flatMap((name) => percentilesOf(name, cell.histograms[name])),
  ]);
  const widths = head.map((text, column) =>
    Math.max(text.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const cellOf = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0);
  return [
    [span(`   ${head.map(cellOf).join('  ')}`, 'dim')],
    ...rows.map((row, index): Line => {
      const verdict = summaries[index]?.verdict ?? 'inconclusive';
      return [span(` ${MARKS[verdict]} `, STYLES[verdict]), span(row.map(cellOf).join('  '))];
    }),
  ];
}

const MARKS: Readonly<Record<Verdict, string>> = {
  pass: '✓',
  warn: '⚠',
  inconclusive: '?',
  fail: '✗',
  error: '✗',
};

function nameOf({ scenario, params }: CellSummary, summaries: readonly CellSummary[]): string {
  const values = cellText(params);
  const isOnly = summaries.every((other) => other.scenario === scenario);
  return visibleText(
    isOnly && values !== '' ? values : [scenario, values].filter((text) => text !== '').join(' '),
  );
}

/** Boots before all else, then what most cells have, by name. */
function measuresOf(summaries: readonly CellSummary[]): readonly string[] {
  const names = new Set(summaries.flatMap(({ histograms }) => Object.keys(histograms)));
  return [...names]
    .sort((a, b) => Number(b === 'boot') - Number(a === 'boot') || (a < b ? -1 : 1))
    .slice(0, MEASURES_MAX);
}

function percentilesOf(name: string, data: HistogramData | undefined): readonly [string, string] {
  if (data === undefined || data.count === 0) return ['-', '-'];
  const histogram = new Histogram();
  histogram.merge(data);
  const shown = (percent: number): string => {
    const value = histogram.percentile(percent);
    return isDuration(name) ? formatDuration(value) : formatCount(value);
  };
  return [shown(50), shown(95)];
}

function cellLines(cell: CellSummary, context: SweepContext): Line[] {
  const bad = cell.expectations.filter(({ verdict }) => verdict !== 'pass');
  if (bad.length === 0 && cell.failing.length === 0 && cell.missing === 0) return [];
  const style = STYLES[cell.verdict];
  const params = cellText(cell.params);
  const name = params === '' ? cell.scenario : `${cell.scenario} ${params}`;
  return [
    [],
    [span(` ${MARKS[cell.verdict]} `, style), span(visibleText(name), 'strong')],
    ...bad.map(({ kind, text, verdict, verdicts }): Line => {
      const times =
        kind === 'sometimes'
          ? 'under no seed'
          : `${formatCount(verdicts[verdict])} of ${formatCount(cell.runs)}`;
      return [span(`     ${verdict.padEnd(LABEL - 5)}`, STYLES[verdict]), span(`${text}   ${times}`)];
    }),
    ...causeLines(cell, context),
    ...cell.failing.slice(0, REPEATS_MAX).flatMap((one) => failingLines(cell, one, context)),
    ...restLines(cell),
  ];
}

/** What is behind the runs that did not pass: of how many, and where to read about it. */
function causeLines({ causes, verdicts }: CellSummary, { columns = 100 }: SweepContext): Line[] {
  const bad = verdicts.inconclusive + verdicts.fail + verdicts.error;
  return causes.slice(0, CAUSES_MAX).flatMap(({ id, title, seeds }) => {
    const told = `${title} (${id}: ${formatCount(seeds)} of ${formatCount(bad)} that did not pass)`;
    return wrapText(told, Math.max(columns - LABEL, 20)).map((text, index): Line => [
      span((index === 0 ? '     likely cause' : '').padEnd(LABEL), 'dim'),
      span(text, 'strong'),
    ]);
  });
}

function failingLines(
  cell: CellSummary,
  one: FailingSeed,
  { reproduce, columns = 100 }: SweepContext,
): Line[] {
  const told = [one.text, one.detail].filter((text) => text !== '').join(': ');
  const lines = wrapText(told, Math.max(columns - LABEL, 20));
  const shown = lines.length > 3 ? [...lines.slice(0, 2), `${lines[2] ?? ''} …`] : lines;
  const ids = [...(one.cause === undefined ? [] : [one.cause.id]), ...(one.learn ?? [])];
  const learn = ids.map((id) => `headend explain ${id}`).join('   ');
  return [
    ...shown.map((text, index): Line => [
      span((index === 0 ? `     seed ${one.seed}` : '').padEnd(LABEL), 'dim'),
      span(text),
    ]),
    labelled('reproduce', reproduce(cell, one.seed)),
    ...(learn === '' ? [] : [labelled('learn', learn)]),
  ];
}

function labelled(label: string, command: string): Line {
  return [span(`       ${label}`.padEnd(LABEL), 'dim'), span(command, 'command')];
}

function restLines({ failing, failing_seeds: seeds, missing }: CellSummary): Line[] {
  const all =
    failing.length > REPEATS_MAX
      ? [[span('     all of them'.padEnd(LABEL), 'dim'), span(`seeds ${seeds}`)]]
      : [];
  const gone =
    missing === 0
      ? []
      : [
          [
            span('     missing'.padEnd(LABEL), 'dim'),
            span(`${formatCount(missing)} runs: nothing is known of them`),
          ],
        ];
  return [...all, ...gone];
}

function contradictionLines({ tally }: SweepEnd): Line[] {
  return tally.contradictions.map(({ cell, seed, digests }) => [
    span(' ✗ ', 'bad'),
    span(
      `${visibleText(cell.scenario)} ${cellText(cell.params)} seed ${seed} came with two digests: ${digests.join(' and ')}: two builds, or a run that does not repeat`,
    ),
  ]);
}

function countOf(count: number, word: string): Line {
  return count === 0 ? [] : [span(`, ${formatCount(count)} ${word}`, 'warn')];
}

function countLine({ tally, exitCode }: SweepEnd): Line {
  const failed = tally.count('fail') + tally.count('error');
  return [
    span(` ${formatCount(failed)} failed`, failed > 0 ? 'bad' : 'plain'),
    span(`, ${formatCount(tally.count('warn'))} warned`, tally.count('warn') > 0 ? 'warn' : 'plain'),
    ...countOf(tally.count('inconclusive'), 'inconclusive'),
    ...countOf(tally.missing, 'missing'),
    span(`, ${formatCount(tally.count('pass'))} passed`, failed === 0 ? 'good' : 'plain'),
    ...(exitCode === 0 ? [] : [span(`   exit ${exitCode}`, 'dim')]),
  ];
}
