import { expect, test } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { sipHash24 } from '../../../src/crypto/siphash.ts';

// The vectors of the authors' reference: key 00..0f, messages 00, 00 01, ... by their length.
test.each([
  { length: 0, digest: '310e0edd47db6f72' },
  { length: 1, digest: 'fd67dc93c539f874' },
  { length: 7, digest: '37d1018bf50002ab' },
  { length: 8, digest: '6224939a79f5f593' },
  { length: 15, digest: 'e545be4961ca29a1' },
  { length: 63, digest: '724506eb4c328a95' },
])('SipHash-2-4 of $length octets', ({ length, digest }) => {
  const key = Uint8Array.from({ length: 16 }, (_, index) => index);
  const message = Uint8Array.from({ length }, (_, index) => index);
  expect(toHex(sipHash24(key, message))).toBe(digest);
});

test('octets that lie inside of others are read where they lie', () => {
  const all = Uint8Array.from({ length: 40 }, (_, index) => index);
  const key = all.subarray(0, 16);
  expect(toHex(sipHash24(new Uint8Array([9, ...key]).subarray(1), all.subarray(0, 7)))).toBe(
    '37d1018bf50002ab',
  );
});
