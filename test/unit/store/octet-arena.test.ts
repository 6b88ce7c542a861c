import { expect, test } from 'vitest';
import { OctetArena } from '../../../src/store/octet-arena.ts';

test('octets lie one behind the other, and stay where they are when a new piece begins', () => {
  const arena = new OctetArena();
  const kept = Array.from({ length: 3_000 }, (_, index) => {
    const own = Uint8Array.from({ length: index % 90 }, (__, at) => (index + at) & 0xff);
    arena.keep(own);
    return { own, octets: arena.octets, end: arena.end };
  });
  for (const { own, octets, end } of kept) expect(octets.subarray(end - own.length, end)).toEqual(own);
  expect(new Set(kept.map(({ octets }) => octets)).size).toBeLessThan(20);
});

test('what is longer than a piece gets one of its own', () => {
  const arena = new OctetArena();
  arena.keep(new Uint8Array(70_000).fill(7));
  expect([arena.octets.length, arena.end, arena.octets.at(-1)]).toEqual([70_000, 70_000, 7]);
});
