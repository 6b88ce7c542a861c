/** Things that are kept while they are used: of more than `max` the one that was quiet longest is closed. */
export class Recent<T extends { close(): void }> {
  readonly #max: number;
  /** In the order of their last use. */
  readonly #kept = new Map<string, T>();

  constructor(max: number) {
    this.#max = max;
  }

  /** The one of that key, opened where there is none; undefined where that cannot be had. */
  use(key: string, open: () => T | undefined): T | undefined {
    const one = this.#kept.get(key) ?? open();
    this.#kept.delete(key);
    if (one === undefined) return undefined;
    this.#kept.set(key, one);
    if (this.#kept.size > this.#max)
      for (const [quiet, oldest] of this.#kept) {
        oldest.close();
        this.#kept.delete(quiet);
        break;
      }
    return one;
  }

  close(): void {
    for (const one of this.#kept.values()) one.close();
    this.#kept.clear();
  }
}
