import { expect, test } from 'vitest';
import { SequenceShift } from '../../../../src/engine/net/sequence-shift.ts';

/** The segments at 1000 and 1100 go on by 4 and by 2 octets longer. */
function grown(...sequences: readonly number[]): SequenceShift {
  const shift = new SequenceShift();
  for (const sequence of sequences) shift.grow(sequence, sequence === 1000 ? 4 : 2);
  return shift;
}

test.each([
  { name: 'each segment once', sequences: [1000, 1100] },
  { name: 'the last one again', sequences: [1000, 1100, 1100] },
  { name: 'the first one again, behind the last', sequences: [1000, 1100, 1000] },
])('$name: what follows moves by all that was added, and once', ({ sequences }) => {
  const shift = grown(...sequences);
  expect([1100, 1101, 1200].map((sequence) => shift.outward(sequence))).toEqual([1104, 1107, 1206]);
  expect([1104, 1206].map((acknowledgment) => shift.inward(acknowledgment))).toEqual([1100, 1200]);
});

test('numbers that pass 2^32 go on from 0', () => {
  const shift = new SequenceShift();
  shift.grow(-3, 4);
  expect([shift.outward(-3), shift.outward(2)]).toEqual([-3, 6]);
  expect(shift.inward(6)).toBe(2);
});
