import type { Ip, Mac } from '../../core/address.ts';
import { ANY, MAC_BROADCAST } from '../../core/address.ts';
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
 */
export class Frame {
  /** Its place in the pool: what the queue keeps instead of a reference. */
  readonly number: number;
  /** Exactly as long as the message; the buffer behind is rounded up to words and zero there. */
  readonly octets: Uint8Array;
  readonly words: Uint32Array;
  kind = UDP;
  /** The same over all hops. */
  packet = 0;
  /** Interfaces by their number in the plant. */
  sender = 0;
  receiver = EVERYONE;
  destinationMac: Mac = MAC_BROADCAST;
  from: Ip = ANY;
  fromPort = 0;
  to: Ip = ANY;
  toPort = 0;
  ttl = 0;
  /** TCP only. */
  sequence = 0;
  acknowledgment = 0;
  flags = 0;
  /** Why its sender sent it, for the trace. */
  rule: Rule | undefined = undefined;
  detail: string | undefined = undefined;
  /** For whom it was when it was made: bits of an `Audience`. */
  led = 0;
  /** What a fault did to it on its present segment, and which. */
  harm = NO_HARM;
  fault: string | undefined = undefined;

  constructor(number: number, length: number) {
    const buffer = new ArrayBuffer((length + 7) & ~7);
    this.number = number;
    this.octets = new Uint8Array(buffer, 0, length);
    this.words = new Uint32Array(buffer);
  }

  copyHeaders(other: Frame): void {
    this.kind = other.kind;
    this.packet = other.packet;
    this.sender = other.sender;
    this.receiver = other.receiver;
    this.destinationMac = other.destinationMac;
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

/** Lengths on a plant are few, so a free list by exact length nearly always hits; longer ones than this share a map. */
const SHORT_OCTETS = 2048;

/** Frames in flight and free ones, by exact length. */
export class FramePool {
  readonly #frames: Frame[] = [];
  readonly #short: Frame[][] = Array.from({ length: SHORT_OCTETS }, () => []);
  readonly #long = new Map<number, Frame[]>();
  readonly #poison: boolean;
  /** When each frame was put on its present segment. */
  sentAt = new Float64Array(1024);
  readonly #views = new WeakMap<ArrayBufferLike, Uint32Array>();
  #lastBuffer: ArrayBufferLike | undefined;
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
    const target = frame.octets;
    if (length < 40) for (let index = 0; index < length; index++) target[index] = octets[index]!;
    else if (length === octets.length) target.set(octets);
    else this.#copyWords(octets, frame, length);
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
    const made = new Frame(number, length);
    this.#frames.push(made);
    return made;
  }

  free(frame: Frame): void {
    const { octets } = frame;
    // A service that kept a view, or a writer that skips an octet, must not get away with it in tests.
    if (this.#poison) for (let index = 0; index < octets.length; index++) octets[index] = 0xa5 ^ index;
    frame.rule = undefined;
    frame.detail = undefined;
    frame.flags = 0;
    frame.led = 0;
    if (frame.harm !== NO_HARM) frame.heal();
    if (octets.length < SHORT_OCTETS) this.#short[octets.length]!.push(frame);
    else this.#listOf(octets.length).push(frame);
  }

  /** From a longer scratch: `set` would need a view, which costs more than the copy. */
  #copyWords(octets: Uint8Array, frame: Frame, length: number): void {
    const whole = length >>> 2;
    const { words, octets: target } = frame;
    if ((octets.byteOffset & 3) === 0) {
      const source = this.#wordsOf(octets.buffer);
      const start = octets.byteOffset >>> 2;
      for (let index = 0; index < whole; index++) words[index] = source[start + index]!;
      for (let index = whole << 2; index < length; index++) target[index] = octets[index]!;
    } else {
      target.set(octets.subarray(0, length));
    }
  }

  #wordsOf(buffer: ArrayBufferLike): Uint32Array {
    if (buffer === this.#lastBuffer) return this.#lastWords;
    let words = this.#views.get(buffer);
    if (words === undefined) {
      words = new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
      this.#views.set(buffer, words);
    }
    this.#lastBuffer = buffer;
    this.#lastWords = words;
    return words;
  }

  #listOf(length: number): Frame[] {
    let list = this.#long.get(length);
    if (list === undefined) this.#long.set(length, (list = []));
    return list;
  }
}
