import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../../src/core/bytes.ts';
import { keyTag } from '../../../../../src/codec/dns/rdata/dnskey.ts';
import { Type, typeName } from '../../../../../src/codec/dns/registry.ts';
import { parseRdataText } from '../../../../../src/codec/dns/zone-text.ts';
import { textOf, wireOf } from '../../../../support/rdata.ts';

const DSKEY =
  '256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==';

describe('text to octets and back', () => {
  test.each([
    { name: 'DNSKEY: RFC 4034 §5.4', type: Type.DNSKEY, text: DSKEY },
    {
      name: 'DS: RFC 4034 §5.4',
      type: Type.DS,
      text: '60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118',
      wire: 'ec4505012bb183af5f22588179a53b0a98631fad1a292118',
    },
    {
      name: 'RRSIG: RFC 4034 §3.3',
      type: Type.RRSIG,
      text: 'A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTrPYGv07h108dUKGMeDPKijVCHX3DDKdfb+v6oB9wfuh3DTJXUAfI/M0zmO/zz8bW0Rznl8O3tGNazPwQKkRN20XPXV6nwwfoXmJQbsLNrLfkGJ5D6fwFm8nN+6pBzeDQfsS3Ap3o=',
      starts: '00010503000151803e7c9dd73e5510d70a52076578616d706c6503636f6d00a090755b',
    },
    {
      name: 'NSEC: RFC 4034 §4.3',
      type: Type.NSEC,
      text: 'host.example.com. A MX RRSIG NSEC TYPE1234',
      wire: `04686f7374076578616d706c6503636f6d000006400100000003041b${'00'.repeat(26)}20`,
    },
    {
      name: 'NSEC3: RFC 5155 §A',
      type: Type.NSEC3,
      text: '1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR MX DNSKEY NS SOA NSEC3PARAM RRSIG',
      wire: `0101000c04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b000722010000000290`,
      again: '1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR NS SOA MX RRSIG DNSKEY NSEC3PARAM',
    },
    {
      name: 'NSEC3 of an empty non-terminal, without salt',
      type: Type.NSEC3,
      text: '1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR',
      wire: '010000000014174eb2409fe28bcb4887a1836f957f0a8425e27b',
    },
    {
      name: 'NSEC3PARAM: RFC 5155 §A',
      type: Type.NSEC3PARAM,
      text: '1 0 12 AABBCCDD',
      wire: '0100000c04aabbccdd',
    },
    { name: 'NSEC3PARAM without salt', type: Type.NSEC3PARAM, text: '1 0 0 -', wire: '0100000000' },
    {
      name: 'CDNSKEY that asks for deletion: RFC 8078 §4',
      type: Type.CDNSKEY,
      text: '0 3 0 AA==',
      wire: '0000030000',
    },
    { name: 'CDS that asks for deletion: RFC 8078 §4', type: Type.CDS, text: '0 0 0 00', wire: '0000000000' },
    { name: 'OPENPGPKEY', type: Type.OPENPGPKEY, text: 'AQIDBA==', wire: '01020304' },
    { name: 'CERT', type: Type.CERT, text: '1 12345 8 AQID', wire: '00013039 08010203'.replace(' ', '') },
    {
      name: 'CSYNC: RFC 7477 §2.1.2',
      type: Type.CSYNC,
      text: '66 3 A NS AAAA',
      wire: '00000042000300046000 0008'.replace(' ', ''),
    },
    {
      name: 'ZONEMD',
      type: Type.ZONEMD,
      text: '2018031900 1 1 616C6C6F77656420627574206967',
      wire: '7848b91c0101616c6c6f77656420627574206967',
    },
    { name: 'EUI48: RFC 7043 §3.3', type: Type.EUI48, text: '00-00-5e-00-53-2a', wire: '00005e00532a' },
    {
      name: 'EUI64: RFC 7043 §4.3',
      type: Type.EUI64,
      text: '00-00-5e-ef-10-00-00-2a',
      wire: '00005eef1000002a',
    },
  ])('$name', ({ type, text, wire, starts, again }) => {
    const octets = wireOf(type, text);
    if (wire !== undefined) expect(octets).toBe(wire);
    if (starts !== undefined) expect(octets.startsWith(starts), octets).toBe(true);
    expect(textOf(type, fromHex(octets)!)).toBe(again ?? text);
    expect(wireOf(type, again ?? text)).toBe(octets);
  });
});

