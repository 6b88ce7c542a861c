import { type Word, zoneError } from './words.ts';

/** One entry of a master file: a line, or several inside of parentheses. */
export interface Entry {
  readonly words: readonly Word[];
  /** It begins with a blank, so its owner is the last one stated: RFC 1035 §5.1. */
  readonly inheritsOwner: boolean;
  /** Just behind its last character. */
  readonly end: Word;
}

/** More words than rdata of 65,535 octets needs in its longest form, one word an octet. */
const WORDS_MAX = 70_000;

/** Cuts the text of a master file into entries, one at a time: RFC 1035 §5.1. */
export class ZoneLexer {
  readonly #text: string;
  readonly #file: string;
  #at: number;
  #line = 1;
  #lineStart: number;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
    // A byte order mark at the start is no part of the zone.
    this.#at = text.startsWith('\ufeff') ? 1 : 0;
    this.#lineStart = this.#at;
  }

  /** The next entry that has words; undefined at the end of the text. */
  next(): Entry | undefined {
    while (this.#at < this.#text.length) {
      const inheritsOwner = isBlank(this.#text[this.#at]);
      const words = this.#entry();
      if (words.length > 0) return { words, inheritsOwner, end: this.#endOf(words) };
    }
    return undefined;
  }

  /** The words up to the end of a line that no parenthesis holds open. */
  #entry(): Word[] {
    const words: Word[] = [];
    const open: Word[] = [];
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at];
      if (character === '\n') {
        this.#newLine();
        if (open.length === 0) return words;
      } else if (isBlank(character)) this.#at++;
      else if (character === ';') this.#comment();
      else if (character === '(') open.push(this.#bracket());
      else if (character === ')') {
        if (open.pop() === undefined) this.#fail(this.#word('', false), '")"', 'a "(" before it');
        this.#at++;
      } else words.push(character === '"' ? this.#quoted() : this.#plain());
      const first = words[0];
      if (words.length > WORDS_MAX && first !== undefined)
        this.#fail(first, 'an entry without end', `at most ${WORDS_MAX} words in one entry`);
    }
    const left = open.pop();
    if (left !== undefined) this.#fail(left, '"("', 'a ")" that closes it before the end of the file');
    return words;
  }

  #bracket(): Word {
    const word = this.#word('(', false);
    this.#at++;
    return word;
  }

  #comment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  #newLine(): void {
    this.#at++;
    this.#line++;
    this.#lineStart = this.#at;
  }

  /** A string in quotes stays on its line, so that one lost quote is not reported at the end of the file. */
  #quoted(): Word {
    const opening = this.#at;
    const start = ++this.#at;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at];
      if (character === '\n') break;
      if (character === '\\') this.#at++;
      else if (character === '"') return this.#word(this.#text.slice(start, this.#at++), true, opening);
    }
    return this.#fail(this.#word('', true, opening), 'a quote', 'its closing quote on the same line');
  }

  #plain(): Word {
    const start = this.#at;
    while (this.#at < this.#text.length && !ENDS_WORD.has(this.#text.charAt(this.#at)))
      this.#at += this.#text[this.#at] === '\\' && this.#text[this.#at + 1] !== '\n' ? 2 : 1;
    return this.#word(this.#text.slice(start, this.#at), false, start);
  }

  /** A word of this line that begins at `at`. */
  #word(text: string, quoted: boolean, at: number = this.#at): Word {
    return { text, quoted, line: this.#line, column: at - this.#lineStart + 1 };
  }

  #endOf(words: readonly Word[]): Word {
    const last = words.at(-1);
    if (last === undefined) return this.#word('', false);
    return {
      text: '',
      quoted: false,
      line: last.line,
      column: last.column + last.text.length + (last.quoted ? 2 : 0),
    };
  }

  #fail(at: Word, found: string, expected: string): never {
    throw zoneError(this.#file, at, found, expected);
  }
}

const ENDS_WORD: ReadonlySet<string> = new Set([' ', '\t', '\r', '\n', ';', '(', ')', '"']);

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r';
}
