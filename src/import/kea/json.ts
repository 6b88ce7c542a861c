import { ScenarioError } from '../../config/mistakes.ts';
import type { Origin } from '../notes.ts';
import { includedText, type Includes } from '../includes.ts';

/** A value of Kea's JSON with its place. */
export type Json =
  | { readonly kind: 'object'; readonly origin: Origin; readonly entries: ReadonlyMap<string, JsonEntry> }
  | { readonly kind: 'list'; readonly origin: Origin; readonly items: readonly Json[] }
  | { readonly kind: 'text'; readonly origin: Origin; readonly text: string }
  | { readonly kind: 'number'; readonly origin: Origin; readonly number: number }
  | { readonly kind: 'bool'; readonly origin: Origin; readonly value: boolean }
  | { readonly kind: 'null'; readonly origin: Origin };

export interface JsonEntry {
  /** The place of the key. */
  readonly origin: Origin;
  readonly value: Json;
}

const DEPTH_MAX = 64;
const VALUES_MAX = 1_000_000;

/** Kea's JSON: comments by `#`, `//` and slash-star, `<?include "file"?>`, a comma too many at the end. Throws `ScenarioError`. */
export function parseKeaJson(text: string, file: string, includes: Includes): Json {
  const reader = new JsonReader(text, file, includes);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** Where one file is read. */
interface Frame {
  readonly text: string;
  readonly file: string;
  at: number;
  line: number;
  lineAt: number;
}

class JsonReader {
  readonly #includes: Includes;
  readonly #frames: Frame[];
  #values = 0;

  constructor(text: string, file: string, includes: Includes) {
    this.#includes = includes;
    this.#frames = [{ text, file, at: 0, line: 1, lineAt: 0 }];
  }

  value(depth: number): Json {
    const origin = this.#origin();
    if (depth > DEPTH_MAX)
      this.#fail(`values nest deeper than ${DEPTH_MAX} levels`, 'look for a bracket that is not closed');
    if (++this.#values > VALUES_MAX)
      this.#fail(`there are more than ${VALUES_MAX} values`, 'bring the file in by parts');
    const next = this.#peek();
    if (next === '{') return this.#object(origin, depth);
    if (next === '[') return this.#list(origin, depth);
    if (next === '"') return { kind: 'text', origin, text: this.#string() };
    const word = this.#match(/[-+.\w]+/y);
    if (word === 'true' || word === 'false') return { kind: 'bool', origin, value: word === 'true' };
    if (word === 'null') return { kind: 'null', origin };
    if (word !== undefined && /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(word))
      return { kind: 'number', origin, number: Number(word) };
    const found = next === undefined ? 'the file ends' : `${JSON.stringify(word ?? next)} stands`;
    throw mistake(
      origin,
      `${found} where a value belongs`,
      'write an object, a list, a text in double quotes, a number, true or false',
    );
  }

  end(): void {
    const next = this.#peek();
    if (next !== undefined)
      this.#fail(`${JSON.stringify(next)} stands after the end`, 'one file has one object');
  }

  #object(origin: Origin, depth: number): Json {
    const entries = new Map<string, JsonEntry>();
    this.#take('{');
    for (;;) {
      if (this.#peek() === '}') break;
      const at = this.#origin();
      if (this.#peek() !== '"')
        this.#fail('there is no key here', 'write a key in double quotes, or close with }');
      const key = this.#string();
      if (this.#peek() !== ':')
        this.#fail(`there is no colon after ${JSON.stringify(key)}`, 'write : and a value');
      this.#take(':');
      this.#peek();
      if (entries.has(key))
        throw mistake(at, `the key ${JSON.stringify(key)} is there twice`, 'keep one of the two');
      entries.set(key, { origin: at, value: this.value(depth + 1) });
      if (this.#peek() !== ',') break;
      this.#take(',');
    }
    if (this.#peek() !== '}') this.#fail('an object is not closed here', 'write a comma and a key, or }');
    this.#take('}');
    return { kind: 'object', origin, entries };
  }

  #list(origin: Origin, depth: number): Json {
    const items: Json[] = [];
    this.#take('[');
    for (;;) {
      if (this.#peek() === ']') break;
      items.push(this.value(depth + 1));
      if (this.#peek() !== ',') break;
      this.#take(',');
    }
    if (this.#peek() !== ']') this.#fail('a list is not closed here', 'write a comma and a value, or ]');
    this.#take(']');
    return { kind: 'list', origin, items };
  }

  #string(): string {
    const origin = this.#origin();
    const text = this.#match(/"(?:[^"\\\n]|\\[^\n])*"/y);
    if (text === undefined) throw mistake(origin, 'the text does not end on its line', 'close it with "');
    try {
      // A tab may stand bare in Kea's texts.
      return String(JSON.parse(text.replaceAll('\t', '\\t')));
    } catch {
      throw mistake(
        origin,
        'the text has a backslash or a character that JSON does not know',
        'write \\\\ for a backslash',
      );
    }
  }

  get #frame(): Frame {
    const frame = this.#frames.at(-1);
    if (frame === undefined) throw new RangeError('no file is open');
    return frame;
  }

  #origin(): Origin {
    this.#skip();
    const { file, line, at, lineAt } = this.#frame;
    return { file, line, column: at - lineAt + 1 };
  }

  #fail(message: string, hint: string): never {
    throw mistake(this.#origin(), message, hint);
  }

  #peek(): string | undefined {
    this.#skip();
    const { text, at } = this.#frame;
    return text[at];
  }

  /** One character that was seen by `#peek`. */
  #take(character: string): void {
    this.#frame.at += character.length;
  }

  #match(pattern: RegExp): string | undefined {
    const frame = this.#frame;
    pattern.lastIndex = frame.at;
    const found = pattern.exec(frame.text)?.[0];
    if (found !== undefined) this.#pass(found.length);
    return found;
  }

  #pass(length: number): void {
    const frame = this.#frame;
    const end = frame.at + length;
    for (;;) {
      const newline = frame.text.indexOf('\n', frame.at);
      if (newline === -1 || newline >= end) break;
      frame.line++;
      frame.lineAt = newline + 1;
      frame.at = newline + 1;
    }
    frame.at = end;
  }

  /** Goes to the next thing that is no space, no comment and no include; into an included file and out of it again. */
  #skip(): void {
    for (;;) {
      const frame = this.#frame;
      this.#match(/\s+/y);
      if (this.#match(/#[^\n]*|\/\/[^\n]*/y) !== undefined) continue;
      if (frame.text.startsWith('/*', frame.at)) {
        const end = frame.text.indexOf('*/', frame.at + 2);
        if (end === -1) throw mistake(this.#here(), 'a comment does not end', 'close it with */');
        this.#pass(end + 2 - frame.at);
        continue;
      }
      if (frame.text.startsWith('<?include', frame.at)) {
        this.#include(frame);
        continue;
      }
      if (frame.at < frame.text.length || this.#frames.length === 1) return;
      this.#frames.pop();
    }
  }

  #here(): Origin {
    const { file, line, at, lineAt } = this.#frame;
    return { file, line, column: at - lineAt + 1 };
  }

  #include(frame: Frame): void {
    const origin = this.#here();
    const found = this.#match(/<\?include\s+"[^"\n]{1,1000}"\s*\?>/y);
    const path = found && /"([^"]*)"/.exec(found)?.[1];
    if (path === undefined)
      throw mistake(origin, 'the include is not understood', 'write <?include "file"?>');
    const text = includedText(this.#includes, { path, from: frame.file, origin, depth: this.#frames.length });
    if (text !== undefined)
      this.#frames.push({ text: text.text, file: text.file, at: 0, line: 1, lineAt: 0 });
  }
}

function mistake({ file, line, column }: Origin, message: string, hint: string): ScenarioError {
  return new ScenarioError(file, [{ line, column, path: '', message, hint }]);
}
