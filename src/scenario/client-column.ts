import { toHex } from '../core/bytes.ts';

/** How long a client is, then its octets: 16 of them stand for a cable modem. */
const WIDTH = 17;
const PLACES_AT_FIRST = 64;
/** In the place of a length: the client is kept as text. */
const AS_TEXT = 0xff;

/**
 * Clients as DHCP servers call them, by place. That is mostly a few octets in hex, which as a text with its place in an array take a hundred
 * octets: too many for a million leases.
 */
export class ClientColumn {
  #octets = new Uint8Array(PLACES_AT_FIRST * WIDTH);
  readonly #texts = new Map<number, string>();

  set(place: number, client: string): void {
    if ((place + 1) * WIDTH > this.#octets.length) this.#grow(place);
    const wasText = this.#octets[place * WIDTH] === AS_TEXT;
    if (!this.#pack(place * WIDTH, client)) {
      this.#octets[place * WIDTH] = AS_TEXT;
      this.#texts.set(place, client);
    } else if (wasText) {
      this.#texts.delete(place);
    }
  }

  /** Of a place that was set. */
  get(place: number): string {
    const at = place * WIDTH;
    const length = this.#octets[at]!;
    return length === AS_TEXT
      ? this.#texts.get(place)!
      : toHex(this.#octets.subarray(at + 1, at + 1 + length));
  }

  /** False when it is not octets in hex, or too many of them. */
  #pack(at: number, client: string): boolean {
    const length = client.length / 2;
    if (!Number.isInteger(length) || length >= WIDTH) return false;
    for (let index = 0; index < length; index++) {
      const octet = (digitOf(client, index * 2) << 4) | digitOf(client, index * 2 + 1);
      if (octet < 0) return false;
      this.#octets[at + 1 + index] = octet;
    }
    this.#octets[at] = length;
    return true;
  }

  #grow(place: number): void {
    const larger = new Uint8Array(Math.max((place + 1) * WIDTH, this.#octets.length * 2));
    larger.set(this.#octets);
    this.#octets = larger;
  }
}

/** The value of a hex digit as we write them, small; -1 for another character. */
function digitOf(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x61 + 10 : -1;
}
