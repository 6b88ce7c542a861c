import { MAX_MESSAGE_OCTETS } from './message-writer.ts';

/** The octets that go over a stream for one message: RFC 1035 §4.2.2, length and message in one write (RFC 7766 §8). */
export function frameMessage(octets: Uint8Array, length: number = octets.length): Uint8Array {
  const framed = new Uint8Array(length + 2);
  framed[0] = length >>> 8;
  framed[1] = length;
  framed.set(length === octets.length ? octets : octets.subarray(0, length), 2);
  return framed;
}

const EMPTY = new Uint8Array(0);
/** What one message may bring a splitter to hold: the length and the longest message. */
const HELD_MAX = MAX_MESSAGE_OCTETS + 2;

/**
 * Cuts the octets of a stream into messages. It holds at most one message that has not come whole, in a buffer that grows
 * with what has come and not with what its length promises.
 */
export class FrameSplitter {
  #held: Uint8Array = EMPTY;
  #count = 0;

  /** Octets that wait for the rest of their message. */
  get waiting(): number {
    return this.#count;
  }

  /** Hands each whole message to `take`, in order; a view, valid during the call. `take` gives false to stop. */
  push(octets: Uint8Array, take: (message: Uint8Array) => boolean): void {
    let at = 0;
    while (at < octets.length) {
      if (this.#count === 0) {
        const length = at + 1 < octets.length ? (octets[at]! << 8) | octets[at + 1]! : -1;
        if (length < 0 || at + 2 + length > octets.length) return this.#hold(octets.subarray(at));
        if (!take(octets.subarray(at + 2, at + 2 + length))) return;
        at += 2 + length;
        continue;
      }
      at += this.#fill(octets, at);
      const wanted = this.#wanted();
      if (this.#count < 2 || this.#count < wanted) return;
      this.#count = 0;
      if (!take(this.#held.subarray(2, wanted))) return;
    }
    if (this.#count === 0) this.#held = EMPTY;
  }

  /** Takes what the message that is held still lacks, and says how many octets that were. */
  #fill(octets: Uint8Array, at: number): number {
    let used = 0;
    if (this.#count < 2) {
      this.#hold(octets.subarray(at, at + 1));
      used = 1;
      if (this.#count < 2) return used;
    }
    const lacking = Math.min(this.#wanted() - this.#count, octets.length - at - used);
    this.#hold(octets.subarray(at + used, at + used + lacking));
    return used + lacking;
  }

  #wanted(): number {
    return 2 + ((this.#held[0]! << 8) | this.#held[1]!);
  }

  #hold(octets: Uint8Array): void {
    const count = this.#count + octets.length;
    if (count > this.#held.length) {
      const grown = new Uint8Array(Math.min(Math.max(count * 2, 64), HELD_MAX));
      grown.set(this.#held.subarray(0, this.#count));
      this.#held = grown;
    }
    this.#held.set(octets, this.#count);
    this.#count = count;
  }
}
