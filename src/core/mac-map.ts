import type { Mac } from './address.ts';

const EMPTY = -1;
const PLACES_AT_FIRST = 64;

/**
 * Small numbers by hardware address, for tables that are asked for each packet of 100,000 modems: open addressing in one
 * typed array, each address with its number behind it, so that a look-up waits for memory once. A `Map` would box each address
 * to hash it. Nothing is taken out.
 */
export class MacMap {
  #places = new Float64Array(PLACES_AT_FIRST * 2).fill(EMPTY);
  #count = 0;

  get(mac: Mac): number | undefined {
    const at = this.#placeOf(mac);
    return this.#places[at] === mac ? this.#places[at + 1] : undefined;
  }

  /** In place of what was there. */
  set(mac: Mac, value: number): void {
    // At most half full, so that a look-up ends soon.
    if (this.#count * 4 >= this.#places.length) this.#grow();
    const at = this.#placeOf(mac);
    if (this.#places[at] !== mac) this.#count++;
    this.#places[at] = mac;
    this.#places[at + 1] = value;
  }

  /** Where it is, or the free place where it would be. */
  #placeOf(mac: Mac): number {
    const places = this.#places;
    const mask = places.length - 1;
    const mixed = Math.imul((mac | 0) ^ Math.floor(mac / 0x1_0000_0000), 0x9e3779b1);
    let at = ((mixed ^ (mixed >>> 15)) << 1) & mask;
    while (places[at] !== EMPTY && places[at] !== mac) at = (at + 2) & mask;
    return at;
  }

  #grow(): void {
    const places = this.#places;
    this.#places = new Float64Array(places.length * 2).fill(EMPTY);
    this.#count = 0;
    for (let at = 0; at < places.length; at += 2) {
      const mac = places[at] ?? EMPTY;
      if (mac !== EMPTY) this.set(mac as Mac, places[at + 1] ?? 0);
    }
  }
}
