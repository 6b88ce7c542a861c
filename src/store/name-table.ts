import { LOWER, type Name } from '../codec/dns/name.ts';
import { NameHashes } from '../codec/dns/name-hash.ts';

/** Names to values by open addressing, at most half full: a lookup allocates nothing and takes any case. */
export class NameTable<Value extends object> {
  #hashes = new Int32Array(16);
  #names: (Name | undefined)[] = new Array<Name | undefined>(16).fill(undefined);
  #values: (Value | undefined)[] = new Array<Value | undefined>(16).fill(undefined);
  #size = 0;
  readonly #scratch = new NameHashes();

  get size(): number {
    return this.#size;
  }

  /** The value of the uncompressed name that lies in `octets` at `start`, whose hash is known. */
  get(hash: number, octets: Uint8Array, start: number, length: number): Value | undefined {
    const mask = this.#hashes.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const name = this.#names[slot];
      if (name === undefined) return undefined;
      if (this.#hashes[slot] === hash && isAt(name.octets, octets, start, length)) return this.#values[slot];
    }
  }

  getName(name: Name): Value | undefined {
    this.#scratch.read(name.octets, 0);
    return this.get(this.#scratch.hashes[0]!, name.octets, 0, name.octets.length);
  }

  /** Puts or replaces. */
  set(name: Name, value: Value): void {
    this.#scratch.read(name.octets, 0);
    if ((this.#size + 1) * 2 > this.#hashes.length) this.#grow();
    this.#put(this.#scratch.hashes[0]!, name, value);
  }

  #put(hash: number, name: Name, value: Value): void {
    const mask = this.#hashes.length - 1;
    let slot = hash & mask;
    for (let held = this.#names[slot]; held !== undefined; held = this.#names[slot]) {
      if (this.#hashes[slot] === hash && held.equals(name)) break;
      slot = (slot + 1) & mask;
    }
    if (this.#names[slot] === undefined) this.#size++;
    this.#hashes[slot] = hash;
    this.#names[slot] = name;
    this.#values[slot] = value;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const names = this.#names;
    const values = this.#values;
    const slots = hashes.length * 2;
    this.#hashes = new Int32Array(slots);
    this.#names = new Array<Name | undefined>(slots).fill(undefined);
    this.#values = new Array<Value | undefined>(slots).fill(undefined);
    this.#size = 0;
    names.forEach((name, slot) => {
      const value = values[slot];
      if (name !== undefined && value !== undefined) this.#put(hashes[slot]!, name, value);
    });
  }
}

function isAt(name: Uint8Array, octets: Uint8Array, start: number, length: number): boolean {
  if (name.length !== length) return false;
  for (let index = 0; index < length; index++)
    if (LOWER[name[index]!] !== LOWER[octets[start + index]!]) return false;
  return true;
}
