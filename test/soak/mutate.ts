import type { Random } from '../../src/core/random.ts';

/** The longest UDP payload over IPv4. */
const OCTETS_MAX = 65_507;
/** Most datagrams stay below this; one in a thousand is as long as can be. */
const USUAL_OCTETS_MAX = 2_048;

/** Values that lengths, counts and offsets go wrong at. */
const EDGES_8 = [0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xfe, 0xff];
const EDGES_16 = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x3fff, 0x4000, 0x7fff, 0x8000, 0xc000, 0xfffe, 0xffff];

/** Makes hostile messages out of real ones: bits flipped, lengths that lie, cut, filled up, spliced; now and then pure noise. */
export class Mutator {
  readonly #random: Random;
  readonly #corpus: readonly Uint8Array[];
  readonly #octets = new Uint8Array(OCTETS_MAX);
  #length = 0;

  constructor(random: Random, corpus: readonly Uint8Array[]) {
    if (corpus.length === 0) throw new Error('nothing to mutate');
    this.#random = random;
    this.#corpus = corpus;
  }

  /** A view that the next call overwrites. */
  next(): Uint8Array {
    return this.of(this.#pick());
  }

  /** The same, made of one message. */
  of(message: Uint8Array): Uint8Array {
    const random = this.#random;
    this.#start(message);
    const kind = random.below(1_000);
    if (kind === 0) this.#fill(OCTETS_MAX - this.#length);
    else if (kind < 30) {
      this.#length = 0;
      this.#fill(random.below(600));
    } else if (kind >= 80) {
      for (let left = 1 + random.below(4); left > 0; left--) this.#change();
    }
    return this.#octets.subarray(0, this.#length);
  }

  #pick(): Uint8Array {
    return this.#corpus[this.#random.below(this.#corpus.length)]!;
  }

  #start(message: Uint8Array): void {
    this.#length = Math.min(message.length, USUAL_OCTETS_MAX);
    this.#octets.set(message.subarray(0, this.#length));
  }

  #change(): void {
    const random = this.#random;
    const length = this.#length;
    if (length === 0) return this.#fill(1 + random.below(40));
    const at = random.below(length);
    switch (random.below(10)) {
      case 0:
      case 1:
        this.#octets[at]! ^= 1 << random.below(8);
        return;
      case 2:
        this.#octets[at] = random.below(256);
        return;
      case 3:
        this.#octets[at] = EDGES_8[random.below(EDGES_8.length)]!;
        return;
      case 4:
        // A length that lies by a little.
        this.#octets[at]! += random.below(9) - 4;
        return;
      case 5: {
        const value = EDGES_16[random.below(EDGES_16.length)]!;
        this.#octets[at] = value >>> 8;
        if (at + 1 < length) this.#octets[at + 1] = value;
        return;
      }
      case 6:
        this.#length = at;
        return;
      case 7:
        return this.#fill(1 + random.below(60));
      case 8:
        return this.#splice(at);
      default:
        return this.#repeat(at);
    }
  }

  /** Puts noise, or one octet many times, behind the end. */
  #fill(count: number): void {
    const end = Math.min(this.#length + count, OCTETS_MAX);
    const isNoise = this.#random.below(2) === 0;
    const octet = this.#random.below(256);
    for (let at = this.#length; at < end; at++)
      this.#octets[at] = isNoise && end - at < 600 ? this.#random.below(256) : octet;
    this.#length = end;
  }

  /** From here on another message, from somewhere in it. */
  #splice(at: number): void {
    const other = this.#pick();
    const from = this.#random.below(other.length + 1);
    const tail = other.subarray(from, from + USUAL_OCTETS_MAX);
    this.#octets.set(tail, at);
    this.#length = at + tail.length;
  }

  /** A piece again, or one piece less. */
  #repeat(at: number): void {
    const count = 1 + this.#random.below(Math.min(this.#length - at, 64));
    if (this.#random.below(2) === 0) {
      this.#octets.copyWithin(at, at + count, this.#length);
      this.#length -= count;
    } else if (this.#length + count <= OCTETS_MAX) {
      this.#octets.copyWithin(at + count, at, this.#length);
      this.#length += count;
    }
  }
}
