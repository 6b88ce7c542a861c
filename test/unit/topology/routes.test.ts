import { describe, expect, test } from 'vitest';
import { formatIp, formatPrefix, parseIp, toMac } from '../../../src/core/address.ts';
import type { InterfaceSpec, LinkSpec } from '../../../src/core/driver.ts';
import { RoutePlan, type RoutedHost } from '../../../src/topology/routes.ts';

const on = (segment: string, ...addresses: string[]): InterfaceSpec => ({
  segment,
  mac: toMac(1),
  addresses: addresses.map((text) => {
    const [address, length] = text.split('/');
    return { address: parseIp(address!)!, prefixLength: Number(length) };
  }),
});
const host = (...interfaces: InterfaceSpec[]): RoutedHost => ({ interfaces, forwards: false });
const router = (...interfaces: InterfaceSpec[]): RoutedHost => ({ interfaces, forwards: true });
const wire = (a: string, b: string): LinkSpec => ({
  name: `${a}-${b}`,
  between: [a, b],
  quality: { delayUs: 0, jitterUs: 0, lossRatio: 0, bitsPerSecond: 0 },
});

function routes(plan: RoutePlan, of: RoutedHost): string[] {
  return plan
    .routesOf(of)
    .map(
      ({ to, via, nextHop }) =>
        `${formatPrefix(to)} via ${via}${nextHop === undefined ? '' : ` ${formatIp(nextHop)}`}`,
    );
}

describe('the routes of a plant', () => {
  const dhcp = host(on('core', '10.0.0.67/24', '2001:db8::67/64'));
  const cmts = router(
    on('hfc', '10.9.0.1/18', '2001:db8:9::1/64'),
    on('core', '10.0.0.1/24', '2001:db8::1/64'),
  );
  const east = router(on('hfc-east', '10.10.0.1/18', '10.11.0.1/16'), on('core', '10.0.0.2/24'));
  const plan = new RoutePlan([dhcp, cmts, east], []);

  test('a server knows each cable network, of both families, by its CMTS', () => {
    expect(routes(plan, dhcp)).toEqual([
      '10.9.0.0/18 via 0 10.0.0.1',
      '2001:db8:9::/64 via 0 2001:db8::1',
      '10.10.0.0/18 via 0 10.0.0.2',
      '10.11.0.0/16 via 0 10.0.0.2',
    ]);
  });

  test('who stands on one segment is reached without a router, whatever its network', () => {
    const dns = host(on('core', '10.0.0.53/24'));
    const web = host(on('core', '10.1.0.10/24'));
    const both = new RoutePlan([dns, web], []);
    expect(routes(both, dns)).toEqual(['10.1.0.0/24 via 0']);
    expect(routes(both, web)).toEqual(['10.0.0.0/24 via 0']);
  });

  test('a CMTS knows the networks of another by its uplink, and its own by being there', () => {
    expect(routes(plan, cmts)).toEqual(['10.10.0.0/18 via 1 10.0.0.2', '10.11.0.0/16 via 1 10.0.0.2']);
  });

  test('two routers away, the first one is the next hop', () => {
    const far = router(on('core', '10.0.0.3/24'), on('metro', '10.20.0.1/24'));
    const beyond = host(on('metro', '10.20.0.9/24'));
    // Without an address of its family on the way, 2001:db8::/64 cannot be reached.
    expect(routes(new RoutePlan([dhcp, cmts, far, beyond], []), beyond)).toEqual([
      '10.0.0.0/24 via 0 10.20.0.1',
      '10.9.0.0/18 via 0 10.20.0.1',
    ]);
  });

  test('over a link there is no next hop: the link routes', () => {
    const stub = host(on('access', '10.8.0.9/24'));
    expect(routes(new RoutePlan([dhcp, stub], [wire('core', 'access')]), stub)).toEqual([
      '10.0.0.0/24 via 0',
      '2001:db8::/64 via 0',
    ]);
  });

  test('rings end', () => {
    const a = router(on('x', '10.1.0.1/24'), on('y', '10.2.0.1/24'));
    const b = router(on('y', '10.2.0.2/24'), on('x', '10.1.0.2/24'));
    expect(routes(new RoutePlan([a, b], [wire('x', 'y')]), a)).toEqual([]);
  });
});
