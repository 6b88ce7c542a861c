import { expect, test } from 'vitest';
import { MAC_BROADCAST, toMac } from '../../../src/core/address.ts';
import { MacMap } from '../../../src/core/mac-map.ts';

test('it agrees with a Map over many addresses, neighbours and strangers', () => {
  const map = new MacMap();
  const model = new Map<number, number>();
  for (let n = 0; n < 20_000; n++) {
    const mac = toMac(
      n % 3 === 0 ? 0x001018_000000 + n : (Math.imul(n, 0x9e3779b1) >>> 0) * 0x10000 + (n & 0xffff),
    );
    map.set(mac, n);
    model.set(mac, n);
  }
  for (const [mac, value] of model) expect(map.get(toMac(mac))).toBe(value);
});

test('zero and the broadcast are addresses as any other; what is not there is undefined', () => {
  const map = new MacMap();
  map.set(toMac(0), 7);
  map.set(MAC_BROADCAST, 8);
  map.set(toMac(0), 9);
  expect([map.get(toMac(0)), map.get(MAC_BROADCAST), map.get(toMac(1))]).toEqual([9, 8, undefined]);
});
