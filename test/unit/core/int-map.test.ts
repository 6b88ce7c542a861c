import { expect, test } from 'vitest';
import { IntMap } from '../../../src/core/int-map.ts';
import { Random, streamKey } from '../../../src/core/random.ts';

test('it holds what a Map holds, whatever comes and goes', () => {
  const random = new Random(streamKey(1, 'int-map'));
  const map = new IntMap();
  const model = new Map<number, number>();
  // Few keys, so that places are taken, freed and pushed over all the time; some of either sign.
  for (let step = 0; step < 6_000; step++) {
    const key = (random.below(200) - 100) * (random.below(2) === 0 ? 1 : 0x0100_0001);
    if (random.below(3) === 0) {
      map.delete(key);
      model.delete(key | 0);
    } else {
      map.set(key, step);
      model.set(key | 0, step);
    }
    expect(map.get(key)).toBe(model.get(key | 0) ?? -1);
    if (step % 500 === 0)
      for (let each = -100; each < 100; each++) expect(map.get(each)).toBe(model.get(each) ?? -1);
  }
  expect(map.count).toBe(model.size);
});

test('an address is the same key signed and unsigned', () => {
  const map = new IntMap();
  map.set(0xc0000201, 7);
  expect(map.get(0xc0000201 | 0)).toBe(7);
  map.delete(0xc0000201 | 0);
  expect(map.get(0xc0000201)).toBe(-1);
});

test('what comes and goes by the thousand leaves nothing behind', () => {
  const map = new IntMap();
  for (let key = 0; key < 50_000; key++) {
    map.set(key * 0x0001_2345, key);
    if (key >= 40) map.delete((key - 40) * 0x0001_2345);
  }
  expect(map.count).toBe(40);
  const left = Array.from({ length: 50_000 }, (_, key) => map.get(key * 0x0001_2345));
  expect(left.filter((value) => value >= 0)).toEqual(Array.from({ length: 40 }, (_, n) => 49_960 + n));
});
