const FREE = -1;
const PLACES_AT_FIRST = 16;

/**
 * Small numbers, 0 or more, by 32-bit number, such as an address: open addressing in one typed array, each key with its number
 * behind it, so that a look-up waits for memory once. A `Map` costs several times the memory and the time where keys come and go
 * for each boot of 100,000 modems.
 */
export class IntMap {
  #places = new Int32Array(PLACES_AT_FIRST * 2).fill(FREE);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** -1 when it is not there. */
  get(key: number): number {
    return this.#places[this.#placeOf(key | 0) + 1]!;
  }

  /** In place of what was there. */
  set(key: number, value: number): void {
    // At most half full, so that a look-up ends soon.
    if (this.#count * 4 >= this.#places.length) this.#grow();
    const at = this.#placeOf(key | 0);
    if (this.#places[at + 1] === FREE) this.#count++;
    this.#places[at] = key;
    this.#places[at + 1] = value;
  }

  delete(key: number): void {
    const places = this.#places;
    const mask = places.length - 1;
    let hole = this.#placeOf(key | 0);
    if (places[hole + 1] === FREE) return;
    this.#count--;
    // Who was pushed on by what is gone moves up, so that every look-up still ends at a free place.
    for (let at = (hole + 2) & mask; places[at + 1] !== FREE; at = (at + 2) & mask) {
      const home = homeOf(places[at]!, mask);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      places[hole] = places[at]!;
      places[hole + 1] = places[at + 1]!;
      hole = at;
    }
    places[hole + 1] = FREE;
  }

  /** Where it is, or the free place where it would be. */
  #placeOf(key: number): number {
    const places = this.#places;
    const mask = places.length - 1;
    let at = homeOf(key, mask);
    while (places[at + 1] !== FREE && places[at] !== key) at = (at + 2) & mask;
    return at;
  }

  #grow(): void {
    const places = this.#places;
    this.#places = new Int32Array(places.length * 2).fill(FREE);
    this.#count = 0;
    for (let at = 0; at < places.length; at += 2)
      if (places[at + 1] !== FREE) this.set(places[at]!, places[at + 1]!);
  }
}

/**
 * Eight keys in a row share a cache line, since addresses are given out in order and what is done at one time is about those
 * given last; the rows lie apart: Fibonacci hashing, high bits folded down.
 */
function homeOf(key: number, mask: number): number {
  const product = Math.imul(key >>> 3, 0x9e3779b1);
  return ((((product ^ (product >>> 15)) << 3) | (key & 7)) << 1) & mask;
}
