import { expect, test } from 'vitest';
import { Ways } from '../../../src/api/user-latency.ts';
import { Visits } from '../../../src/api/visits.ts';
import { openContents } from '../../../src/api/contents.ts';
import { parseScenario } from '../../../src/config/parse.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';

const CROWD = 'kind: population, on: core, stubs: 9, rate: 1/s, resolvers: dns, ask: near.shop.example A';
const FILE = `
headend: 1
name: ways
about: Three crowds, and one table.
duration: 1m
net: { core: { kind: segment } }
services:
  dns:
    on: core
    ip: 10.0.0.53
    regions: { eu: { at: [50, 0] }, us: {}, west: { at: [50, -10] } }
    locations:
      berlin: { networks: 10.1.0.0/16, latency: { eu: 22ms, us: 96ms } }
      north: { networks: 10.2.0.0/16, at: [60, 0] }
    latency-default: { eu: 60ms, us: 50ms }
    zones:
      shop.example:
        records: { plain: { type: A, data: 192.0.2.6 } }
        routing:
          near:
            type: A
            policy: latency
            targets:
              america: { region: us, alias: usa }
              europe: { region: eu, data: 192.0.2.1 }
          usa:
            type: A
            policy: weighted
            targets: { one: { data: 192.0.2.2 }, two: { data: [192.0.2.3, 192.0.2.1] } }
          map:
            type: A
            policy: geoproximity
            targets: { equator: { at: [0, 0], data: 192.0.2.4 }, west: { region: west, data: 192.0.2.5 } }
devices:
  berlin: { ${CROWD}, ip: 10.1.0.9 }
  north: { ${CROWD}, ip: 10.2.0.9 }
  lab: { ${CROWD}, ip: 10.9.0.9 }
expect: []
`;
const SCENARIO = parseScenario(FILE, 'ways.yaml');
const WAYS = new Ways(SCENARIO, openContents(SCENARIO, 'ways.yaml', 'inside'));

type Sent = readonly [population: string, target: string, answers: number];

function latencyOf(...sent: readonly Sent[]) {
  const visits = new Visits(SCENARIO);
  for (const [index, [name, target, answers]] of sent.entries()) {
    const at = toInstant((index + 1) * SECOND);
    for (let answer = 0; answer < answers; answer++) visits.measure(at, { name }, 'dns.lookup.us', 2_000);
    visits.measure(at, { name }, `share.${target}`, 100);
  }
  return WAYS.latencyOf(visits);
}

/** A degree of latitude is 111.19 km, light in glass goes 200 km in a millisecond, and the last mile takes 5 ms. */
const degreesMs = (degrees: number): number => (degrees * 6_371 * Math.PI) / 180 / 200 + 5;

test.each([
  {
    name: 'the table of the location; what an alias leads to stands where the alias does',
    from: 'berlin',
    to: '192.0.2.2',
    ms: 96,
  },
  {
    name: 'the table; an address in two regions is reached in the nearer',
    from: 'berlin',
    to: '192.0.2.1',
    ms: 22,
  },
  { name: 'coordinates of both where nobody measured', from: 'north', to: '192.0.2.1', ms: degreesMs(10) },
  { name: 'a target without a region, on the map', from: 'north', to: '192.0.2.4', ms: degreesMs(60) },
  { name: 'the default where a location has neither', from: 'north', to: '192.0.2.2', ms: 50 },
  {
    name: 'who is nowhere known: the default, and of two regions the nearer',
    from: 'lab',
    to: '192.0.2.1',
    ms: 50,
  },
])('$name', ({ from, to, ms }) => {
  const { knownPercent, unknown, ...latency } = latencyOf([from, to, 3]);
  expect([knownPercent, unknown]).toEqual([100, []]);
  expect(latency.ms?.p50).toBeCloseTo(ms, 2);
  expect(latency.ms?.max).toBe(latency.ms?.p50);
});

test.each([
  { name: 'a region that nobody measured', from: 'berlin', to: '192.0.2.5' },
  { name: 'no coordinates of the clients', from: 'berlin', to: '192.0.2.4' },
  { name: 'the default says nothing of that region', from: 'lab', to: '192.0.2.5' },
  { name: 'an address that no policy has', from: 'berlin', to: '192.0.2.6' },
])('not known: $name', ({ from, to }) => {
  expect(latencyOf([from, to, 3])).toEqual({
    ms: undefined,
    curve: [],
    knownPercent: 0,
    unknown: [`${from} to ${to}`],
  });
});

test('ranks are the nearest, and the curve has a corner at each end of a step', () => {
  const sent: Sent[] = [
    ['berlin', '192.0.2.2', 2],
    ['berlin', '192.0.2.1', 10],
    ['lab', '192.0.2.1', 7],
    ['berlin', '192.0.2.3', 1],
  ];
  expect(latencyOf(...sent)).toEqual({
    ms: { p50: 22, p95: 96, max: 96 },
    curve: [
      [0, 0],
      [22, 0],
      [22, 50],
      [50, 50],
      [50, 85],
      [96, 85],
      [96, 100],
    ],
    knownPercent: 100,
    unknown: [],
  });
  // One more of twenty-one on the far side of the middle, and it is the median.
  expect(latencyOf(...sent, ['lab', '192.0.2.1', 1]).ms?.p50).toBe(50);
});

test('what is not known is left out of the ranks, and how much that is is told', () => {
  const { ms, knownPercent, unknown } = latencyOf(['berlin', '192.0.2.1', 3], ['north', '192.0.2.6', 1]);
  expect(ms).toEqual({ p50: 22, p95: 22, max: 22 });
  expect(knownPercent).toBe(75);
  expect(unknown).toEqual(['north to 192.0.2.6']);
});
