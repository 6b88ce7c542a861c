/** Numbers of interfaces, each greater than the one before: of a group of modems on one cable only the first and the last are kept. */
export class InterfaceRuns {
  /** Where each run begins, and where it ends. */
  readonly #bounds: number[] = [];

  add(iface: number): void {
    const bounds = this.#bounds;
    if (bounds.length > 0 && bounds[bounds.length - 1] === iface) bounds[bounds.length - 1] = iface + 1;
    else bounds.push(iface, iface + 1);
  }

  /** How many runs there are, for who walks them without an iterator: `first(run)` up to `end(run)`. */
  get count(): number {
    return this.#bounds.length / 2;
  }

  first(run: number): number {
    return this.#bounds[run * 2]!;
  }

  end(run: number): number {
    return this.#bounds[run * 2 + 1]!;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let run = 0; run < this.count; run++)
      for (let iface = this.first(run); iface < this.end(run); iface++) yield iface;
  }
}
