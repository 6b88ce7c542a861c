import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/core/bytes.ts';
import { utf8Octets } from '../../../src/core/text.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';

describe('MD5: the test suite of RFC 1321 §A.5', () => {
  test.each([
    ['', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['a', '0cc175b9c0f1b6a831c399e269772661'],
    ['abc', '900150983cd24fb0d6963f7d28e17f72'],
    ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
    ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 'd174ab98d277d9f5a5611c2c9f419d9f'],
    ['1234567890'.repeat(8), '57edf4a22be3c955ac49da2e2107b67a'],
  ])('%j', (text, digest) => {
    expect(toHex(portableCrypto.md5(utf8Octets(text)))).toBe(digest);
  });
});

describe('HMAC-MD5: the test cases of RFC 2202 §2', () => {
  test.each([
    {
      name: '1',
      key: '0b'.repeat(16),
      data: utf8Octets('Hi There'),
      digest: '9294727a3638bb1c13f48ef8158bfc9d',
    },
    {
      name: '2: a short key',
      key: toHex(utf8Octets('Jefe')),
      data: utf8Octets('what do ya want for nothing?'),
      digest: '750c783e6ab0b503eaa86e310a5db738',
    },
    {
      name: '3',
      key: 'aa'.repeat(16),
      data: new Uint8Array(50).fill(0xdd),
      digest: '56be34521d144c88dbb8c733f0e8b3f6',
    },
    {
      name: '4',
      key: '0102030405060708090a0b0c0d0e0f10111213141516171819',
      data: new Uint8Array(50).fill(0xcd),
      digest: '697eaf0aca3a3aea3a75164746ffaa79',
    },
    {
      name: '5',
      key: '0c'.repeat(16),
      data: utf8Octets('Test With Truncation'),
      digest: '56461ef2342edc00f9bab995690efd4c',
    },
    {
      name: '6: a key over 64 octets is hashed',
      key: 'aa'.repeat(80),
      data: utf8Octets('Test Using Larger Than Block-Size Key - Hash Key First'),
      digest: '6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd',
    },
    {
      name: '7',
      key: 'aa'.repeat(80),
      data: utf8Octets('Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data'),
      digest: '6f630fad67cda0ee1fb1f562db3aa53e',
    },
  ])('case $name', ({ key, data, digest }) => {
    expect(toHex(portableCrypto.hmacMd5(fromHex(key)!, data))).toBe(digest);
  });
});
