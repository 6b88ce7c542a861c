import type { Ipv4, Mac } from '../core/address.ts';
import { assert } from '../core/errors.ts';
import type { Instant } from '../core/time.ts';
import { NEVER } from '../core/time.ts';
import { ExpiryQueue } from './expiry-queue.ts';
import { OctetColumn } from './octet-column.ts';

/** What an address is to its client. `free`: to nobody, but the last client is remembered. */
export const LeaseState = { free: 0, offered: 1, bound: 2, declined: 3 } as const;

export const LEASE_STATE_NAMES = ['free', 'offered', 'bound', 'declined'] as const;

/** No such row. */
export const NO_LEASE = -1;

const ROWS_AT_FIRST = 64;
const NONE = -1;

/**
 * One row for each address that was ever offered: its client's key, state and end. Columns are typed arrays; rows are found
 * by address or by client in one look-up, and free rows of a pool are taken the longest free first. A client has at
 * most one row in a pool's link, which is why the link is part of its key.
 */
export class LeaseTable {
  #addresses = new Int32Array(ROWS_AT_FIRST);
  #states = new Uint8Array(ROWS_AT_FIRST);
  #pools = new Uint16Array(ROWS_AT_FIRST);
  #macs = new Float64Array(ROWS_AT_FIRST);
  #expiresAt = new Float64Array(ROWS_AT_FIRST);
  /** The moment of the row's entry in the queue that counts; `NEVER` for none. */
  #armedAt = new Float64Array(ROWS_AT_FIRST);
  #hashes = new Int32Array(ROWS_AT_FIRST);
  /** The lists of free and of offered rows of a pool, each the longest first. */
  #before = new Int32Array(ROWS_AT_FIRST);
  #after = new Int32Array(ROWS_AT_FIRST);
  readonly #oldest: Int32Array;
  readonly #newest: Int32Array;
  readonly #keys = new OctetColumn();
  readonly #relayAgents = new OctetColumn();
  readonly #hostNames = new Map<number, string>();
  readonly #queue = new ExpiryQueue();
  /** Open addressing, row + 1; 0 is empty. */
  #byAddress = new Int32Array(ROWS_AT_FIRST * 2);
  #byClient = new Int32Array(ROWS_AT_FIRST * 2);
  /** Entries of `#byClient` that were taken out and may be passed over. */
  #ghosts = 0;
  #count = 0;
  #bound = 0;
  #declined = 0;

  constructor(pools: number) {
    this.#oldest = new Int32Array(pools * 2).fill(NONE);
    this.#newest = new Int32Array(pools * 2).fill(NONE);
  }

  /** Rows there are: addresses that were ever offered. */
  get count(): number {
    return this.#count;
  }

  get bound(): number {
    return this.#bound;
  }

  get declined(): number {
    return this.#declined;
  }

  address(row: number): Ipv4 {
    return this.#addresses[row]! as Ipv4;
  }

  state(row: number): number {
    return this.#states[row]!;
  }

  pool(row: number): number {
    return this.#pools[row]!;
  }

  mac(row: number): Mac {
    return this.#macs[row]! as Mac;
  }

  expiresAt(row: number): Instant {
    return this.#expiresAt[row]! as Instant;
  }

  /** The key of the client, a view good until the table changes; empty when nobody is remembered. */
  key(row: number): Uint8Array {
    return this.#keys.get(row);
  }

  isOf(row: number, key: Uint8Array, length: number): boolean {
    return this.#keys.equals(row, key, length);
  }

  /** Option 82 of the last relayed request, a view; empty when there was none. */
  relayAgent(row: number): Uint8Array {
    return this.#relayAgents.get(row);
  }

  setRelayAgent(row: number, octets: Uint8Array): void {
    this.#relayAgents.set(row, octets);
  }

  hostName(row: number): string | undefined {
    return this.#hostNames.get(row);
  }

  setHostName(row: number, name: string | undefined): void {
    if (name === undefined) this.#hostNames.delete(row);
    else this.#hostNames.set(row, name);
  }

