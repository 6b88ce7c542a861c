import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../src/core/bytes.ts';
import { ConfigError } from '../../../../src/core/errors.ts';
import type { Plain } from '../../../../src/core/service.ts';
import { decodeConfigFile, encodeConfigFile } from '../../../../src/codec/docsis/config-file.ts';
import { configFromPlain, describeConfig } from '../../../../src/codec/docsis/describe.ts';

/** Octets and what a person reads; each is also written back. */
describe('every kind of value, there and back', () => {
  test.each([
    { name: 'u8', hex: '120105', plain: { 'max-cpe': 5 } },
    { name: 'u16', hex: '1c020014', plain: { 'max-classifiers': 20 } },
    { name: 'u32 above 2^31', hex: '4204c4000001', plain: { 'management-event-control': 0xc4000001 } },
    { name: 'flag', hex: '030100', plain: { 'network-access': false } },
    { name: 'flag of another value', hex: '030102', plain: { 'network-access': 2 } },
    { name: 'text', hex: '0908622f66772e62696e', plain: { 'software-upgrade-filename': 'b/fw.bin' } },
    {
      name: 'text that is no UTF-8',
      hex: '0902ff41',
      plain: { 'software-upgrade-filename': { hex: 'ff41' } },
    },
    { name: 'text with an escape', hex: '09021b5b', plain: { 'software-upgrade-filename': { hex: '1b5b' } } },
    {
      name: 'z-text',
      hex: '18050403757000',
      plain: { 'upstream-service-flow': { 'class-name': 'up' } },
    },
    {
      name: 'z-text without its NUL',
      hex: '180404027570',
      plain: { 'upstream-service-flow': { 'class-name': { hex: '7570' } } },
    },
    { name: 'ipv4', hex: '1504c0000245', plain: { 'software-upgrade-server': '192.0.2.69' } },
    {
      name: 'ipv6',
      hex: '3a1020010db8000000000000000000000069',
      plain: { 'software-upgrade-server-ipv6': '2001:db8::69' },
    },
    { name: 'mac', hex: '2a0601005e000001', plain: { 'static-multicast-mac': '01:00:5e:00:00:01' } },
    {
      name: 'list of addresses',
      hex: '24080a0000010a000002',
      plain: { 'subscriber-management-cpe-list': ['10.0.0.1', '10.0.0.2'] },
    },
    {
      name: 'list of u16',
      hex: '25080001000200030004',
      plain: { 'subscriber-management-filters': [1, 2, 3, 4] },
    },
    {
      name: 'list cut short',
      hex: '2503000100',
      plain: { 'subscriber-management-filters': { hex: '000100' } },
    },
    {
      name: 'address and port',
      hex: '350802060a00000500a2',
      plain: { 'snmpv1v2c-coexistence': { 'transport-access': { hex: '0a00000500a2' } } },
    },
    {
      name: 'nested address and port',
      hex: '350a020801060a00000500a2',
      plain: { 'snmpv1v2c-coexistence': { 'transport-access': { address: '10.0.0.5:162' } } },
    },
    { name: 'u8 of two octets', hex: '12020005', plain: { 'max-cpe': { hex: '0005' } } },
    { name: 'no name', hex: 'c80201ff', plain: { 'tlv-200': '01ff' } },
    {
      name: 'no name inside',
      hex: '1805630301aabb',
      plain: { 'upstream-service-flow': { 'tlv-99': '01aabb' } },
    },
    {
      name: 'nested that does not fit',
      hex: '18020105',
      plain: { 'upstream-service-flow': { hex: '0105' } },
    },
    {
      name: 'nested, repeated',
      hex: '290403020001',
      plain: { 'downstream-channel-list': { 'default-scanning-timeout': 1 } },
    },
    {
      name: 'vendor of the general fields',
      hex: '2b0b0803ffffff010400000007',
      plain: { 'extension-field': { 'vendor-id': 'ffffff', 'load-balancing-policy': 7 } },
    },
    {
      name: 'another vendor is opaque',
      hex: '2b0b0803001018010400000007',
      plain: { 'extension-field': { 'vendor-id': '001018', 'tlv-1': '00000007' } },
    },
    {
      name: 'set: integer below zero',
      hex: '0b0e300c06072b0601020101010201ff',
      plain: { 'snmp-set': { oid: '1.3.6.1.2.1.1.1', integer: -1 } },
    },
    {
      name: 'set: gauge above 2^31',
      hex: '0b12301006072b06010201010142050080000000',
      plain: { 'snmp-set': { oid: '1.3.6.1.2.1.1.1', gauge32: 2 ** 31 } },
    },
    {
      name: 'set: null',
      hex: '0b0d300b06072b06010201010105 00',
      plain: { 'snmp-set': { oid: '1.3.6.1.2.1.1.1', null: true } },
    },
    {
      name: 'set: object id',
      hex: '0b10300e06072b06010201010106032b0601',
      plain: { 'snmp-set': { oid: '1.3.6.1.2.1.1.1', 'object-id': '1.3.6.1' } },
    },
    {
      name: 'set: another tag',
      hex: '0b0e300c06072b060102010101460107',
      plain: { 'snmp-set': { oid: '1.3.6.1.2.1.1.1', tag: 0x46, hex: '07' } },
    },
    {
      name: 'set: BER of a longer form',
      hex: '0b0f30810c06072b060102010101020101',
      plain: { 'snmp-set': { hex: '30810c06072b060102010101020101' } },
    },
    { name: 'set: no BER', hex: '0b020bad', plain: { 'snmp-set': { hex: '0bad' } } },
    { name: 'repeats make a list', hex: '120105120106', plain: [{ 'max-cpe': 5 }, { 'max-cpe': 6 }] },
    {
      name: 'pads in the middle',
      hex: '12010500000301 01',
      plain: { 'max-cpe': 5, pads: 2, 'network-access': true },
    },
    { name: 'junk behind the end', hex: '120105ff00abcd', plain: { 'max-cpe': 5, end: '00abcd' } },
    { name: 'end with nothing behind', hex: '120105ff', plain: { 'max-cpe': 5, end: '' } },
    { name: 'only an end', hex: 'ff', plain: { end: '' } },
    { name: 'only pads', hex: '0000', plain: { pads: 2 } },
    {
      name: 'an MTA: TLV 64 has two octets of length',
      hex: 'fe0101400003aabbccfe01ff',
      plain: [{ 'mta-delimiter': 1 }, { 'snmp-set-long': { hex: 'aabbcc' } }, { 'mta-delimiter': 255 }],
    },
  ])('$name', ({ hex, plain }) => {
    const octets = fromHex(hex)!;
    expect(describeConfig(decodeConfigFile(octets))).toEqual(plain);
    expect(toHex(encodeConfigFile(configFromPlain(plain as Plain)))).toBe(toHex(octets));
  });
});

