import { join } from 'node:path';
import { expect, test } from 'vitest';
import { comparePolicies, comparisonLines, comparisonSvg } from '../../../src/api/compare.ts';
import { loadScenario } from '../../../src/api/scenario.ts';
import { lineText } from '../../../src/report/line.ts';

const SCENARIOS = join(import.meta.dirname, '../../../scenarios');
const CACHES = () => loadScenario(join(SCENARIOS, 'failover-against-caches.yaml'));

test('one failure under two policies: failover has all visitors on what fails, weights a part of them', async () => {
  const results = await comparePolicies(CACHES(), 'www.shop.example', ['failover', 'multivalue']);
  const [failover, multivalue] = results;
  expect(results.map(({ policy }) => policy)).toEqual(['failover', 'multivalue']);
  // Detection takes 20 to 30 s and a probe's time; then a resolver of 20 % keeps the old answer for up to 300 s, the others for up to 60 s.
  expect(failover?.outageSeconds).toBeGreaterThan(20);
  expect(failover?.outageSeconds).toBeLessThan(36 + 0.8 * 60 + 0.2 * 300);
  expect(multivalue?.outageSeconds).toBeLessThan(failover?.outageSeconds ?? 0);
  // Both values are given in drawn order, and a visitor goes to the first.
  for (const share of Object.values(multivalue?.shares ?? {})) expect(share).toBeGreaterThan(10);
  // Before the failure nobody is sent to what is down.
  expect(failover?.outage.filter(([at]) => at < 120).every(([, share]) => share === 0)).toBe(true);
  for (const { shares, authorityQueries, lookupMs } of results) {
    expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0);
    expect(authorityQueries).toBeGreaterThan(0);
    expect(lookupMs.p95).toBeGreaterThanOrEqual(lookupMs.p50);
  }
  const lines = comparisonLines(results).map(lineText);
  expect(lines[0]).toMatch(/^policy +198\.51\.100\.80 +198\.51\.100\.81 +outage +look-up p50 +p95 +queries$/);
  expect(lines.at(-1)).toMatch(/^multivalue {2}\|[ ▁-█]+\|$/);
  // The file says nowhere how far the visitors are from either site.
  expect(lines[4]).toBe('user latency: not known from visitors to 198.51.100.80 and 1 more');
  expect(lines[5]).toContain('give the targets a region:');
  expect(comparisonSvg('www.shop.example', results)).not.toContain('way to their target');
});

test('how far users were from where they were sent: near by latency, anywhere by weights, all across by failover', async () => {
  const loaded = loadScenario(join(SCENARIOS, 'policies-compared-by-latency.yaml'));
  const policies = ['latency', 'weighted', 'failover'];
  const results = await comparePolicies(loaded, 'www.shop.example', policies);
  // The slowest way is Berlin's to Virginia: with latency only of the crowd whose resolver hides it, and of all when Dublin has failed.
  for (const { userLatency } of results) {
    expect([userLatency.ms?.max, userLatency.knownPercent, userLatency.unknown]).toEqual([96, 100, []]);
    expect(userLatency.curve.at(0)).toEqual([0, 0]);
    expect(userLatency.curve.at(-1)).toEqual([96, 100]);
  }
  const within = (ms: number) =>
    results.map(({ userLatency: { curve } }) => curve.findLast(([at]) => at <= ms)?.[1] ?? 0);
  const [byLatency = 0, byWeights = 0] = within(22);
  // Boston (a third) all the time; two crowds of Berlin (a half) for the 200 of 300 s in which Dublin answers or is believed to.
  expect(byLatency).toBeGreaterThan(60);
  expect(byLatency).toBeLessThan(75);
  expect(byWeights).toBeLessThan(byLatency);
  // By failover nobody is sent the 8 ms from Boston to Virginia before Dublin has failed.
  const [nearBoston = 0, , lastResort = 0] = within(8);
  expect(nearBoston).toBeGreaterThan(30);
  expect(lastResort).toBeLessThan(nearBoston / 2);
  const lines = comparisonLines(results).map(lineText);
  expect(lines[0]).toMatch(/p95 +user latency p50 +p95 +max +queries$/);
  expect(lines[1]).toMatch(/^latency .* 22\.0 ms +96\.0 ms +96\.0 ms +\d+$/);
  expect(lines.join('\n')).not.toContain('known');
  const narrow = comparisonLines(results, 80).map(lineText);
  expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(narrow[0]).toMatch(/^policy .* p95 +queries$/);
  expect(narrow[4]).toMatch(/^policy +user latency p50 +p95 +max$/);
  const svg = comparisonSvg('www.shop.example', results);
  expect(svg).toContain('visitors whose way to their target was no longer');
  expect(svg.match(/<polyline/g)?.length).toBe(4 * policies.length);
});

test('a way that is known to one policy and not to another is a line of its own', async () => {
  const loaded = loadScenario(join(SCENARIOS, 'policies-compared-by-latency.yaml'));
  const [result] = await comparePolicies(loaded, 'www.shop.example', ['failover']);
  if (result === undefined) throw new Error('one policy, one result');
  const partly = { ...result.userLatency, knownPercent: 62.5, unknown: ['lab to 192.0.2.9'] };
  const lines = comparisonLines([result, { ...result, userLatency: partly }]).map(lineText);
  expect(lines[4]).toBe('user latency: known of 62.5 to 100.0 % of the answers; not from lab to 192.0.2.9');
  const nobody = { ...partly, ms: undefined, curve: [], knownPercent: 0, unknown: [] };
  const [head, , , none] = comparisonLines([result, { ...result, userLatency: nobody }]).map(lineText);
  expect(head).toContain('user latency p50');
  expect(none).toBe('');
  const alone = comparisonLines([{ ...result, userLatency: nobody }]).map(lineText);
  expect(alone[0]).not.toContain('user latency');
  expect(alone[2]).toContain('no population was answered and reported before the end');
});

test.each([
  {
    name: 'a policy that is none',
    policy: 'nearest',
    at: 'www.shop.example',
    says: /"nearest" is not a policy/,
  },
  {
    name: 'a name without a policy',
    policy: 'failover',
    at: 'x.example',
    says: /no routing of the file has the name/,
  },
  {
    name: 'a policy whose targets lack what it goes by',
    policy: 'latency',
    at: 'www.shop.example',
    says: /first cannot be a target of latency/,
  },
  {
    name: 'simple, with two targets',
    policy: 'simple',
    at: 'www.shop.example',
    says: /simple has one target/,
  },
])('$name is told', async ({ policy, at, says }) => {
  await expect(comparePolicies(CACHES(), at, [policy])).rejects.toThrow(says);
});

test('without visitors there is nothing to compare by', async () => {
  const loaded = loadScenario(join(SCENARIOS, 'policy-failover.yaml'));
  await expect(comparePolicies(loaded, 'www.shop.example', ['failover'])).rejects.toThrow(/kind population/);
});
