import { describe, expect, test } from 'vitest';
import { Random, streamKey } from '../../../src/core/random.ts';
import { OctetColumn } from '../../../src/store/octet-column.ts';

/** The same octets for the same numbers. */
function octets(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + seed * 13) & 255);
}

describe('a column of octets', () => {
  test('holds what was last set, over many pieces of memory and many times more than it keeps', () => {
    const random = new Random(streamKey(1, 'octet-column'));
    const column = new OctetColumn();
    const model = new Map<number, Uint8Array>();
    for (let step = 0; step < 4_000; step++) {
      const row = random.below(60);
      // What grows leaves its old place behind: some three megabytes, of which a tenth is in use at the end.
      const value = octets(random.below(4) === 0 ? 0 : random.below(step), step);
      column.set(row, value);
      model.set(row, value);
      if (step % 100 === 0) for (const [each, kept] of model) expect(column.get(each)).toEqual(kept);
    }
    for (const [row, kept] of model) {
      expect(column.get(row)).toEqual(kept);
      expect(column.equals(row, kept, kept.length)).toBe(true);
      expect(column.length(row)).toBe(kept.length);
    }
  });

  test.each([
    { name: 'values that end where a piece ends', lengths: [32_768, 32_768, 0, 65_535, 1, 0] },
    { name: 'the longest, one behind the other', lengths: [65_535, 65_535, 65_535, 2] },
    { name: 'nothing at all', lengths: [0, 0, 0] },
    { name: 'one beyond the first piece', lengths: [4_095, 2, 4_096, 1] },
  ])('$name', ({ lengths }) => {
    const column = new OctetColumn();
    for (const [row, length] of lengths.entries()) column.set(row, octets(length, row));
    for (const [row, length] of lengths.entries()) expect(column.get(row)).toEqual(octets(length, row));
  });
});
