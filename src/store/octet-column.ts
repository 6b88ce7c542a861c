const OCTETS_AT_FIRST = 4096;
const NOTHING = new Uint8Array(0);

/**
 * A column of short octet strings in one buffer, by row. A value that fits where the row's last one was takes its place;
 * else it goes to the end, and the buffer is packed when more than half of it is waste.
 */
export class OctetColumn {
  #octets = new Uint8Array(OCTETS_AT_FIRST);
  #offsets = new Uint32Array(64);
  #lengths = new Uint16Array(64);
  #rooms = new Uint16Array(64);
  #rows = 0;
  #used = 0;
  #wasted = 0;

  /** At most 65,535 octets from `source`. */
  set(row: number, source: Uint8Array, length: number = source.length): void {
    if (row >= this.#offsets.length) this.#growRows(row);
    this.#rows = Math.max(this.#rows, row + 1);
    if (length > this.#rooms[row]!) {
      this.#wasted += this.#rooms[row]!;
      this.#reserve(length);
      this.#offsets[row] = this.#used;
      this.#rooms[row] = length;
      this.#used += length;
    }
    this.#lengths[row] = length;
    const offset = this.#offsets[row]!;
    for (let index = 0; index < length; index++) this.#octets[offset + index] = source[index]!;
  }

  /** A view, good until the next `set`. */
  get(row: number): Uint8Array {
    if (row >= this.#rows) return NOTHING;
    const offset = this.#offsets[row]!;
    return this.#octets.subarray(offset, offset + this.#lengths[row]!);
  }

  length(row: number): number {
    return row < this.#rows ? this.#lengths[row]! : 0;
  }

  equals(row: number, other: Uint8Array, length: number): boolean {
    if (row >= this.#rows || this.#lengths[row] !== length) return false;
    const offset = this.#offsets[row]!;
    for (let index = 0; index < length; index++)
      if (this.#octets[offset + index] !== other[index]) return false;
    return true;
  }

  #reserve(length: number): void {
    if (this.#used + length <= this.#octets.length) return;
    const kept = this.#used - this.#wasted;
    const packed = new Uint8Array(Math.max(this.#octets.length, 2 * (kept + length)));
    let at = 0;
    for (let row = 0; row < this.#rows; row++) {
      const offset = this.#offsets[row]!;
      const size = this.#lengths[row]!;
      packed.set(this.#octets.subarray(offset, offset + size), at);
      this.#offsets[row] = at;
      this.#rooms[row] = size;
      at += size;
    }
    this.#octets = packed;
    this.#used = at;
    this.#wasted = 0;
  }

  #growRows(row: number): void {
    const rows = Math.max(row + 1, this.#offsets.length * 2);
    const offsets = new Uint32Array(rows);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
    const lengths = new Uint16Array(rows);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
    const rooms = new Uint16Array(rows);
    rooms.set(this.#rooms);
    this.#rooms = rooms;
  }
}
