import type { Name } from '../codec/dns/name.ts';
import { NameTable } from './name-table.ts';

/** What a later version has in the place of a name of the first. */
interface Override<Value> {
  readonly name: Name;
  /** Where the name stands in the first version; -1: it was not there. */
  readonly index: number;
  /** Undefined: the name is gone. */
  readonly value: Value | undefined;
}

/** Overrides are copied for each version and the whole when they are many: with their square at 16 times the whole, neither costs more. */
const WHOLE_SHARE = 16;

/**
 * Names to values, in versions that share what they have in common: a table that never changes, and a small one of what is other. The
 * next version costs what changes and about the square root of what does not; a lookup costs a probe more where there are overrides.
 */
export class VersionedTable<Value extends object> {
  readonly #whole: NameTable<Value>;
  readonly #overrides: NameTable<Override<Value>> | undefined;
  readonly size: number;

  /** `whole` is nobody else's to change from now on. */
  constructor(whole: NameTable<Value>, overrides?: NameTable<Override<Value>>, size: number = whole.size) {
    this.#whole = whole;
    this.#overrides = overrides;
    this.size = size;
  }

  /** As `NameTable.get`. */
  get(hash: number, octets: Uint8Array, start: number, length: number): Value | undefined {
    if (this.#overrides !== undefined) {
      const override = this.#overrides.get(hash, octets, start, length);
      if (override !== undefined) return override.value;
    }
    return this.#whole.get(hash, octets, start, length);
  }

  getName(name: Name): Value | undefined {
    return this.getOctets(name.octets, 0);
  }

  /** The value of the uncompressed name that lies in `octets` at `start`. */
  getOctets(octets: Uint8Array, start: number): Value | undefined {
    const override = this.#overrides?.getOctets(octets, start);
    return override === undefined ? this.#whole.getOctets(octets, start) : override.value;
  }

  /** In the order in which their names first came; a name that went and came again may have kept its place. */
  *values(): Generator<Value> {
    if (this.#overrides === undefined) return yield* this.#whole.values();
    const replaced = this.#replaced(this.#overrides);
    let index = 0;
    for (const value of this.#whole.values()) {
      const here = replaced.has(index) ? replaced.get(index) : value;
      if (here !== undefined) yield here;
      index++;
    }
    for (const { index: at, value } of this.#overrides.values())
      if (at < 0 && value !== undefined) yield value;
  }

  /** The next version; a name whose value is undefined goes. */
  with(changes: Iterable<readonly [Name, Value | undefined]>): VersionedTable<Value> {
    const overrides = this.#overrides?.copy() ?? new NameTable<Override<Value>>();
    let { size } = this;
    for (const [name, value] of changes) {
      const before = overrides.getName(name);
      const index = before?.index ?? this.#whole.indexOf(name);
      const wasThere = before === undefined ? index >= 0 : before.value !== undefined;
      size += Number(value !== undefined) - Number(wasThere);
      overrides.set(name, { name, index, value });
    }
    if (overrides.size ** 2 <= WHOLE_SHARE * this.#whole.size)
      return new VersionedTable(this.#whole, overrides, size);
    return new VersionedTable(this.#folded(overrides));
  }

  #folded(overrides: NameTable<Override<Value>>): NameTable<Value> {
    const whole = this.#whole.revised(this.#replaced(overrides));
    for (const { name, index, value } of overrides.values())
      if (index < 0 && value !== undefined) whole.set(name, value);
    return whole;
  }

  #replaced(overrides: NameTable<Override<Value>>): ReadonlyMap<number, Value | undefined> {
    const replaced = new Map<number, Value | undefined>();
    for (const { index, value } of overrides.values()) if (index >= 0) replaced.set(index, value);
    return replaced;
  }
}
