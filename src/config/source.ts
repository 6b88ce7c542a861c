import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Lexer,
  parseDocument,
  type Node,
  type YAMLError,
} from 'yaml';
import type { Plain } from '../core/service.ts';
import { quote, type Mistake } from './mistakes.ts';
import type { Place, Source } from './place.ts';

/** Characters. The biggest shipped scenario has 3,000; a plant of a million modems is one line. */
export const TEXT_MAX = 4 * 1024 * 1024;
/** Values after aliases are followed: what an alias bomb runs into. */
export const VALUES_MAX = 200_000;
export const DEPTH_MAX = 32;
const TOKENS_MAX = 2_000_000;
const MISTAKES_MAX = 20;
const EMPTY_HINT = 'write keys with values, such as { key: value }';
/** One mistake of form is followed by others that are none. */
const SYNTAX_MISTAKES_MAX = 3;

/** A value of the file with the place of itself, its keys and its items. */
export interface Located {
  readonly value: Plain;
  readonly place: Place;
  /** Where a text's first character stands: after the quote, if it is quoted. */
  readonly inside: Place;
  readonly keys: ReadonlyMap<string, Place>;
  readonly children: ReadonlyMap<string | number, Located>;
  /** The text as written, where `${param}` stood in it; `value` is what became of it. */
  readonly written?: string | undefined;
}

export type PathPart = string | number;

/** YAML 1.2 (core schema) or JSON to values with places; or all that is wrong, before any of it is used. */
export function readSource(text: string, source?: Source): Located | readonly Mistake[] {
  const root = readValue(text, source);
  if (isMistakes(root) || root.value !== null) return root;
  return [{ ...root.place, path: '', message: 'there is nothing in this file', hint: EMPTY_HINT }];
}

/** Like `readSource` of a text that may say nothing: `null`. */
export function readValue(text: string, source?: Source): Located | readonly Mistake[] {
  const read = readTree(text, source);
  if (source === undefined || !isMistakes(read)) return read;
  return read.map((mistake) => ({ ...mistake, source }));
}

function readTree(text: string, source: Source | undefined): Located | readonly Mistake[] {
  const refused = refuseEarly(text);
  if (refused !== undefined) return [refused];
  const counter = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: counter,
      prettyErrors: false,
      schema: 'core',
      version: '1.2',
      strict: true,
      uniqueKeys: true,
      keepSourceTokens: false,
    });
    const wrong = withoutFollowers([...document.errors, ...document.warnings]).slice(0, SYNTAX_MISTAKES_MAX);
    if (wrong.length > 0) return wrong.map((error) => syntaxMistake(error, counter, text));
    const walk = new Walk(counter, text, source);
    const root = walk.node(document.contents, [], 0);
    return walk.mistakes.length > 0 ? walk.mistakes.slice(0, MISTAKES_MAX) : root;
  } catch (error) {
    if (error instanceof RangeError) return [tooDeep({ line: 1, column: 1 }, '')];
    throw error;
  }
}

/** Whether what `readSource` gave is a list of mistakes. */
export function isMistakes(source: Located | readonly Mistake[]): source is readonly Mistake[] {
  return Array.isArray(source);
}

/** The nearest place that a path leads to: a missing key is shown at the map it is missing from. */
export function placeOf(root: Located, path: readonly PathPart[]): Place {
  let at = root;
  for (const part of path) {
    const child = at.children.get(part);
    if (child === undefined) return at.keys.get(String(part)) ?? at.place;
    at = child;
  }
  return at.place;
}

/** The place of a key itself, for a key that should not be there. */
export function keyPlaceOf(root: Located, path: readonly PathPart[], key: string): Place {
  return locatedAt(root, path)?.keys.get(key) ?? placeOf(root, path);
}

export function locatedAt(root: Located, path: readonly PathPart[]): Located | undefined {
  let at: Located | undefined = root;
  for (const part of path) at = at?.children.get(part);
  return at;
}

