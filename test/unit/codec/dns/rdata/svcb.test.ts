import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../../../src/core/bytes.ts';
import { Type } from '../../../../../src/codec/dns/registry.ts';
import { textOf, wireOf } from '../../../../support/rdata.ts';

const FOO_COM = '03666f6f076578616d706c6503636f6d00';
const FOO_ORG = '03666f6f076578616d706c65036f726700';

describe('the test vectors of RFC 9460 §D', () => {
  test.each([
    {
      name: 'D.1: an alias',
      text: '0 foo.example.com.',
      wire: `0000${FOO_COM}`,
      again: '0 foo.example.com.',
    },
    { name: 'D.2: the owner itself', text: '1 .', wire: '000100', again: '1 .' },
    {
      name: 'D.2: a port',
      text: '16 foo.example.com. port=53',
      wire: `0010${FOO_COM}000300020035`,
      again: '16 foo.example.com. port="53"',
    },
    {
      name: 'D.2: a generic key',
      text: '1 foo.example.com. key667=hello',
      wire: `0001${FOO_COM}029b000568656c6c6f`,
      again: '1 foo.example.com. key667="hello"',
    },
    {
      name: 'D.2: a generic key, quoted, with a decimal escape',
      text: String.raw`1 foo.example.com. key667="hello\210qoo"`,
      wire: `0001${FOO_COM}029b000968656c6c6fd2716f6f`,
      again: String.raw`1 foo.example.com. key667="hello\210qoo"`,
    },
    {
      name: 'D.2: two IPv6 hints in quotes',
      text: '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
      wire: `0001${FOO_COM}0006002020010db800000000000000000000000120010db8000000000000000000530001`,
      again: '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
    },
    {
      name: 'D.2: an IPv6 hint that ends in IPv4',
      text: '1 example.com. ipv6hint="2001:db8:122:344::192.0.2.33"',
      wire: '0001076578616d706c6503636f6d000006001020010db8012203440000000 0c0000221'.replace(' ', ''),
      again: '1 example.com. ipv6hint="2001:db8:122:344::c000:221"',
    },
    {
      name: 'D.2: keys and mandatory keys are sorted',
      text: '16 foo.example.org. (alpn=h2,h3-19 mandatory=ipv4hint,alpn\n ipv4hint=192.0.2.1)',
      wire: `0010${FOO_ORG}00000004000100040001000902683205 68332d313900040004c0000201`.replace(' ', ''),
      again: '16 foo.example.org. mandatory="alpn,ipv4hint" alpn="h2,h3-19" ipv4hint="192.0.2.1"',
    },
    {
      name: 'D.2: an escaped comma and backslash',
      text: String.raw`16 foo.example.org. alpn="f\\\\oo\\,bar,h2"`,
      wire: `0010${FOO_ORG}0001000c08665c6f6f2c626172026832`,
      again: String.raw`16 foo.example.org. alpn="f\\\\oo\\,bar,h2"`,
    },
    {
      name: 'D.2: the same with decimal escapes, without quotes',
      text: String.raw`16 foo.example.org. alpn=f\\\092oo\092,bar,h2`,
      wire: `0010${FOO_ORG}0001000c08665c6f6f2c626172026832`,
      again: String.raw`16 foo.example.org. alpn="f\\\\oo\\,bar,h2"`,
    },
  ])('$name', ({ text, wire, again }) => {
    expect(wireOf(Type.SVCB, text)).toBe(wire);
    expect(textOf(Type.SVCB, fromHex(wire)!)).toBe(again);
    expect(wireOf(Type.HTTPS, again)).toBe(wire);
  });

  test.each([
    { name: 'D.3: a key twice', params: 'key123=abc key123=def', expected: /key123 once/ },
    { name: 'D.3: mandatory without a value', params: 'mandatory', expected: /mandatory: keys/ },
    { name: 'D.3: alpn without a value', params: 'alpn', expected: /alpn: protocols/ },
    { name: 'D.3: port without a value', params: 'port', expected: /port: a port/ },
    { name: 'D.3: ipv4hint without a value', params: 'ipv4hint', expected: /ipv4hint: IPv4/ },
    { name: 'D.3: ipv6hint without a value', params: 'ipv6hint', expected: /ipv6hint: IPv6/ },
    { name: 'D.3: no-default-alpn with a value', params: 'no-default-alpn=abc', expected: /no value/ },
    {
      name: 'D.3: a mandatory key that is not there',
      params: 'mandatory=key123',
      expected: /key123, which mandatory/,
    },
    { name: 'D.3: mandatory in mandatory', params: 'mandatory=mandatory', expected: /none twice/ },
    {
      name: 'D.3: a mandatory key twice',
      params: 'mandatory=key123,key123 key123=abc',
      expected: /none twice/,
    },
    { name: 'no-default-alpn alone', params: 'no-default-alpn', expected: /alpn beside/ },
    { name: 'an unknown key', params: 'speed=fast', expected: /a parameter such as/ },
    { name: 'a key number with a zero in front', params: 'key0667=x', expected: /a parameter such as/ },
    { name: 'the reserved key', params: 'key65535=x', expected: /a parameter such as/ },
    { name: 'a port too high', params: 'port=65536', expected: /0 to 65535/ },
    { name: 'a protocol that is empty', params: 'alpn=h2,,h3', expected: /1 to 255 octets/ },
    { name: 'ech that is not base 64', params: 'ech=###', expected: /base 64/ },
    { name: 'dohpath without the variable', params: 'dohpath=/q', expected: /\{\?dns\}/ },
  ])('refused: $name', ({ params, expected }) => {
    expect(() => wireOf(Type.SVCB, `1 foo.example.com. ${params}`)).toThrow(
      expect.objectContaining({ expected: expect.stringMatching(expected) }),
    );
  });
});

test('the other keys, each with its value', () => {
  const text = '1 . alpn="h2" no-default-alpn ech="AEX+DQ==" dohpath="/dns-query{?dns}" ohttp';
  expect(textOf(Type.HTTPS, fromHex(wireOf(Type.HTTPS, text))!)).toBe(text);
});

test.each([
  { name: 'keys out of order', wire: '00010000030002003500010003026832' },
  { name: 'a key twice', wire: '0001000003000200350003 00020035'.replace(' ', '') },
  { name: 'a value that is cut off', wire: '000100000300020 0'.replace(' ', '') },
])('from the wire: $name is malformed', ({ wire }) => {
  expect(() => textOf(Type.SVCB, fromHex(wire)!)).toThrow(expect.objectContaining({ name: 'DecodeError' }));
});

test('a value that its key does not allow is kept, and shown as octets', () => {
  expect(textOf(Type.SVCB, fromHex('000100000300013 5'.replace(' ', ''))!)).toBe(
    String.raw`\# 8 0001000003000135`,
  );
});
