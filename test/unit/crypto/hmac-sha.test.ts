import { describe, expect, test } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import type { ShaName } from '../../../src/core/crypto.ts';
import { utf8Octets } from '../../../src/core/text.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';
import { nodeHashes } from '../../../src/driver/real/crypto.ts';

const KEY = utf8Octets('Jefe');
const MESSAGE = utf8Octets('what do ya want for nothing?');

/** RFC 2202 §3 and RFC 4231 §4.3: test case 2 of each. */
describe('HMAC with the SHA family', () => {
  test.each<[ShaName, string]>([
    ['sha1', 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
    ['sha224', 'a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44'],
    ['sha256', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    [
      'sha384',
      'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
    ],
    [
      'sha512',
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    ],
  ])('%s: portable and Node alike', (hash, digest) => {
    expect(toHex(portableCrypto.hmacSha(hash, KEY, MESSAGE))).toBe(digest);
    expect(toHex(nodeHashes.hmacSha(hash, KEY, MESSAGE))).toBe(digest);
  });
});
