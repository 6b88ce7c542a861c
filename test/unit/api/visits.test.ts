import { expect, test } from 'vitest';
import { Visits } from '../../../src/api/visits.ts';
import { parseScenario } from '../../../src/config/parse.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';

/** Two crowds: `quick` reports every 10 s, `slow` every 20. */
const FILE = `
headend: 1
name: crowds
about: Two crowds.
duration: 1m
net: { core: { kind: segment } }
services:
  dns: { on: core, ip: 10.0.0.53, zones: { shop.example: { records: { www: { type: A, data: 192.0.2.1 } } } } }
devices:
  quick: { kind: population, on: core, ip: 10.0.0.10, stubs: 9, rate: 1/s, resolvers: dns, ask: www.shop.example A, report: 10s }
  slow: { kind: population, on: core, ip: 10.0.0.11, stubs: 9, rate: 1/s, resolvers: dns, ask: www.shop.example A, report: 20s }
expect: []
`;

/** At a second, so many answers to one, and then its report. */
type Window = readonly [
  second: number,
  name: string,
  answers: number,
  shares: Readonly<Record<string, number>>,
];

function visitsOf(windows: readonly Window[]): Visits {
  const visits = new Visits(parseScenario(FILE, 'crowds.yaml'));
  for (const [second, name, answers, shares] of windows) {
    const at = toInstant(second * SECOND);
    for (let answer = 0; answer < answers; answer++) visits.measure(at, { name }, 'dns.lookup.us', 2_000);
    for (const [target, share] of Object.entries(shares))
      visits.measure(at, { name }, `share.${target}`, share);
  }
  return visits;
}

test.each<{
  name: string;
  windows: readonly Window[];
  sent: readonly (readonly [string, string, number])[];
  reports: Readonly<Record<number, Readonly<Record<string, number>>>>;
}>([
  { name: 'nobody asked: nothing', windows: [], sent: [], reports: {} },
  {
    name: 'one crowd: its shares as they are, its answers summed by target',
    windows: [
      [10, 'quick', 4, { a: 75, b: 25 }],
      [20, 'quick', 2, { a: 50, b: 50 }],
    ],
    sent: [
      ['quick', 'a', 4],
      ['quick', 'b', 2],
    ],
    reports: { 10: { a: 75, b: 25 }, 20: { a: 50, b: 50 } },
  },
  {
    name: 'two crowds at one moment: each weighs as many answers a second as it had, and neither hides the other',
    windows: [
      [10, 'quick', 2, { a: 100 }],
      [20, 'quick', 3, { a: 100 }],
      [20, 'slow', 2, { b: 100 }],
    ],
    sent: [
      ['quick', 'a', 5],
      ['slow', 'b', 2],
    ],
    // `slow` had 0.1/s all the time, `quick` 0.2/s and then 0.3/s.
    reports: { 10: { a: 200 / 3, b: 100 / 3 }, 20: { a: 75, b: 25 } },
  },
  {
    name: 'a crowd that is off counts for nothing in the meantime',
    windows: [
      [10, 'quick', 1, { a: 100 }],
      [20, 'slow', 8, { b: 100 }],
      [50, 'quick', 1, { a: 100 }],
    ],
    sent: [
      ['quick', 'a', 2],
      ['slow', 'b', 8],
    ],
    reports: { 10: { a: 20, b: 80 }, 20: { b: 100 }, 50: { a: 100 } },
  },
  {
    name: 'a target that nobody is sent to any more is reported once, and was sent nobody',
    windows: [
      [10, 'quick', 1, { a: 100 }],
      [20, 'quick', 0, { a: 0 }],
    ],
    sent: [['quick', 'a', 1]],
    reports: { 10: { a: 100 }, 20: { a: 0 } },
  },
  {
    name: 'what other hosts measure is let pass, and so are look-ups after the last report',
    windows: [
      [10, 'stub', 3, { c: 100 }],
      [10, 'quick', 1, { a: 100 }],
      [15, 'quick', 7, {}],
    ],
    sent: [['quick', 'a', 1]],
    reports: { 10: { a: 100 } },
  },
])('$name', ({ windows, sent, reports }) => {
  const visits = visitsOf(windows);
  expect([...visits.sent()]).toEqual(sent);
  const seen = [...visits.reports()].map(
    ([at, shares]) => [at / SECOND, Object.fromEntries(shares)] as const,
  );
  expect(seen.map(([second]) => String(second))).toEqual(Object.keys(reports));
  for (const [second, shares] of seen) {
    const expected = reports[second] ?? {};
    expect(Object.keys(shares).sort()).toEqual(Object.keys(expected).sort());
    for (const [target, share] of Object.entries(shares))
      expect(share).toBeCloseTo(expected[target] ?? -1, 9);
  }
});
