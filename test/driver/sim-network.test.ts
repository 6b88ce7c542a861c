import { describe, expect, test } from 'vitest';
import { BROADCAST } from '../../src/core/address.ts';
import type { HostSpec, Topology } from '../../src/core/driver.ts';
import { NET_RULES } from '../../src/core/rules/net.ts';
import { SECOND, toInstant } from '../../src/core/time.ts';
import { acting, pair } from './cases/plant.ts';
import type { Act } from './cases/plant.ts';
import { at, host, ip, link, mac, segment } from './plants.ts';
import { Actor, octetsOf } from './world.ts';

import { burst, crossings, go } from './runs.ts';
describe('neighbours', () => {
  test('a request goes to all, the reply to the asker, then what waited leaves; the other side need not ask', () => {
    const right = new Actor((input, _now, effects) => {
      if (input.kind === 'datagram') effects.send(1007, input.from, input.octets);
    });
    const { events } = crossings(burst(2, {}, right), go('left'));
    const shown = events.map(({ body, at: when, receiver }) =>
      body.kind === 'arp' ? [when, body.operation, receiver?.name] : [when, body.kind, receiver?.name],
    );
    expect(shown).toEqual([
      [1000, 'request', undefined],
      [2000, 'reply', 'left'],
      [3000, 'udp', 'right'],
      [3000, 'udp', 'right'],
      [4000, 'udp', 'left'],
      [4000, 'udp', 'left'],
    ]);
  });

  test('nobody answers: three requests a second apart, then `unreachable` for each that waited', () => {
    const left = acting({
      go: (effects) => {
        for (const port of [1, 2]) effects.send(1007, { address: ip('10.0.0.9'), port }, octetsOf('?'));
      },
    });
    const { events, driver } = crossings(pair(left, new Actor()), go('left'));
    expect(events.map(({ sentAt }) => sentAt)).toEqual([0, SECOND, 2 * SECOND]);
    expect(left.of('unreachable').map(({ reason, to }) => [reason, to.port])).toEqual([
      ['host', 1],
      ['host', 2],
    ]);
    expect(left.moments.at(-1)).toBe(3 * SECOND);
    expect(driver.countOf(NET_RULES.noNeighbour)).toBe(1);
  });

  test('at most 100 datagrams wait for one neighbour; the oldest is dropped', () => {
    const right = new Actor();
    const { driver } = crossings(burst(105, {}, right), go('left'));
    expect(right.of('datagram').map(({ octets }) => octets[0])).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 5),
    );
    expect(driver.countOf(NET_RULES.neighbourQueueFull)).toBe(5);
  });

  test('RFC 5227: a probe is answered by who has the address, and teaches nobody', () => {
    const left = acting({
      go: (effects) => {
        effects.probe(0, ip('10.0.0.2') as never);
        effects.probe(0, ip('10.0.0.77') as never);
      },
    });
    const { events } = crossings(pair(left, new Actor()), go('left'));
    expect(left.of('probe-answer')).toHaveLength(1);
    expect(left.of('probe-answer')[0]).toMatchObject({ address: ip('10.0.0.2') });
    expect(events.map(({ body }) => body.kind === 'arp' && body.senderIp)).toEqual([0, 0, ip('10.0.0.2')]);
  });

  test('a host that moved keeps nothing: its old address is asked for anew after a crash', () => {
    const right = new Actor();
    const { events } = crossings(burst(1, {}, right), (driver) => {
      go('left')(driver);
      driver.crash(toInstant(SECOND), 'left');
      driver.restart(toInstant(SECOND), 'left');
      go('left', SECOND)(driver);
    });
    expect(events.filter(({ body }) => body.kind === 'arp')).toHaveLength(4);
  });
});

const forward: Act = (input, _now, effects) => {
  if (input.kind === 'transit') effects.forward();
};

function routed(
  routes: HostSpec['routes'],
  forwards: Act,
): { left: Actor; right: Actor; topology: Topology } {
  const left = acting({
    go: (effects) => effects.send(1007, { address: ip('10.2.0.2'), port: 1007 }, octetsOf('x')),
  });
  const right = new Actor();
  const faces = ['10.1.0.1/24', '10.2.0.1/24'].map((address, index) => ({
    segment: `net${index}`,
    mac: mac(`02:00:00:00:00:0${index}`),
    addresses: [at(address)],
  }));
  const topology: Topology = {
    links: [],
    segments: [segment('net0'), segment('net1')],
    hosts: [
      host('left', { on: 'net0', address: [at('10.1.0.2/24 10.1.0.1')] }, () => left, { udpPorts: [1007] }),
      host('right', { on: 'net1', address: [at('10.2.0.2/24 10.2.0.1')] }, () => right, {
        udpPorts: [1007],
      }),
      host('router', { on: 'net0' }, () => new Actor(forwards), {
        interfaces: faces,
        forwards: true,
        routes,
      }),
    ],
  };
  return { left, right, topology };
}

