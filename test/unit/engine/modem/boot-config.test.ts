import { expect, test } from 'vitest';
import type { Crypto } from '../../../../src/core/crypto.ts';
import { MODEM } from '../../../../src/core/rules/modem.ts';
import { TlvCursor } from '../../../../src/codec/docsis/tlv.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';
import { BootConfigs } from '../../../../src/engine/modem/boot-config.ts';
import { GOLD, signed } from '../../../support/modem-plant.ts';

/** The real hashes, counted. */
function countingCrypto(): Crypto & { hashes: number } {
  return {
    ...portableCrypto,
    hashes: 0,
    md5(message) {
      this.hashes++;
      return portableCrypto.md5(message);
    },
  };
}

test('a file is hashed once, however many modems load it, and whatever it is loaded into', () => {
  const configs = new BootConfigs();
  const crypto = countingCrypto();
  const file = signed(GOLD);
  const first = configs.read(file, crypto);
  const shifted = new Uint8Array(file.length + 1);
  shifted.set(file, 1);
  expect(configs.read(file.slice(), crypto)).toBe(first);
  expect(configs.read(shifted.subarray(1), crypto)).toBe(first);
  expect(crypto.hashes).toBe(1);
});

test('a good file does not vouch for one that differs in one octet', () => {
  const configs = new BootConfigs();
  const file = signed(GOLD);
  configs.read(file, portableCrypto);
  const changed = file.slice();
  changed[20] = 9;
  expect(configs.read(changed, portableCrypto)).toMatchObject({ rule: MODEM.fileDamaged });
  expect(configs.read(Uint8Array.of(...file, 0), portableCrypto)).not.toBe(
    configs.read(file, portableCrypto),
  );
});

test('what is kept does not change with the octets that it was read from', () => {
  const configs = new BootConfigs();
  const file = signed(GOLD);
  const octets = file.slice();
  const config = configs.read(octets, portableCrypto);
  octets.fill(0xee);
  expect(configs.read(file, portableCrypto)).toBe(config);
});

test('settings for the modem alone do not travel in the REG-REQ', () => {
  const config = new BootConfigs().read(signed(GOLD), portableCrypto);
  if ('rule' in config) throw new Error(config.detail);
  const types: number[] = [];
  const cursor = new TlvCursor(config.registration);
  while (cursor.next()) types.push(cursor.type);
  expect(types).toEqual([3, 4, 18, 6, 7]);
});
