import { expect, test } from 'vitest';
import { NumberRows } from '../../../src/core/number-rows.ts';
import { NEVER } from '../../../src/core/time.ts';

test('each row has its own cells, which hold every moment and hardware address exactly', () => {
  const rows = new NumberRows(3, 2);
  const values = [0xffff_ffff_ffff, NEVER, 2 ** 53 - 1, 0, 0x8000_0000, 1];
  for (const [index, value] of values.entries()) rows.set(rows.row(index >> 1) + (index & 1), value);
  expect(values.map((_, index) => rows.get(rows.row(index >> 1) + (index & 1)))).toEqual(values);
  expect(rows.moment(rows.row(0) + 1)).toBe(NEVER);
});
