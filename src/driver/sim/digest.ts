import { isIpv4 } from '../../core/address.ts';
import type { Ip } from '../../core/address.ts';
import { wordsOf } from './frames.ts';
import type { Frame } from './frames.ts';

/** Texts are few (names of states): their hashes are remembered, this many at most. */
const TEXTS_MAX = 4096;

/**
 * A fingerprint of all that happened: two 32-bit lanes by words, crossed both ways after each entry, so that each word is
 * guarded by 64 bits. It tells runs apart, not forgers. Words are little-endian on every machine that Node runs on.
 */
export class Digest {
  #a = 0x243f6a88;
  #b = 0x85a308d3;
  readonly #texts = new Map<string, number>();

  frame(at: number, segment: number, fate: number, frame: Frame): void {
    const { words, start, length } = frame;
    this.#pair(at >>> 0, Math.floor(at / 0x1_0000_0000));
    this.#pair((segment << 8) ^ (fate << 4) ^ frame.kind, (frame.sender << 8) ^ frame.ttl);
    this.#pair((frame.fromPort << 16) ^ frame.toPort, length);
    this.#pair(this.#ip(frame.from), this.#ip(frame.to));
    if (frame.flags !== 0) this.#pair(frame.sequence ^ frame.flags, frame.acknowledgment);
    let a = this.#a;
    let b = this.#b;
    const end = start + wordsOf(length);
    for (let index = start; index < end; index += 2) {
      a = Math.imul(a ^ words[index]!, 0x9e3779b1);
      a = (a << 13) | (a >>> 19);
      b = Math.imul(b ^ words[index + 1]!, 0x85ebca77);
      b = (b << 17) | (b >>> 15);
    }
    this.#a = a;
    this.#b = b;
    this.#cross();
  }

  /** A host's state machine entered a state. */
  state(at: number, host: number, machine: string, state: string, subject: number): void {
    this.#pair(at >>> 0, Math.floor(at / 0x1_0000_0000));
    this.#pair(host, this.#text(machine));
    this.#pair(this.#text(state), (subject >>> 0) ^ Math.floor(subject / 0x1_0000_0000));
    this.#cross();
  }

  text(text: string): void {
    this.#pair(this.#text(text), text.length);
    this.#cross();
  }

  /** Takes in another digest as it stands. */
  join(other: Digest): void {
    this.#pair(other.#a, other.#b);
    this.#cross();
  }

  /** 16 hex digits. */
  toString(): string {
    return half(this.#a) + half(this.#b);
  }

  #pair(left: number, right: number): void {
    const a = Math.imul(this.#a ^ left, 0x9e3779b1);
    this.#a = (a << 13) | (a >>> 19);
    const b = Math.imul(this.#b ^ right, 0x85ebca77);
    this.#b = (b << 17) | (b >>> 15);
  }

  #cross(): void {
    const a = Math.imul(this.#a ^ (this.#b >>> 15), 0xc2b2ae3d);
    this.#b = Math.imul(this.#b ^ (a >>> 13), 0x27d4eb2f);
    this.#a = a ^ ((this.#b << 7) | (this.#b >>> 25));
  }

  #ip(address: Ip): number {
    return isIpv4(address) ? address : this.#text(address);
  }

  #text(text: string): number {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    let hash = 0x811c9dc5;
    for (let index = 0; index < text.length; index++)
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    if (this.#texts.size >= TEXTS_MAX) this.#texts.clear();
    this.#texts.set(text, hash);
    return hash;
  }
}

function half(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0');
}
