import { ConfigError } from '../../core/errors.ts';
import { utf8Octets } from '../../core/text.ts';
import { Name, characterAt, parseName } from './name.ts';

/** One word of a master file as it stands there, escapes and all, without its quotes. */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** The words of one entry, read from left to right; each mistake is a `ConfigError` with file:line:column. */
export class Words {
  readonly #words: readonly Word[];
  readonly #file: string;
  /** Where a missing word would have stood. */
  readonly #end: Word;
  /** What relative names are relative to. */
  readonly origin: Name;
  #next = 0;

  constructor(words: readonly Word[], file: string, origin: Name, end: Word) {
    this.#words = words;
    this.#file = file;
    this.origin = origin;
    this.#end = end;
  }

  get left(): number {
    return this.#words.length - this.#next;
  }

  peek(): Word | undefined {
    return this.#words[this.#next];
  }

  take(expected: string): Word {
    const word = this.#words[this.#next];
    if (word === undefined) return this.fail(this.#end, expected);
    this.#next++;
    return word;
  }

  /** An unsigned decimal number of at most `max`. */
  number(max: number, expected: string): number {
    const word = this.take(expected);
    if (!/^\d{1,10}$/.test(word.text) || Number(word.text) > max)
      return this.fail(word, `${expected}, 0 to ${max}`);
    return Number(word.text);
  }

  name(expected: string): Name {
    return this.nameOf(this.take(expected), expected);
  }

  /** RFC 1035 §5.1: a free standing @ is the origin. */
  nameOf(word: Word, expected: string): Name {
    if (word.text === '@' && !word.quoted) return this.origin;
    const name = parseName(word.text, this.origin);
    return name instanceof Name ? name : this.fail(word, `${expected}: ${name.fault}`);
  }

  /** The octets of a `<character-string>`: RFC 1035 §5.1. What is not ASCII becomes its UTF-8. */
  octets(expected: string): Uint8Array {
    const word = this.take(expected);
    return wordOctets(word.text) ?? this.fail(word, `${expected}: \\DDD is 000 to 255`);
  }

  /** All the words left as one text, for hexadecimal and base 64. */
  rest(expected: string): { readonly text: string; readonly first: Word } {
    const first = this.take(expected);
    let { text } = first;
    while (this.left > 0) text += this.take(expected).text;
    return { text, first };
  }

  done(): void {
    const word = this.peek();
    if (word !== undefined) this.fail(word, 'the end of the record');
  }

  /** Says what should stand at `word`. */
  fail(word: Word, expected: string): never {
    throw zoneError(this.#file, word, word === this.#end ? 'nothing' : JSON.stringify(word.text), expected);
  }

  /** Says what should stand at the word read last. */
  failLast(expected: string): never {
    return this.fail(this.#words[this.#next - 1] ?? this.#end, expected);
  }
}

export function zoneError(
  file: string,
  at: { readonly line: number; readonly column: number },
  found: string,
  expected: string,
): ConfigError {
  return new ConfigError(`${file}:${at.line}:${at.column}`, found.slice(0, 200), expected);
}

export function wordOctets(text: string): Uint8Array | undefined {
  if (!text.includes('\\')) return utf8Octets(text);
  const octets: number[] = [];
  for (let index = 0; index < text.length;) {
    if (text[index] === '\\') {
      const { octet, used } = characterAt(text, index);
      if (octet === undefined) return undefined;
      octets.push(octet);
      index += used;
      continue;
    }
    const end = text.indexOf('\\', index);
    const plain = text.slice(index, end < 0 ? text.length : end);
    for (const octet of utf8Octets(plain)) octets.push(octet);
    index += plain.length;
  }
  return Uint8Array.from(octets);
}
