import type { z } from 'zod';
import { nearest } from '../core/text.ts';
import type { Plain } from '../core/service.ts';
import { quote, type Mistake } from './mistakes.ts';
import { keyPlaceOf, locatedAt, pathText, placeOf, type Located, type PathPart } from './source.ts';

type Issue = z.core.$ZodIssue;

/** The schema's findings in the person's words, each at its place. */
export function mistakesOf(issues: readonly Issue[], root: Located): Mistake[] {
  return issues.flatMap((issue) => mistakesOfIssue(issue, [], root));
}

function mistakesOfIssue(issue: Issue, before: readonly PathPart[], root: Located): Mistake[] {
  const path: readonly PathPart[] = [
    ...before,
    ...issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
  ];
  const found = locatedAt(root, path);
  const at = (message: string, hint: string): Mistake => ({
    ...placeOf(root, path),
    path: pathText(path),
    message,
    hint,
  });
  // What stands there is nobody else's business, even when it is wrong.
  if (path.at(-1) === 'secret')
    return [at('the secret will not do', 'write text in quotes, at most 1000 characters')];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, issue.message.split(' '), path, root));
    case 'invalid_union':
      return unionMistakes(issue, path, root, at);
    case 'custom':
      return [at(issue.message, String(issue.params?.['hint'] ?? ''))];
    case 'invalid_type':
      return [wrongType(issue, { found, path, at })];
    case 'invalid_value':
      return [at(foundOr(found, 'is no choice here'), choice(issue.values, found?.value))];
    case 'invalid_key':
      return [
        {
          ...keyPlaceOf(root, path.slice(0, -1), String(path.at(-1))),
          path: pathText(path),
          message: `${quote(String(path.at(-1)))} will not do as a name`,
          hint: keyHint(issue.issues),
        },
      ];
    case 'too_small':
    case 'too_big':
      return [at(sizeMessage(issue, found), sizeHint(issue))];
    case 'invalid_format':
      return [at(foundOr(found, 'has characters that may not be here'), formatHint(issue))];
    default:
      return [at(issue.message, '')];
  }
}

type At = (message: string, hint: string) => Mistake;

function foundOr(found: Located | undefined, says: string): string {
  return found === undefined ? 'is missing' : `${quote(found.value)} ${says}`;
}

function unknownKey(
  key: string,
  known: readonly string[],
  path: readonly PathPart[],
  root: Located,
): Mistake {
  const near = nearest(key, known);
  return {
    ...keyPlaceOf(root, path, key),
    path: pathText([...path, key]),
    message: 'there is no such key here',
    hint: near === undefined ? `the keys are ${known.join(', ')}` : `did you mean "${near}"?`,
  };
}

function choice(values: readonly unknown[], value: Plain | undefined): string {
  const words = values.map(String);
  const near = typeof value === 'string' ? nearest(value, words) : undefined;
  if (near !== undefined) return `did you mean "${near}"?`;
  return words.length === 1 ? `write ${words[0]}` : `write one of ${words.join(', ')}`;
}

function wrongType(
  issue: Issue & { code: 'invalid_type' },
  { found, path, at }: { found: Located | undefined; path: readonly PathPart[]; at: At },
): Mistake {
  const wanted = TYPE_WORDS[issue.expected] ?? issue.expected;
  if (found === undefined || found.value === null) return at('is missing', `write ${wanted}`);
  const value = found.value;
  const hint =
    issue.expected === 'string' && typeof value === 'number'
      ? `write ${quote(String(value))}, in quotes`
      : issue.expected === 'string' && Array.isArray(value)
        ? 'write one text; for several, an entry for each'
        : path.at(-1) === 'never' && typeof value === 'string'
          ? NEVER_HINT
          : `write ${wanted}`;
  return at(`${quote(value)} is ${kindOf(value)}`, hint);
}

/** What people write who have seen `sometimes: DHCP NAK *>*`. */
const NEVER_HINT =
  'write who never gets where, such as { any: cm, state: refusedByCmts }; a packet that never comes is metric: "packets DHCP NAK *>* == 0"';

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'keys with values, such as { key: value }',
  record: 'names with values, such as { name: value }',
  array: 'a list, such as [one, two]',
  tuple: 'a list of two, such as [one, two]',
};

function kindOf(value: Plain): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map of keys';
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'a number' : 'true or false';
}

function keyHint(issues: readonly Issue[]): string {
  const first = issues[0];
  if (first?.code === 'custom') return String(first.params?.['hint'] ?? '');
  return 'write letters, digits and dashes, a letter first, at most 64';
}

function formatHint(issue: Issue & { code: 'invalid_format' }): string {
  const pattern = issue.pattern ?? '';
  return pattern.includes('a-z0-9][a-z0-9-]')
    ? 'write small letters, digits and dashes, at most 64, such as cable-modem-boot'
    : `write what matches ${pattern}`;
}

function sizeMessage(issue: Issue & { code: 'too_small' | 'too_big' }, found: Located | undefined): string {
  const value = found?.value;
  if (issue.origin === 'string')
    return `the text has ${typeof value === 'string' ? value.length : 0} characters`;
  if (Array.isArray(value)) return `the list has ${value.length} items`;
  return foundOr(found, 'is out of bounds');
}

function sizeHint(issue: Issue & { code: 'too_small' | 'too_big' }): string {
  return issue.code === 'too_small' ? `write at least ${issue.minimum}` : `write at most ${issue.maximum}`;
}

/** Of several shapes the one that was meant: that with the fewest and deepest findings. */
function unionMistakes(
  issue: Issue & { code: 'invalid_union' },
  path: readonly PathPart[],
  root: Located,
  at: At,
): Mistake[] {
  if (issue.errors.length === 0) {
    const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
    const value = locatedAt(root, path)?.value;
    const word = String(path.at(-1));
    const service =
      path[0] === 'services' && path.length === 3 ? nearest(String(path[1]), options.map(String)) : undefined;
    if (value === undefined && service !== undefined)
      return [
        at(
          'is missing',
          `did you mean the service "${service}"? Under any other name write ${word}: and one of ${options.join(', ')}`,
        ),
      ];
    if (value === undefined) return [at('is missing', `write ${word}: and one of ${options.join(', ')}`)];
    const noun = word === 'do' ? 'action' : word;
    return [at(`${quote(value)} is no ${noun} that headend knows`, choice(options, value))];
  }
  let best: { readonly issues: readonly Issue[]; readonly cost: number } | undefined;
  for (const issues of issue.errors) {
    const cost = issues.reduce((sum, inner) => sum + costOf(inner), 0);
    if (best === undefined || cost < best.cost) best = { issues, cost };
  }
  return (best?.issues ?? []).flatMap((inner) => mistakesOfIssue(inner, path, root));
}

function costOf(issue: Issue): number {
  if (issue.path.length > 0) return 1;
  if (issue.code === 'unrecognized_keys') return 10 * issue.keys.length;
  return issue.code === 'invalid_type' ? 100 : 50;
}
