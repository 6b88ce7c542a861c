import { describe, expect, test } from 'vitest';
import { formatEndpoint, formatIp, parseIp } from '../../../../src/core/address.ts';
import { EnvironmentError } from '../../../../src/core/errors.ts';
import { Mapping } from '../../../../src/driver/real/mapping.ts';

const at = (address: string, port: number) => ({ address: parseIp(address)!, port });

describe('where any of 127/8 can be bound', () => {
  test.each([
    { name: 'the last three octets are kept', from: at('10.9.16.1', 5000), to: '127.9.16.1:5000' },
    { name: 'a port that asks for a right is moved', from: at('10.0.0.67', 67), to: '127.0.0.67:20067' },
    { name: 'the last such port', from: at('10.0.0.67', 1023), to: '127.0.0.67:21023' },
    { name: 'the first that does not', from: at('10.0.0.67', 1024), to: '127.0.0.67:1024' },
    { name: 'never 127.0.0.1, where others serve', from: at('10.0.0.1', 67), to: '127.1.0.1:20067' },
    { name: 'never the net itself', from: at('10.0.0.0', 67), to: '127.1.0.0:20067' },
    { name: 'never the broadcast', from: at('10.255.255.255', 67), to: '127.0.255.255:20067' },
    { name: 'IPv6 shares ::1: a block of ports', from: at('fd00::53', 53), to: '[::1]:20000' },
  ])('$name', ({ from, to }) => {
    expect(formatEndpoint(new Mapping(true).endpoint(from))).toBe(to);
  });

  test('a shift moves all aside, round the end too', () => {
    const mapping = new Mapping(true, 91);
    expect(formatIp(mapping.address(parseIp('10.9.16.1')!))).toBe('127.100.16.1');
    expect(formatIp(mapping.address(parseIp('10.200.16.1')!))).toBe('127.35.16.1');
    expect(formatEndpoint(mapping.endpoint(at('fd00::53', 53)))).toBe('[::1]:21456');
  });

  test('two addresses that end alike get two, and keep them', () => {
    const mapping = new Mapping(true);
    const first = mapping.address(parseIp('10.0.0.67')!);
    const second = mapping.address(parseIp('192.0.0.67')!);
    expect(formatIp(first)).toBe('127.0.0.67');
    expect(formatIp(second)).toBe('127.1.0.67');
    expect(mapping.address(parseIp('10.0.0.67')!)).toBe(first);
    expect(mapping.scenarioAddress(second)).toBe(parseIp('192.0.0.67'));
    expect(mapping.scenarioAddress(parseIp('127.0.0.1')!)).toBeUndefined();
  });
});

describe('where only 127.0.0.1 can be bound', () => {
  test('each address has its own ports, the same each time', () => {
    const mapping = new Mapping(false);
    const endpoints = [at('10.0.0.67', 67), at('10.0.0.69', 69), at('10.0.0.67', 547), at('10.0.0.67', 67)];
    expect(endpoints.map((endpoint) => formatEndpoint(mapping.endpoint(endpoint)))).toEqual([
      '127.0.0.1:20000',
      '127.0.0.1:20016',
      '127.0.0.1:20001',
      '127.0.0.1:20000',
    ]);
  });

  test('a seventeenth port opens another block', () => {
    const mapping = new Mapping(false);
    for (let port = 1; port <= 16; port++) mapping.endpoint(at('10.0.0.1', port));
    mapping.endpoint(at('10.0.0.2', 1));
    expect(mapping.endpoint(at('10.0.0.1', 17)).port).toBe(20_032);
    expect(mapping.endpoint(at('10.0.0.1', 18)).port).toBe(20_033);
  });

  test('too many addresses are the environment, not a bug', () => {
    const mapping = new Mapping(false);
    const fill = () => {
      for (let index = 0; index < 2_000; index++)
        mapping.endpoint(at(`10.1.${index >> 8}.${index & 255}`, 68));
    };
    expect(fill).toThrow(EnvironmentError);
    expect(fill).toThrow('run the scenario in virtual mode');
  });
});
