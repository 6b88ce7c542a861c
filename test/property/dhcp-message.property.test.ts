import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Ipv4 } from '../../src/core/address.ts';
import { DecodeError } from '../../src/core/errors.ts';
import { describeMessage } from '../../src/codec/dhcp/describe.ts';
import type { DhcpFields } from '../../src/codec/dhcp/fields.ts';
import { encodeMessage, fieldsOf } from '../../src/codec/dhcp/fields.ts';
import { decodeMessage } from '../../src/codec/dhcp/message.ts';
import { packetFixture } from '../support/hex.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const runs = fuzzRuns();
const FIXED_LENGTHS = new Map([
  [50, 4],
  [51, 4],
  [53, 1],
  [54, 4],
  [57, 2],
  [58, 4],
  [59, 4],
  [118, 4],
]);

const address = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) as unknown as fc.Arbitrary<Ipv4>;
const octet = fc.integer({ min: 0, max: 255 });
const octets = (max: number) => fc.uint8Array({ maxLength: max });
/** Octets of a field without trailing NULs, which are its filling. */
const name = (max: number) => octets(max).filter((value) => value.at(-1) !== 0);

const options = fc
  .uniqueArray(
    fc.integer({ min: 1, max: 254 }).filter((code) => code !== 52),
    { maxLength: 12 },
  )
  .chain((codes) =>
    fc.tuple(
      ...codes
        .toSorted((a, b) => Number(a === 82) - Number(b === 82))
        .map((code) => {
          const length = FIXED_LENGTHS.get(code);
          const value =
            length === undefined ? octets(400) : fc.uint8Array({ minLength: length, maxLength: length });
          return value.map((each) => ({ code, octets: each }));
        }),
    ),
  );

const message: fc.Arbitrary<DhcpFields> = fc.record({
  op: octet,
  htype: octet,
  hlen: fc.integer({ min: 0, max: 16 }),
  hops: octet,
  xid: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  secs: fc.integer({ min: 0, max: 0xffff }),
  flags: fc.integer({ min: 0, max: 0xffff }),
  ciaddr: address,
  yiaddr: address,
  siaddr: address,
  giaddr: address,
  chaddr: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  sname: name(64),
  file: name(128),
  options,
});

it('any octets are a message or a DecodeError', () => {
  const whole = packetFixture('dhcp-discover-relayed');
  const mutated = fc.array(fc.tuple(fc.nat(whole.length - 1), octet), { maxLength: 8 }).map((changes) => {
    const copy = whole.slice();
    for (const [at, value] of changes) copy[at] = value;
    return copy;
  });
  const cut = fc.nat(whole.length).map((length) => whole.slice(0, length));
  const tail = octets(300).map((rest) => Uint8Array.of(...whole.subarray(0, 240), ...rest));
  fc.assert(
    fc.property(fc.oneof(octets(400), mutated, cut, tail), (input) => {
      try {
        const decoded = decodeMessage(input);
        describeMessage(decoded);
        const again = encodeMessage(fieldsOf(decoded));
        expect(fieldsOf(decodeMessage(again)).options.length).toBe(fieldsOf(decoded).options.length);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
    { numRuns: runs },
  );
});

it('decode(encode(m)) is m, unknown options octet for octet', () => {
  fc.assert(
    fc.property(message, (fields) => {
      expect(fieldsOf(decodeMessage(encodeMessage(fields)))).toEqual(fields);
    }),
    { numRuns: runs },
  );
});

it('encode, decode, encode gives the same octets, with overload too', () => {
  fc.assert(
    fc.property(message, fc.integer({ min: 4000, max: 6000 }), (fields, limit) => {
      const once = encodeMessage(fields, limit);
      expect(encodeMessage(fieldsOf(decodeMessage(once)), limit)).toEqual(once);
    }),
    { numRuns: runs },
  );
});

it('a message that only fits with overload comes back the same', () => {
  const small = fc.record({
    sname: fc.constant(new Uint8Array(0)),
    file: fc.constant(new Uint8Array(0)),
    values: fc.array(octets(60), { minLength: 5, maxLength: 7 }),
  });
  fc.assert(
    fc.property(message, small, (fields, { values, ...names }) => {
      const codes = values.map((value, index) => ({ code: 200 + index, octets: value }));
      const tight = { ...fields, ...names, options: codes };
      const needed = values.reduce((sum, value) => sum + value.length + 2, 0);
      const limit = Math.max(300, 240 + 4 + needed - 40);
      const once = encodeMessage(tight, limit);
      expect(once.length).toBeLessThanOrEqual(limit);
      const back = fieldsOf(decodeMessage(once));
      expect(back.options.toSorted((a, b) => a.code - b.code)).toEqual(codes);
      expect(encodeMessage(back, limit)).toEqual(once);
    }),
    { numRuns: runs },
  );
});