test('the key tag of RFC 4034 §5.4', () => {
  expect(keyTag(parseRdataText(Type.DNSKEY, DSKEY))).toBe(60_485);
});

const sig = (expiration: string) => `A 5 3 60 ${expiration} 0 1 example.com. AQ==`;

describe('dates: RFC 4034 §3.2', () => {
  test.each([
    { text: '19700101000000', seconds: 0 },
    { text: '20000229235959', seconds: 951_868_799 },
    { text: '21000301000000', seconds: 4_107_542_400 },
    { text: '21060207062815', seconds: 4_294_967_295 },
  ])('$text', ({ text, seconds }) => {
    const octets = wireOf(Type.RRSIG, sig(text));
    expect(parseInt(octets.slice(16, 24), 16)).toBe(seconds);
    expect(textOf(Type.RRSIG, fromHex(octets)!)).toBe(sig(text).replace(' 0 1 ', ' 19700101000000 1 '));
    expect(wireOf(Type.RRSIG, sig(String(seconds)))).toBe(octets);
  });

  test.each([
    '21000229000000',
    '20030230000000',
    '20031301000000',
    '20030101240000',
    '21060207062816',
    '2003'.repeat(4),
    'soon',
  ])('refused: %s', (text) => {
    expect(() => wireOf(Type.RRSIG, sig(text))).toThrow(
      expect.objectContaining({ expected: expect.stringContaining('YYYYMMDDHHmmSS') }),
    );
  });
});

test.each([
  {
    name: 'base 64 without its padding',
    type: Type.DNSKEY,
    text: '256 3 5 AQO',
    expected: /with its padding/,
  },
  {
    name: 'base 64 whose last bits say something',
    type: Type.DNSKEY,
    text: '256 3 5 AR==',
    expected: /with its padding/,
  },
  { name: 'padding in the middle', type: Type.DNSKEY, text: '256 3 5 A=AA', expected: /with its padding/ },
  { name: 'a hash in base 64', type: Type.NSEC3, text: '1 0 0 - wxyz A', expected: /base 32/ },
  { name: 'a salt of odd digits', type: Type.NSEC3PARAM, text: '1 0 0 abc', expected: /hexadecimal/ },
  { name: 'a type that is none', type: Type.NSEC, text: 'a. A FOO', expected: /types such as/ },
  {
    name: 'a covered type that is none',
    type: Type.RRSIG,
    text: 'FOO 5 3 60 1 1 1 . AQ==',
    expected: /a type such as/,
  },
  { name: 'an address with colons', type: Type.EUI48, text: '00:00:5e:00:53:2a', expected: /hyphens/ },
  { name: 'a digest that is too short', type: Type.ZONEMD, text: '1 1 1 AABB', expected: /digest/ },
])('refused: $name', ({ type, text, expected }) => {
  expect(() => wireOf(type, text)).toThrow(
    expect.objectContaining({ expected: expect.stringMatching(expected) }),
  );
});

describe('type bit maps from the wire: RFC 4034 §4.1.2', () => {
  test.each([
    { name: 'a window twice', bitmap: '000140000140' },
    { name: 'windows out of order', bitmap: '010140000140' },
    { name: 'a window without octets', bitmap: '0000' },
    { name: 'a window of 33 octets', bitmap: `0021${'01'.repeat(33)}` },
    { name: 'a window that is cut off', bitmap: '000440' },
  ])('$name is malformed', ({ bitmap }) => {
    expect(() => textOf(Type.NSEC, fromHex(`00${bitmap}`)!)).toThrow(
      expect.objectContaining({ name: 'DecodeError' }),
    );
  });

  test('zeros at the end are kept, and shown as octets', () => {
    expect(textOf(Type.NSEC, fromHex('0000024000')!)).toBe(String.raw`\# 5 0000024000`);
  });

  test('every type by its name or number', () => {
    const types = Array.from({ length: 300 }, (_, index) => index * 218 + 1);
    const text = `a. ${types.map(typeName).join(' ')}`;
    const wire = parseRdataText(Type.NSEC, text);
    expect(textOf(Type.NSEC, wire)).toBe(text);
    expect(toHex(wire)).toBe(wireOf(Type.NSEC, `a. ${types.toReversed().map(typeName).join(' ')}`));
  });
});
