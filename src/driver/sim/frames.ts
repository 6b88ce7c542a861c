import type { Ip, Mac } from '../../core/address.ts';
import { ANY } from '../../core/address.ts';
import type { Rule } from '../../core/rules.ts';

export const UDP = 0;
export const TCP = 1;
export const ARP_REQUEST = 2;
export const ARP_REPLY = 3;
export const ICMP = 4;
export const MAC_MESSAGE = 5;

/** `Frame.receiver` when the frame is for all on the segment, and when no interface there has that hardware address. */
export const EVERYONE = -1;
export const NOBODY = -2;

/** `Frame.harm`, the worst last: the words are those of `Harm`. */
export const HARMS = [undefined, 'delayed', 'reordered', 'duplicated', 'corrupted'] as const;
export const NO_HARM = 0;
export const DELAYED = 1;
export const REORDERED = 2;
export const DUPLICATED = 3;
export const CORRUPTED = 4;

/**
 * What crosses a segment. The fields are those of the headers that the capture shows; a driver moves them as fields and not
 * as octets, since nobody else reads them. ARP: `from` is the sender's protocol address, `to` the target's.
 *
 * What every crossing reads comes first, and all of it is small integers: a frame is two cache lines and its octets.
 */
export class Frame {
  /** Its place in the pool: what the queue keeps instead of a reference. */
  readonly number: number;
  readonly length: number;
  /** Its octets are in `words` from `start` on, rounded up to double words and zero there. */
  readonly words: Uint32Array;
  readonly start: number;
  kind = UDP;
  /** The same over all hops. */
  packet = 0;
  /** Interfaces by their number in the plant. */
  sender = 0;
  receiver = EVERYONE;
  from: Ip = ANY;
  fromPort = 0;
  to: Ip = ANY;
  toPort = 0;
  ttl = 0;
  /** TCP only, as `sequence` and `acknowledgment`. */
  flags = 0;
  /** What a fault did to it on its present segment, and which. */
  harm = NO_HARM;
  /** For whom it was when it was made: bits of an `Audience`. */
  led = 0;
  /** Why its sender sent it, for the trace. */
  rule: Rule | undefined = undefined;
  detail: string | undefined = undefined;
  /** Exactly as long as the message. */
  readonly octets: Uint8Array;
  /** Whose hardware address it is sent to, heard or not: an interface, EVERYONE, or NOBODY for `strayMac`. */
  addressee = EVERYONE;
  strayMac: Mac | undefined = undefined;
  fault: string | undefined = undefined;
  sequence = 0;
  acknowledgment = 0;

  constructor(
    number: number,
    length: number,
    place: { readonly words: Uint32Array; readonly start: number },
  ) {
    this.number = number;
    this.length = length;
    this.words = place.words;
    this.start = place.start;
    this.octets = new Uint8Array(place.words.buffer, place.start << 2, length);
  }

  copyHeaders(other: Frame): void {
    this.kind = other.kind;
    this.packet = other.packet;
    this.sender = other.sender;
    this.receiver = other.receiver;
    this.addressee = other.addressee;
    this.strayMac = other.strayMac;
    this.from = other.from;
    this.fromPort = other.fromPort;
    this.to = other.to;
    this.toPort = other.toPort;
    this.ttl = other.ttl;
    this.sequence = other.sequence;
    this.acknowledgment = other.acknowledgment;
    this.flags = other.flags;
    this.rule = other.rule;
    this.detail = other.detail;
    this.led = other.led;
    this.harm = other.harm;
    this.fault = other.fault;
  }

  /** On the next segment it begins anew. */
  heal(): void {
    this.harm = NO_HARM;
    this.fault = undefined;
  }
}

/** How many words the octets of a message take: whole double words. */
export function wordsOf(length: number): number {
  return ((length + 7) & ~7) >>> 2;
}

/** Lengths on a plant are few, so a free list by exact length nearly always hits; longer ones than this share a map. */
const SHORT_OCTETS = 2048;

/** Shorter messages are put together from octets: a view of words would cost more. */
const PACKED_OCTETS = 64;
/** Frames lie in slabs of this many words: a buffer of its own for each would be two more objects. */
const SLAB_WORDS = 64 * 1024;

