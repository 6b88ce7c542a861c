import { expect, test } from 'vitest';
import { parseIp, parsePrefix } from '../../../src/core/address.ts';
import { AccessList } from '../../../src/store/access.ts';

const list = new AccessList(
  [
    ['allow', '10.0.0.0/8'],
    ['deny', '10.9.0.0/16'],
    ['allow', '10.9.9.9/32'],
    ['allow', '2001:db8::/32'],
    ['deny', '2001:db8:0:1::/64'],
  ].map(([verdict, prefix]) => ({
    verdict: verdict === 'allow' ? 'allow' : 'deny',
    prefix: parsePrefix(prefix!)!,
  })),
);

test.each([
  { address: '10.1.2.3', allows: true },
  { address: '10.9.1.1', allows: false },
  { address: '10.9.9.9', allows: true },
  { address: '192.0.2.1', allows: false },
  { address: '2001:db8::1', allows: true },
  { address: '2001:db8:0:1::1', allows: false },
  { address: '::ffff:10.1.2.3', allows: false },
])('the longest prefix decides: $address $allows', ({ address, allows }) => {
  expect(list.allows(parseIp(address)!)).toBe(allows);
});

test('an empty list lets nobody in; 0.0.0.0/0 is every IPv4 address and no IPv6 one', () => {
  expect(new AccessList([]).allows(parseIp('10.0.0.1')!)).toBe(false);
  const any = new AccessList([{ verdict: 'allow', prefix: parsePrefix('0.0.0.0/0')! }]);
  expect(any.allows(parseIp('255.255.255.255')!)).toBe(true);
  expect(any.allows(parseIp('::1')!)).toBe(false);
});