/** `services.dhcp.subnets[0].range` */
export function pathText(path: readonly PathPart[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

function refuseEarly(text: string): Mistake | undefined {
  const start = { line: 1, column: 1, path: '' };
  if (text.length > TEXT_MAX)
    return {
      ...start,
      message: `the file has ${text.length} characters, and a scenario has at most ${TEXT_MAX}`,
      hint: 'say many devices with "count:" instead of one by one, and keep data in files that it names',
    };
  if (text.includes('\0'))
    return {
      ...start,
      message: 'this is not a text file (it has a NUL octet)',
      hint: 'write YAML or JSON in UTF-8',
    };
  let depth = 0;
  let tokens = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > DEPTH_MAX) return tooDeep({ line: 1, column: 1 }, '');
    if (++tokens > TOKENS_MAX)
      return {
        ...start,
        message: `the file has more than ${TOKENS_MAX} tokens`,
        hint: 'say many devices with "count:"',
      };
  }
  return undefined;
}

function tooDeep(place: Place, path: string): Mistake {
  return {
    ...place,
    path,
    message: `values nest deeper than ${DEPTH_MAX} levels`,
    hint: 'a scenario needs eight at most: look for a bracket that is not closed or an alias inside itself',
  };
}

const BRACKET_HINT = 'close it, or put text that has brackets into quotes';
const SYNTAX_HINTS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'keep one of the two',
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'line the keys of one map up under each other',
  MISSING_CHAR: 'close the bracket or quote, or put text that has ": " or "{" into quotes',
  MULTIPLE_DOCS: 'one file is one scenario: take the "---" away',
  TAG_RESOLVE_FAILED: 'a scenario has no tags: take the "!" away or put the text into quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put text that has ": " into quotes',
  UNEXPECTED_TOKEN: 'put text with special characters into quotes, and check the brackets of this line',
  MULTILINE_IMPLICIT_KEY: 'a key stands on one line, followed by ":"',
};

/** What a bracket, a quote or an indent upsets, it upsets to the end of the file. */
const UPSETTING: ReadonlySet<string> = new Set(['TAB_AS_INDENT', 'BAD_INDENT', 'MISSING_CHAR']);

function withoutFollowers(errors: readonly YAMLError[]): readonly YAMLError[] {
  const first = errors.findIndex(({ code }) => UPSETTING.has(code));
  return errors.filter(({ code }, index) => index <= first || !UPSETTING.has(code));
}

/** The parser's words where they are not a person's. */
function syntaxMessage({ code, message }: YAMLError): string {
  const bracket = /^Flow (?:map|sequence) .*end with a (.)$/.exec(message)?.[1];
  if (bracket !== undefined) return `there is a bracket that no "${bracket}" closes up to here`;
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here';
  return message.replace(/[.\s]+$/, '');
}

function syntaxMistake(error: YAMLError, counter: LineCounter, text: string): Mistake {
  const place = placeAt(counter, error.pos[0]);
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^:\s,}]*/.exec(text.slice(error.pos[0]))?.[0] ?? '';
    return {
      ...place,
      path: '',
      message: `the key ${quote(key)} is there twice`,
      hint: 'keep one of the two',
    };
  }
  // The parser recurses over block collections, which no bracket announces.
  if (error.message.includes('call stack')) return tooDeep(place, '');
  const message = syntaxMessage(error);
  return {
    ...place,
    path: '',
    message,
    hint: message.includes('bracket')
      ? BRACKET_HINT
      : (SYNTAX_HINTS[error.code] ?? 'see https://yaml.org/spec/1.2.2/'),
  };
}

function placeAt(counter: LineCounter, offset: number, source?: Source): Place {
  const { line, col } = counter.linePos(offset);
  const place = { line: Math.max(line, 1), column: Math.max(col, 1) };
  return source === undefined ? place : { ...place, source };
}

