import { describe, expect, test } from 'vitest';
import { fromBase64, toBase64 } from '../../../../src/codec/dns/base64.ts';
import { signedData } from '../../../../src/codec/dns/canonical.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import { keyTag } from '../../../../src/codec/dns/rdata/dnskey.ts';
import { readRrsig } from '../../../../src/codec/dns/rdata/rrsig.ts';
import { Class, Type } from '../../../../src/codec/dns/registry.ts';
import { fromHex, toHex } from '../../../../src/core/bytes.ts';
import type { Crypto } from '../../../../src/core/crypto.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';
import { nodeHashes } from '../../../../src/driver/real/crypto.ts';
import { Algorithm, ZoneKey, curveOf, dsRdata } from '../../../../src/engine/dnssec/key.ts';
import { signSet } from '../../../../src/engine/dnssec/sign.ts';

const NODE: Crypto = { ...portableCrypto, ...nodeHashes };
const OWNER = toName('example.com.');
const MX = new Uint8Array([0, 10, ...toName('mail.example.com.').octets]);
const SET = { owner: OWNER, type: Type.MX, class: Class.IN, ttl: 3600, rdatas: [MX] };
const TERMS = { signer: OWNER, inception: 1_438_207_200, expiration: 1_440_021_600 };

/** RFC 8080 §6.1; the digests are of type 2, though it prints the algorithm there. */
const ED25519 = [
  {
    privateKey: 'ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=',
    publicKey: 'l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=',
    tag: 3613,
    ds: '3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b',
  },
  {
    privateKey: 'DSSF3o0s0f+ElWzj9E/Osxw8hLpk55chkmx0LYN5WiY=',
    publicKey: 'zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs=',
    tag: 35_217,
    ds: '401781b934e392de492ec77ae2e15d70f6575a1c0bc59c5275c04ebe80c6614c',
  },
] as const;

describe.each([
  { name: 'portable', crypto: portableCrypto },
  { name: 'node', crypto: NODE },
])('$name', ({ crypto }) => {
  test.each(ED25519)('RFC 8080 §6.1: key $tag', ({ privateKey, publicKey, tag, ds }) => {
    const octets = fromBase64(privateKey)!;
    const key = new ZoneKey(
      { algorithm: Algorithm.ED25519, privateKey: octets, role: 'ksk', times: {} },
      crypto,
    );
    expect(toBase64(key.rdata.subarray(4))).toBe(publicKey);
    expect(keyTag(key.rdata)).toBe(tag);
    expect(toHex(dsRdata(OWNER, key.rdata, 2, crypto)!.subarray(4))).toBe(ds);
    const rdata = signSet(SET, key, TERMS);
    const { head, signature } = readRrsig(rdata);
    expect(curveOf(15, crypto)!.verify(key.rdata.subarray(4), signedData(head, SET), signature)).toBe(true);
  });

  test.each([Algorithm.ECDSAP256SHA256, Algorithm.ED25519])(
    'algorithm %i: what one signs the other verifies, and a changed octet is seen',
    (algorithm) => {
      const privateKey = new Uint8Array(32).fill(7);
      const key = new ZoneKey({ algorithm, privateKey, role: 'csk', times: {} }, crypto);
      const { head, signature } = readRrsig(signSet(SET, key, TERMS));
      const other = crypto === NODE ? portableCrypto : NODE;
      const data = signedData(head, SET);
      for (const judge of [crypto, other]) {
        const curve = curveOf(algorithm, judge)!;
        expect(curve.verify(key.rdata.subarray(4), data, signature)).toBe(true);
        const changed = signature.slice();
        changed[9]! ^= 1;
        expect(curve.verify(key.rdata.subarray(4), data, changed)).toBe(false);
        expect(curve.verify(key.rdata.subarray(5), data, signature)).toBe(false);
        expect(curve.verify(new Uint8Array(64), data, new Uint8Array(3))).toBe(false);
      }
    },
  );
});

test('RFC 6605 §6.1: a DS by SHA-256 of an ECDSA key, and one by SHA-384', () => {
  const publicKey = fromBase64(
    'GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==',
  )!;
  const dnskey = new Uint8Array([1, 1, 3, 13, ...publicKey]);
  const owner = toName('example.net.');
  expect(keyTag(dnskey)).toBe(55_648);
  expect(toHex(dsRdata(owner, dnskey, 2, portableCrypto)!.subarray(4))).toBe(
    'b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17',
  );
  expect(dsRdata(owner, dnskey, 4, portableCrypto)).toHaveLength(52);
  expect(dsRdata(owner, dnskey, 3, portableCrypto)).toBeUndefined();
});

test('RFC 6605 §6.1: the signature of www.example.net A verifies', () => {
  const publicKey = fromBase64(
    'GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==',
  )!;
  const signature = fromBase64(
    'qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==',
  )!;
  const set = {
    owner: toName('WWW.example.net.'),
    type: Type.A,
    class: Class.IN,
    rdatas: [fromHex('c0000201')!],
  };
  // 20100909100439 and 20100812100439.
  const head = fromHex('0001 0d 03 00000e10 4c88b137 4c63c737 d960')!;
  const signed = signedData(new Uint8Array([...head, ...toName('example.NET.').octets]), set);
  expect(portableCrypto.curves.p256.verify(publicKey, signed, signature)).toBe(true);
  expect(nodeHashes.curves.p256.verify(publicKey, signed, signature)).toBe(true);
});