describe('routes', () => {
  test('hop by hop: one datagram keeps its number and loses one of its time to live a router', () => {
    const { right, topology } = routed([], forward);
    const { events } = crossings(topology, go('left'));
    const hops = events.flatMap(({ body, segment: name, packet }) =>
      body.kind === 'udp' ? [[name, body.ttl, packet] as const] : [],
    );
    expect(hops.map(([name, ttl]) => [name, ttl])).toEqual([
      ['net0', 64],
      ['net1', 63],
    ]);
    expect(hops[0]![2]).toBe(hops[1]![2]);
    expect(right.count('datagram')).toBe(1);
  });

  test('a loop of routes ends: the sender hears that the time is exceeded', () => {
    // The router sends what is for 10.2.0.2 back to where it came from, and there the way is through the router.
    const loop = { to: { address: ip('10.2.0.2'), length: 32 }, via: 0, nextHop: ip('10.1.0.3') };
    const { left, topology } = routed([loop], forward);
    const back = host(
      'back',
      { on: 'net0', address: [at('10.1.0.3/24 10.1.0.1')] },
      () => new Actor(forward),
      {
        forwards: true,
      },
    );
    const { driver } = crossings({ ...topology, hosts: [...topology.hosts, back] }, go('left'));
    expect(left.of('unreachable')).toHaveLength(1);
    expect(driver.countOf(NET_RULES.timeExceeded)).toBe(1);
  });

  test('no route: the sender is told by itself, or by the router that has none', () => {
    const alone = acting({
      go: (effects) => effects.send(1007, { address: ip('198.51.100.1'), port: 9 }, octetsOf('x')),
    });
    crossings(pair(alone, new Actor()), go('left'));
    expect(alone.of('unreachable')[0]).toMatchObject({ reason: 'network', port: 1007 });
    const { left, topology } = routed([], forward);
    const far = acting({
      go: (effects) => effects.send(1007, { address: ip('198.51.100.1'), port: 9 }, octetsOf('x')),
    });
    const hosts = topology.hosts.map((spec) =>
      spec.name === 'left' ? { ...spec, create: () => far } : spec,
    );
    crossings({ ...topology, hosts }, go('left'));
    expect(far.of('unreachable')[0]).toMatchObject({ reason: 'network' });
    expect(left.inputs).toHaveLength(0);
  });

  test('what is not for a host that does not route is dropped', () => {
    const left = acting({
      go: (effects) => {
        const hardware = mac('02:00:00:00:00:77');
        effects.send(1007, { address: ip('10.0.0.50'), port: 1007, hardware, via: 0 }, octetsOf('x'));
      },
    });
    const other = new Actor();
    const address = [at('10.0.0.2/24')];
    const spec = host('other', { on: 'lan', address, mac: mac('02:00:00:00:00:77') }, () => other, {
      udpPorts: [1007],
    });
    const topology = pair(left, new Actor());
    const { driver } = crossings({ ...topology, hosts: [topology.hosts[0]!, spec] }, go('left'));
    expect(other.inputs).toHaveLength(0);
    expect(driver.countOf(NET_RULES.notOurs)).toBe(1);
  });
});

describe('links', () => {
  test('a link is crossed by routers that nobody sees: three segments, three delays', () => {
    const right = new Actor((input, _now, effects) => {
      if (input.kind === 'datagram') effects.send(1007, input.from, input.octets);
    });
    const left = acting({
      go: (effects) => effects.send(1007, { address: ip('10.8.0.1'), port: 1007 }, octetsOf('x')),
    });
    const topology: Topology = {
      segments: [segment('core'), segment('access', { delayUs: 4000 })],
      links: [link('metro', ['core', 'access'], { delayUs: 12_000 })],
      hosts: [
        host('left', { on: 'core', address: [at('10.0.0.53/24')] }, () => left, { udpPorts: [1007] }),
        host('right', { on: 'access', address: [at('10.8.0.1/24')] }, () => right, { udpPorts: [1007] }),
      ],
    };
    const { events } = crossings(topology, go('left'));
    expect(left.count('datagram')).toBe(1);
    const way = events.flatMap((event) => (event.body.kind === 'udp' ? [event.segment] : []));
    expect(way).toEqual(['core', 'metro', 'access', 'access', 'metro', 'core']);
  });
});

test('a limited broadcast of a host without an address leaves from 0.0.0.0 and is heard by all with the port', () => {
  const left = acting({
    go: (effects) => effects.send(68, { address: BROADCAST, port: 1007, via: 0 }, octetsOf('x')),
  });
  const topology = pair(left, new Actor());
  const others = [new Actor(), new Actor()];
  const hosts = [
    host('bare', { on: 'lan' }, () => left),
    ...others.map((other, index) => host(`h${index}`, { on: 'lan' }, () => other, { udpPorts: [1007] })),
    host('deaf', { on: 'lan' }, () => new Actor(() => expect.unreachable()), { udpPorts: [9] }),
  ];
  crossings({ ...topology, hosts }, go('bare'));
  for (const other of others) expect(other.of('datagram')[0]!.from).toEqual({ address: 0, port: 68 });
});
