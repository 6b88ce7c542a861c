import type { z } from 'zod';
import type { Plain } from '../core/service.ts';
import { quote, type Mistake } from './mistakes.ts';
import type { Source } from './place.ts';
import type { scenarioFile } from './schema.ts';
import { DEPTH_MAX, pathText, VALUES_MAX, type Located, type PathPart } from './source.ts';
import { withChildren } from './tree.ts';
import type { Single } from './values.ts';

/** A text with a `${param}` in it, for a place where a number or a choice belongs. */
type ParamText = `${string}\${${string}}${string}`;

type Scalar = string | number | boolean | null | undefined;

/** What a program may write for what the file's schema takes: read-only, and params where no text belongs. */
type Written<T> = [z.core.util.JSONType] extends [T]
  ? Plain
  : T extends number
    ? T | (number extends T ? ParamText : never)
    : T extends boolean
      ? T | ParamText
      : T extends Scalar
        ? T
        : { readonly [K in keyof T]: Written<T[K]> };

/** What a scenario that extends another says of it: any part, and null for what goes. */
type Change<T> = [Plain] extends [T]
  ? T
  : T extends Scalar | readonly unknown[]
    ? T | null
    : { readonly [K in keyof T]?: Change<T[K]> | null };

type File = Written<z.input<typeof scenarioFile>>;
type FileServices = NonNullable<File['services']>;
type Named = 'dhcp' | 'tftp' | 'tod' | 'dns' | 'ftp' | 'resolver';

/** Services by their own names, which say what they are, or by others. */
type Services = { readonly [K in Named]?: FileServices[K] } & {
  readonly [name: string]: FileServices[Named] | FileServices[string];
};

interface Matrix {
  readonly exclude?: readonly { readonly [param: string]: Single }[];
  readonly [param: string]: readonly (Single | { readonly [param: string]: Single })[] | undefined;
}

type Common = Omit<File, 'services' | 'matrix' | 'extends'> & {
  readonly services?: Services;
  readonly matrix?: Matrix;
};

/** A scenario as plain data, key for key what a file says. */
export type ScenarioData =
  | (Common & { readonly extends?: undefined })
  | ({ readonly extends: string } & Change<Omit<Common, 'extends'>>);

/**
 * A scenario of exactly these keys. A key too many is a mistake even where TypeScript looks no closer, as in what a call
 * gives back.
 */
export type Exact<T> = [ScenarioData] extends [T] ? T : ExactIn<T, ScenarioData>;

type ExactIn<T, S> = [Plain] extends [S]
  ? T
  : T extends Scalar
    ? T
    : T extends readonly unknown[]
      ? { readonly [K in keyof T]: ExactIn<T[K], ItemOf<Fitting<S, T>>> }
      : {
          readonly [K in keyof T]: K extends KeyOf<Fitting<S, T>>
            ? ExactIn<T[K], ValueOf<Fitting<S, T>, K>>
            : NoSuchKey<K>;
        };

/** What no value is: the message of the compiler has its name. */
interface NoSuchKey<K> {
  readonly 'there is no such key here': K;
}

/** Of a union the members that a value is one of. */
type Fitting<S, T> = S extends unknown ? (T extends S ? S : never) : never;
type KeyOf<S> = S extends unknown ? keyof S : never;
type ValueOf<S, K> = S extends unknown ? (K extends keyof S ? S[K] : never) : never;
type ItemOf<S> = S extends readonly (infer Item)[] ? Item : never;

/** A program's data has no lines: its mistakes are named by their paths. */
export function dataSource(name: string): Source {
  return { kind: 'data', name, folder: '' };
}

/** Plain data as a tree with places, like a file's; or what of it is no plain data. Keys that are undefined are not there. */
export function locateData(data: unknown, source: Source): Located | readonly Mistake[] {
  const walk = new DataWalk(source);
  const root = walk.node(data, []);
  return walk.mistakes.length > 0 ? walk.mistakes : root;
}

class DataWalk {
  readonly mistakes: Mistake[] = [];
  readonly #source: Source;
  #values = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  node(value: unknown, path: readonly PathPart[]): Located {
    const place = { line: 1, column: 1, source: this.#source };
    const leaf: Located = { value: null, place, inside: place, keys: new Map(), children: new Map() };
    if (++this.#values > VALUES_MAX)
      return this.#wrong(leaf, path, `more than ${VALUES_MAX} values`, 'say many with count:');
    if (path.length > DEPTH_MAX)
      return this.#wrong(
        leaf,
        path,
        `values nest deeper than ${DEPTH_MAX} levels`,
        'look for data that has itself inside',
      );
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return { ...leaf, value };
    if (typeof value === 'number' && Number.isFinite(value)) return { ...leaf, value };
    if (Array.isArray(value)) {
      const children = value.map((item, index): [number, Located] => [
        index,
        this.node(item, [...path, index]),
      ]);
      return withChildren({ ...leaf, value: [] }, new Map(children));
    }
    if (!isPlainObject(value)) {
      const message =
        typeof value === 'object' ? 'an object of a class will not do' : `${kindOf(value)} will not do`;
      return this.#wrong(
        leaf,
        path,
        message,
        'a scenario is plain data: texts, numbers, true, false, lists and keys with values',
      );
    }
    if (Object.hasOwn(value, '__proto__'))
      return this.#wrong(leaf, path, '"__proto__" is no key', 'take it out');
    const entries = Object.entries(value).filter(([, child]) => child !== undefined);
    const children = entries.map(([key, child]): [string, Located] => [
      key,
      this.node(child, [...path, key]),
    ]);
    const keys = new Map(entries.map(([key]) => [key, place]));
    return withChildren({ ...leaf, value: {} }, new Map(children), keys);
  }

  #wrong(leaf: Located, path: readonly PathPart[], message: string, hint: string): Located {
    // Of data without end one message is enough.
    if (this.mistakes.length < MISTAKES_MAX)
      this.mistakes.push({ ...leaf.place, path: pathText(path), message, hint });
    return leaf;
  }
}

const MISTAKES_MAX = 20;

function kindOf(value: unknown): string {
  if (typeof value === 'number') return quote(String(value));
  return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
