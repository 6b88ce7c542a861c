import { expect, test } from 'vitest';
import { MAC_BROADCAST, toMac } from '../../../src/core/address.ts';
import { Random, streamKey } from '../../../src/core/random.ts';
import { WideMap } from '../../../src/core/wide-map.ts';

/** Few keys, so that places are taken, freed and pushed over all the time: ports of some addresses. */
const keyOf = (n: number): number => (n % 20) * 0x1_0000_0000 + 0x0a00_0000 + Math.floor(n / 20);

test('it agrees with a Map over many addresses, neighbours and strangers', () => {
  const map = new WideMap();
  const model = new Map<number, number>();
  for (let n = 0; n < 20_000; n++) {
    const mac = toMac(
      n % 3 === 0 ? 0x001018_000000 + n : (Math.imul(n, 0x9e3779b1) >>> 0) * 0x10000 + (n & 0xffff),
    );
    map.set(mac, n);
    model.set(mac, n);
  }
  const differ = [...model].filter(([mac, value]) => map.get(mac) !== value);
  expect(differ).toEqual([]);
  expect(map.count).toBe(model.size);
});

test('it holds what a Map holds, whatever comes and goes', () => {
  const random = new Random(streamKey(1, 'wide-map'));
  const map = new WideMap();
  const model = new Map<number, number>();
  for (let step = 0; step < 6_000; step++) {
    const key = keyOf(random.below(200));
    if (random.below(3) === 0) {
      map.delete(key);
      model.delete(key);
    } else {
      map.set(key, step);
      model.set(key, step);
    }
    expect(map.get(key)).toBe(model.get(key) ?? -1);
    if (step % 500 === 0)
      for (let n = 0; n < 200; n++) expect(map.get(keyOf(n))).toBe(model.get(keyOf(n)) ?? -1);
  }
  expect(map.count).toBe(model.size);
});

test('zero and the broadcast are addresses as any other; what is not there is -1', () => {
  const map = new WideMap();
  map.set(toMac(0), 7);
  map.set(MAC_BROADCAST, 8);
  map.set(toMac(0), 9);
  expect([map.get(toMac(0)), map.get(MAC_BROADCAST), map.get(toMac(1))]).toEqual([9, 8, -1]);
});

test('a number of which all bits are set but the first keeps its neighbours apart', () => {
  const map = new WideMap();
  const values = [0x7fff_ffff, 0, 0x7ff8_0000, 1, 0x7ff0_0001, 0x7fff_fffe, 2, 3];
  for (const [index, value] of values.entries()) map.set(0x0010_1800_0000 + index, value);
  for (let line = 1; line < 100; line++) map.set(0x0010_1800_0000 + line * 8, line);
  expect(values.map((_, index) => map.get(0x0010_1800_0000 + index))).toEqual(values);
});
