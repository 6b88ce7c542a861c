import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../src/core/bytes.ts';
import { utf8Octets } from '../../../../src/core/text.ts';
import { decodeConfigFile, findTlv } from '../../../../src/codec/docsis/config-file.ts';
import { describeConfig } from '../../../../src/codec/docsis/describe.ts';
import { secretFromFile } from '../../../../src/codec/docsis/secret.ts';
import { cmMicInput, cmtsMicInput, verifyCmMic, verifyCmtsMic } from '../../../../src/codec/docsis/mic.ts';
import { buildConfig, signConfig } from '../../../../src/codec/docsis/sign.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';

describe('octets that are no file', () => {
  test.each([
    { name: 'an empty file', hex: '', field: 'configuration file', offset: 0 },
    { name: 'a type without a length', hex: '03010112', field: 'length of TLV 18', offset: 3 },
    { name: 'a value past the end', hex: '030101120205', field: 'TLV 18', offset: 3 },
    { name: 'in an MTA, half of a long length', hex: 'fe01014000', field: 'length of TLV 64', offset: 3 },
  ])('$name', ({ hex, field, offset }) => {
    expect(() => decodeConfigFile(fromHex(hex)!)).toThrow(
      expect.objectContaining({ name: 'DecodeError', field, offset }),
    );
  });
});

test('the first of a repeated TLV is found', () => {
  const file = decodeConfigFile(fromHex('120105120106ff')!);
  expect(findTlv(file, 18)).toEqual(Uint8Array.of(5));
  expect(findTlv(file, 3)).toBeUndefined();
});

describe('what a MIC covers', () => {
  const tail = 'ff000000';
  test.each([
    {
      name: 'the CM MIC: the file, without 6 and 7 wherever they stand',
      input: cmMicInput,
      hex: `06020102030101070203041201 05${tail}`,
      covered: '030101120105',
    },
    {
      name: 'the CM MIC: pads in front of the end marker too',
      input: cmMicInput,
      hex: `0301010000${tail}`,
      covered: '0301010000',
    },
    {
      name: 'the CM MIC: not the pads of a file without a marker',
      input: cmMicInput,
      hex: '0301010000',
      covered: '030101',
    },
    {
      name: 'the CMTS MIC: by type in its own order',
      input: cmtsMicInput,
      hex: `120105 1a0107 1d0101 0301012b0108 06010f${tail}`,
      covered: '0301012b010806010f1201051d01011a0107',
    },
    {
      name: 'the CMTS MIC: instances of a type in the order of the file',
      input: cmtsMicInput,
      hex: `180102 090141 180101 0b0100${tail}`,
      covered: '180102180101',
    },
  ])('$name', ({ input, hex, covered }) => {
    expect(toHex(input(fromHex(hex)!))).toBe(covered);
  });
});

describe('signing', () => {
  const signing = { secret: utf8Octets('plant'), crypto: portableCrypto };

  test('appends 6, 7, the end marker, and pads to a multiple of 4', () => {
    const built = buildConfig({ 'network-access': true, 'max-cpe': 5 }, signing);
    expect(toHex(built)).toMatch(/^0301011201050610[0-9a-f]{32}0710[0-9a-f]{32}ff0{2}$/);
    expect(built.length % 4).toBe(0);
  });

  test('signs an edited file anew where its MICs stand, and keeps its odd tail', () => {
    const old = buildConfig({ 'network-access': true, 'max-cpe': 5 }, signing);
    const file = decodeConfigFile(Uint8Array.of(...old, 0xde, 0xad));
    const items = file.items.map((item) =>
      item.kind === 'tlv' && item.type === 18 ? { ...item, value: Uint8Array.of(9) } : item,
    );
    const signed = signConfig({ ...file, items }, signing);
    expect(toHex(signed).endsWith('ff00dead')).toBe(true);
    expect(verifyCmMic(signed, portableCrypto)).toBe('good');
    expect(verifyCmtsMic(signed, signing.secret, portableCrypto)).toBe('good');
  });

  test('an MTA file has no MIC', () => {
    const plain = [{ 'mta-delimiter': 1 }, { 'max-cpe': 5 }, { 'mta-delimiter': 255 }];
    expect(toHex(buildConfig(plain, signing))).toBe('fe0101120105fe01ff');
  });

  test('a long SNMP setting of an MTA has two octets of length, and its MICs are missing', () => {
    const long = { oid: '1.3.6.1.4.1.4115.11.1.2.1', string: '[*#]xx|'.repeat(72) };
    const plain = [{ 'mta-delimiter': 1 }, { 'snmp-set-long': long }, { 'mta-delimiter': 255 }];
    const octets = buildConfig(plain, signing);
    expect(toHex(octets.subarray(0, 10))).toBe('fe010140020d30820209');
    expect(describeConfig(decodeConfigFile(octets))).toEqual(plain);
    expect(verifyCmMic(octets, portableCrypto)).toBe('missing');
    expect(verifyCmtsMic(octets, signing.secret, portableCrypto)).toBe('missing');
  });

  test.each([
    { name: 'without TLVs 6 and 7', hex: '030101ff', cm: 'missing', cmts: 'missing' },
    { name: 'with short ones', hex: '03010106011207010fff', cm: 'missing', cmts: 'missing' },
    {
      name: 'with wrong ones',
      hex: `0301010610${'00'.repeat(16)}0710${'00'.repeat(16)}ff`,
      cm: 'bad',
      cmts: 'bad',
    },
  ])('a file $name', ({ hex, cm, cmts }) => {
    const octets = fromHex(hex)!;
    expect(verifyCmMic(octets, portableCrypto)).toBe(cm);
    expect(verifyCmtsMic(octets, signing.secret, portableCrypto)).toBe(cmts);
  });
});

test.each([
  { name: 'as it is', file: 'DOCSIS', secret: 'DOCSIS' },
  { name: 'without line ends', file: 'DOCSIS\r\n\n', secret: 'DOCSIS' },
  { name: 'a blank at the end belongs to it', file: 'DOCSIS \n', secret: 'DOCSIS ' },
  { name: 'a line end inside too', file: 'DO\nCSIS', secret: 'DO\nCSIS' },
  { name: 'one line end alone is the empty key', file: '\n', secret: '' },
])('the secret of a file: $name', ({ file, secret }) => {
  expect(secretFromFile(utf8Octets(file))).toEqual(utf8Octets(secret));
});
