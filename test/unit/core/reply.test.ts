import { expect, test } from 'vitest';
import { ANY, ANY6, BROADCAST, ipv4, isGroup, parseIpv6, type Ip } from '../../../src/core/address.ts';
import { replyTo } from '../../../src/core/reply.ts';

const v4 = ipv4(0x0a000001);
const global = parseIpv6('2001:db8::1')!;
const local = parseIpv6('fe80::1')!;

test.each([
  { name: 'from the address it was sent to', from: v4, to: v4, source: v4, via: undefined },
  { name: 'from any address, when that is not known', from: v4, to: ANY, source: undefined, via: undefined },
  { name: 'the same over IPv6', from: global, to: ANY6, source: undefined, via: undefined },
  { name: 'by routing, to a global address', from: global, to: global, source: global, via: undefined },
  { name: 'on its own link, to a link-local address', from: local, to: local, source: local, via: 3 },
] as { name: string; from: Ip; to: Ip; source: Ip | undefined; via: number | undefined }[])(
  'a reply goes out $name',
  ({ from, to, source, via }) => {
    const input = { octets: new Uint8Array(0), via: 3, hardware: undefined, kind: 'datagram' } as const;
    const target = replyTo({ ...input, from: { address: from, port: 9 }, to: { address: to, port: 69 } });
    expect(target).toEqual({ address: from, port: 9, source, via });
  },
);

test.each([
  { address: BROADCAST, is: true },
  { address: ipv4(0xe0000001), is: true },
  { address: ipv4(0xefffffff), is: true },
  { address: ipv4(0xf0000000), is: false },
  { address: ipv4(0xdfffffff), is: false },
  { address: ANY, is: false },
  { address: parseIpv6('ff02::1')!, is: true },
  { address: local, is: false },
  { address: ANY6, is: false },
])('$address is a group: $is', ({ address, is }) => {
  expect(isGroup(address)).toBe(is);
});
