import { describe, expect, it, test } from 'vitest';
import { parsePrefix } from '../../../../src/core/address.ts';
import { Links } from '../../../../src/engine/dhcp/links.ts';
import type { DhcpSubnetOptions } from '../../../../src/engine/dhcp/options.ts';
import { ip } from '../../../support/dhcp-builders.ts';
import { SUBNET } from '../../../support/dhcp-server.ts';

function links(...subnets: readonly ({ readonly net: string } & Partial<DhcpSubnetOptions>)[]): Links {
  return new Links({
    addresses: [ip('10.0.0.67')],
    subnets: subnets.map(({ net, ...more }) => ({
      ...SUBNET,
      routers: [],
      ranges: [],
      subnet: parsePrefix(net)!,
      ...more,
    })),
  });
}

const netsOf = (all: Links, address: string): readonly string[] | undefined => {
  const link = all.linkOf(ip(address));
  return link === undefined ? undefined : all.subnetsOf(link).map(({ index }) => `#${index}`);
};

describe('which subnets are one link', () => {
  const relays = [ip('10.9.0.1')];
  test.each([
    { name: 'apart', all: links({ net: '10.9.0.0/24' }, { net: '10.8.0.0/24' }), is: ['#0'] },
    {
      name: 'a relay in common',
      all: links({ net: '10.9.0.0/24', relays }, { net: '192.0.2.0/24', relays }),
      is: ['#0', '#1'],
    },
    {
      name: 'a relay inside the other',
      all: links({ net: '10.9.0.0/24' }, { net: '192.0.2.0/24', relays }),
      is: ['#0', '#1'],
    },
    {
      name: 'one name',
      all: links({ net: '10.9.0.0/24', sharedNetwork: 'a' }, { net: '192.0.2.0/24', sharedNetwork: 'a' }),
      is: ['#0', '#1'],
    },
    {
      name: 'two names',
      all: links({ net: '10.9.0.0/24', sharedNetwork: 'a' }, { net: '192.0.2.0/24', sharedNetwork: 'b' }),
      is: ['#0'],
    },
    {
      name: 'joined by a third',
      all: links(
        { net: '10.9.0.0/24', sharedNetwork: 'a' },
        { net: '192.0.2.0/24', sharedNetwork: 'b' },
        { net: '198.51.100.0/24', relays, sharedNetwork: 'b' },
      ),
      is: ['#0', '#1', '#2'],
    },
    {
      name: 'two classes of one network',
      all: links({ net: '10.9.0.0/18' }, { net: '10.9.0.0/18' }, { net: '10.9.8.0/24' }),
      is: ['#0', '#1', '#2'],
    },
    { name: 'unknown', all: links({ net: '10.7.0.0/24' }), is: undefined },
  ])('$name', ({ all, is }) => {
    expect(netsOf(all, '10.9.0.1')).toEqual(is);
  });
});

it('a pool never gives network, broadcast, router, relay, our own or a reserved address', () => {
  const all = new Links({
    addresses: [ip('10.0.0.4')],
    subnets: [
      {
        ...SUBNET,
        subnet: parsePrefix('10.0.0.0/29')!,
        ranges: [{ first: ip('10.0.0.0'), last: ip('10.0.0.7') }],
        routers: [ip('10.0.0.1')],
        relays: [ip('10.0.0.2')],
        reservations: [
          {
            by: { kind: 'mac', mac: 1 as never },
            address: ip('10.0.0.3'),
            hostName: undefined,
            provision: undefined,
          },
        ],
      },
    ],
  });
  const { pool } = all.subnets[0]!;
  expect([pool.untouched, pool.lowest()]).toEqual([2, ip('10.0.0.5')]);
});
