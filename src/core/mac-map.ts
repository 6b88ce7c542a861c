import type { Mac } from './address.ts';

const EMPTY = -1;

/**
 * Small numbers by hardware address, for tables that are asked for each packet of 100,000 modems: open addressing in two
 * typed arrays. A `Map` would box each address to hash it. Nothing is taken out.
 */
export class MacMap {
  #keys = new Float64Array(64).fill(EMPTY);
  #values = new Int32Array(64);
  #count = 0;

  get(mac: Mac): number | undefined {
    const slot = this.#slotOf(mac);
    return this.#keys[slot] === mac ? this.#values[slot] : undefined;
  }

  /** In place of what was there. */
  set(mac: Mac, value: number): void {
    // At most half full, so that a look-up ends soon.
    if (this.#count * 2 >= this.#keys.length) this.#grow();
    const slot = this.#slotOf(mac);
    if (this.#keys[slot] !== mac) this.#count++;
    this.#keys[slot] = mac;
    this.#values[slot] = value;
  }

  /** Where it is, or the free place where it would be. */
  #slotOf(mac: Mac): number {
    const mask = this.#keys.length - 1;
    const mixed = Math.imul((mac | 0) ^ Math.floor(mac / 0x1_0000_0000), 0x9e3779b1);
    let slot = (mixed ^ (mixed >>> 15)) & mask;
    while (this.#keys[slot] !== EMPTY && this.#keys[slot] !== mac) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Float64Array(keys.length * 2).fill(EMPTY);
    this.#values = new Int32Array(keys.length * 2);
    this.#count = 0;
    for (let slot = 0; slot < keys.length; slot++) {
      const key = keys[slot] ?? EMPTY;
      if (key !== EMPTY) this.set(key as Mac, values[slot] ?? 0);
    }
  }
}