/** Turns the parser's tree into values, following aliases within the limits. */
class Walk {
  readonly mistakes: Mistake[] = [];
  readonly #counter: LineCounter;
  readonly #text: string;
  readonly #source: Source | undefined;
  readonly #anchors = new Map<string, Node>();
  #values = 0;
  #full = false;

  constructor(counter: LineCounter, text: string, source: Source | undefined) {
    this.#counter = counter;
    this.#text = text;
    this.#source = source;
  }

  node(node: unknown, path: readonly PathPart[], depth: number): Located {
    const place = this.#place(node);
    const empty: Located = { value: null, place, inside: place, keys: new Map(), children: new Map() };
    if (this.#full) return empty;
    if (++this.#values > VALUES_MAX) {
      this.#full = true;
      this.#mistake(
        place,
        path,
        `the file grows to more than ${VALUES_MAX} values`,
        'use fewer aliases (*name), or say many devices with "count:"',
      );
      return empty;
    }
    if (depth > DEPTH_MAX) {
      this.#full = true;
      this.mistakes.push(tooDeep(place, pathText(path)));
      return empty;
    }
    if (isAlias(node)) return this.#alias(node.source, place, path, depth, empty);
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined)
      this.#anchors.set(node.anchor, node);
    if (isMap(node)) return this.#map(node.items, place, path, depth);
    if (isSeq(node)) return this.#list(node.items, place, path, depth);
    if (isScalar(node)) return { ...empty, value: this.#scalar(node.value), inside: this.#inside(node) };
    return empty;
  }

  #alias(name: string, place: Place, path: readonly PathPart[], depth: number, empty: Located): Located {
    const target = this.#anchors.get(name);
    if (target !== undefined) return { ...this.node(target, path, depth + 1), place };
    this.#mistake(
      place,
      path,
      `*${name} has no anchor before it`,
      `write &${name} before the value it stands for`,
    );
    return empty;
  }

  #map(
    items: readonly { key: unknown; value: unknown }[],
    place: Place,
    path: readonly PathPart[],
    depth: number,
  ): Located {
    const value: Record<string, Plain> = {};
    const keys = new Map<string, Place>();
    const children = new Map<PathPart, Located>();
    for (const item of items) {
      const keyPlace = this.#place(item.key);
      const key = isScalar(item.key) ? String(item.key.value) : undefined;
      if (key === undefined || key === '__proto__') {
        this.#mistake(keyPlace, path, 'a key is a plain word', 'write text before the ":"');
        continue;
      }
      const child = this.node(item.value, [...path, key], depth + 1);
      // A key with nothing after it is shown at the key.
      children.set(key, item.value === null ? { ...child, place: keyPlace } : child);
      keys.set(key, keyPlace);
      value[key] = child.value;
    }
    return { value, place, inside: place, keys, children };
  }

  #list(items: readonly unknown[], place: Place, path: readonly PathPart[], depth: number): Located {
    const value: Plain[] = [];
    const children = new Map<PathPart, Located>();
    for (const [index, item] of items.entries()) {
      const child = this.node(item, [...path, index], depth + 1);
      children.set(index, child);
      value.push(child.value);
    }
    return { value, place, inside: place, keys: new Map(), children };
  }

  #scalar(value: unknown): Plain {
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : null;
  }

  #place(node: unknown): Place {
    const offset =
      isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range?.[0] : undefined;
    return placeAt(this.#counter, offset ?? 0, this.#source);
  }

  #inside(node: Node): Place {
    const offset = node.range?.[0] ?? 0;
    const quoted = this.#text[offset] === '"' || this.#text[offset] === "'";
    return placeAt(this.#counter, quoted ? offset + 1 : offset, this.#source);
  }

  #mistake(place: Place, path: readonly PathPart[], message: string, hint: string): void {
    this.mistakes.push({ ...place, path: pathText(path), message, hint });
  }
}
