const FREE = -1;
const SIZE_AT_FIRST = 16;

/**
 * Small numbers, 0 or more, by 32-bit number, such as an address: open addressing in two typed arrays. A `Map` costs several
 * times the memory and the time where keys come and go for each boot of 100,000 modems.
 */
export class IntMap {
  #keys = new Int32Array(SIZE_AT_FIRST);
  #values = new Int32Array(SIZE_AT_FIRST).fill(FREE);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** -1 when it is not there. */
  get(key: number): number {
    return this.#values[this.#slotOf(key | 0)]!;
  }

  /** In place of what was there. */
  set(key: number, value: number): void {
    // At most half full, so that a look-up ends soon.
    if (this.#count * 2 >= this.#keys.length) this.#grow();
    const slot = this.#slotOf(key | 0);
    if (this.#values[slot] === FREE) this.#count++;
    this.#keys[slot] = key;
    this.#values[slot] = value;
  }

  delete(key: number): void {
    const mask = this.#keys.length - 1;
    let hole = this.#slotOf(key | 0);
    if (this.#values[hole] === FREE) return;
    this.#count--;
    // Who was pushed on by what is gone moves up, so that every look-up still ends at a free place.
    for (let slot = (hole + 1) & mask; this.#values[slot] !== FREE; slot = (slot + 1) & mask) {
      const home = mixed(this.#keys[slot]!) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      this.#keys[hole] = this.#keys[slot]!;
      this.#values[hole] = this.#values[slot]!;
      hole = slot;
    }
    this.#values[hole] = FREE;
  }

  /** Where it is, or the free place where it would be. */
  #slotOf(key: number): number {
    const mask = this.#keys.length - 1;
    let slot = mixed(key) & mask;
    while (this.#values[slot] !== FREE && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Int32Array(keys.length * 2);
    this.#values = new Int32Array(keys.length * 2).fill(FREE);
    this.#count = 0;
    for (let slot = 0; slot < keys.length; slot++)
      if (values[slot] !== FREE) this.set(keys[slot]!, values[slot]!);
  }
}

/** Consecutive keys, as addresses and numbers are, lie apart: Fibonacci hashing, high bits folded down. */
function mixed(key: number): number {
  const product = Math.imul(key, 0x9e3779b1);
  return product ^ (product >>> 15);
}
