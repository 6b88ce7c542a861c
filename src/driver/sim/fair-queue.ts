import type { Source } from '../../core/limiter.ts';
import { Fifo } from './fifo.ts';

interface Own<Item> {
  readonly source: Source;
  readonly items: Fifo<Item>;
}

/**
 * A queue for each source, served in turn, one item each: RFC 7806 §2. Nothing is walked: whose turn it is stands first in a
 * `Map`, and sources with the same number of items are in one set.
 */
export class FairQueue<Item> {
  /** Who has something waiting, in the order of their turns. */
  readonly #turns = new Map<Source, Own<Item>>();
  /** By how many items they have, from 1. */
  readonly #bySize: Set<Own<Item>>[] = [];
  #longest = 0;
  length = 0;

  push(source: Source, item: Item): void {
    let own = this.#turns.get(source);
    if (own === undefined) this.#turns.set(source, (own = { source, items: new Fifo<Item>() }));
    else this.#setOf(own.items.length).delete(own);
    own.items.push(item);
    this.#setOf(own.items.length).add(own);
    this.#longest = Math.max(this.#longest, own.items.length);
    this.length++;
  }

  /** The oldest item of the source whose turn it is, which then goes behind the others. */
  shift(): Item | undefined {
    for (const own of this.#turns.values()) {
      const item = this.#take(own, 'oldest');
      this.#turns.delete(own.source);
      if (own.items.length > 0) this.#turns.set(own.source, own);
      return item;
    }
    return undefined;
  }

  /** Whether with one more no source would have more waiting than this one. */
  wouldBeLongest(source: Source): boolean {
    return (this.#turns.get(source)?.items.length ?? 0) + 1 >= this.#longest;
  }

  /** The newest item of the source that has most; of several, the one that has had as many for the longest time. */
  dropFromLongest(): Item | undefined {
    if (this.#longest === 0) return undefined;
    for (const own of this.#setOf(this.#longest)) {
      const item = this.#take(own, 'newest');
      if (own.items.length === 0) this.#turns.delete(own.source);
      return item;
    }
    return undefined;
  }

  #take(own: Own<Item>, which: 'oldest' | 'newest'): Item | undefined {
    this.#setOf(own.items.length).delete(own);
    const item = which === 'oldest' ? own.items.shift() : own.items.pop();
    if (own.items.length > 0) this.#setOf(own.items.length).add(own);
    while (this.#longest > 0 && this.#setOf(this.#longest).size === 0) this.#longest--;
    this.length--;
    return item;
  }

  #setOf(size: number): Set<Own<Item>> {
    return (this.#bySize[size] ??= new Set());
  }
}
