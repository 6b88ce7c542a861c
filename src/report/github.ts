import { visibleText } from '../core/text.ts';
import type { ExpectationResult, Verdict } from '../scenario/result.ts';
import { isCoverage, likelyCause, type UnitResult } from '../scenario/unit.ts';
import { cellText, expectationText } from './cell-text.ts';
import type { Put, Reporter, SweepEnd, SweepFacts } from './reporter.ts';

/** GitHub shows ten annotations of a kind and a step; the rest is counted. */
const SHOWN_MAX = 10;

type Level = 'error' | 'warning';

/** Workflow commands: an annotation at the line of the scenario that did not hold. */
export class GithubReporter implements Reporter {
  readonly #put: Put;
  readonly #shown: Record<Level, number> = { error: 0, warning: 0 };
  readonly #told = new Set<string>();
  #joins = false;

  constructor(put: Put) {
    this.#put = put;
  }

  begin({ cells, total }: SweepFacts): void {
    this.#joins = total > cells.length;
  }

  unit(unit: UnitResult): void {
    if (unit.error !== undefined) this.#annotate('error', unit, unit.error.messages.join('\n'));
    for (const one of unit.expectations)
      if (one.verdict !== 'pass' && !(this.#joins && isCoverage(one))) this.#expectation(unit, one);
  }

  end({ summaries }: SweepEnd): void {
    for (const cell of summaries) {
      if (cell.missing > 0) this.#annotate('error', cell, `${cell.missing} of its runs are missing`);
      for (const one of cell.expectations)
        if (this.#joins && one.kind === 'sometimes' && one.verdict !== 'pass')
          this.#annotate(
            levelOf(one.verdict),
            cell,
            `${one.verdict}: ${expectationText(one)}\nunder no seed`,
          );
    }
    for (const level of ['error', 'warning'] as const) {
      const more = this.#shown[level] - SHOWN_MAX;
      if (more > 0) this.#put(`::notice title=headend::and ${more} more of the kind ${level}: see the log\n`);
    }
  }

  #expectation(unit: UnitResult, one: ExpectationResult): void {
    const { kind, text, verdict, detail } = one;
    // One line for one expectation of a cell: a hundred seeds that fail alike say it once.
    const key = `${unit.file} ${cellText(unit.params)} ${verdict} ${kind} ${text}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    const cause = verdict === 'warn' ? undefined : likelyCause(unit);
    const why = cause === undefined ? '' : `\nlikely cause: ${cause.id} ${cause.title}`;
    this.#annotate(
      levelOf(verdict),
      { ...unit, ...one },
      `${verdict}: ${expectationText(one)}\n${detail}${why}`,
    );
  }

  #annotate(
    level: Level,
    { file, scenario, params, seed, line = 1, column = 1 }: Annotated,
    message: string,
  ): void {
    if (++this.#shown[level] > SHOWN_MAX) return;
    const words = [scenario, cellText(params), seed === undefined ? '' : `seed ${seed}`];
    const title = words.filter((word) => word !== '').join(' ');
    const properties = Object.entries({ file, line: String(line), col: String(column), title });
    const list = properties.map(([name, value]) => `${name}=${property(value)}`);
    this.#put(`::${level} ${list.join(',')}::${data(message)}\n`);
  }
}

interface Annotated extends Pick<UnitResult, 'file' | 'scenario' | 'params'> {
  readonly seed?: number | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

function levelOf(verdict: Verdict): Level {
  return verdict === 'warn' ? 'warning' : 'error';
}

/** A line of output that begins with `::` is a command, so that what stands in one is escaped: https://github.com/actions/toolkit. */
function data(text: string): string {
  const shown = text
    .split('\n')
    .map((line) => visibleText(line))
    .join('\n');
  return shown.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
