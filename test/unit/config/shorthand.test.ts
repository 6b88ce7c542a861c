import { describe, expect, test } from 'vitest';
import { formatIp } from '../../../src/core/address.ts';
import { ScenarioError } from '../../../src/config/mistakes.ts';
import { parseScenario } from '../../../src/config/parse.ts';
import type { Scenario } from '../../../src/config/scenario.ts';

const PORTAL = `type: A
            ttl: 30s
            policy: failover
            targets: [10.1.0.10, 10.2.0.10]
            check: { probe: udp/7, every: 10s, timeout: 2s, fail-after: 3, recover-after: 2, hold-down: 60s }`;

function fileWith(portal = PORTAL, devices = ''): string {
  return `headend: 1
name: short
net: { core: { kind: segment }, access: { kind: segment } }
services:
  dns:
    on: core
    ip: 10.0.0.53
    zones:
      lab.example:
        records:
          www: { type: A, data: 10.0.0.80 }
          portal:
            ${portal}
devices:
  near: { kind: resolver, on: access, ip: 10.8.0.1, upstream: dns, cache: { min-ttl: 300s } }
  home: { kind: stub, count: 3, on: access, resolver: near, ask: portal.lab.example A }
  web: { kind: host, on: core, ip: 10.1.0.10, answers: [udp/7, udp/9] }
${devices}`;
}

function read(text: string): Scenario {
  return parseScenario(text, 'short.yaml');
}

function mistakesIn(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  return '';
}

describe('what is written short', () => {
  const { services, devices } = read(fileWith());
  const dns = services.find(({ name }) => name === 'dns');

  test('a record with a policy is a group, and a check for each of its targets', () => {
    if (dns?.kind !== 'dns') throw new Error('no name server');
    const [group] = dns.zones[0]!.routing;
    expect(group).toMatchObject({ policy: 'failover', ttlSeconds: 30 });
    expect(group!.targets.map(({ check }) => check)).toEqual([0, 1]);
    expect(dns.checks.map(({ name }) => name)).toEqual(['portal-10.1.0.10', 'portal-10.2.0.10']);
    expect(dns.checks[0]!.source).toMatchObject({
      kind: 'probed',
      probing: {
        probe: { kind: 'udp', answerUs: 2_000_000, to: { port: 7 } },
        everyUs: 10_000_000,
        threshold: { kind: 'gdnsd', up: 2, ok: 1, down: 3 },
        holdDownUs: 60_000_000,
      },
    });
    // The other records are what they were.
    expect(dns.zones[0]!.source).toMatchObject({
      kind: 'text',
      text: expect.stringContaining('www A 10.0.0.80') as string,
    });
  });

  test('a resolver among the devices is a service', () => {
    const near = services.find(({ name }) => name === 'near');
    if (near?.kind !== 'resolver') throw new Error('no resolver');
    expect(near.roots.map(formatIp)).toEqual(['10.0.0.53']);
    expect(near.cache.ttlMin).toBe(300);
    expect(devices.map(({ name }) => name)).toEqual(['home', 'web']);
  });

  test('stubs that no DHCP server reaches stand beside the resolver, and hosts answer where they are told to', () => {
    const [home, web] = devices;
    if (home?.kind !== 'stub' || web?.kind !== 'host') throw new Error('no hosts');
    expect(formatIp(home.address!.address)).toBe('10.8.0.2');
    expect(web.echoes).toEqual([7, 9]);
  });
});

describe('mistakes in it', () => {
  test.each([
    {
      name: 'a probe of no protocol',
      text: fileWith(PORTAL.replace('udp/7', 'ping')),
      says: 'short.yaml:17:29 services.dns.zones.lab.example.records.portal.check.probe: "ping" is no probe: write udp/7, tcp/80 or http/80',
    },
    {
      name: 'targets of the other family',
      text: fileWith(PORTAL.replace('10.2.0.10', '"fd00::1"')),
      says: 'short.yaml:16:34 services.dns.zones.lab.example.records.portal.targets[1]: fd00::1 is no data of type A: write type: AAAA, or another address',
    },
    {
      name: 'a policy that is none',
      text: fileWith(PORTAL.replace('policy: failover', 'policy: fail-over')),
      says: 'short.yaml:15:21 services.dns.zones.lab.example.records.portal.policy: "fail-over" is no choice here: did you mean "failover"?',
    },
    {
      name: 'an answer over TCP',
      text: fileWith().replace('udp/9', 'tcp/9'),
      says: 'short.yaml:21:64 devices.web.answers[1]: "tcp/9" is no port where a host sends back what it is sent: write udp/ and a port, such as udp/7; kind: web answers connections',
    },
    {
      name: 'more stubs than the network has room for',
      text: fileWith().replace('count: 3', 'count: 300'),
      says: 'short.yaml:20:9 devices.home: the network of near has no 300 addresses left: write ip: with an address and the length of its network, such as 10.8.0.10/22',
    },
    {
      name: 'an upstream that is not there',
      text: fileWith().replace('upstream: dns', 'upstream: dsn'),
      says: 'short.yaml:19:63 devices.near.upstream: "dsn" is no name server of this file and no address: did you mean "dns"?',
    },
  ])('$name', ({ text, says }) => {
    expect(mistakesIn(text)).toBe(says);
  });
});