const flow = (value: Plain) => ({ 'upstream-service-flow': value });

describe('a mistake is named with its place and what may stand there', () => {
  test.each([
    {
      name: 'hex in a number field',
      plain: { 'management-event-control': '0x44000001' },
      path: 'management-event-control',
      expected: 'a whole number, 0 to 4294967295',
    },
    { name: 'too big', plain: { 'max-cpe': 256 }, path: 'max-cpe', expected: 'a whole number, 0 to 255' },
    {
      name: 'a fraction',
      plain: flow({ reference: 1.5 }),
      path: 'upstream-service-flow.reference',
      expected: 'a whole number, 0 to 65535',
    },
    {
      name: 'a word for a flag',
      plain: { 'network-access': 'on' },
      path: 'network-access',
      expected: 'a whole number, 0 to 255',
    },
    {
      name: 'a number for text',
      plain: { 'software-upgrade-filename': 7 },
      path: 'software-upgrade-filename',
      expected: 'text (a number needs quotes)',
    },
    {
      name: 'IPv6 for IPv4',
      plain: { 'software-upgrade-server': '2001:db8::1' },
      path: 'software-upgrade-server',
      expected: 'an IPv4 address',
    },
    {
      name: 'odd hex',
      plain: { 'tlv-200': 'abc' },
      path: 'tlv-200',
      expected: 'pairs of hex digits in quotes, such as "01ff"',
    },
    {
      name: 'a slip of the finger',
      plain: { 'netwrok-access': true },
      path: 'netwrok-access',
      expected: '`network-access`?',
    },
    {
      name: 'a TLV of another level',
      plain: flow({ 'zz-top': 1 }),
      path: 'upstream-service-flow.zz-top',
      expected: 'a name of the registry, or tlv-NUMBER with its value in hex',
    },
    {
      name: 'two keys in a list',
      plain: [{ 'max-cpe': 1, 'network-access': true }],
      path: '[0]',
      expected: 'a map with one key, the name of a TLV',
    },
    {
      name: 'an address in a list',
      plain: { 'subscriber-management-cpe-list': ['10.0.0.1', 'x'] },
      path: 'subscriber-management-cpe-list[1]',
      expected: 'an IPv4 address',
    },
    {
      name: 'an OID in words',
      plain: { 'snmp-set': { oid: 'sysName.0', string: 'x' } },
      path: 'snmp-set.oid',
      expected: 'an object identifier in numbers, such as 1.3.6.1.2.1.69',
    },
    {
      name: 'two values in a set',
      plain: { 'snmp-set': { oid: '1.3.6.1', string: 'x', integer: 1 } },
      path: 'snmp-set',
      expected:
        'an oid and exactly one of integer, counter32, gauge32, time-ticks, string, hex-string, ip, null, object-id',
    },
    {
      name: 'too long',
      plain: { 'software-upgrade-filename': 'x'.repeat(256) },
      path: 'software-upgrade-filename',
      expected: '255 octets at most',
    },
    {
      name: 'behind the end',
      plain: [{ end: '' }, { 'max-cpe': 1 }],
      path: '[1].max-cpe',
      expected: 'nothing behind `end`',
    },
    {
      name: 'nothing at all',
      plain: {},
      path: '',
      expected: 'at least one TLV, such as `network-access: true`',
    },
    { name: 'not a map', plain: 'gold', path: '', expected: 'TLVs as a map or a list of one-key maps' },
  ])('$name', ({ plain, path, expected }) => {
    const mistake = (() => {
      try {
        return configFromPlain(plain);
      } catch (error) {
        return error;
      }
    })();
    expect(mistake).toBeInstanceOf(ConfigError);
    expect(mistake).toMatchObject({ path, expected });
  });
});
