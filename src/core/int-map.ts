const FREE = -1;
/** In the place of a line's first field: no key divided by eight is negative. */
const EMPTY = -1;
const LINES_AT_FIRST = 8;
/** Keys in a line that follow one another. */
const KEYS = 8;
/** What the keys of a line have in common, and a number for each. */
const WIDTH = 1 + KEYS;

/**
 * Small numbers, 0 or more, by 32-bit number, such as an address: open addressing in one typed array. Addresses are given out in
 * order, so eight keys that follow one another share a line: a thousand of those take five octets each, twice that with the
 * room to grow, and a look-up waits for memory once. A `Map` costs several times the memory and the time where keys come and go
 * for each boot of 100,000 modems.
 */
export class IntMap {
  #cells = new Int32Array(LINES_AT_FIRST * WIDTH).fill(FREE);
  /** Places for lines less one; a power of two less one. */
  #mask = LINES_AT_FIRST - 1;
  #lines = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** -1 when it is not there. */
  get(key: number): number {
    const line = key >>> 3;
    const at = this.#cellOf(line);
    return this.#cells[at] === line ? this.#cells[at + 1 + (key & 7)]! : -1;
  }

  /** In place of what was there. */
  set(key: number, value: number): void {
    const line = key >>> 3;
    let at = this.#cellOf(line);
    if (this.#cells[at] !== line) {
      if (this.#isFull()) at = this.#grow(line);
      this.#lines++;
      this.#cells[at] = line;
    }
    const place = at + 1 + (key & 7);
    if (this.#cells[place] === FREE) this.#count++;
    this.#cells[place] = value;
  }

  delete(key: number): void {
    const line = key >>> 3;
    const at = this.#cellOf(line);
    const place = at + 1 + (key & 7);
    if (this.#cells[at] !== line || this.#cells[place] === FREE) return;
    this.#count--;
    this.#cells[place] = FREE;
    for (let each = at + 1; each < at + WIDTH; each++) if (this.#cells[each] !== FREE) return;
    this.#lines--;
    this.#close(at);
  }

  /** Where a line is, or the free place where it would be. */
  #cellOf(line: number): number {
    const cells = this.#cells;
    const mask = this.#mask;
    let place = homeOf(line) & mask;
    while (cells[place * WIDTH] !== EMPTY && cells[place * WIDTH] !== line) place = (place + 1) & mask;
    return place * WIDTH;
  }

  /** At most three quarters, so that a look-up ends soon. */
  #isFull(): boolean {
    return (this.#lines + 1) * 4 > (this.#mask + 1) * 3;
  }

  /** Twice the places; gives where a line that is not there would be. */
  #grow(line: number): number {
    const cells = this.#cells;
    this.#cells = new Int32Array(cells.length * 2).fill(FREE);
    this.#mask = this.#mask * 2 + 1;
    for (let from = 0; from < cells.length; from += WIDTH) {
      if (cells[from] === EMPTY) continue;
      const to = this.#cellOf(cells[from]!);
      for (let cell = 0; cell < WIDTH; cell++) this.#cells[to + cell] = cells[from + cell]!;
    }
    return this.#cellOf(line);
  }

  /** Who was pushed on by the line that is gone from `at` moves up, so that every look-up still ends at a free place. */
  #close(at: number): void {
    const cells = this.#cells;
    const mask = this.#mask;
    let hole = at / WIDTH;
    for (let place = (hole + 1) & mask; cells[place * WIDTH] !== EMPTY; place = (place + 1) & mask) {
      const home = homeOf(cells[place * WIDTH]!) & mask;
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      cells.copyWithin(hole * WIDTH, place * WIDTH, (place + 1) * WIDTH);
      hole = place;
    }
    cells.fill(FREE, hole * WIDTH, (hole + 1) * WIDTH);
  }
}

/** Lines lie apart: Fibonacci hashing, high bits folded down. */
function homeOf(line: number): number {
  const product = Math.imul(line, 0x9e3779b1);
  return product ^ (product >>> 15);
}
