import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../src/core/bytes.ts';
import { decodeArp } from '../../../../src/codec/frame/arp.ts';
import { finishSum, sumWords } from '../../../../src/codec/frame/checksum.ts';
import { decodeEthernet } from '../../../../src/codec/frame/ethernet.ts';
import { decodeIpv4 } from '../../../../src/codec/frame/ipv4.ts';
import { decodeIpv6 } from '../../../../src/codec/frame/ipv6.ts';
import { encodeFrame } from '../../../../src/codec/frame/packet.ts';
import { decodeTcp } from '../../../../src/codec/frame/tcp.ts';
import { decodeUdp } from '../../../../src/codec/frame/udp.ts';
import { at, ip, mac } from '../../../driver/plants.ts';

const hex = (text: string): Uint8Array => fromHex(text)!;

test('RFC 1071 §3: the example’s sum is ddf2, its checksum 220d', () => {
  const octets = hex('0001 f203 f4f5 f6f7');
  expect(finishSum(sumWords(octets, 0, 8))).toBe(0x220d);
});

test('a UDP datagram in IPv4 in Ethernet, octet for octet', () => {
  const octets = encodeFrame({
    sourceMac: mac('02:00:00:00:00:01'),
    destinationMac: mac('02:00:00:00:00:02'),
    packet: 0x1_0007,
    body: {
      kind: 'udp',
      from: { address: ip('10.0.0.1'), port: 68 },
      to: { address: ip('10.0.0.2'), port: 67 },
      ttl: 64,
      octets: hex('6869 21'),
    },
  });
  expect(toHex(octets, ' ')).toBe(
    [
      '02 00 00 00 00 02 02 00 00 00 00 01 08 00',
      '45 00 00 1f 00 07 40 00 40 11 26 c5 0a 00 00 01 0a 00 00 02',
      '00 44 00 43 00 0b 61 e5 68 69 21',
    ].join(' '),
  );
});

test.each([
  { name: 'IPv4 of another version', decode: () => decodeIpv4(hex('65'.padEnd(40, '0'))), error: /version/ },
  {
    name: 'IPv4 with a header of 16 octets',
    decode: () => decodeIpv4(hex('44'.padEnd(40, '0'))),
    error: /header length/,
  },
  {
    name: 'IPv4 longer than what came',
    decode: () => decodeIpv4(hex('450000ff'.padEnd(40, '0'))),
    error: /total length/,
  },
  {
    name: 'IPv4 shorter than its header',
    decode: () => decodeIpv4(hex('45000013'.padEnd(40, '0'))),
    error: /total length/,
  },
  { name: 'IPv6 cut off', decode: () => decodeIpv6(hex('600000000005'.padEnd(80, '0'))), error: /payload/ },
  { name: 'UDP of length 7', decode: () => decodeUdp(hex('0044004300070000'), ends), error: /length/ },
  {
    name: 'TCP with a header of 16 octets',
    decode: () => decodeTcp(hex('0'.repeat(24) + '40'.padEnd(16, '0')), ends),
    error: /data offset/,
  },
  {
    name: 'TCP option of length 0',
    decode: () => decodeTcp(hex('0'.repeat(24) + '60'.padEnd(16, '0') + '03000000'), ends),
    error: /option length/,
  },
  {
    name: 'ARP for something else than Ethernet',
    decode: () => decodeArp(hex('0006'.padEnd(56, '0'))),
    error: /hardware type/,
  },
  {
    name: 'a frame shorter than its header',
    decode: () => decodeEthernet(hex('0102030405')),
    error: /destination/,
  },
])('$name is a DecodeError that names the field', ({ decode, error }) => {
  expect(decode).toThrow(error);
});

/** An IPv6 header from :: to :: */
const fixed = (next: string, length: string): string => `60000000 00${length}${next}40${'0'.repeat(64)}`;

const ends = { source: ip('10.0.0.1'), destination: ip('10.0.0.2') };

describe('what is there, but not whole or not right', () => {
  test.each([
    { name: 'more fragments', field: '2000', isFragment: true },
    { name: 'a later fragment', field: '0001', isFragment: true },
    { name: 'do not fragment', field: '4000', isFragment: false },
  ])('IPv4: $name', ({ field, isFragment }) => {
    expect(decodeIpv4(hex(`45000014 0000${field} 4011 0000 0a000001 0a000002`))).toMatchObject({
      isFragment,
    });
  });

  test('IPv6 behind extension headers; a fragment is said to be one', () => {
    const through = decodeIpv6(hex(`${fixed('00', '11')} 3c00000000000000 1100000000000000 ff`));
    expect(through).toMatchObject({ protocol: 17, isFragment: false, payload: hex('ff') });
    const piece = decodeIpv6(hex(`${fixed('2c', '09')} 1100000100000000 ff`));
    expect(piece).toMatchObject({ protocol: 17, isFragment: true });
    const whole = decodeIpv6(hex(`${fixed('2c', '09')} 1100000000000000 ff`));
    expect(whole).toMatchObject({ protocol: 17, isFragment: false, payload: hex('ff') });
  });

  test.each([
    { name: 'a checksum of zero over IPv4 is absent', sum: '0000', source: '10.0.0.1', checksum: 'absent' },
    { name: 'over IPv6 it is wrong', sum: '0000', source: 'fd00::1', checksum: 'wrong' },
    { name: 'another than the right one is wrong', sum: '1234', source: '10.0.0.1', checksum: 'wrong' },
  ])('UDP: $name', ({ sum, source, checksum }) => {
    const both = { source: ip(source), destination: ip(source) };
    expect(decodeUdp(hex(`00440043 0008${sum}`), both)).toMatchObject({ checksum });
  });
});

test('the builders of plants read addresses as the file does', () => {
  expect(at('10.0.0.1/24 10.0.0.254')).toEqual({
    address: ip('10.0.0.1'),
    prefixLength: 24,
    router: ip('10.0.0.254'),
  });
});