/** Frames in flight and free ones, by exact length. */
export class FramePool {
  readonly #frames: Frame[] = [];
  #slab: Uint32Array = new Uint32Array(0);
  #slabUsed = 0;
  readonly #short: Frame[][] = Array.from({ length: SHORT_OCTETS }, () => []);
  readonly #long = new Map<number, Frame[]>();
  readonly #poison: boolean;
  /** When each frame was put on its present segment. */
  sentAt = new Float64Array(1024);
  readonly #views = new WeakMap<Uint8Array, Uint32Array>();
  #lastOctets: Uint8Array | undefined;
  #lastWords: Uint32Array = new Uint32Array(0);

  constructor(poison: 'poison' | 'plain') {
    this.#poison = poison === 'poison';
  }

  get(number: number): Frame {
    return this.#frames[number]!;
  }

  /** A frame with a copy of the first `length` octets. */
  take(octets: Uint8Array, length: number): Frame {
    const frame = this.blank(length);
    if (length < PACKED_OCTETS || (octets.byteOffset & 3) !== 0) this.#pack(octets, frame);
    else if (length === octets.length) frame.octets.set(octets);
    else this.#copyWords(octets, frame);
    return frame;
  }

  /** A frame whose octets the caller writes, all of them. */
  blank(length: number): Frame {
    const frame = (length < SHORT_OCTETS ? this.#short[length]! : this.#listOf(length)).pop();
    if (frame !== undefined) return frame;
    const number = this.#frames.length;
    if (number === this.sentAt.length) {
      const larger = new Float64Array(number * 2);
      larger.set(this.sentAt);
      this.sentAt = larger;
    }
    const made = new Frame(number, length, this.#place(wordsOf(length)));
    this.#frames.push(made);
    return made;
  }

  free(frame: Frame): void {
    // A service that kept a view, or a writer that skips an octet, must not get away with it in tests.
    if (this.#poison) for (let index = 0; index < frame.length; index++) frame.octets[index] = 0xa5 ^ index;
    frame.rule = undefined;
    frame.detail = undefined;
    frame.flags = 0;
    frame.led = 0;
    if (frame.harm !== NO_HARM) frame.heal();
    if (frame.length < SHORT_OCTETS) this.#short[frame.length]!.push(frame);
    else this.#listOf(frame.length).push(frame);
  }

  /** Octets put together to words, as the digest has them: little-endian. What lies behind the message stays zero. */
  #pack(octets: Uint8Array, frame: Frame): void {
    const { words, length } = frame;
    const whole = length & ~3;
    let word = frame.start;
    for (let index = 0; index < whole; index += 4)
      words[word++] =
        octets[index]! | (octets[index + 1]! << 8) | (octets[index + 2]! << 16) | (octets[index + 3]! << 24);
    if (whole === length) return;
    let last = 0;
    for (let index = length - 1; index >= whole; index--) last = (last << 8) | octets[index]!;
    words[word] = last;
  }

  /** Word by word: `set` would need a view of a longer scratch, which costs more than the copy. */
  #copyWords(octets: Uint8Array, frame: Frame): void {
    const { words, start, length } = frame;
    const source = octets === this.#lastOctets ? this.#lastWords : this.#wordsOf(octets);
    const first = octets.byteOffset >>> 2;
    const whole = length >>> 2;
    for (let index = 0; index < whole; index++) words[start + index] = source[first + index]!;
    for (let index = whole << 2; index < length; index++) frame.octets[index] = octets[index]!;
  }

  #place(words: number): { readonly words: Uint32Array; readonly start: number } {
    if (words > SLAB_WORDS / 16) return { words: new Uint32Array(words), start: 0 };
    if (this.#slabUsed + words > this.#slab.length) {
      this.#slab = new Uint32Array(SLAB_WORDS);
      this.#slabUsed = 0;
    }
    const start = this.#slabUsed;
    this.#slabUsed += words;
    return { words: this.#slab, start };
  }

  /** Of a scratch, which is sent from again and again. By the view: to ask that for its buffer is a call out of compiled code. */
  #wordsOf(octets: Uint8Array): Uint32Array {
    let words = this.#views.get(octets);
    if (words === undefined) {
      const { buffer } = octets;
      words = new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
      this.#views.set(octets, words);
    }
    this.#lastOctets = octets;
    this.#lastWords = words;
    return words;
  }

  #listOf(length: number): Frame[] {
    let list = this.#long.get(length);
    if (list === undefined) this.#long.set(length, (list = []));
    return list;
  }
}
