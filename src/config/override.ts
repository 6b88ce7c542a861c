import { locateData } from './data.ts';
import { didYouMean } from './findings.ts';
import { quote, ScenarioError, type Mistake } from './mistakes.ts';
import { parseExpectation } from './one-line.ts';
import type { Source } from './place.ts';
import { isMistakes, pathText, readValue, type Located, type PathPart } from './source.ts';
import { isList, isMap, withChildren, withItems, withKey, withoutKeys } from './tree.ts';
import type { Single } from './values.ts';

/** Values from outside of the file, as a person types them. */
export interface Overrides {
  /** Params by name, each value as YAML has it. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** `spread=5s` for a param, `net.hfc.loss=2%` for a value of the file; `null` takes it out. */
  readonly set?: readonly string[] | undefined;
  /** Expectations more, in one line each. */
  readonly expect?: readonly string[] | undefined;
}

/** A file's tree as it is changed, flag by flag. */
export class Overriding {
  readonly mistakes: Mistake[] = [];
  readonly given = new Map<string, Single>();
  #root: Located;
  readonly #known: readonly string[];

  /** `known`: the keys that a file may have at its top. */
  constructor(root: Located, known: readonly string[]) {
    this.#root = root;
    this.#known = known;
  }

  get root(): Located {
    return this.#root;
  }

  apply({ params = {}, set = [], expect = [] }: Overrides): void {
    for (const [name, text] of Object.entries(params)) {
      const source = flag(`param ${name}=${text}`);
      if (this.#names.includes(name)) this.#param(name, text, source);
      else this.#noParam(name, source, this.#names);
    }
    for (const text of set) this.#set(text);
    for (const text of expect) this.#expect(text);
  }

  get #names(): readonly string[] {
    return [...(this.#root.children.get('params')?.keys.keys() ?? [])];
  }

  #set(flagText: string): void {
    const source = flag(`--set ${flagText}`);
    const end = flagText.indexOf('=');
    const key = flagText.slice(0, end);
    if (end < 1) {
      this.#add(
        source,
        [],
        'there is no name before a "="',
        'write --set name=value, such as net.hfc.loss=2%',
      );
      return;
    }
    const text = flagText.slice(end + 1);
    if (this.#names.includes(key)) this.#param(key, text, source);
    else this.#value(key, text, source);
  }

  #param(name: string, text: string, source: Source): void {
    const value = this.#read(text, source);
    if (value === undefined) return;
    const single = value.value;
    if (typeof single === 'string' || typeof single === 'number' || typeof single === 'boolean')
      this.given.set(name, single);
    else
      this.#add(
        source,
        ['params', name],
        `${quote(text)} is not one value`,
        'write text, a number, true or false',
      );
  }

  #value(key: string, text: string, source: Source): void {
    if (!/[.[]/.test(key) && !this.#known.includes(key)) {
      this.#noParam(key, source, [...this.#names, ...this.#known]);
      return;
    }
    const path = this.#path(key, source);
    const value = this.#read(text, source);
    if (path === undefined || value === undefined) return;
    if (path[0] === 'extends')
      this.#add(source, path, 'what a file extends is read before flags are', 'run the other file');
    else this.#root = putAt(this.#root, path, value);
  }

  #noParam(name: string, source: Source, words: readonly string[]): void {
    const hint = words.length === 0 ? 'the file has no params' : didYouMean(name, words, 'there are');
    this.#add(source, [], `the file has no param ${quote(name)}`, hint);
  }

  /** Keys of the file may have dots: of those that fit the longest is meant. Only the last key may be a new one. */
  #path(text: string, source: Source): PathPart[] | undefined {
    const path: PathPart[] = [];
    let node = this.#root;
    let rest = text;
    while (rest !== '') {
      const part = isList(node) ? indexAt(rest) : isMap(node) ? keyAt(rest, node) : undefined;
      const child = part && node.children.get(part.key);
      const isNew = child === undefined && (rest.length > (part?.length ?? 0) || isList(node));
      if (part === undefined || part.key === '__proto__' || isNew) {
        this.#noPart(rest, node, path, source);
        return undefined;
      }
      path.push(part.key);
      rest = rest.slice(part.length).replace(/^\./, '');
      if (child !== undefined) node = child;
    }
    return path;
  }

  #noPart(rest: string, node: Located, path: readonly PathPart[], source: Source): void {
    const where = path.length === 0 ? 'the file' : pathText(path);
    if (isList(node)) {
      const last = node.children.size - 1;
      const hint = last < 0 ? 'it is empty' : `write ${where}[0] to ${where}[${last}]`;
      this.#add(source, path, `${where} is a list and has no ${quote(rest)}`, hint);
    } else if (isMap(node)) {
      const word = /^[^.[]*/.exec(rest)?.[0] ?? rest;
      const hint = didYouMean(word, node.keys.keys(), 'it has');
      this.#add(source, path, `${where} has no ${quote(word)}`, hint);
    } else
      this.#add(source, path, `${where} is one value, with no ${quote(rest)} inside`, `write ${where}=value`);
  }

  #expect(text: string): void {
    const source = flag(`--expect ${text}`);
    const item = /^\s*\{/.test(text) ? this.#read(text, source) : this.#oneLine(text, source);
    if (item === undefined) return;
    const list = this.#root.children.get('expect');
    const none: Located = { ...item, value: [], keys: new Map(), children: new Map() };
    const before = list !== undefined && isList(list) ? list : none;
    this.#root = withKey(this.#root, 'expect', withItems(before, [item]), before.place);
  }

  #oneLine(text: string, source: Source): Located | undefined {
    try {
      const item = locateData(parseExpectation(text), source);
      if (!isMistakes(item)) return item;
      this.mistakes.push(...item);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      this.mistakes.push(...error.mistakes.map((mistake) => ({ ...mistake, source })));
    }
    return undefined;
  }

  #read(text: string, source: Source): Located | undefined {
    const read = readValue(text, source);
    if (!isMistakes(read)) return read;
    this.mistakes.push(...read);
    return undefined;
  }

  #add(source: Source, path: readonly PathPart[], message: string, hint: string): void {
    this.mistakes.push({ line: 1, column: 1, source, path: pathText(path), message, hint });
  }
}

function flag(name: string): Source {
  return { kind: 'flag', name, folder: '' };
}

function indexAt(rest: string): { readonly key: number; readonly length: number } | undefined {
  const found = /^\[?(\d{1,9})\]?(?=$|[.[])/.exec(rest);
  return found === null ? undefined : { key: Number(found[1]), length: found[0].length };
}

function keyAt(rest: string, map: Located): { readonly key: string; readonly length: number } {
  let key = '';
  for (const name of map.keys.keys())
    if (
      name.length > key.length &&
      (rest === name || rest.startsWith(`${name}.`) || rest.startsWith(`${name}[`))
    )
      key = name;
  if (key === '') key = /^[^.[]*/.exec(rest)?.[0] ?? rest;
  return { key, length: key.length };
}

function putAt(node: Located, [part, ...rest]: readonly PathPart[], value: Located): Located {
  if (part === undefined) return value;
  const child = node.children.get(part);
  const made = child === undefined ? value : putAt(child, rest, value);
  if (typeof part === 'string')
    return made.value === null ? withoutKeys(node, [part]) : withKey(node, part, made, made.place);
  const items = [...node.children.values()].map((item, index) => (index === part ? made : item));
  return withChildren(
    node,
    new Map(items.filter((item) => item.value !== null).map((item, index) => [index, item])),
  );
}
