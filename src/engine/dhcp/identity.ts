import { Option } from '../../codec/dhcp/codes.ts';
import { CHADDR_OFFSET } from '../../codec/dhcp/message.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';

const BY_CLIENT_ID = 0;
const BY_HARDWARE = 1;
/** RFC 2132 §9.14. */
const CLIENT_ID_OCTETS_MIN = 2;
/** Ours: what fits in one option. A longer identifier is not used, the hardware address is. */
const CLIENT_ID_OCTETS_MAX = 255;
const KEY_OCTETS_MAX = 3 + CLIENT_ID_OCTETS_MAX;

/**
 * Who a client is, as octets: the link, then option 61 as it came, else hardware type and address (RFC 2131 §4.2). One
 * client has one binding on each link.
 */
export class ClientKey {
  readonly octets = new Uint8Array(KEY_OCTETS_MAX);
  length = 0;

  /** Fills the key from a message. */
  read(message: DhcpMessage, link: number, ignoresClientId: boolean): void {
    const { octets, hlen } = message;
    if (!ignoresClientId && message.has(Option.clientIdentifier)) {
      const at = message.find(Option.clientIdentifier);
      const source = at === -1 ? (message.option(Option.clientIdentifier) ?? octets) : octets;
      const start = Math.max(at, 0);
      const length = at === -1 ? source.length : (octets[at - 1] ?? 0);
      if (length >= CLIENT_ID_OCTETS_MIN && length <= CLIENT_ID_OCTETS_MAX)
        return this.#set(link, BY_CLIENT_ID, source, start, start + length);
    }
    this.#set(link, BY_HARDWARE, octets, CHADDR_OFFSET, CHADDR_OFFSET + hlen);
    this.octets[this.length++] = message.htype;
  }

  /** Fills the key from a row of the disk: the same octets without the link. */
  restore(link: number, rest: Uint8Array): void {
    this.#link(link);
    this.octets.set(rest, 2);
    this.length = 2 + rest.length;
  }

  #set(link: number, kind: number, source: Uint8Array, start: number, end: number): void {
    this.#link(link);
    this.octets[2] = kind;
    let at = 3;
    for (let index = start; index < end; index++) this.octets[at++] = source[index] ?? 0;
    this.length = at;
  }

  #link(link: number): void {
    this.octets[0] = link >>> 8;
    this.octets[1] = link;
  }
}

/** A key without its link: what a row on the disk keeps, so that the order of links in the file does not matter. */
export function withoutLink(key: Uint8Array): Uint8Array {
  return key.subarray(2);
}

/** Option 61 of a key, as people know it; undefined when the client sent none. */
export function clientIdOf(key: Uint8Array): Uint8Array | undefined {
  return key[2] === BY_CLIENT_ID ? key.subarray(3) : undefined;
}