  byAddress(address: Ipv4): number {
    const mask = this.#byAddress.length - 1;
    for (let at = mixed(address) & mask; ; at = (at + 1) & mask) {
      const row = this.#byAddress[at]! - 1;
      if (row === NONE || this.#addresses[row] === address) return row;
    }
  }

  byClient(key: Uint8Array, length: number): number {
    const mask = this.#byClient.length - 1;
    const hash = hashOf(key, length);
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const row = this.#byClient[at]! - 1;
      if (row === NONE) return NO_LEASE;
      if (row >= 0 && this.#hashes[row] === hash && this.#keys.equals(row, key, length)) return row;
    }
  }

  /** The row of an address, made if need be; a new one is free and nobody's. */
  open(address: Ipv4, pool: number): number {
    const found = this.byAddress(address);
    if (found !== NO_LEASE) return found;
    if (this.#count === this.#addresses.length) this.#grow();
    const row = this.#count++;
    this.#addresses[row] = address;
    this.#states[row] = LeaseState.free;
    this.#pools[row] = pool;
    this.#macs[row] = 0;
    this.#expiresAt[row] = NEVER;
    this.#armedAt[row] = NEVER;
    this.#link(row);
    if (this.#count * 2 > this.#byAddress.length) this.#rehashAddresses();
    else this.#insertAddress(row);
    return row;
  }

  /** The row of a pool that has been free the longest. */
  longestFree(pool: number): number {
    return this.#oldest[listOf(pool, LeaseState.free)]!;
  }

  /** The row of a pool that has been offered the longest, without being asked for. */
  longestOffered(pool: number): number {
    return this.#oldest[listOf(pool, LeaseState.offered)]!;
  }

  /** Gives a row to a client, or back to it; another client's memory of it is gone. */
  assign(row: number, key: Uint8Array, length: number, mac: Mac): void {
    this.#macs[row] = mac;
    if (this.#keys.equals(row, key, length)) return;
    const other = this.byClient(key, length);
    if (other !== NO_LEASE) this.#forget(other);
    this.#forget(row);
    this.#hostNames.delete(row);
    this.#relayAgents.set(row, key, 0);
    this.#keys.set(row, key, length);
    this.#hashes[row] = hashOf(key, length);
    if ((this.#count + this.#ghosts) * 2 > this.#byClient.length) this.#rehashClients();
    else this.#insertClient(row);
  }

  /** Enters a state that ends at `expiresAt`. */
  enter(row: number, state: number, expiresAt: Instant): void {
    const last = this.#states[row]!;
    this.#tally(last, -1);
    this.#tally(state, 1);
    // A free row that stays free keeps its turn; an offer that is made again is the latest.
    if (isListed(last) && (last !== state || state === LeaseState.offered)) this.#unlink(row);
    this.#states[row] = state;
    if (isListed(state) && (last !== state || state === LeaseState.offered)) this.#link(row);
    this.#expiresAt[row] = expiresAt;
    if (expiresAt < this.#armedAt[row]!) {
      this.#armedAt[row] = expiresAt;
      this.#queue.push(expiresAt, row);
    }
  }

  /** A moment that no live row ends before. */
  nextExpiry(): Instant {
    return this.#queue.earliest;
  }

  /** Frees rows that have ended by `now`, looking at no more than `limit` entries; gives how many were freed. */
  expire(now: Instant, limit: number): number {
    let freed = 0;
    for (let looked = 0; looked < limit && this.#queue.earliest <= now; looked++) {
      const moment = this.#queue.earliest;
      const row = this.#queue.pop();
      if (this.#armedAt[row] !== moment) continue;
      this.#armedAt[row] = NEVER;
      if (this.#states[row] === LeaseState.free) continue;
      const end = this.expiresAt(row);
      if (end <= now) {
        this.enter(row, LeaseState.free, NEVER);
        freed++;
      } else if (end !== NEVER) {
        this.#armedAt[row] = end;
        this.#queue.push(end, row);
      }
    }
    return freed;
  }

  #tally(state: number, by: number): void {
    if (state === LeaseState.bound) this.#bound += by;
    else if (state === LeaseState.declined) this.#declined += by;
  }

  #link(row: number): void {
    const list = listOf(this.#pools[row]!, this.#states[row]!);
    const last = this.#newest[list]!;
    this.#before[row] = last;
    this.#after[row] = NONE;
    if (last === NONE) this.#oldest[list] = row;
    else this.#after[last] = row;
    this.#newest[list] = row;
  }

  #unlink(row: number): void {
    const list = listOf(this.#pools[row]!, this.#states[row]!);
    const before = this.#before[row]!;
    const after = this.#after[row]!;
    if (before === NONE) this.#oldest[list] = after;
    else this.#after[before] = after;
    if (after === NONE) this.#newest[list] = before;
    else this.#before[after] = before;
  }

  /** Takes the row's client out of the index. */
  #forget(row: number): void {
    const length = this.#keys.length(row);
    if (length === 0) return;
    const mask = this.#byClient.length - 1;
    let at = this.#hashes[row]! & mask;
    while (this.#byClient[at] !== row + 1) {
      assert(this.#byClient[at] !== 0, 'a row with a client is in the index');
      at = (at + 1) & mask;
    }
    this.#byClient[at] = GHOST;
    this.#ghosts++;
    this.#keys.set(row, EMPTY);
  }

  #insertAddress(row: number): void {
    const mask = this.#byAddress.length - 1;
    let at = mixed(this.#addresses[row]!) & mask;
    while (this.#byAddress[at] !== 0) at = (at + 1) & mask;
    this.#byAddress[at] = row + 1;
  }

  #insertClient(row: number): void {
    const mask = this.#byClient.length - 1;
    let at = this.#hashes[row]! & mask;
    while (this.#byClient[at]! > 0) at = (at + 1) & mask;
    if (this.#byClient[at] === GHOST) this.#ghosts--;
    this.#byClient[at] = row + 1;
  }

  #rehashAddresses(): void {
    this.#byAddress = new Int32Array(this.#byAddress.length * 2);
    for (let row = 0; row < this.#count; row++) this.#insertAddress(row);
  }

  /** Twice the rows at least; without ghosts. */
  #rehashClients(): void {
    let size = this.#byClient.length;
    while (this.#count * 2 > size) size *= 2;
    if (this.#count * 4 > size) size *= 2;
    this.#byClient = new Int32Array(size);
    this.#ghosts = 0;
    for (let row = 0; row < this.#count; row++) if (this.#keys.length(row) > 0) this.#insertClient(row);
  }

  #grow(): void {
    const rows = this.#addresses.length * 2;
    this.#addresses = copied(new Int32Array(rows), this.#addresses);
    this.#states = copied(new Uint8Array(rows), this.#states);
    this.#pools = copied(new Uint16Array(rows), this.#pools);
    this.#macs = copied(new Float64Array(rows), this.#macs);
    this.#expiresAt = copied(new Float64Array(rows), this.#expiresAt);
    this.#armedAt = copied(new Float64Array(rows), this.#armedAt);
    this.#hashes = copied(new Int32Array(rows), this.#hashes);
    this.#before = copied(new Int32Array(rows), this.#before);
    this.#after = copied(new Int32Array(rows), this.#after);
  }
}

function isListed(state: number): boolean {
  return state === LeaseState.free || state === LeaseState.offered;
}

/** The number of a list: two a pool. */
function listOf(pool: number, state: number): number {
  return pool * 2 + (state === LeaseState.offered ? 1 : 0);
}

const GHOST = -1;
const EMPTY = new Uint8Array(0);

function copied<Column extends { set(from: Column): void }>(to: Column, from: Column): Column {
  to.set(from);
  return to;
}

/** Spreads consecutive addresses: murmur3's finalizer. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 1;
}

/** FNV-1a, then mixed: keys are short. */
function hashOf(key: Uint8Array, length: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let index = 0; index < length; index++) hash = Math.imul(hash ^ key[index]!, 0x01000193);
  return mixed(hash);
}
