import type { Ipv4 } from '../../core/address.ts';
import { formatIpv4, formatPrefix } from '../../core/address.ts';
import type { Plain, Row } from '../../core/service.ts';
import type { Epoch, Instant } from '../../core/time.ts';
import { LEASE_STATE_NAMES, type LeaseTable, LeaseState, NO_LEASE } from '../../store/lease-table.ts';
import { ClientKey, withoutLink } from './identity.ts';
import { leaseRow, listLeases, restoreLease } from './lease-rows.ts';
import type { Links, Subnet } from './links.ts';

/** What a server has from earlier lives: from the disk after a start, from its predecessor after a reload. */
export class LeaseEstate {
  readonly #table: LeaseTable;
  readonly #links: Links;
  readonly #epoch: Epoch;
  readonly #key = new ClientKey();
  /** Rows of addresses that are in no subnet now: a reload may bring their subnet back. */
  readonly #outside: Row[] = [];

  constructor(table: LeaseTable, links: Links, epoch: Epoch) {
    this.#table = table;
    this.#links = links;
    this.#epoch = epoch;
  }

  /** Takes a row of the disk into the table. */
  restore(row: Row, now: Instant): void {
    if (!restoreLease(this.#table, this.#links, this.#key, row, now)) this.#outside.push(row);
  }

  /** Takes over every row of another server, settled or not; gives the new number of each, -1 for one that has no subnet here. */
  inherit(before: LeaseEstate, now: Instant): Int32Array {
    const from = before.#table;
    const numbers = new Int32Array(from.count).fill(NO_LEASE);
    // Links may have become one: of two rows of a client the live one is then remembered, since it comes later.
    for (const wantsLive of [false, true])
      for (let row = 0; row < from.count; row++)
        if ((from.state(row) !== LeaseState.free) === wantsLive) numbers[row] = this.#inheritRow(from, row);
    for (const row of before.#outside) this.restore(row, now);
    return numbers;
  }

  /** All addresses ever given. */
  leases(): Plain {
    return listLeases(this.#table, this.#epoch);
  }

  /** How the addresses of each subnet are used: what the command `pools` answers. */
  pools(): Plain {
    const tallies = this.#links.subnets.map((subnet) => new Tally(subnet));
    for (let row = 0; row < this.#table.count; row++) {
      const address = this.#table.address(row);
      const subnet = this.#links.subnetOf(address);
      if (subnet !== undefined)
        tallies[subnet.index]?.add(this.#table.state(row), address, this.#links.isReserved(address));
    }
    return tallies.map((tally) => tally.plain());
  }

  /**
   * Takes the free addresses of a subnet, of all when none is named, but for `leave` each, until a moment; gives how many. The
   * longest free go first.
   */
  fill(name: string | undefined, leave: number, until: Instant): number {
    const table = this.#table;
    let taken = 0;
    for (const { settings, pool, index } of this.#links.subnets) {
      if (name !== undefined && formatPrefix(settings.subnet) !== name) continue;
      // A row that is opened here is free, and the last of those that are.
      for (let next = pool.lowest(); next !== undefined; next = pool.lowest()) {
        pool.touch(next);
        table.open(next, index);
      }
      let free = 0;
      for (let row = 0; row < table.count; row++)
        if (table.pool(row) === index && table.state(row) === LeaseState.free) free++;
      for (; free > leave; free--) {
        table.enter(table.longestFree(index), LeaseState.declined, until);
        taken++;
      }
    }
    return taken;
  }

  #inheritRow(from: LeaseTable, row: number): number {
    const table = this.#table;
    const address = from.address(row);
    const subnet = this.#links.subnetOf(address);
    if (subnet === undefined) {
      this.#outside.push(leaseRow(from, row));
      return NO_LEASE;
    }
    subnet.pool.touch(address);
    const isReserved = this.#links.isReserved(address);
    const number = table.open(address, isReserved ? this.#links.subnets.length : subnet.index);
    const client = from.key(row);
    if (client.length > 0) {
      this.#key.restore(subnet.link, withoutLink(client));
      table.assign(number, this.#key.octets, this.#key.length, from.mac(row));
      table.setRelayAgent(number, from.relayAgent(row));
      table.setHostName(number, from.hostName(row));
    }
    const state = from.state(row);
    if (state !== LeaseState.free) table.enter(number, state, from.expiresAt(row));
    return number;
  }
}

/** The addresses of one subnet, by what they are now. */
class Tally {
  readonly #subnet: Subnet;
  readonly #states = LEASE_STATE_NAMES.map(() => 0);
  /** Addresses of the pool that were given once and may be given again. */
  #again = 0;

  constructor(subnet: Subnet) {
    this.#subnet = subnet;
  }

  add(state: number, address: Ipv4, isReserved: boolean): void {
    this.#states[state] = (this.#states[state] ?? 0) + 1;
    if (state === LeaseState.free && !isReserved && this.#subnet.pool.contains(address)) this.#again++;
  }

  plain(): Plain {
    const { settings, pool } = this.#subnet;
    return {
      subnet: formatPrefix(settings.subnet),
      ranges: settings.ranges.map(({ first, last }) => `${formatIpv4(first)}-${formatIpv4(last)}`),
      addresses: pool.size,
      reservations: settings.reservations.length,
      bound: this.#states[LeaseState.bound] ?? 0,
      offered: this.#states[LeaseState.offered] ?? 0,
      declined: this.#states[LeaseState.declined] ?? 0,
      free: pool.untouched + this.#again,
    };
  }
}
