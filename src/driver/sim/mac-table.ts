import type { InterfaceRecords } from './records.ts';

const NONE = -1;

/**
 * Which interface has a hardware address on a segment: open addressing over interface numbers, since a `Map` keyed by
 * 48-bit numbers costs 60 octets for each of a million modems. The first of two with one address is found.
 */
export class MacTable {
  readonly #slots: Int32Array;
  readonly #interfaces: InterfaceRecords;

  constructor(interfaces: InterfaceRecords) {
    this.#interfaces = interfaces;
    let size = 16;
    while (size < interfaces.count * 2) size *= 2;
    this.#slots = new Int32Array(size).fill(NONE);
  }

  add(iface: number): void {
    const mac = this.#interfaces.mac(iface);
    const segment = this.#interfaces.segment(iface);
    if (this.find(segment, mac) !== NONE) return;
    let slot = this.#slotOf(segment, mac);
    while (this.#slots[slot] !== NONE) slot = (slot + 1) & (this.#slots.length - 1);
    this.#slots[slot] = iface;
  }

  /** -1: nobody. */
  find(segment: number, mac: number): number {
    let slot = this.#slotOf(segment, mac);
    for (;;) {
      const iface = this.#slots[slot]!;
      if (iface === NONE) return NONE;
      if (this.#interfaces.mac(iface) === mac && this.#interfaces.segment(iface) === segment) return iface;
      slot = (slot + 1) & (this.#slots.length - 1);
    }
  }

  #slotOf(segment: number, mac: number): number {
    let hash = Math.imul((mac >>> 0) ^ Math.imul(segment + 1, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    hash = Math.imul(hash ^ Math.floor(mac / 0x1_0000_0000), 0xc2b2ae35);
    return (hash ^ (hash >>> 13)) & (this.#slots.length - 1);
  }
}
