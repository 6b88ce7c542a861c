import type { Ipv4 } from '../../core/address.ts';
import { type Instant, MILLISECOND, after, afterSeconds } from '../../core/time.ts';
import type { AddressBook, AddressChoice } from '../../policy/address/choose.ts';
import type { LeaseTable } from '../../store/lease-table.ts';
import { LeaseState, NO_LEASE } from '../../store/lease-table.ts';
import type { Exchange } from './exchange.ts';
import type { Links, Subnet } from './links.ts';

/** A client that takes the first offer it gets has asked for it by then, over a cable too. */
const OFFER_SURE_US = 250 * MILLISECOND;

/** The addresses as one client at a time may see them: `view` says which. */
export class ClientAddressBook implements AddressBook {
  readonly #links: Links;
  readonly #table: LeaseTable;
  readonly #offerHoldSeconds: number;
  #x: Exchange | undefined;

  constructor(links: Links, table: LeaseTable, offerHoldSeconds: number) {
    this.#links = links;
    this.#table = table;
    this.#offerHoldSeconds = offerHoldSeconds;
  }

  view(x: Exchange): this {
    this.#x = x;
    return this;
  }

  /**
   * The subnet of the client's link that holds an address and admits the client: of several with one network the one that
   * reserves or gives the address, else the first.
   */
  subnetFor(address: Ipv4): Subnet | undefined {
    const x = this.#x;
    if (x === undefined) return undefined;
    if (x.reserved?.address === address) return x.reserved.subnet;
    let first: Subnet | undefined;
    for (const subnet of this.#links.subnetsOf(x.link)) {
      if (!subnet.contains(address) || !(subnet.admits(x) || subnet === x.reserved?.subnet)) continue;
      if (subnet.pool.contains(address)) return subnet;
      first ??= subnet;
    }
    return first;
  }

  /** Whether an address that the client has may stay with it: of a pool for it, or reserved for it. */
  isKept(address: Ipv4): boolean {
    if (this.#links.isReserved(address)) return this.#x?.reserved?.address === address;
    return this.subnetFor(address)?.pool.contains(address) ?? false;
  }

  isAvailable(address: Ipv4): boolean {
    const x = this.#x;
    if (this.#links.isReserved(address)) return x?.reserved?.address === address && this.isUsable(address);
    const subnet = this.subnetFor(address);
    if (subnet === undefined || !subnet.pool.contains(address)) return false;
    const row = this.#table.byAddress(address);
    if (row === NO_LEASE) return subnet.pool.isUntouched(address);
    return this.#table.state(row) === LeaseState.free;
  }

  isUsable(reserved: Ipv4): boolean {
    const row = this.#table.byAddress(reserved);
    if (row === NO_LEASE) return true;
    const state = this.#table.state(row);
    if (state === LeaseState.free) return true;
    const key = this.#x?.key;
    return (
      state !== LeaseState.declined && key !== undefined && this.#table.isOf(row, key.octets, key.length)
    );
  }

  fresh(): Ipv4 | undefined {
    const x = this.#x;
    if (x === undefined) return undefined;
    for (const subnet of this.#links.subnetsOf(x.link)) {
      if (!subnet.admits(x)) continue;
      const untouched = subnet.pool.lowest();
      if (untouched !== undefined) return untouched;
      const row = this.#table.longestFree(subnet.index);
      if (row !== NO_LEASE) return this.#table.address(row);
    }
    return undefined;
  }

  /**
   * The address whose offer has waited longest for its REQUEST, for when nothing else is left: whoever sends DISCOVERs under
   * invented names would empty a pool else. RFC 2131 §3.1 step 2: servers need not reserve the offered address.
   */
  takeBack(now: Instant): AddressChoice | undefined {
    const x = this.#x;
    if (x === undefined) return undefined;
    const endsBefore = after(afterSeconds(now, this.#offerHoldSeconds), -OFFER_SURE_US);
    for (const subnet of this.#links.subnetsOf(x.link)) {
      if (!subnet.admits(x)) continue;
      const row = this.#table.longestOffered(subnet.index);
      if (row !== NO_LEASE && this.#table.expiresAt(row) < endsBefore)
        return { address: this.#table.address(row), reason: 'taken-back' };
    }
    return undefined;
  }
}
