import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex, Writer } from '../../src/core/bytes.ts';
import { toMac } from '../../src/core/address.ts';
import { DecodeError } from '../../src/core/errors.ts';
import { utf8Octets } from '../../src/core/text.ts';
import { decodeConfigFile, encodeConfigFile } from '../../src/codec/docsis/config-file.ts';
import { configFromPlain, describeConfig } from '../../src/codec/docsis/describe.ts';
import { beginMacMessage, decodeMacMessage, endMacMessage } from '../../src/codec/docsis/mac-message.ts';
import { verifyCmMic, verifyCmtsMic } from '../../src/codec/docsis/mic.ts';
import { TOP_LEVEL } from '../../src/codec/docsis/registry.ts';
import { signConfig } from '../../src/codec/docsis/sign.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const RUNS = { numRuns: fuzzRuns() };

/** Octets that are often a file: TLVs of known types, nested ones too, between pads and noise. */
const tlv: fc.Arbitrary<number[]> = fc
  .tuple(fc.constantFrom(...TOP_LEVEL.byType.keys(), 200), fc.array(fc.nat(255), { maxLength: 12 }))
  .map(([type, value]) => [type, value.length, ...value]);
const nested = fc
  .tuple(
    fc.constantFrom(4, 17, 22, 24, 25, 43, 53),
    fc.array(fc.tuple(fc.nat(35), fc.array(fc.nat(255), { maxLength: 6 })), { maxLength: 5 }),
  )
  .map(([type, inner]) => {
    const value = inner.flatMap(([subType, octets]) => [subType, octets.length, ...octets]);
    return [type, value.length, ...value];
  });
const noise = fc.array(fc.nat(255), { maxLength: 8 });
const fileOctets = fc
  .array(
    fc.oneof({ weight: 5, arbitrary: tlv }, { weight: 3, arbitrary: nested }, noise, fc.constant([0, 0])),
    { maxLength: 12 },
  )
  .map((parts) => Uint8Array.from(parts.flat()));

test('any octets are a file, which comes back through encode and through its description, or a DecodeError', () => {
  fc.assert(
    fc.property(fileOctets, (octets) => {
      let file;
      try {
        file = decodeConfigFile(octets);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
        expect((error as DecodeError).offset).toBeLessThanOrEqual(octets.length);
        return;
      }
      expect(toHex(encodeConfigFile(file))).toBe(toHex(octets));
      const plain = describeConfig(file);
      expect(toHex(encodeConfigFile(configFromPlain(plain)))).toBe(toHex(octets));
      // The text form is data: it survives JSON.
      expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
    }),
    RUNS,
  );
});

test('whatever is signed verifies, and signing again changes nothing', () => {
  const signing = { secret: utf8Octets('plant'), crypto: portableCrypto };
  fc.assert(
    fc.property(fc.array(fc.oneof(tlv, nested), { minLength: 1, maxLength: 8 }), (parts) => {
      const octets = Uint8Array.from(parts.flat().concat(255));
      // An MTA's file has no MICs, and its TLV 64 a longer length: these parts may not even be one.
      fc.pre(octets[0] !== 254);
      const once = signConfig(decodeConfigFile(octets), signing);
      expect(verifyCmMic(once, portableCrypto)).toBe('good');
      expect(verifyCmtsMic(once, signing.secret, portableCrypto)).toBe('good');
      expect(toHex(signConfig(decodeConfigFile(once), signing))).toBe(toHex(once));
    }),
    RUNS,
  );
});

test('any octets are a MAC message or a DecodeError; what is written is read back', () => {
  const writer = new Writer(new Uint8Array(2048));
  fc.assert(
    fc.property(fc.nat(60), fc.uint8Array({ maxLength: 80 }), fc.nat(200), (type, payload, flip) => {
      beginMacMessage(writer, toMac(1), toMac(2), type);
      writer.bytes(payload);
      const octets = writer.octets.slice(0, endMacMessage(writer));
      try {
        const message = decodeMacMessage(octets);
        expect(message.type).toBe(type);
        expect(toHex(octets.subarray(26, message.end))).toBe(toHex(payload));
      } catch (error) {
        expect(error).toMatchObject({ name: 'DecodeError', reason: 'truncated' });
      }
      const damaged = octets.slice();
      damaged[flip % octets.length]! ^= 1;
      expect(() => decodeMacMessage(damaged)).toThrow(DecodeError);
      expect(() => decodeMacMessage(payload)).toThrow(DecodeError);
    }),
    RUNS,
  );
});
