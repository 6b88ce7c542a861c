import { describe, expect, test } from 'vitest';
import { formatPrefix } from '../../../src/core/address.ts';
import { LIMITS_DEFAULT } from '../../../src/core/limits.ts';
import { parseScenario } from '../../../src/config/parse.ts';
import { mistakesIn, PLANT } from './plant.ts';

const limitsOf = (text: string) => parseScenario(text, 'small.yaml').limits;
const withLimits = (text: string) => `${PLANT}limits: ${text}\n`;

test('left out, they are the defaults, and the relays of the file are not counted', () => {
  const { datagrams, connections } = limitsOf(PLANT);
  expect(connections).toEqual(LIMITS_DEFAULT.connections);
  expect({ ...datagrams, exempt: LIMITS_DEFAULT.datagrams.exempt }).toEqual(LIMITS_DEFAULT.datagrams);
  // Of subnets[0].relay and of the CMTS: giaddr, and the first free address of its uplink.
  expect(datagrams.exempt.map(formatPrefix)).toEqual([
    '127.0.0.0/8',
    '::1/128',
    '10.9.0.1/32',
    '10.0.0.1/32',
  ]);
});

test('each can be set', () => {
  const { datagrams, connections } = limitsOf(
    withLimits(
      '{ datagrams: { rate: 500/s, burst: 7, sources: 4096, exempt: [10.20.0.0/16, 10.0.0.9, "fd00::/48"] }, ' +
        'connections: { total: 8, per-source: 2, idle: 5s, unsent-octets: 65536, unsent-octets-total: 131072 } }',
    ),
  );
  expect({ ...datagrams, exempt: datagrams.exempt.map(formatPrefix).slice(0, 3) }).toEqual({
    rate: 500,
    burst: 7,
    sources: 4096,
    exempt: ['10.20.0.0/16', '10.0.0.9/32', 'fd00::/48'],
  });
  expect(connections).toEqual({
    total: 8,
    perSource: 2,
    idleUs: 5_000_000,
    unsentOctets: 65_536,
    unsentOctetsTotal: 131_072,
  });
});

test('what follows from what is set: a burst of two seconds, and no source has more than all', () => {
  expect(limitsOf(withLimits('{ datagrams: { rate: 0.1/s } }')).datagrams.burst).toBe(1);
  expect(limitsOf(withLimits('{ datagrams: { rate: 300/s } }')).datagrams.burst).toBe(600);
  expect(limitsOf(withLimits('{ connections: { total: 10 } }')).connections.perSource).toBe(10);
});

describe('mistakes are shown at their place', () => {
  test.each([
    {
      text: '{ datagrams: { rate: 500 } }',
      says: 'small.yaml:50:30 limits.datagrams.rate: "500" has no unit: write a rate such as 200/s, from 0.001/s to 10000000/s',
    },
    {
      text: '{ datagrams: { exempt: [10.9.0.1/18] } }',
      says: 'small.yaml:50:33 limits.datagrams.exempt[0]: "10.9.0.1/18" will not do: write a network such as 10.9.0.0/18 or "fd00::/48", or one address',
    },
    {
      text: '{ datagrams: { sources: 5 } }',
      says: 'small.yaml:50:33 limits.datagrams.sources: "5" is out of bounds: write at least 1024',
    },
    {
      text: '{ connections: { idle: 10ms } }',
      says: 'small.yaml:50:32 limits.connections.idle: the time is out of bounds: write 1s to 1d',
    },
    {
      text: '{ connections: { total: 4, per-source: 5 } }',
      says: 'small.yaml:50:48 limits.connections.per-source: one source may have 5 connections, and all together 4: let "per-source" be at most "total"',
    },
    {
      text: '{ datagram: { rate: 5/s } }',
      says: 'small.yaml:50:11 limits.datagram: there is no such key here: did you mean "datagrams"?',
    },
  ])('$text', ({ text, says }) => {
    expect(mistakesIn(withLimits(text))).toEqual([says]);
  });
});
