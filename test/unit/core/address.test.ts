import { describe, expect, test } from 'vitest';
import {
  addToIp,
  compareIpv4,
  broadcastOf,
  formatEndpoint,
  formatIp,
  formatMac,
  ipOctets,
  ipv4,
  ipv6At,
  macAt,
  parseIp,
  parseMac,
  parsePrefix,
  prefixContains,
  toMac,
  writeMac,
} from '../../../src/core/address.ts';
import { toHex } from '../../../src/core/bytes.ts';

describe('IPv4', () => {
  test.each([
    ['0.0.0.0', '00000000'],
    ['10.9.16.1', '0a091001'],
    ['192.0.2.255', 'c00002ff'],
    ['255.255.255.255', 'ffffffff'],
  ])('%s is %s on the wire and back', (text, hex) => {
    const address = parseIp(text);
    expect(address).toBeDefined();
    expect(toHex(ipOctets(address!))).toBe(hex);
    expect(formatIp(address!)).toBe(text);
  });

  test.each([
    '10.9.16',
    '10.9.16.256',
    '10.9.016.1',
    '10.9.16.1.',
    ' 10.9.16.1',
    '10.9.16.-1',
    '1e1.0.0.0',
    '',
  ])('%j is not an address', (text) => expect(parseIp(text)).toBeUndefined());

  test('addresses are ordered as unsigned: 192.0.2.1 is after 10.0.0.1', () => {
    expect(compareIpv4(ipv4(0xc0000201), ipv4(0x0a000001))).toBeGreaterThan(0);
  });
});

describe('IPv6, RFC 5952 §4 and §5', () => {
  test.each([
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
  ])('%s is written %s', (text, canonical) => {
    expect(parseIp(text)).toBe(canonical);
    expect(ipv6At(ipOctets(parseIp(text)!), 0)).toBe(canonical);
  });

  test.each([
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    ':::',
    '12345::',
    '1:2:3:4:5:6:7:8::',
    'fe80::1%eth0',
    ':',
    '::192.0.2',
  ])('%j is not an address', (text) => expect(parseIp(text)).toBeUndefined());

  test('an endpoint has its brackets', () => {
    expect(formatEndpoint({ address: parseIp('2001:db8::53')!, port: 53 })).toBe('[2001:db8::53]:53');
  });
});

describe('hardware addresses', () => {
  test.each(['00:10:18:00:00:01', 'ff:ff:ff:ff:ff:ff', '80:00:00:00:00:00', '00:00:00:00:00:00'])(
    '%s keeps its octets',
    (text) => {
      const octets = new Uint8Array(8);
      writeMac(octets, 1, parseMac(text)!);
      expect(toHex(octets.subarray(1, 7), ':')).toBe(text);
      expect(formatMac(macAt(octets, 1))).toBe(text);
    },
  );

  test.each(['0:10:18:00:00:01', '00:10:18:00:00', '001018000001', '00:10:18:00:00:0g', ''])(
    '%j is not one',
    (text) => expect(parseMac(text)).toBeUndefined(),
  );

  test('a number beyond 48 bits is our own mistake', () => {
    expect(() => toMac(2 ** 48)).toThrow('not a hardware address');
  });
});

describe('prefixes', () => {
  test.each([
    ['10.9.0.0/18', '10.9.63.255', true],
    ['10.9.0.0/18', '10.9.64.0', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['192.0.2.1/32', '192.0.2.1', true],
    ['192.0.2.1/32', '192.0.2.2', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['10.9.0.0/18', '2001:db8::1', false],
  ])('%s contains %s: %s', (prefix, address, inside) => {
    expect(prefixContains(parsePrefix(prefix)!, parseIp(address)!)).toBe(inside);
  });

  test.each(['10.9.0.1/18', '10.9.0.0/33', '10.9.0.0', '10.9.0.0/', '2001:db8::1/64', '2001:db8::/129'])(
    '%j is not a prefix',
    (text) => expect(parsePrefix(text)).toBeUndefined(),
  );

  test('the directed broadcast has all host bits set', () => {
    expect(formatIp(broadcastOf(parsePrefix('10.9.0.0/18')!))).toBe('10.9.63.255');
  });
});

test.each([
  ['10.9.0.255', 1, '10.9.1.0'],
  ['127.255.255.255', 1, '128.0.0.0'],
  ['255.255.255.255', 1, '0.0.0.0'],
  ['2001:db8::ffff', 1, '2001:db8::1:0'],
  ['2001:db8::1', 1_000_000, '2001:db8::f:4241'],
  ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 1, '::'],
])('%s and %i more is %s', (from, count, to) => expect(formatIp(addToIp(parseIp(from)!, count))).toBe(to));

test.each(['00.1.2.3', '1..2.3', '1.2.3.4.5', '.1.2.3', '1.2.3.0004', '1.2.3.4 ', '1.2.3.٣'])(
  '%j is no IPv4 address',
  (text) => expect(parseIp(text)).toBeUndefined(),
);

test.each([
  '02:00:00:00:00:0g',
  '02:00:00:00:00:0@',
  '02:00:00:00:00:0`',
  '02:00:00:00:00:0',
  '02.00.00.00.00.00',
  '020000000000aaaaa',
])('%j is no hardware address', (text) => expect(parseMac(text)).toBeUndefined());

test('a hardware address is read in capitals and with dashes, and written in small letters with colons', () => {
  expect(formatMac(parseMac('FE-DC-BA-98-76-5A')!)).toBe('fe:dc:ba:98:76:5a');
  expect(formatMac(toMac(0))).toBe('00:00:00:00:00:00');
});
