import { ScenarioError } from '../../config/mistakes.ts';
import { includedText, type Includes } from '../includes.ts';
import type { Origin } from '../notes.ts';

export interface Token {
  readonly kind: 'word' | 'text' | 'mark';
  /** A text without its quotes and escapes. */
  readonly text: string;
  readonly origin: Origin;
}

/** One statement of dhcpd.conf: its words, and what stands in its braces. */
export interface Statement {
  readonly origin: Origin;
  /** In small letters, as keywords are read. */
  readonly keyword: string;
  /** All of them, the keyword too. */
  readonly tokens: readonly Token[];
  readonly block: readonly Statement[] | undefined;
}

const DEPTH_MAX = 32;
const STATEMENTS_MAX = 500_000;
const TOKENS_MAX = 2_000_000;

/** The statements of dhcpd.conf and of what it includes. Throws `ScenarioError`. */
export function parseDhcpd(text: string, file: string, includes: Includes): readonly Statement[] {
  return new TreeReader(includes).file(text, file, 0);
}

class TreeReader {
  readonly #includes: Includes;
  #statements = 0;
  #tokens = 0;

  constructor(includes: Includes) {
    this.#includes = includes;
  }

  file(text: string, file: string, depth: number): readonly Statement[] {
    const tokens = this.#lex(text, file);
    const cursor = { at: 0 };
    const statements = this.#block(tokens, cursor, depth, 0);
    const extra = tokens[cursor.at];
    if (extra !== undefined) throw mistake(extra.origin, 'a } closes nothing', 'take it away');
    return statements;
  }

  #block(
    tokens: readonly Token[],
    cursor: { at: number },
    fileDepth: number,
    depth: number,
  ): readonly Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      const first = tokens[cursor.at];
      if (first === undefined || isMark(first, '}')) return statements;
      if (depth > DEPTH_MAX)
        throw mistake(first.origin, `blocks nest deeper than ${DEPTH_MAX}`, 'look for a } that is missing');
      if (isMark(first, ';')) {
        cursor.at++;
        continue;
      }
      if (++this.#statements > STATEMENTS_MAX)
        throw mistake(
          first.origin,
          `there are more than ${STATEMENTS_MAX} statements`,
          'bring the file in by parts',
        );
      const statement = this.#statement(tokens, cursor, fileDepth, depth);
      if (statement.keyword === 'include' && statement.block === undefined)
        for (const each of this.#include(statement, fileDepth)) statements.push(each);
      else statements.push(statement);
    }
  }

  #statement(tokens: readonly Token[], cursor: { at: number }, fileDepth: number, depth: number): Statement {
    const start = cursor.at;
    const first = tokens[start];
    if (first === undefined) throw new RangeError('there is no token');
    for (;;) {
      const token = tokens[cursor.at];
      const words = { origin: first.origin, keyword: first.text.toLowerCase() };
      if (token === undefined || isMark(token, '}'))
        throw mistake(
          token?.origin ?? first.origin,
          `the statement "${first.text}" does not end`,
          'close it with ; before what follows',
        );
      if (isMark(token, ';')) {
        const own = tokens.slice(start, cursor.at++);
        return { ...words, tokens: own, block: undefined };
      }
      const before = tokens[cursor.at - 1];
      // The braces of a record: option x code 200 = { ip-address, integer 8 };
      if (isMark(token, '{') && cursor.at > start && before !== undefined && /^(?:=|of)$/.test(before.text)) {
        while (tokens[cursor.at] !== undefined && tokens[cursor.at]?.text !== '}') cursor.at++;
        cursor.at++;
        continue;
      }
      if (isMark(token, '{')) {
        const own = tokens.slice(start, cursor.at++);
        const block = this.#block(tokens, cursor, fileDepth, depth + 1);
        const end = tokens[cursor.at++];
        if (end === undefined)
          throw mistake(token.origin, 'the block that begins here does not end', 'close it with }');
        return { ...words, tokens: own, block };
      }
      cursor.at++;
    }
  }

  #include({ tokens, origin }: Statement, depth: number): readonly Statement[] {
    const path = tokens[1];
    if (tokens.length !== 2 || path === undefined)
      throw mistake(origin, 'the include is not understood', 'write include "file";');
    const found = includedText(this.#includes, { path: path.text, from: origin.file, origin, depth });
    return found === undefined ? [] : this.file(found.text, found.file, depth + 1);
  }

  #lex(text: string, file: string): readonly Token[] {
    const tokens: Token[] = [];
    let line = 1;
    let lineAt = 0;
    const pattern =
      /(\n)|[^\S\n]+|#[^\n]*|"((?:[^"\\\n]|\\[^\n])*)"|([;{}()=,]|!=|~=|~~)|([^\s;{}()=,"#~!]+)|([^])/g;
    for (const found of text.matchAll(pattern)) {
      const [whole, newline, quoted, mark, word, stray] = found;
      if (newline !== undefined) {
        line++;
        lineAt = found.index + 1;
        continue;
      }
      const origin = { file, line, column: found.index - lineAt + 1 };
      if (stray !== undefined)
        throw mistake(
          origin,
          stray === '"' ? 'the text does not end on its line' : `${JSON.stringify(stray)} is not understood`,
          stray === '"' ? 'close it with "' : 'take it away',
        );
      if (++this.#tokens > TOKENS_MAX)
        throw mistake(origin, `there are more than ${TOKENS_MAX} words`, 'bring the file in by parts');
      if (quoted !== undefined) tokens.push({ kind: 'text', text: unescape(quoted), origin });
      else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark, origin });
      else if (word !== undefined) tokens.push({ kind: 'word', text: whole, origin });
    }
    return tokens;
  }
}

function isMark({ kind, text }: Token, mark: string): boolean {
  return kind === 'mark' && text === mark;
}

/** `\n`, `\t`, `\x41`, `\101` and the like: characters of octets. */
function unescape(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)/g, (_, code: string) => {
    if (/^x./.test(code)) return String.fromCharCode(parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(parseInt(code, 8) & 255);
    return ({ n: '\n', t: '\t', r: '\r', b: '\b' } as Readonly<Record<string, string>>)[code] ?? code;
  });
}

function mistake({ file, line, column }: Origin, message: string, hint: string): ScenarioError {
  return new ScenarioError(file, [{ line, column, path: '', message, hint }]);
}
