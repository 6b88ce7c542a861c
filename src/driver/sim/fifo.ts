/** First come, first served; taking one out costs the same however many wait. */
export class Fifo<Item> {
  #items: Item[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  shift(): Item | undefined {
    const item = this.#items[this.#first];
    if (item === undefined) return undefined;
    this.#first++;
    // What has been taken is let go of when it is half of the list: each item is moved once at most.
    if (this.#first * 2 >= this.#items.length) {
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
