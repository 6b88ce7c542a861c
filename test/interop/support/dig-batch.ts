import type { Lab } from './netns.ts';

/** What dig tells of one reply; records as text in lower case, one blank between words, sorted. */
export interface Told {
  readonly rcode: string;
  /** Those that a server sets: aa, tc. */
  readonly flags: string;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
}

/** Asks a server all questions (`NAME TYPE`) by one dig, in their order. */
export function digAll(
  lab: Lab,
  namespace: string,
  {
    server,
    questions,
    flags = [],
  }: { server: string; questions: readonly string[]; flags?: readonly string[] },
): Told[] {
  const file = lab.file(
    'questions',
    questions.map((question) => `-q ${question.replace(' ', ' -t ')}\n`).join(''),
  );
  const plain = [
    '+norec',
    '+nocookie',
    '+ignore',
    '+notcp',
    '+tries=2',
    '+time=15',
    '+noall',
    '+comments',
    '+answer',
  ];
  const { out: text } = lab.attempt(
    namespace,
    ...(['dig', ...plain, '+authority', '+additional', ...flags, `@${server}`, '-f', file] as const),
  );
  const replies = text.split(/^;; Got answer:$/m).slice(1);
  if (replies.length !== questions.length)
    throw new Error(`${server}: ${replies.length} replies to ${questions.length} questions\n${text}`);
  return replies.map(readReply);
}

function readReply(text: string): Told {
  const section = (name: string): string[] => {
    const [, lines = ''] =
      new RegExp(`^;; ${name} SECTION:\\n([^]*?)(?:\\n\\n|$(?![^]))`, 'm').exec(text) ?? [];
    return lines
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(';'))
      .map((line) => line.replace(/\s+/g, ' ').toLowerCase())
      .sort();
  };
  const [, flags = ''] = /^;; flags:([^;]*);/m.exec(text) ?? [];
  return {
    rcode: /status: (\w+)/.exec(text)?.[1] ?? 'none',
    flags: flags
      .split(' ')
      .filter((flag) => flag === 'aa' || flag === 'tc')
      .join(' '),
    answer: section('ANSWER'),
    authority: section('AUTHORITY'),
    additional: section('ADDITIONAL'),
  };
}
