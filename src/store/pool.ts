import type { Ipv4 } from '../core/address.ts';
import { ipv4 } from '../core/address.ts';
import { assert } from '../core/errors.ts';

/** Both ends belong to it. */
export interface AddressRange {
  readonly first: Ipv4;
  readonly last: Ipv4;
}

/** A /8: two megabytes of bits. */
const ADDRESSES_MAX = 1 << 24;

/**
 * The addresses of some ranges as bits, set while untouched: never offered, never leased. Three levels of 32 give the lowest
 * in a few steps, however many are taken.
 */
export class AddressPool {
  readonly #firsts: Int32Array;
  /** Where each range begins among the bits; one more at the end. */
  readonly #bases: Int32Array;
  readonly #bits: Int32Array;
  readonly #words: Int32Array;
  readonly #blocks: Int32Array;
  #untouched = 0;

  /** The ranges do not overlap; they are taken in their order. */
  constructor(ranges: readonly AddressRange[]) {
    this.#firsts = Int32Array.from(ranges, ({ first }) => first);
    this.#bases = new Int32Array(ranges.length + 1);
    let size = 0;
    ranges.forEach(({ first, last }, index) => {
      this.#bases[index] = size;
      size += (last >>> 0) - (first >>> 0) + 1;
      assert(size <= ADDRESSES_MAX, 'a pool has at most 16,777,216 addresses');
    });
    this.#bases[ranges.length] = size;
    this.#bits = new Int32Array((size + 31) >> 5);
    this.#words = new Int32Array((this.#bits.length + 31) >> 5);
    this.#blocks = new Int32Array((this.#words.length + 31) >> 5);
    for (let index = 0; index < size; index++) this.#set(index);
  }

  /** How many are untouched. */
  get untouched(): number {
    return this.#untouched;
  }

  /** All of them. */
  get size(): number {
    return this.#bases[this.#firsts.length]!;
  }

  contains(address: Ipv4): boolean {
    return this.#indexOf(address) !== -1;
  }

  isUntouched(address: Ipv4): boolean {
    const index = this.#indexOf(address);
    return index !== -1 && (this.#bits[index >> 5]! & (1 << (index & 31))) !== 0;
  }

  /** The lowest untouched address, in the order of the ranges; it stays untouched until `touch`. */
  lowest(): Ipv4 | undefined {
    for (let block = 0; block < this.#blocks.length; block++) {
      if (this.#blocks[block] === 0) continue;
      const word = (block << 5) + lowestBit(this.#blocks[block]!);
      const bits = (word << 5) + lowestBit(this.#words[word]!);
      return this.#addressOf((bits << 5) + lowestBit(this.#bits[bits]!));
    }
    return undefined;
  }

  /** Takes an address out for good; one that is not in the pool is let be. */
  touch(address: Ipv4): void {
    const index = this.#indexOf(address);
    if (index === -1) return;
    const bit = 1 << (index & 31);
    const at = index >> 5;
    if ((this.#bits[at]! & bit) === 0) return;
    this.#untouched--;
    this.#bits[at]! &= ~bit;
    if (this.#bits[at] !== 0) return;
    this.#words[at >> 5]! &= ~(1 << (at & 31));
    if (this.#words[at >> 5] !== 0) return;
    this.#blocks[at >> 10]! &= ~(1 << ((at >> 5) & 31));
  }

  #set(index: number): void {
    this.#untouched++;
    this.#bits[index >> 5]! |= 1 << (index & 31);
    this.#words[index >> 10]! |= 1 << ((index >> 5) & 31);
    this.#blocks[index >> 15]! |= 1 << ((index >> 10) & 31);
  }

  #indexOf(address: Ipv4): number {
    for (let range = 0; range < this.#firsts.length; range++) {
      const offset = (address >>> 0) - (this.#firsts[range]! >>> 0);
      const base = this.#bases[range]!;
      if (offset >= 0 && offset < this.#bases[range + 1]! - base) return base + offset;
    }
    return -1;
  }

  #addressOf(index: number): Ipv4 {
    let range = 0;
    while (index >= this.#bases[range + 1]!) range++;
    return ipv4(this.#firsts[range]! + index - this.#bases[range]!);
  }
}

/** The number of the lowest bit set; `bits` is not 0. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
