import type { Cause } from '../analysis/cause/cause.ts';
import type { ClientsSeen } from '../analysis/cause/finder.ts';
import { formatCount, span, wrapText } from './line.ts';
import type { Line, Style } from './line.ts';

const LABEL = 16;
/** Of other causes than the first the proof is left to who asks for it. */
const OTHERS_MAX = 4;

export interface CausesContext {
  /** What a command calls the trace, such as `run.trace`; undefined: there is no file of it. */
  readonly trace?: string | undefined;
  readonly columns?: number | undefined;
}

/** The first cause with all that proves it and the check to make next; the others in a line each. */
export function renderCauses(
  causes: readonly Cause[],
  { trace, columns = 100 }: CausesContext,
): readonly Line[] {
  const [first, ...others] = causes;
  if (first === undefined) return [];
  return [
    [span(` ${first.title}`, 'bad')],
    ...labelled('cause', `${first.id}, ${first.sure}`, columns, 'strong'),
    ...labelled('what happens', first.what, columns),
    ...first.evidence.flatMap(({ number, at, text }, index) => [
      ...labelled(index === 0 ? 'proof' : '', `#${number}  ${moment(at)}  ${text}`, columns),
    ]),
    ...labelled('check next', first.check, columns, 'strong'),
    ...labelled('learn', first.learn, columns, 'command'),
    ...(trace === undefined
      ? []
      : labelled('', `headend explain ${trace}#${first.evidence[0]?.number ?? 1}`, columns, 'command')),
    ...others
      .slice(0, OTHERS_MAX)
      .flatMap((other, index) =>
        labelled(index === 0 ? 'and also' : '', `${other.id}, ${other.sure}: ${other.what}`, columns),
      ),
    ...(others.length > OTHERS_MAX ? labelled('', `and ${others.length - OTHERS_MAX} more`, columns) : []),
  ];
}

/** What is said where no cause is found. */
export function renderNoCause({ seen, served, waiting }: ClientsSeen, columns = 100): readonly Line[] {
  if (waiting.length === 0)
    return wrapText(
      seen === 0
        ? 'No client is seen to ask for service, so there is nothing to judge.'
        : `Nothing is wrong that is known here: ${formatCount(served)} of ${formatCount(seen)} clients have service, and nobody waits for it.`,
      columns - 1,
    ).map((text) => [span(` ${text}`, seen === 0 ? 'plain' : 'good')]);
  return [
    [
      span(
        ` ${formatCount(waiting.length)} of ${formatCount(seen)} clients have no service, and no known cause fits.`,
        'warn',
      ),
    ],
    ...waiting
      .slice(0, OTHERS_MAX)
      .flatMap(({ name, stage }) => labelled('still', `${name}: ${stage}`, columns)),
    ...labelled('look', 'headend ladder TRACE --who NAME draws the packets of one', columns, 'strong'),
  ];
}

function moment(us: number): string {
  return `${(us / 1_000_000).toFixed(3)} s`;
}

function labelled(label: string, text: string, columns: number, style: Style = 'plain'): readonly Line[] {
  return wrapText(text, Math.max(columns - LABEL, 20)).map((words, index) => [
    span((index === 0 ? `   ${label}` : '').padEnd(LABEL), 'dim'),
    span(words, style),
  ]);
}
