import { join } from 'node:path';
import { expect, test } from 'vitest';
import { comparePolicies, comparisonLines } from '../../../src/api/compare.ts';
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
