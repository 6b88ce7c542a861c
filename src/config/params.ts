import { didYouMean } from './findings.ts';
import { quote, type Mistake } from './mistakes.ts';
import { isMistakes, pathText, readValue, type Located, type PathPart } from './source.ts';
import { isList, isMap, withChildren } from './tree.ts';
import type { Single } from './values.ts';

export type Params = ReadonlyMap<string, Single>;

/** Characters that a text may grow to, since a param may stand in it many times. */
const TEXT_MAX = 20_000;

/** A param in a text; `$${` is for a text that means "${" itself. */
const PARAM = /\$\$\{|\$\{([^{}]*)\}/g;

/** Whether a text is made of params. */
export function hasParams(value: unknown): boolean {
  return typeof value === 'string' && value.includes('${');
}

/**
 * Puts the params into every text of a file. A value that is one param whole has its type; a longer text is what it
 * would be had it been written so: `${tens}0` is a number, `"${tens}0"` is text.
 */
export class Substitution {
  readonly mistakes: Mistake[] = [];
  /** Params that something is made of. */
  readonly used = new Set<string>();
  /** By path, as `pathText` has it: texts as they were before params were put in. */
  readonly written = new Map<string, string>();
  readonly #params: Params;

  constructor(params: Params) {
    this.#params = params;
  }

  in(node: Located, path: readonly PathPart[] = []): Located {
    if (typeof node.value === 'string')
      return hasParams(node.value) ? this.#text(node, node.value, path) : node;
    if (!isMap(node) && !isList(node)) return node;
    let changed = false;
    const children = new Map<PathPart, Located>();
    for (const [key, child] of node.children) {
      const made = this.in(child, [...path, key]);
      changed ||= made !== child;
      children.set(key, made);
    }
    return changed ? withChildren(node, children) : node;
  }

  #text(node: Located, written: string, path: readonly PathPart[]): Located {
    const whole = /^\$\{([^{}]*)\}$/.exec(written)?.[1];
    if (whole !== undefined) {
      const value = this.#value(whole, node, 0, path);
      return value === undefined ? node : this.#made(node, value, path);
    }
    let isKnown = true;
    const text = written.replace(PARAM, (found, name: string | undefined, offset: number) => {
      if (name === undefined) return '${';
      const value = this.#value(name, node, offset, path);
      isKnown &&= value !== undefined;
      return String(value ?? found);
    });
    if (!isKnown) return node;
    if (text.length > TEXT_MAX) {
      const message = `the text grows to ${text.length} characters with its params`;
      this.#mistake(node, 0, path, message, `write at most ${TEXT_MAX}`);
      return node;
    }
    return this.#made(node, isQuoted(node) ? text : typed(text), path);
  }

  #made(node: Located, value: Single, path: readonly PathPart[]): Located {
    const written = typeof node.value === 'string' ? node.value : '';
    this.written.set(pathText(path), written);
    return { ...node, value, written };
  }

  #value(name: string, node: Located, offset: number, path: readonly PathPart[]): Single | undefined {
    const value = this.#params.get(name);
    if (value !== undefined) {
      this.used.add(name);
      return value;
    }
    const hint =
      this.#params.size === 0
        ? 'give it a value at the top of the file, as params: { name: value }'
        : didYouMean(name, this.#params.keys(), 'the params are');
    this.#mistake(node, offset, path, `there is no param ${quote(name)}`, hint);
    return undefined;
  }

  #mistake(node: Located, offset: number, path: readonly PathPart[], message: string, hint: string): void {
    // Which line of a long text it is on is not known here.
    const isOneLine = typeof node.value === 'string' && !node.value.includes('\n');
    const place = isOneLine ? { ...node.inside, column: node.inside.column + offset } : node.place;
    this.mistakes.push({ ...place, path: pathText(path), message, hint });
  }
}

function isQuoted({ place, inside }: Located): boolean {
  return place.column !== inside.column;
}

/** A number or a choice where the text is one, as YAML reads it. */
function typed(text: string): Single {
  const read = readValue(text);
  const value = isMistakes(read) ? text : read.value;
  return typeof value === 'number' || typeof value === 'boolean' ? value : text;
}
