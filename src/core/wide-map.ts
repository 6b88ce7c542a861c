const EMPTY = -1;
const PLACES_AT_FIRST = 64;

/**
 * Small numbers, 0 or more, by 48-bit number, such as a hardware address or an IPv4 address with a port, for tables that are asked
 * for each packet of 100,000 modems: open addressing in one typed array, each key with its number behind it, so that a look-up
 * waits for memory once. A `Map` would box each key to hash it.
 */
export class WideMap {
  #places = new Float64Array(PLACES_AT_FIRST * 2).fill(EMPTY);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** -1 when it is not there. */
  get(key: number): number {
    const at = this.#placeOf(key);
    return this.#places[at] === key ? this.#places[at + 1]! : -1;
  }

  /** In place of what was there. */
  set(key: number, value: number): void {
    // At most half full, so that a look-up ends soon.
    if (this.#count * 4 >= this.#places.length) this.#grow();
    const at = this.#placeOf(key);
    if (this.#places[at] !== key) this.#count++;
    this.#places[at] = key;
    this.#places[at + 1] = value;
  }

  delete(key: number): void {
    const places = this.#places;
    const mask = places.length - 1;
    let hole = this.#placeOf(key);
    if (places[hole] !== key) return;
    this.#count--;
    // Who was pushed on by what is gone moves up, so that every look-up still ends at a free place.
    for (let at = (hole + 2) & mask; places[at] !== EMPTY; at = (at + 2) & mask) {
      const home = homeOf(places[at]!, mask);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      places[hole] = places[at]!;
      places[hole + 1] = places[at + 1]!;
      hole = at;
    }
    places[hole] = EMPTY;
  }

  /** Where it is, or the free place where it would be. */
  #placeOf(key: number): number {
    const places = this.#places;
    const mask = places.length - 1;
    let at = homeOf(key, mask);
    while (places[at] !== EMPTY && places[at] !== key) at = (at + 2) & mask;
    return at;
  }

  #grow(): void {
    const places = this.#places;
    this.#places = new Float64Array(places.length * 2).fill(EMPTY);
    this.#count = 0;
    for (let at = 0; at < places.length; at += 2)
      if (places[at] !== EMPTY) this.set(places[at]!, places[at + 1]!);
  }
}

/** Neighbours lie apart: Fibonacci hashing, high bits folded down. */
function homeOf(key: number, mask: number): number {
  const mixed = Math.imul((key | 0) ^ Math.floor(key / 0x1_0000_0000), 0x9e3779b1);
  return ((mixed ^ (mixed >>> 15)) << 1) & mask;
}
