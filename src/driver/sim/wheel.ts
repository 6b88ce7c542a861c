import { assert, bug } from '../../core/errors.ts';

const NONE = -1;
const LEVELS = 4;
const SLOTS = 256;
const TWO_32 = 0x1_0000_0000;

/** One record, 24 octets: time (float64), next, a, b, and kind with c (int32). */
const WORDS = 6;
/** A plant of a million has a hundred wheels, with a timer for each modem. */
const GROWTH = 1.25;
const NEXT = 2;
const A = 3;
const B = 4;
const KIND = 5;
/** Bits of `KIND` that are the kind; c, a small number, is above them. */
const KIND_BITS = 8;

/**
 * A queue of events by time, first in first out within a microsecond: four levels of 256 slots, level 0 of one microsecond
 * each. A slot is a list in order of making; when a slot of a higher level comes up, its list moves down in that order,
 * so no order is stored or compared. Moments beyond the present 2^32 us wait in lists keyed by their high word.
 *
 * `next(until)` never moves past what it was asked, else a datagram from another partition would arrive in the past.
 */
export class Wheel {
  #words = new Int32Array(1024 * WORDS);
  #times = new Float64Array(this.#words.buffer);
  #free = NONE;
  #used = 0;
  readonly #heads = new Int32Array(LEVELS * SLOTS).fill(NONE);
  readonly #tails = new Int32Array(LEVELS * SLOTS);
  /** One bit a slot, and one bit in `#summary` for each word of these. */
  readonly #bits = new Int32Array((LEVELS * SLOTS) / 32);
  #summary = 0;
  #low = 0;
  #high = 0;
  readonly #far = new Map<number, { head: number; tail: number }>();
  #pending = 0;

  /** What `next` found. */
  time = 0;
  kind = 0;
  a = 0;
  b = 0;
  c = 0;

  get pending(): number {
    return this.#pending;
  }

  /** `time` is not before what `next` was last asked for or gave; `c` has 24 bits. */
  push(time: number, kind: number, a: number, b: number, c = 0): void {
    const record = this.#take();
    const at = record * WORDS;
    this.#times[record * (WORDS / 2)] = time;
    this.#words[at + A] = a;
    this.#words[at + B] = b;
    this.#words[at + KIND] = (c << KIND_BITS) | kind;
    this.#pending++;
    const high = Math.floor(time / TWO_32);
    if (high === this.#high) this.#place(record, time >>> 0);
    else this.#placeFar(record, high);
  }

  /** Takes the first event before `until` into `time`, `kind`, `a`, `b`, `c`; false when there is none. */
  next(until: number): boolean {
    for (;;) {
      if (this.#summary === 0) {
        if (!this.#approach(until)) return false;
        continue;
      }
      const slot = this.#firstSlot();
      const start = this.#startOf(slot);
      const moment = this.#high * TWO_32 + start;
      if (moment >= until) return false;
      this.#low = start;
      if (slot < SLOTS) {
        this.#give(slot, moment);
        return true;
      }
      this.#moveDown(slot);
    }
  }

  /** A moment that no event is before; Infinity when nothing waits. Moves nothing. */
  bound(): number {
    if (this.#summary !== 0) return this.#high * TWO_32 + this.#startOf(this.#firstSlot());
    return this.#far.size === 0 ? Infinity : this.#firstFar() * TWO_32;
  }

  #give(slot: number, moment: number): void {
    const words = this.#words;
    const record = this.#heads[slot]!;
    const at = record * WORDS;
    this.time = moment;
    this.a = words[at + A]!;
    this.b = words[at + B]!;
    const kind = words[at + KIND]!;
    this.kind = kind & ((1 << KIND_BITS) - 1);
    this.c = kind >>> KIND_BITS;
    const next = words[at + NEXT]!;
    this.#heads[slot] = next;
    if (next === NONE) this.#clear(slot);
    words[at + NEXT] = this.#free;
    this.#free = record;
    this.#pending--;
  }

  #place(record: number, low: number): void {
    if (low < this.#low) bug('an event is in the past of its wheel');
    // How far up do the moment and the wheel differ?
    const x = (low ^ this.#low) >>> 0;
    const level = x < 0x1_0000 ? (x < 0x100 ? 0 : 1) : x < 0x100_0000 ? 2 : 3;
    const slot = (level << 8) | ((low >>> (level << 3)) & 255);
    this.#words[record * WORDS + NEXT] = NONE;
    if (this.#heads[slot] === NONE) {
      this.#heads[slot] = record;
      this.#bits[slot >>> 5]! |= 1 << (slot & 31);
      this.#summary |= 1 << (slot >>> 5);
    } else {
      this.#words[this.#tails[slot]! * WORDS + NEXT] = record;
    }
    this.#tails[slot] = record;
  }

  #placeFar(record: number, high: number): void {
    assert(high > this.#high, 'an event is not in the past of its wheel');
    this.#words[record * WORDS + NEXT] = NONE;
    const list = this.#far.get(high);
    if (list === undefined) {
      this.#far.set(high, { head: record, tail: record });
      return;
    }
    this.#words[list.tail * WORDS + NEXT] = record;
    list.tail = record;
  }

  #moveDown(slot: number): void {
    let record = this.#heads[slot]!;
    this.#heads[slot] = NONE;
    this.#clear(slot);
    this.#placeAll(record);
  }

  #placeAll(first: number): void {
    let record = first;
    while (record !== NONE) {
      const next = this.#words[record * WORDS + NEXT]!;
      this.#place(record, this.#times[record * (WORDS / 2)]! >>> 0);
      record = next;
    }
  }

  /** Turns to the next 2^32 us that hold something, if they begin before `until`. */
  #approach(until: number): boolean {
    if (this.#far.size === 0) return false;
    const high = this.#firstFar();
    if (high * TWO_32 >= until) return false;
    const list = this.#far.get(high);
    this.#far.delete(high);
    this.#high = high;
    this.#low = 0;
    if (list !== undefined) this.#placeAll(list.head);
    return true;
  }

  #firstFar(): number {
    let first = Infinity;
    for (const high of this.#far.keys()) if (high < first) first = high;
    return first;
  }

  /** A lower level is always earlier than a higher one, and a lower slot than a higher one. */
  #firstSlot(): number {
    const word = lowestBit(this.#summary);
    return (word << 5) | lowestBit(this.#bits[word]!);
  }

  #startOf(slot: number): number {
    const shift = (slot >>> 8) << 3;
    const above = shift === 24 ? 0 : (this.#low >>> (shift + 8)) << (shift + 8);
    return (above | ((slot & 255) << shift)) >>> 0;
  }

  #clear(slot: number): void {
    const word = slot >>> 5;
    const bits = this.#bits[word]! & ~(1 << (slot & 31));
    this.#bits[word] = bits;
    if (bits === 0) this.#summary &= ~(1 << word);
  }

  #take(): number {
    const record = this.#free;
    if (record !== NONE) {
      this.#free = this.#words[record * WORDS + NEXT]!;
      return record;
    }
    if (this.#used * WORDS === this.#words.length) {
      const larger = new Int32Array(Math.ceil(this.#used * GROWTH) * WORDS);
      larger.set(this.#words);
      this.#words = larger;
      this.#times = new Float64Array(larger.buffer);
    }
    return this.#used++;
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
