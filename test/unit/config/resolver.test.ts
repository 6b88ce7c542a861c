import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/config/parse.ts';
import { ScenarioError, formatMistake } from '../../../src/config/mistakes.ts';

const FILE = `headend: 1
name: small
net: { lan: { kind: segment } }
services:
  resolver: { on: lan, ip: 10.0.0.53, roots: root }
  root: { kind: dns, on: lan, ip: 10.0.0.1, zones: { .: { records: { www: { type: A, data: 10.0.0.80 } } } } }
devices:
  homes: { kind: population, on: lan, ip: 10.0.0.9, stubs: 9, rate: 1/s, ask: www A, resolvers: { resolver: 100% } }
  mallory: { kind: attacker, on: lan, ip: 10.0.0.66, resolver: resolver, server: root, zone: www, packets: 9, every: 1s, rounds: 9 }
expect:
  - eventually: { who: resolver, measure: cache.hits >= 3 }
  - eventually: { who: mallory, state: poisoned }
`;

function mistakesIn(text: string): readonly string[] {
  try {
    parseScenario(text, 'small.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.mistakes.map((mistake) => formatMistake('small.yaml', mistake).replace(/^\S+ /, ''));
  }
}

test('a resolver, a population and an attacker; the root may stand further down', () => {
  const { services, devices } = parseScenario(FILE, 'small.yaml');
  const [resolver] = services;
  expect(resolver).toMatchObject({
    kind: 'resolver',
    minimises: 'relaxed',
    usesCookies: true,
    fixedPort: undefined,
  });
  expect(resolver).toMatchObject({
    cache: { ttlMin: 0, ttlMax: 86_400, negativeTtlMax: 3_600, staleSeconds: 0 },
  });
  expect(devices.map(({ kind }) => kind)).toEqual(['population', 'attacker']);
});

describe('each mistake is told, with what to do about it', () => {
  test.each([
    {
      piece: 'roots: root',
      by: 'roots: rot',
      says: 'services.resolver.roots: "rot" is no name server of this file and no address: did you mean "root"?',
    },
    {
      piece: 'roots: root',
      by: 'roots: root, min-ttl: 2d',
      says: 'services.resolver.min-ttl: it is more than max-ttl: write the lesser of the two here',
    },
    {
      piece: 'roots: root',
      by: 'roots: root, stale-after: 1s',
      says: 'services.resolver.stale-after: nothing stale is served: write serve-stale: too',
    },
    {
      piece: 'roots: root',
      by: 'roots: root, trust-anchors: example',
      says: 'services.resolver.trust-anchors: "example" is not signed in this file: there is none yet: add it',
    },
    {
      piece: 'resolver: 100%',
      by: 'resolver: 60%',
      says: 'devices.homes.resolvers: the shares are 60% in all: make them 100%',
    },
    {
      piece: 'rate: 1/s',
      by: 'rate: 20000/s',
      says: 'devices.homes.rate: one population cannot ask so much: write at most 10000/s',
    },
    {
      piece: 'zone: www',
      by: 'zone: w..w',
      says: 'devices.mallory.zone: "w..w" is no domain name: it takes a label between two dots',
    },
    {
      piece: 'measure: cache.hits >= 3',
      by: 'measure: leases.unique',
      says: 'expect[0].eventually.measure: "leases.unique" is no measure: write it under always:',
    },
    {
      piece: 'state: poisoned',
      by: 'state: poisond',
      says: 'expect[1].eventually.state: an attacker has no state "poisond": did you mean "poisoned"?',
    },
  ])('$by', ({ piece, by, says }) => {
    expect(FILE).toContain(piece);
    expect(mistakesIn(FILE.replace(piece, by))).toEqual([says]);
  });
});
