const FREE = -1;
/** In the place of a line's first field: no key divided by eight is negative. */
const EMPTY = -1;
const LINES_AT_FIRST = 8;
/** Keys in a line that follow one another. */
const KEYS = 8;
/** In float64: what the keys of a line have in common, and an int32 for each. */
const WIDTH = 1 + KEYS / 2;
/** In int32, and where the first number is. */
const WORDS = WIDTH * 2;
const NUMBERS = 2;

/**
 * Small numbers, 0 or more, by 48-bit number, such as a hardware address or an IPv4 address with a port, for tables that are asked
 * for each packet of 100,000 modems. As `IntMap`: eight keys that follow one another share a line, since devices of one kind are
 * numbered in order, and a look-up waits for memory once. A `Map` would box each key to hash it.
 */
export class WideMap {
  #lines = new Float64Array(LINES_AT_FIRST * WIDTH);
  #words = new Int32Array(this.#lines.buffer);
  /** Places for lines less one; a power of two less one. */
  #mask = LINES_AT_FIRST - 1;
  #used = 0;
  #count = 0;

  constructor() {
    this.#clear();
  }

  get count(): number {
    return this.#count;
  }

  /** -1 when it is not there. */
  get(key: number): number {
    const line = Math.floor(key / KEYS);
    const place = this.#placeOf(line);
    return this.#lines[place * WIDTH] === line ? this.#words[place * WORDS + wordOf(key, line)]! : -1;
  }

  /** In place of what was there. */
  set(key: number, value: number): void {
    const line = Math.floor(key / KEYS);
    let place = this.#placeOf(line);
    if (this.#lines[place * WIDTH] !== line) {
      if (this.#isFull()) place = this.#grow(line);
      this.#used++;
      this.#lines[place * WIDTH] = line;
    }
    const word = place * WORDS + wordOf(key, line);
    if (this.#words[word] === FREE) this.#count++;
    this.#words[word] = value;
  }

  delete(key: number): void {
    const line = Math.floor(key / KEYS);
    const place = this.#placeOf(line);
    const word = place * WORDS + wordOf(key, line);
    if (this.#lines[place * WIDTH] !== line || this.#words[word] === FREE) return;
    this.#count--;
    this.#words[word] = FREE;
    for (let each = NUMBERS; each < WORDS; each++) if (this.#words[place * WORDS + each] !== FREE) return;
    this.#used--;
    this.#close(place);
  }

  /** Where a line is, or the free place where it would be. */
  #placeOf(line: number): number {
    const lines = this.#lines;
    const mask = this.#mask;
    let place = homeOf(line) & mask;
    while (lines[place * WIDTH] !== EMPTY && lines[place * WIDTH] !== line) place = (place + 1) & mask;
    return place;
  }

  /** At most three quarters, so that a look-up ends soon. */
  #isFull(): boolean {
    return (this.#used + 1) * 4 > (this.#mask + 1) * 3;
  }

  /** Twice the places; gives where a line that is not there would be. */
  #grow(line: number): number {
    const lines = this.#lines;
    this.#lines = new Float64Array(lines.length * 2);
    this.#words = new Int32Array(this.#lines.buffer);
    this.#mask = this.#mask * 2 + 1;
    this.#clear();
    for (let from = 0; from < lines.length; from += WIDTH)
      if (lines[from] !== EMPTY)
        this.#lines.set(lines.subarray(from, from + WIDTH), this.#placeOf(lines[from]!) * WIDTH);
    return this.#placeOf(line);
  }

  /** Who was pushed on by the line that is gone moves up, so that every look-up still ends at a free place. */
  #close(gone: number): void {
    const lines = this.#lines;
    const mask = this.#mask;
    let hole = gone;
    for (let place = (hole + 1) & mask; lines[place * WIDTH] !== EMPTY; place = (place + 1) & mask) {
      const home = homeOf(lines[place * WIDTH]!) & mask;
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      lines.copyWithin(hole * WIDTH, place * WIDTH, (place + 1) * WIDTH);
      hole = place;
    }
    this.#words.fill(FREE, hole * WORDS, (hole + 1) * WORDS);
    lines[hole * WIDTH] = EMPTY;
  }

  #clear(): void {
    this.#words.fill(FREE);
    for (let at = 0; at < this.#lines.length; at += WIDTH) this.#lines[at] = EMPTY;
  }
}

/** The word of a key in its line. */
function wordOf(key: number, line: number): number {
  return NUMBERS + (key - line * KEYS);
}

/** Lines lie apart: Fibonacci hashing, high bits folded down. */
function homeOf(line: number): number {
  const mixed = Math.imul((line | 0) ^ Math.floor(line / 0x1_0000_0000), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
