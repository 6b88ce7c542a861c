import { describe, expect, test } from 'vitest';
import { listKind, parseAccessLine } from '../../../src/config/access-list.ts';
import { formatPrefix } from '../../../src/core/address.ts';

function read(text: string, name = 'lan') {
  const line = parseAccessLine(text, 10, listKind(name));
  if (line === undefined || 'message' in line) throw new Error(`no line: ${JSON.stringify(line)}`);
  return line;
}

describe('lines of access lists', () => {
  test.each([
    { text: 'permit any', says: { action: 'permit', protocol: 'ip', from: undefined, to: undefined } },
    { text: 'deny 10.8.0.0/24 log', says: { action: 'deny', protocol: 'ip', log: true } },
    { text: 'permit ip any any', says: { protocol: 'ip', from: undefined, to: undefined } },
    { text: 'permit udp any any eq tftp', says: { toPorts: [{ first: 69, last: 69 }] } },
    {
      text: 'permit udp any eq 53 123 any',
      says: {
        fromPorts: [
          { first: 53, last: 53 },
          { first: 123, last: 123 },
        ],
        toPorts: undefined,
      },
    },
    { text: 'permit tcp any any range 1024 65535', says: { toPorts: [{ first: 1024, last: 65_535 }] } },
    { text: 'deny tcp any any lt 1024', says: { toPorts: [{ first: 0, last: 1023 }] } },
    { text: 'deny tcp any any gt 1023', says: { toPorts: [{ first: 1024, last: 65_535 }] } },
    {
      text: 'deny tcp any any neq www',
      says: {
        toPorts: [
          { first: 0, last: 79 },
          { first: 81, last: 65_535 },
        ],
      },
    },
    { text: 'permit tcp any any established log', says: { established: true, log: true } },
    { text: 'permit icmp any any', says: { icmp: undefined } },
    { text: 'permit icmp any any port-unreachable', says: { icmp: { type: 3, code: 3 } } },
    { text: 'permit icmp any any 11', says: { icmp: { type: 11, code: undefined } } },
    { text: 'permit icmp any any 3 4 log', says: { icmp: { type: 3, code: 4 }, log: true } },
  ])('$text', ({ text, says }) => {
    expect(read(text)).toMatchObject({ text, number: 10, ...says });
  });

  test.each([
    { where: '10.8.0.10', prefix: '10.8.0.10/32' },
    { where: 'host 10.8.0.10', prefix: '10.8.0.10/32' },
    { where: '10.8.0.0/24', prefix: '10.8.0.0/24' },
    { where: '10.8.0.0 0.0.0.255', prefix: '10.8.0.0/24' },
    { where: '0.0.0.0 255.255.255.255', prefix: '0.0.0.0/0' },
    { where: 'fd00::/8', prefix: 'fd00::/8' },
  ])('$where is $prefix', ({ where, prefix }) => {
    const { from } = read(`permit udp ${where} any`);
    expect(from && formatPrefix(from)).toBe(prefix);
  });

  test.each([
    { text: 'allow ip any any', offset: 0, message: /begins with permit or deny/ },
    { text: 'permit', offset: 6, message: /from where/ },
    { text: 'permit udp any', offset: 14, message: /from where, or to where/ },
    { text: 'permit udp any 10.8.0.1/24', offset: 15, message: /bits set after the first 24/ },
    { text: 'permit udp any 10.8.0.0 0.0.255.0', offset: 24, message: /zeros, then ones/ },
    { text: 'permit udp any any eq tfpt', offset: 22, message: /no port/ },
    { text: 'permit udp any any eq 70000', offset: 22, message: /no port/ },
    { text: 'permit udp any any eq', offset: 21, message: /port is missing/ },
    { text: 'permit tcp any any range 9 1', offset: 27, message: /ends before it begins/ },
    { text: 'permit ip any any eq 69', offset: 18, message: /ip has no ports/ },
    { text: 'permit udp any any established', offset: 19, message: /only TCP/ },
    { text: 'permit icmp any any pong', offset: 20, message: /no kind of ICMP/ },
    { text: 'permit udp any any loud', offset: 19, message: /says nothing here/ },
    { text: 'permit udp 10.8.0.0/33 any', offset: 11, message: /no such length/ },
  ])('$text: $message', ({ text, offset, message }) => {
    const mistake = parseAccessLine(text, 10, 'either');
    expect(mistake).toMatchObject({ message: expect.stringMatching(message) });
    expect(mistake).toMatchObject({ offset });
  });

  test('two addresses in a row are from where and to where', () => {
    const { from, to } = read('permit udp 10.9.0.1 10.0.0.67 eq bootps');
    expect([from, to].map((prefix) => prefix && formatPrefix(prefix))).toEqual([
      '10.9.0.1/32',
      '10.0.0.67/32',
    ]);
  });

  test('a remark is no line', () => {
    expect(parseAccessLine('remark whatever it says', 10, 'extended')).toBeUndefined();
  });

  test.each([
    { name: '10', text: 'permit udp any any', message: /knows sources alone/ },
    { name: '110', text: 'permit 10.8.0.0/24', message: /says the protocol/ },
    { name: '1300', text: 'deny tcp any any', message: /knows sources alone/ },
    { name: '2001', text: 'deny any', message: /says the protocol/ },
  ])('list $name refuses "$text"', ({ name, text, message }) => {
    expect(parseAccessLine(text, 10, listKind(name))).toMatchObject({
      message: expect.stringMatching(message),
    });
  });
});
