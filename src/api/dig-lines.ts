import { formatRecord, type ResourceRecord } from '../codec/dns/record.ts';
import { rcodeName } from '../codec/dns/registry.ts';
import { type Line, span } from '../report/line.ts';
import { treeLines } from '../report/tree.ts';
import { type DigAnswer, type DigQuestion, clientWords, flagWords, questionWords, scopeOf } from './dig.ts';
import { linkTree } from './dig-tree.ts';
import { type Want, wantTree } from './dig-want.ts';

const COLUMNS = 80;

/** An answer as dig prints it. */
export function answerLines({ message }: DigAnswer, question: DigQuestion): readonly Line[] {
  if (message === undefined) return [[span(';; no reply', 'bad')]];
  const { answers, authorities, additionals } = message;
  const scope = scopeOf(message);
  return [
    [
      span(
        `;; status: ${rcodeName(message.rcode)}, flags: ${flagWords(message).join(' ')}; answers: ${answers.length}, authority: ${authorities.length}, additional: ${additionals.length}`,
        'dim',
      ),
    ],
    ...(scope === undefined ? [] : [[span(`;; client subnet, source/scope: ${scope}`, 'dim')]]),
    [span(';; question', 'dim')],
    [span(`;${questionWords(question).replace(/ (\S+)$/, ' IN $1')}`)],
    ...sectionLines('answer', answers),
    ...sectionLines('authority', authorities),
    ...sectionLines('additional', additionals),
  ];
}

function sectionLines(name: string, records: readonly ResourceRecord[]): Line[] {
  if (records.length === 0) return [];
  return [[span(`;; ${name}`, 'dim')], ...records.map((record) => [span(formatRecord(record))])];
}

/** All that led to an answer, a tree for each name on the way to it. */
export function explanationLines({ at, links }: DigAnswer, columns = COLUMNS): readonly Line[] {
  return links.flatMap((link, index) => [
    ...(index === 0 ? [] : [[]]),
    ...treeLines(linkTree(link, at), Math.max(columns, COLUMNS)),
  ]);
}

/** An answer as plain data. */
export function answerPlain({ at, message }: DigAnswer, question: DigQuestion) {
  return {
    question: questionWords(question),
    client: clientWords(question.client),
    at_us: at,
    rcode: message === undefined ? null : rcodeName(message.rcode),
    flags: message === undefined ? [] : flagWords(message),
    client_subnet: (message && scopeOf(message)) ?? null,
    answer: message?.answers.map(formatRecord) ?? [],
    authority: message?.authorities.map(formatRecord) ?? [],
    additional: message?.additionals.map(formatRecord) ?? [],
  };
}

/** An explanation as plain data, its members named as in all other JSON of headend. */
export function explanationPlain({ links }: DigAnswer): unknown {
  return snakeKeys(links);
}

/** What must change for an answer, as a tree. */
export function wantLines(want: Want, columns = COLUMNS): readonly Line[] {
  return treeLines(wantTree(want), Math.max(columns, COLUMNS));
}

export function wantPlain({ chance, ...want }: Want): unknown {
  return snakeKeys({ ...want, chance: chance ?? null });
}

function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeKeys(member),
    ]),
  );
}
