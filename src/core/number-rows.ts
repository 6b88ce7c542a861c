import type { Instant } from './time.ts';

/**
 * Numbers of many objects of one kind, a row for each. A field of an object holds a small integer in place, but a moment or a
 * hardware address lies by itself on the heap: of a hundred thousand modems each event is another's, and then every such field
 * is one more wait for memory. An object keeps this and the number of its first cell.
 */
export class NumberRows {
  readonly #cells: Float64Array;
  readonly #width: number;

  constructor(rows: number, width: number) {
    this.#cells = new Float64Array(rows * width);
    this.#width = width;
  }

  /** The first cell of a row. */
  row(number: number): number {
    return number * this.#width;
  }

  get(cell: number): number {
    return this.#cells[cell]!;
  }

  moment(cell: number): Instant {
    return this.#cells[cell]! as Instant;
  }

  set(cell: number, value: number): void {
    this.#cells[cell] = value;
  }
}
