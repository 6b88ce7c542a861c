import { describe, expect, it, test } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import type { Plain } from '../../../../src/core/service.ts';
import { OPTION_SPECS, nearestOption, optionNamed, optionSpec } from '../../../../src/codec/dhcp/registry.ts';
import { describeOptionValue, parseOption } from '../../../../src/codec/dhcp/value.ts';
import { hex } from '../../../support/hex.ts';

describe('parseOption', () => {
  test.each<{ name: string; value: Plain; octets: string }>([
    { name: 'subnet-mask', value: '255.255.192.0', octets: 'ffffc000' },
    { name: 'time-servers', value: ['10.0.0.37'], octets: '0a000025' },
    { name: 'routers', value: '10.9.0.1', octets: '0a090001' },
    { name: 'time-offset', value: -18000, octets: 'ffffb9b0' },
    { name: 'interface-mtu', value: 1500, octets: '05dc' },
    { name: 'ip-address-lease-time', value: 4294967295, octets: 'ffffffff' },
    { name: 'ip-forwarding', value: true, octets: '01' },
    { name: 'rapid-commit', value: true, octets: '' },
    { name: 'domain-name', value: 'lab.example', octets: '6c61622e6578616d706c65' },
    { name: 'host-name', value: 'Zoë', octets: '5a6fc3ab' },
    { name: 'static-routes', value: ['10.0.0.0', '10.9.0.1'], octets: '0a0000000a090001' },
    { name: 'domain-search', value: ['lab.example'], octets: '036c6162076578616d706c6500' },
    {
      name: 'classless-static-routes',
      value: ['10.0.0.0/8 via 10.9.0.1', '0.0.0.0/0 via 10.9.0.2'],
      octets: '080a0a090001000a090002',
    },
    { name: 'cablelabs-client-configuration', value: { 'dhcp-server': '10.1.1.7' }, octets: '01040a010107' },
    {
      name: 'cablelabs-client-configuration',
      value: { 'provisioning-server': 'mps.example' },
      octets: '030e00036d7073076578616d706c6500',
    },
    { name: 'tftp-server-address', value: ['10.1.1.6'], octets: '0a010106' },
    { name: 'option-224', value: '0a 0b', octets: '0a0b' },
    { name: '224', value: { hex: '0a0b' }, octets: '0a0b' },
    { name: 'routers', value: { hex: '0a' }, octets: '0a' },
    { name: 'dhcp-message-type', value: 'OFFER', octets: '02' },
  ])('$name: $value', ({ name, value, octets }) => {
    expect(toHex(parseOption(name, value, 'options').octets)).toBe(octets);
  });

  test.each<{ name: string; value: Plain; message: string }>([
    {
      name: 'time-server',
      value: ['10.0.0.37'],
      message:
        'p: time-server: expected the name of a DHCP option (did you mean time-servers?) or its number',
    },
    {
      name: 'option-255',
      value: '00',
      message: 'p: option-255: expected the name of a DHCP option or its number',
    },
    {
      name: 'routers',
      value: ['10.9.0'],
      message: 'p: ["10.9.0"]: expected one IPv4 address or a list of them',
    },
    {
      name: 'subnet-mask',
      value: ['255.0.0.0'],
      message: 'p: ["255.0.0.0"]: expected an IPv4 address such as 10.0.0.37',
    },
    { name: 'interface-mtu', value: 70000, message: 'p: 70000: expected a whole number from 0 to 65535' },
    { name: 'interface-mtu', value: '0x600', message: 'p: "0x600": expected a whole number from 0 to 65535' },
    {
      name: 'policy-filter',
      value: ['10.0.0.0'],
      message: 'p: ["10.0.0.0"]: expected a list of IPv4 addresses, two by two',
    },
    {
      name: 'classless-static-routes',
      value: ['10.0.0.1/8 via 10.9.0.1'],
      message: 'p: ["10.0.0.1/8 via 10.9.0.1"]: expected a list of routes such as "10.0.0.0/8 via 10.9.0.1"',
    },
    {
      name: 'domain-search',
      value: ['a..b'],
      message: 'p: ["a..b"]: expected one domain name or a list of them',
    },
    { name: 'vendor-encapsulated-options', value: 'abc', message: 'p: "abc": expected hex digits in pairs' },
    {
      name: 'cablelabs-client-configuration',
      value: { 'dhcp-sever': '10.1.1.7' },
      message:
        'p.dhcp-sever: dhcp-sever: expected one of dhcp-server, secondary-dhcp-server, provisioning-server, as-backoff, ap-backoff, kerberos-realm, ticket-granting, provisioning-timer-minutes, ticket-control, kdc-servers',
    },
    {
      name: 'cablelabs-client-configuration',
      value: { 'ticket-control': -1 },
      message: 'p.ticket-control: -1: expected a number from 0 to 65535',
    },
  ])('refuses $name: $value', ({ name, value, message }) => {
    expect(() => parseOption(name, value, 'p')).toThrow(message);
  });
});

