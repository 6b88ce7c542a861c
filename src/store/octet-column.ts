/** A value lies in one of them whole. */
const CHUNK_OCTETS = 65_536;
const CHUNK_OCTETS_AT_FIRST = 4_096;
const ROWS_AT_FIRST = 64;
const NOTHING = new Uint8Array(0);

/**
 * A column of short octet strings, by row, in pieces that are never moved for another. A value that fits where the row's last one was
 * takes its place; else it goes to the end, and all are packed anew when more than half of the room is waste.
 */
export class OctetColumn {
  #chunks = [new Uint8Array(CHUNK_OCTETS_AT_FIRST)];
  /** From the beginning of the first chunk. */
  #offsets = new Uint32Array(ROWS_AT_FIRST);
  #lengths = new Uint16Array(ROWS_AT_FIRST);
  #rooms = new Uint16Array(ROWS_AT_FIRST);
  #rows = 0;
  #used = 0;
  #wasted = 0;

  /** At most 65,535 octets from `source`. */
  set(row: number, source: Uint8Array, length: number = source.length): void {
    if (row >= this.#offsets.length) this.#growRows(row);
    this.#rows = Math.max(this.#rows, row + 1);
    if (length > this.#rooms[row]!) {
      this.#wasted += this.#rooms[row]!;
      this.#rooms[row] = 0;
      this.#lengths[row] = 0;
      if (this.#wasted > CHUNK_OCTETS && this.#wasted * 2 > this.#used) this.#pack();
      this.#place(row, length);
    }
    this.#lengths[row] = length;
    const chunk = this.#chunkOf(row);
    const at = this.#offsets[row]! % CHUNK_OCTETS;
    for (let index = 0; index < length; index++) chunk[at + index] = source[index]!;
  }

  /** A view, good until the next `set`. */
  get(row: number): Uint8Array {
    if (row >= this.#rows) return NOTHING;
    const at = this.#offsets[row]! % CHUNK_OCTETS;
    return this.#chunkOf(row).subarray(at, at + this.#lengths[row]!);
  }

  length(row: number): number {
    return row < this.#rows ? this.#lengths[row]! : 0;
  }

  equals(row: number, other: Uint8Array, length: number): boolean {
    if (row >= this.#rows || this.#lengths[row] !== length) return false;
    const chunk = this.#chunkOf(row);
    const at = this.#offsets[row]! % CHUNK_OCTETS;
    for (let index = 0; index < length; index++) if (chunk[at + index] !== other[index]) return false;
    return true;
  }

  #chunkOf(row: number): Uint8Array {
    return this.#chunks[Math.floor(this.#offsets[row]! / CHUNK_OCTETS)]!;
  }

  /** Gives a row room at the end. */
  #place(row: number, length: number): void {
    const left = CHUNK_OCTETS - (this.#used % CHUNK_OCTETS);
    if (length > left) {
      this.#used += left;
      this.#wasted += left;
    }
    this.#offsets[row] = this.#used;
    this.#rooms[row] = length;
    this.#used += length;
    this.#reach(this.#used);
  }

  /** Makes chunks up to an offset; the first begins small, and doubles. */
  #reach(end: number): void {
    for (;;) {
      const last = this.#chunks.length - 1;
      const { length } = this.#chunks[last]!;
      if (last * CHUNK_OCTETS + length >= end) return;
      if (length === CHUNK_OCTETS) {
        this.#chunks.push(new Uint8Array(CHUNK_OCTETS));
      } else {
        const larger = new Uint8Array(length * 2);
        larger.set(this.#chunks[last]!);
        this.#chunks[last] = larger;
      }
    }
  }

  #pack(): void {
    const chunks = this.#chunks;
    this.#chunks = [new Uint8Array(CHUNK_OCTETS_AT_FIRST)];
    this.#used = 0;
    this.#wasted = 0;
    for (let row = 0; row < this.#rows; row++) {
      const from = this.#offsets[row]!;
      const length = this.#lengths[row]!;
      this.#offsets[row] = 0;
      this.#rooms[row] = 0;
      if (length === 0) continue;
      this.#place(row, length);
      const at = from % CHUNK_OCTETS;
      const octets = chunks[Math.floor(from / CHUNK_OCTETS)]!.subarray(at, at + length);
      this.#chunkOf(row).set(octets, this.#offsets[row]! % CHUNK_OCTETS);
    }
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
