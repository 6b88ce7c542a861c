import { beforeEach, describe, expect, it } from 'vitest';
import { ipv4, toMac } from '../../../src/core/address.ts';
import { NEVER, toInstant } from '../../../src/core/time.ts';
import { LeaseState, LeaseTable, NO_LEASE } from '../../../src/store/lease-table.ts';

let table: LeaseTable;
const key = (n: number): Uint8Array => Uint8Array.of(0, 0, 1, n >>> 8, n);

function give(n: number, client: number, expiresAt: number): number {
  const row = table.open(ipv4(n), 0);
  table.assign(row, key(client), 5, toMac(client));
  table.enter(row, LeaseState.bound, toInstant(expiresAt));
  return row;
}

beforeEach(() => {
  table = new LeaseTable(1);
});

describe('a table of leases', () => {
  it('finds ten thousand rows by address and by client', () => {
    for (let n = 0; n < 10_000; n++) give(n * 7, n, 100);
    for (let n = 0; n < 10_000; n += 97) {
      const row = table.byClient(key(n), 5);
      expect(table.address(row)).toBe(n * 7);
      expect(table.byAddress(ipv4(n * 7))).toBe(row);
    }
    expect([table.count, table.bound]).toEqual([10_000, 10_000]);
    expect(table.byAddress(ipv4(3))).toBe(NO_LEASE);
    expect(table.byClient(key(60_000), 5)).toBe(NO_LEASE);
  });

  it('a client that moves leaves no trace of itself behind', () => {
    for (let round = 0; round < 500; round++) give(round % 9, round % 5, 100);
    for (let client = 0; client < 5; client++) {
      const row = table.byClient(key(client), 5);
      expect(table.isOf(row, key(client), 5)).toBe(true);
    }
    const holders = Array.from({ length: table.count }, (_, row) => table.key(row).join());
    const named = holders.filter((holder) => holder !== '');
    expect(new Set(named).size).toBe(named.length);
  });

  it('the row free the longest comes first, and not one in use', () => {
    const rows = [1, 2, 3].map((n) => give(n, n, 100));
    expect(table.longestFree(0)).toBe(NO_LEASE);
    for (const row of [rows[2]!, rows[0]!]) table.enter(row, LeaseState.free, NEVER);
    expect(table.longestFree(0)).toBe(rows[2]);
    table.enter(rows[2]!, LeaseState.offered, toInstant(50));
    expect(table.longestFree(0)).toBe(rows[0]);
  });

  it('a lease ends at its moment, a renewed one later, an endless one never', () => {
    const [short, renewed, endless] = [give(1, 1, 100), give(2, 2, 100), give(3, 3, 100)];
    table.enter(renewed, LeaseState.bound, toInstant(200));
    table.enter(endless, LeaseState.bound, NEVER);
    expect(table.expire(toInstant(99), 10)).toBe(0);
    expect(table.expire(toInstant(100), 10)).toBe(1);
    expect([short, renewed, endless].map((row) => table.state(row))).toEqual([0, 2, 2]);
    expect(table.nextExpiry()).toBe(200);
    table.expire(toInstant(200), 10);
    expect([table.bound, table.nextExpiry()]).toEqual([1, NEVER]);
  });

  it('a lease made shorter ends at the shorter moment', () => {
    const row = give(1, 1, 1000);
    table.enter(row, LeaseState.bound, toInstant(50));
    expect(table.nextExpiry()).toBe(50);
    expect(table.expire(toInstant(50), 10)).toBe(1);
  });

  it('no more work in one go than was asked for', () => {
    for (let n = 0; n < 20; n++) give(n, n, 100);
    expect(table.expire(toInstant(100), 8)).toBe(8);
    expect(table.nextExpiry()).toBe(100);
    expect(table.expire(toInstant(100), 100)).toBe(12);
  });

  it('another client of an address makes the first forgotten, its relay and name too', () => {
    const row = give(1, 1, 100);
    table.setRelayAgent(row, Uint8Array.of(1, 1, 7));
    table.setHostName(row, 'first');
    table.enter(row, LeaseState.free, NEVER);
    give(1, 2, 200);
    expect(table.byClient(key(1), 5)).toBe(NO_LEASE);
    expect([table.relayAgent(row).length, table.hostName(row), table.mac(row)]).toEqual([0, undefined, 2]);
  });
});
