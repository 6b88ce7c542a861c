import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { ipv4 } from '../../src/core/address.ts';
import { toInstant } from '../../src/core/time.ts';
import { ExpiryQueue } from '../../src/store/expiry-queue.ts';
import { OctetColumn } from '../../src/store/octet-column.ts';
import { AddressPool } from '../../src/store/pool.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const runs = fuzzRuns(200);

it('the expiry queue gives moments in order, equal ones by number', () => {
  const entry = fc.tuple(fc.nat(50), fc.nat(1000));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 300 }), (entries) => {
      const queue = new ExpiryQueue();
      for (const [moment, number] of entries) queue.push(toInstant(moment), number);
      const out: [number, number][] = [];
      while (queue.count > 0) out.push([queue.earliest, queue.pop()]);
      expect(out).toEqual(entries.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
      expect(queue.earliest).toBe(Infinity);
    }),
    { numRuns: runs },
  );
});

it('a column of octets gives what was last set, however it is packed', () => {
  const write = fc.tuple(fc.nat(90), fc.uint8Array({ maxLength: 200 }));
  fc.assert(
    fc.property(fc.array(write, { maxLength: 150 }), (writes) => {
      const column = new OctetColumn();
      const model = new Map<number, Uint8Array>();
      for (const [row, octets] of writes) {
        column.set(row, octets);
        model.set(row, octets);
      }
      for (let row = 0; row <= 90; row++) {
        const expected = model.get(row) ?? new Uint8Array(0);
        expect(column.get(row)).toEqual(expected);
        expect(column.equals(row, expected, expected.length)).toBe(row <= Math.max(-1, ...model.keys()));
      }
    }),
    { numRuns: runs },
  );
});

it('a pool gives its lowest untouched address', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 1200 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(
      sizes,
      fc.array(fc.nat(4000), { maxLength: 200 }),
      fc.nat(1500),
      (lengths, touched, taken) => {
        let first = 0x7ffffe00; // over the sign of int32
        const ranges = lengths.map((length) => {
          const range = { first: ipv4(first), last: ipv4(first + length - 1) };
          first += length + 5;
          return range;
        });
        const all = ranges.flatMap(({ first: low, last }) =>
          Array.from({ length: (last >>> 0) - (low >>> 0) + 1 }, (_, index) => ipv4(low + index)),
        );
        const pool = new AddressPool(ranges);
        const model = new Set(all);
        expect(pool.size).toBe(all.length);
        for (const offset of touched) {
          const address = ipv4(0x7ffffe00 + offset);
          pool.touch(address);
          model.delete(address);
          expect(pool.isUntouched(address)).toBe(false);
        }
        for (let count = 0; count < taken && model.size > 0; count++) {
          const lowest = pool.lowest()!;
          expect(lowest).toBe(all.find((address) => model.has(address)));
          pool.touch(lowest);
          model.delete(lowest);
        }
        expect(pool.untouched).toBe(model.size);
        if (model.size === 0) expect(pool.lowest()).toBeUndefined();
      },
    ),
    { numRuns: fuzzRuns(60) },
  );
});
