const TAKEN_LEAST = 16;

/** First come, first served; taking one out costs the same however many wait. */
export class Fifo<Item> {
  #items: Item[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  /** The one that is next; undefined when there is none. */
  get first(): Item | undefined {
    return this.#items[this.#first];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  shift(): Item | undefined {
    const item = this.#items[this.#first];
    if (item === undefined) return undefined;
    this.#first++;
    // What has been taken is let go of when it is half of the list, and not for a few: each item is moved once at most.
    if (this.#first >= TAKEN_LEAST && this.#first * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  /** The one that came last. */
  pop(): Item | undefined {
    return this.length === 0 ? undefined : this.#items.pop();
  }
}
