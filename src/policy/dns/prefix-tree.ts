import { type Prefix, ipOctets, isIpv4 } from '../../core/address.ts';

const IPV4_BITS = 32;
const IPV6_BITS = 128;
/** A root for each family. */
const ROOTS = 2;

/** An address, or the first bits of one, as the trees read it: one object, filled for each question. */
export class AddressBits {
  readonly octets = new Uint8Array(16);
  isIpv4 = true;
  /** How many bits are known; those behind are zero. */
  length = 0;

  bit(index: number): number {
    return ((this.octets[index >>> 3] ?? 0) >>> (7 - (index & 7))) & 1;
  }

  /** All that is known, or `count` bits. */
  cut(count: number): void {
    this.length = Math.min(this.length, count);
    for (let index = 0; index < 16; index++) {
      const bits = Math.min(Math.max(this.length - index * 8, 0), 8);
      this.octets[index] = (this.octets[index] ?? 0) & (0xff00 >>> bits);
    }
  }
}

/**
 * Networks to numbers, by one step a bit. Beside what matches, a walk tells how many bits it had to look at: all addresses that are
 * alike in those have the same matches, so longer networks inside of a shorter one cut it into cells (RFC 7871 §7.2.1).
 */
export class PrefixTree {
  readonly #children: number[] = [0, 0, 0, 0];
  /** Index of the first of a chain of values in `#values`, or -1. */
  readonly #heads: number[] = [-1, -1];
  /** The longest network below, as long as that is. */
  readonly #deepest: number[] = [0, 0];
  readonly #values: number[] = [];
  readonly #next: number[] = [];
  /** What the last walk met, from the shortest network to the longest. */
  readonly matches: number[] = [];
  readonly matchLengths: number[] = [];
  matchCount = 0;

  /** Values of one network are met in the order in which they came. */
  add({ address, length }: Prefix, value: number): void {
    const octets = ipOctets(address);
    let node = isIpv4(address) ? 0 : 1;
    this.#deepest[node] = Math.max(this.#deepest[node] ?? 0, length);
    for (let depth = 0; depth < length; depth++) {
      const bit = ((octets[depth >>> 3] ?? 0) >>> (7 - (depth & 7))) & 1;
      node = this.#child(node, bit);
      this.#deepest[node] = Math.max(this.#deepest[node] ?? 0, length);
    }
    const index = this.#values.push(value) - 1;
    this.#next.push(-1);
    let last = this.#heads[node] ?? -1;
    if (last < 0) {
      this.#heads[node] = index;
      return;
    }
    for (let next = this.#next[last] ?? -1; next >= 0; next = this.#next[last] ?? -1) last = next;
    this.#next[last] = index;
  }

  #child(node: number, bit: number): number {
    const known = this.#children[node * 2 + bit] ?? 0;
    if (known >= ROOTS) return known;
    const made = this.#heads.push(-1) - 1;
    this.#deepest.push(0);
    this.#children.push(0, 0);
    this.#children[node * 2 + bit] = made;
    return made;
  }

  /**
   * Fills `matches` and gives how many bits mattered. Where fewer are known than it takes to tell networks apart, it is the longest of
   * those: the sender then knows what to ask with (RFC 7871 §7.2.1).
   */
  walk(address: AddressBits): number {
    this.matchCount = 0;
    let node = address.isIpv4 ? 0 : 1;
    const bits = address.isIpv4 ? IPV4_BITS : IPV6_BITS;
    for (let depth = 0; ; depth++) {
      for (let index = this.#heads[node] ?? -1; index >= 0; index = this.#next[index] ?? -1) {
        this.matches[this.matchCount] = this.#values[index] ?? 0;
        this.matchLengths[this.matchCount++] = depth;
      }
      const left = this.#children[node * 2] ?? 0;
      const right = this.#children[node * 2 + 1] ?? 0;
      if (depth === bits || (left === 0 && right === 0)) return depth;
      if (depth === address.length) return this.#deepest[node] ?? depth;
      const child = address.bit(depth) === 0 ? left : right;
      if (child === 0) return depth + 1;
      node = child;
    }
  }
}
