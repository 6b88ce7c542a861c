import type { z } from 'zod';
import { didYouMean } from './findings.ts';
import { quote, type Mistake } from './mistakes.ts';
import { hasParams, type Params } from './params.ts';
import type { makingOnly } from './schema-params.ts';
import type { Located, PathPart } from './source.ts';
import { mistakeAt, mistakeAtKey } from './tree.ts';
import { parseDurationUs } from './units.ts';
import type { Single } from './values.ts';

/** The params that the matrix varies, in the matrix's order, with their values in one run. */
export type Cell = Readonly<Record<string, Single>>;

/** An expectation's `when`: all of these params have one of these values. */
export type When = Readonly<Record<string, readonly Single[]>>;

/** More runs than a person looks at, and than one machine does in a day. */
const CELLS_MAX = 1_000;

/** The params and the matrix of a file, checked against each other. */
export class Cells {
  readonly mistakes: Mistake[] = [];
  /** The file's own values, or those given from outside. */
  readonly params: Params;
  readonly #axes = new Map<string, readonly Single[]>();
  readonly #exclude: readonly Cell[];
  readonly #root: Located;

  constructor({ params = {}, matrix = {} }: z.output<typeof makingOnly>, given: Params, root: Located) {
    this.#root = root;
    this.params = new Map([...Object.entries(params), ...given]);
    const { exclude = [], ...axes } = matrix;
    this.#exclude = exclude;
    for (const [name, value] of Object.entries(params)) this.#plain(value, ['params', name]);
    for (const [name, values] of Object.entries(axes)) {
      this.#axis(name, values);
      const fixed = given.get(name);
      this.#axes.set(name, fixed === undefined ? values : [fixed]);
    }
    this.#checkSize();
    for (const [index, cell] of exclude.entries())
      this.#checkExclude(cell, ['matrix', 'exclude', index], axes);
  }

  /** The cell of the params' own values: what a run is when nobody asks for all. */
  get first(): Cell {
    return Object.fromEntries([...this.#axes.keys()].map((name) => [name, this.params.get(name) ?? '']));
  }

  /** Every combination, the last axis fastest, without those excluded; one cell of nothing without a matrix. */
  all(): readonly Cell[] {
    let cells: Cell[] = [{}];
    for (const [name, values] of this.#axes)
      cells = cells.flatMap((cell) => values.map((value) => ({ ...cell, [name]: value })));
    return cells.filter((cell) => !this.#exclude.some((some) => matches(some, cell)));
  }

  paramsOf(cell: Cell): Params {
    return new Map([...this.params, ...Object.entries(cell)]);
  }

  /** A `when` that no cell meets would leave its expectation out of every run. */
  mistakesOfWhen(when: When, path: readonly PathPart[]): Mistake[] {
    return Object.entries(when).flatMap(([name, wanted]) => {
      const at = [...path, name];
      const axis = this.#axes.get(name) ?? [];
      if (!this.params.has(name))
        return mistakeAt(this.#root, at, `there is no param ${quote(name)}`, this.#nameHint(name));
      // One value is not the matrix's: the person asked for it.
      if (axis.length < 2 || axis.some((value) => wanted.some((one) => isSame(one, value)))) return [];
      return mistakeAt(this.#root, at, `the matrix never has ${name} so`, `it has ${axis.join(', ')}`);
    });
  }

  #axis(name: string, values: readonly Single[]): void {
    const path = ['matrix', name];
    if (!this.params.has(name)) {
      const message = `there is no param ${quote(name)} to vary`;
      const hint =
        this.params.size === 0 ? `add params: { ${name}: ${String(values[0])} }` : this.#nameHint(name);
      this.mistakes.push(mistakeAtKey(this.#root, path, message, hint));
    }
    for (const [index, value] of values.entries()) {
      this.#plain(value, [...path, index]);
      if (values.findIndex((other) => isSame(other, value)) < index)
        this.#add([...path, index], `${quote(value)} is there twice`, 'keep one of the two');
    }
  }

  #checkSize(): void {
    const lengths = [...this.#axes.values()].map(({ length }) => length);
    const count = lengths.reduce((product, length) => product * length, 1);
    if (count > CELLS_MAX) {
      const sum = `${lengths.join(' x ')} = ${count}`;
      this.#add(
        ['matrix'],
        `it has ${sum} cells, and a matrix has at most ${CELLS_MAX}`,
        'vary fewer values at a time',
      );
      this.#axes.clear();
    } else if (count > 0 && this.all().length === 0)
      this.#add(['matrix', 'exclude'], 'it leaves no cell to run', 'exclude fewer');
  }

  #checkExclude(
    cell: Cell,
    path: readonly PathPart[],
    axes: Readonly<Record<string, readonly Single[]>>,
  ): void {
    for (const [name, value] of Object.entries(cell)) {
      const values = axes[name];
      if (values === undefined) {
        const hint = didYouMean(name, Object.keys(axes), 'the matrix varies');
        this.#add([...path, name], `the matrix does not vary ${quote(name)}`, hint);
      } else if (!values.some((other) => isSame(other, value)))
        this.#add(
          [...path, name],
          `the matrix has no ${name} of ${quote(value)}`,
          `it has ${values.join(', ')}`,
        );
    }
  }

  #plain(value: Single, path: readonly PathPart[]): void {
    if (!hasParams(value)) return;
    this.#add(
      path,
      `${quote(value)} is made of params, and a param is a value of its own`,
      'write the value',
    );
  }

  #nameHint(name: string): string {
    return didYouMean(name, this.params.keys(), 'the params are');
  }

  #add(path: readonly PathPart[], message: string, hint: string): void {
    this.mistakes.push(mistakeAt(this.#root, path, message, hint));
  }
}

/** Whether an expectation belongs to a run with these params. */
export function isWhen(when: When | undefined, params: Params): boolean {
  return Object.entries(when ?? {}).every(([name, wanted]) => {
    const value = params.get(name);
    return value !== undefined && wanted.some((one) => isSame(one, value));
  });
}

function matches(some: Cell, cell: Cell): boolean {
  return Object.entries(some).every(([name, value]) => {
    const own = cell[name];
    return own !== undefined && isSame(own, value);
  });
}

/** `30s` is `30000ms`, and `5` is `"5"`. */
function isSame(a: Single, b: Single): boolean {
  if (String(a) === String(b)) return true;
  const us = parseDurationUs(String(a));
  return us !== undefined && us === parseDurationUs(String(b));
}