describe('describeOptionValue', () => {
  test.each<{ name: string; octets: string; value: Plain }>([
    { name: 'time-offset', octets: 'ffffb9b0', value: -18000 },
    { name: 'routers', octets: '0a0900010a090002', value: ['10.9.0.1', '10.9.0.2'] },
    { name: 'routers', octets: '0a0900', value: '0a0900' },
    { name: 'host-name', octets: '1b5b326a', value: '\\x1b[2j' },
    { name: 'dhcp-message-type', octets: '05', value: 'ACK' },
    { name: 'dhcp-message-type', octets: '63', value: 99 },
    { name: 'parameter-request-list', octets: '0102037d', value: [1, 2, 3, 125] },
    {
      name: 'client-identifier',
      octets: 'ff2ab815140003000120e52ab81514',
      value: 'iaid 2ab81514 duid ethernet 20:e5:2a:b8:15:14',
    },
    { name: 'client-identifier', octets: '0120e52ab81514', value: 'ethernet 20:e5:2a:b8:15:14' },
    {
      name: 'vendor-encapsulated-options',
      octets: '020345434d1f0620e52ab81515',
      value: { 'device-type': 'ECM', 31: '20e52ab81515' },
    },
    {
      name: 'relay-agent-information',
      octets: '010420000002020620e52ab8151409090000118b0401020300',
      value: {
        'circuit-id': '20000002',
        'remote-id': '20:e5:2a:b8:15:14',
        'vendor-specific': { docsis: '3.0' },
      },
    },
    { name: 'relay-agent-information', octets: '0105', value: '0105' },
    {
      name: 'vendor-identifying-vendor-specific',
      octets: '0000118b0602040a010106',
      value: { 4491: { 'tftp-servers': ['10.1.1.6'] } },
    },
    {
      name: 'cablelabs-client-configuration',
      octets: '030e00036d7073076578616d706c6500',
      value: { 'provisioning-server': 'mps.example' },
    },
    {
      name: 'cablelabs-client-configuration',
      octets: '0305010a010106',
      value: { 'provisioning-server': '10.1.1.6' },
    },
    {
      name: 'domain-search',
      octets: '036c6162076578616d706c650001 78c004',
      value: ['lab.example', 'x.example'],
    },
    { name: 'domain-search', octets: 'c000', value: 'c000' },
    { name: 'classless-static-routes', octets: '080a0a090001', value: ['10.0.0.0/8 via 10.9.0.1'] },
    { name: 'classless-static-routes', octets: '21', value: '21' },
    { name: 'option-224', octets: 'dead', value: 'dead' },
  ])('$name $octets', ({ name, octets, value }) => {
    expect(describeOptionValue(optionNamed(name)!.code, hex(octets))).toEqual(value);
  });
});

describe('the registry', () => {
  it('has each code and each name once, by rising code', () => {
    const codes = OPTION_SPECS.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)].toSorted((a, b) => a - b));
    expect(new Set(OPTION_SPECS.map(({ name }) => name)).size).toBe(OPTION_SPECS.length);
    expect(OPTION_SPECS.every(({ name }) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toBe(true);
  });

  it('names what it does not know by its number', () => {
    expect(optionSpec(224)).toEqual({ code: 224, name: 'option-224', kind: 'octets' });
    expect(optionNamed('option-0')).toBeUndefined();
    expect(nearestOption('domain-name-server')).toBe('domain-name-servers');
  });
});
