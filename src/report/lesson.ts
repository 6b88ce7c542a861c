import type { Sides } from '../analysis/cause/sides.ts';
import { CAUSE_WORDS, INCIDENTS, SHOWCASES } from './incidents.ts';
import type { Incident } from './incidents.ts';
import { span, wrapItems, wrapText } from './line.ts';
import type { Line, Style } from './line.ts';

const LABEL = 16;
const INCIDENT_LABEL = 26;

/** What there is to find out, and what there is to see. */
export function renderLessons(columns = 100): readonly Line[] {
  return [
    [span(' incidents: the fault is hidden, find it', 'strong')],
    ...INCIDENTS.flatMap(({ number, name, title }) =>
      labelled(`${String(number).padStart(3)}  ${name}`, title, columns, INCIDENT_LABEL),
    ),
    [span(' scenarios that explain themselves: headend run FILE --ladder WHO', 'strong')],
    ...SHOWCASES.map(({ title, file }): Line => [
      span(`      ${title.padEnd(30)}`),
      span(`scenarios/${file}.yaml`, 'command'),
    ]),
  ];
}

/** The names that a guess may have, with what each means. */
export function renderCauseWords(columns = 100): readonly Line[] {
  return [...CAUSE_WORDS].flatMap(([{ says }, word]) => labelled(word, says, columns, 18));
}

export interface LessonView {
  readonly incident: Incident;
  /** What the scenario tells of it. */
  readonly ticket: string;
  readonly sides: Sides;
}

/** The ticket, and what each of three people sees who look at their own machine. */
export function renderLesson({ incident, ticket, sides }: LessonView, columns = 100): readonly Line[] {
  const side = (label: string, items: readonly string[]): readonly Line[] =>
    wrapItems(items.length === 0 ? ['nothing'] : items, columns - LABEL).map((text, index) => [
      span((index === 0 ? ` ${label}` : '').padEnd(LABEL), 'strong'),
      span(text),
    ]);
  return [
    ...wrapText(`${incident.number}  ${incident.title}`, columns - 1).map((text): Line => [
      span(` ${text}`, 'strong'),
    ]),
    [],
    ...wrapText(ticket, columns - 1).map((text): Line => [span(` ${text}`)]),
    [],
    ...side('at the modems', sides.modems),
    ...side('at the CMTS', sides.cmts),
    ...side('at the servers', sides.servers),
  ];
}

/** What one may type next. */
export function renderLessonHelp(
  { number, hints }: Incident,
  {
    program,
    at,
    columns = 100,
  }: { readonly program: string; readonly at: readonly string[]; readonly columns?: number | undefined },
): readonly Line[] {
  const next: readonly (readonly [string, string])[] = [
    ['look', `${program} lesson run ${number} --at ${at.join('|')}`],
    ['a hint', `${program} lesson hint ${number} [1-${hints.length}]`],
    ['the causes', `${program} lesson causes`],
    ['your guess', `${program} lesson guess ${number} CAUSE`],
  ];
  return next.flatMap(([label, text]) => labelled(label, text, columns, LABEL, 'command'));
}

/** What to change in the file of an incident. */
export function renderMend({ mend }: Incident, columns = 100): readonly Line[] {
  return labelled('  mend it', mend, columns, LABEL);
}

function labelled(
  label: string,
  text: string,
  columns: number,
  room: number,
  style: Style = 'plain',
): readonly Line[] {
  return wrapText(text, Math.max(columns - room, 20)).map((words, index) => [
    span((index === 0 ? ` ${label}` : '').padEnd(room), 'dim'),
    span(words, style),
  ]);
}
