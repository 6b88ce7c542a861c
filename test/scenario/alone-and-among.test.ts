import { expect, test } from 'vitest';
import { watchedPackets } from '../support/crowd.ts';

test('a hundred modems send and are sent the same packets alone and among 10,000 of their like', () => {
  const alone = watchedPackets(100);
  const among = watchedPackets(10_000);
  expect(alone.verdicts).toEqual(['pass', 'pass']);
  expect(among.verdicts).toEqual(['pass', 'pass', 'pass']);
  expect(alone.packets.size).toBe(100);
  for (const packets of alone.packets.values()) expect(packets.length).toBeGreaterThan(16);
  expect(among.packets).toEqual(alone.packets);
});
