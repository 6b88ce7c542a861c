import { LOWER, type Name } from '../codec/dns/name.ts';
import { NameHashes } from '../codec/dns/name-hash.ts';

/** Words of a slot: the hash, where the name begins in the arena, its length, the value's index plus one (0: free). */
const WORDS = 4;
const SLOTS_FIRST = 16;
const ARENA_FIRST = 256;

/**
 * Names to values by open addressing, at most half full: a lookup allocates nothing and takes any case. What a probe touches, a
 * slot and the name's octets, lies in two typed arrays: at 200,000 names a lookup is as fast as memory is.
 */
export class NameTable<Value extends object> {
  #slots = new Int32Array(SLOTS_FIRST * WORDS);
  #mask = SLOTS_FIRST - 1;
  /** Names in lower case, one behind the other. */
  #arena = new Uint8Array(ARENA_FIRST);
  #arenaEnd = 0;
  #values: Value[] = [];
  readonly #scratch = new NameHashes();

  get size(): number {
    return this.#values.length;
  }

  /** In the order in which their names were first put. */
  values(): IterableIterator<Value> {
    return this.#values.values();
  }

  /** The value of the uncompressed name that lies in `octets` at `start`, whose hash is known. */
  get(hash: number, octets: Uint8Array, start: number, length: number): Value | undefined {
    const at = this.#find(hash, octets, start, length);
    const index = this.#slots[at + 3]!;
    return index === 0 ? undefined : this.#values[index - 1];
  }

  getName(name: Name): Value | undefined {
    return this.getOctets(name.octets, 0);
  }

  /** Where a name's value stands among all; -1: nowhere. */
  indexOf({ octets }: Name): number {
    this.#scratch.read(octets, 0);
    return this.#slots[this.#find(this.#scratch.hashes[0]!, octets, 0, octets.length) + 3]! - 1;
  }

  /** The value of the uncompressed name that lies in `octets` at `start`. */
  getOctets(octets: Uint8Array, start: number): Value | undefined {
    this.#scratch.read(octets, start);
    return this.get(this.#scratch.hashes[0]!, octets, start, this.#scratch.length);
  }

  /** Puts or replaces. */
  set(name: Name, value: Value): void {
    if ((this.size + 1) * 2 > this.#mask + 1) this.#grow();
    const { octets } = name;
    this.#scratch.read(octets, 0);
    const hash = this.#scratch.hashes[0]!;
    const at = this.#find(hash, octets, 0, octets.length);
    const index = this.#slots[at + 3]!;
    if (index > 0) {
      this.#values[index - 1] = value;
      return;
    }
    this.#slots[at] = hash;
    this.#slots[at + 1] = this.#keep(octets);
    this.#slots[at + 2] = octets.length;
    this.#slots[at + 3] = this.#values.push(value);
  }

  /** Fills the next free slot for a name that has none. */
  #put(hash: number, start: number, length: number, place: number): void {
    let slot = hash & this.#mask;
    while (this.#slots[slot * WORDS + 3] !== 0) slot = (slot + 1) & this.#mask;
    const at = slot * WORDS;
    this.#slots[at] = hash;
    this.#slots[at + 1] = start;
    this.#slots[at + 2] = length;
    this.#slots[at + 3] = place;
  }

  /** Another table of the same names and values, which then goes its own way. */
  copy(): NameTable<Value> {
    const copy = new NameTable<Value>();
    copy.#slots = this.#slots.slice();
    copy.#mask = this.#mask;
    copy.#arena = this.#arena.slice();
    copy.#arenaEnd = this.#arenaEnd;
    copy.#values = this.#values.slice();
    return copy;
  }

  /** Another table with other values at some indexes; a name whose value is undefined is left out. */
  revised(replaced: ReadonlyMap<number, Value | undefined>): NameTable<Value> {
    const revised = new NameTable<Value>();
    const places = new Int32Array(this.size);
    for (const [index, old] of this.#values.entries()) {
      const value = replaced.has(index) ? replaced.get(index) : old;
      if (value !== undefined) places[index] = revised.#values.push(value);
    }
    while (revised.size * 2 > revised.#mask + 1) revised.#mask = revised.#mask * 2 + 1;
    revised.#slots = new Int32Array((revised.#mask + 1) * WORDS);
    const slots = this.#slots;
    for (let at = 0; at < slots.length; at += WORDS) {
      const index = slots[at + 3]!;
      const place = index === 0 ? 0 : places[index - 1]!;
      if (place === 0) continue;
      const start = slots[at + 1]!;
      const name = this.#arena.subarray(start, start + slots[at + 2]!);
      revised.#put(slots[at]!, revised.#keep(name), name.length, place);
    }
    return revised;
  }

  /** The slot of a name: its own, or the free one where it would go. */
  #find(hash: number, octets: Uint8Array, start: number, length: number): number {
    const slots = this.#slots;
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * WORDS;
      if (slots[at + 3] === 0) return at;
      if (slots[at] === hash && slots[at + 2] === length && this.#isAt(slots[at + 1]!, octets, start, length))
        return at;
    }
  }

  #isAt(from: number, octets: Uint8Array, start: number, length: number): boolean {
    const arena = this.#arena;
    for (let index = 0; index < length; index++)
      if (arena[from + index] !== LOWER[octets[start + index]!]) return false;
    return true;
  }

  #keep(octets: Uint8Array): number {
    const start = this.#arenaEnd;
    if (start + octets.length > this.#arena.length) {
      const grown = new Uint8Array(Math.max(this.#arena.length * 2, start + octets.length));
      grown.set(this.#arena);
      this.#arena = grown;
    }
    for (let index = 0; index < octets.length; index++) this.#arena[start + index] = LOWER[octets[index]!]!;
    this.#arenaEnd = start + octets.length;
    return start;
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = this.#mask * 2 + 1;
    this.#slots = new Int32Array((this.#mask + 1) * WORDS);
    for (let from = 0; from < old.length; from += WORDS) {
      if (old[from + 3] !== 0) this.#put(old[from]!, old[from + 1]!, old[from + 2]!, old[from + 3]!);
    }
  }
}
