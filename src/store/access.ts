import type { Name } from '../codec/dns/name.ts';
import { type Ip, type Prefix, isIpv4, maskIp, maskOfLength } from '../core/address.ts';

/** Addresses by prefix, each let in or kept out. */
export interface AccessEntry {
  readonly verdict: 'allow' | 'deny';
  readonly prefix: Prefix;
}

/** Who may do something: the entry with the longest prefix decides; who is in none may not. */
export class AccessList {
  readonly #entries: readonly AccessEntry[];

  constructor(entries: readonly AccessEntry[]) {
    this.#entries = entries.toSorted((a, b) => b.prefix.length - a.prefix.length);
  }

  allows(address: Ip): boolean {
    for (const { verdict, prefix } of this.#entries)
      if (contains(prefix, address)) return verdict === 'allow';
    return false;
  }
}

function contains({ address: network, length }: Prefix, address: Ip): boolean {
  if (isIpv4(network)) return isIpv4(address) && (address & maskOfLength(length)) === network;
  return !isIpv4(address) && (length === 0 || maskIp(address, length) === network);
}

/** A server or client by its network, by the key it signs with, or by both. */
export interface PeerEntry {
  readonly prefix: Prefix | undefined;
  readonly key: Name | undefined;
}

/** Who may do something by address or key; who is in no entry may not. */
export class PeerList {
  readonly #entries: readonly PeerEntry[];

  constructor(entries: readonly PeerEntry[]) {
    this.#entries = entries;
  }

  /** `key`: that of a signature which was found good. */
  allows(address: Ip, key: Name | undefined): boolean {
    return this.#entries.some(
      (entry) =>
        (entry.prefix === undefined || contains(entry.prefix, address)) &&
        (entry.key === undefined || (key !== undefined && entry.key.equals(key))),
    );
  }
}
