import { describe, expect, test } from 'vitest';
import { FramePool, wordsOf } from '../../../../src/driver/sim/frames.ts';

/** Around where a message is packed, copied by words, or too long for a slab. */
const LENGTHS = [0, 1, 3, 4, 5, 7, 8, 39, 63, 64, 65, 190, 255, 2047, 2048, 16_384, 16_391, 65_507];

const octetsOf = (length: number, offset = 0): Uint8Array =>
  Uint8Array.from({ length: length + offset + 9 }, (_, index) => (index * 31 + 7) & 255).subarray(offset);

describe.each([0, 1, 2, 3, 4])('octets that begin %i behind the start of their buffer', (offset) => {
  test.each(LENGTHS)('a frame of %i of them has these and nothing behind', (length) => {
    const pool = new FramePool('poison');
    const octets = octetsOf(length, offset);
    const expected = octets.slice(0, length);
    // The second has the place of the first, which was poisoned.
    pool.free(pool.take(octetsOf(length, 1), length));
    const frame = pool.take(octets, length);
    expect(frame.length).toBe(length);
    expect(Buffer.compare(frame.octets, expected)).toBe(0);
    const words = frame.words.slice(frame.start, frame.start + wordsOf(length));
    const whole = new Uint8Array(words.buffer);
    expect(Buffer.compare(whole.subarray(0, length), expected)).toBe(0);
    expect(whole.subarray(length).every((octet) => octet === 0)).toBe(true);
  });
});

test('frames in flight do not share octets', () => {
  const pool = new FramePool('plain');
  const frames = LENGTHS.flatMap((length) => [
    pool.take(octetsOf(length), length),
    pool.take(octetsOf(length, 3), length),
  ]);
  for (const [index, frame] of frames.entries()) {
    const expected = octetsOf(frame.length, index % 2 === 0 ? 0 : 3).slice(0, frame.length);
    expect(Buffer.compare(frame.octets, expected)).toBe(0);
  }
  expect(new Set(frames.map(({ number }) => number)).size).toBe(frames.length);
});
