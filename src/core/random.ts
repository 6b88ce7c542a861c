/**
 * Chance, counted and not stored: the value of draw number n of a stream depends on the seed, the stream's name and n
 * alone, so a new host never moves another's dice. The mixing is murmur3's 32-bit finalizer over a Weyl sequence; it
 * is pinned by golden vectors, since every digest hangs on it.
 */
export class Random {
  #key: number;
  #drawn = 0;

  /** `key` is what `streamKey` gave. */
  constructor(key: number) {
    this.#key = key | 0;
  }

  /** How often it was drawn from, modulo 2^32 as int32. */
  get drawn(): number {
    return this.#drawn;
  }

  /** Goes on with another stream, from which `drawn` were drawn: for an object that stands for many hosts in turn. */
  follow(key: number, drawn: number): void {
    this.#key = key | 0;
    this.#drawn = drawn | 0;
  }

  /** 32 bits, 0 to 2^32 - 1. */
  next(): number {
    this.#drawn = (this.#drawn + 1) | 0;
    return drawAt(this.#key, this.#drawn);
  }

  /** A whole number from 0 to `limit` - 1, by rejection: no modulo bias. `limit` is 1 to 2^32. */
  below(limit: number): number {
    const whole = 0x1_0000_0000 - (0x1_0000_0000 % limit);
    let drawn = this.next();
    while (drawn >= whole) drawn = this.next();
    return drawn % limit;
  }

  /** A fraction in [0, 1) of 32 bits. */
  fraction(): number {
    return this.next() / 0x1_0000_0000;
  }

  /** A fraction in [-1, 1), for jitter about a middle. */
  swing(): number {
    return this.fraction() * 2 - 1;
  }
}

/** Draw number `count` of the stream `key`, 0 to 2^32 - 1: for tables that keep a count where an object would be too big. */
export function drawAt(key: number, count: number): number {
  return mix(key + Math.imul(count, 0x9e3779b9)) >>> 0;
}

/** The key of a named stream of a seed: `streamKey(seed, 'cm[1]')`. */
export function streamKey(seed: number, name: string): number {
  let hash = mix(seed ^ 0x5bd1e995);
  for (let index = 0; index < name.length; index++) hash = mix(Math.imul(hash, 31) + name.charCodeAt(index));
  return hash;
}

/** The key of one of many alike under a name: cheaper than a text for each of a million modems. */
export function memberKey(key: number, index: number): number {
  return mix(key ^ mix(index + 0x7f4a7c15));
}

function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
