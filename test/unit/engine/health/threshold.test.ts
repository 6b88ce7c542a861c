import { describe, expect, test } from 'vitest';
import { parseHistory, reportFlapping } from '../../../../src/engine/health/flap.ts';
import { makeThreshold } from '../../../../src/engine/health/threshold.ts';
import type { ThresholdSpec } from '../../../../src/policy/dns/check.ts';

const ROUTE53: ThresholdSpec = { kind: 'route53', count: 3 };
const GDNSD: ThresholdSpec = { kind: 'gdnsd', up: 5, ok: 2, down: 3 };

function statesOf(spec: ThresholdSpec, probes: string, isUp: boolean): string {
  const threshold = makeThreshold(spec, isUp);
  return Array.from(probes, (probe) => {
    threshold.observe(probe === '+');
    return threshold.isUp ? 'U' : 'D';
  }).join('');
}

/** Rules 7 and 9: both models on the same probes. gdnsd: up 5, ok 2, down 3. Route 53: 3. */
describe('rule 9: one probe history, two models', () => {
  test.each([
    { name: 'one lost probe', from: 'up', probes: '+-++', route53: 'UUUU', gdnsd: 'UUUU' },
    { name: 'three failures in a row', from: 'up', probes: '---', route53: 'UUD', gdnsd: 'UUD' },
    {
      name: 'single successes between: gdnsd goes on counting, Route 53 begins anew',
      from: 'up',
      probes: '--+--+--',
      route53: 'UUUUUUUU',
      gdnsd: 'UUUDDDDD',
    },
    {
      name: 'ok_thresh successes between: both forget',
      from: 'up',
      probes: '--++--++--',
      route53: 'UUUUUUUUUU',
      gdnsd: 'UUUUUUUUUU',
    },
    {
      name: 'recovery: three in a row, or up_thresh of five',
      from: 'down',
      probes: '+++++',
      route53: 'DDUUU',
      gdnsd: 'DDDDU',
    },
    {
      name: 'a failure on the way up begins anew for both',
      from: 'down',
      probes: '++-++++-+++++',
      route53: 'DDDDDUUUUUUUU',
      gdnsd: 'DDDDDDDDDDDDU',
    },
    {
      name: 'failures before and after a recovery are counted apart',
      from: 'up',
      probes: '---+++++--',
      route53: 'UUDDDUUUUU',
      gdnsd: 'UUDDDDDUUU',
    },
  ])('$name', ({ from, probes, route53, gdnsd }) => {
    expect(statesOf(ROUTE53, probes, from === 'up')).toBe(route53);
    expect(statesOf(GDNSD, probes, from === 'up')).toBe(gdnsd);
  });

  test.each([
    { name: 'Route 53, up, nothing seen', spec: ROUTE53, probes: '', left: 3 },
    { name: 'Route 53, two failures', spec: ROUTE53, probes: '--', left: 1 },
    { name: 'Route 53, down for one probe', spec: ROUTE53, probes: '---', left: 3 },
    { name: 'gdnsd, two failures and a success', spec: GDNSD, probes: '--+', left: 1 },
    { name: 'gdnsd, down and two successes', spec: GDNSD, probes: '---++', left: 3 },
  ])('probes until it could change: $name', ({ spec, probes, left }) => {
    const threshold = makeThreshold(spec, true);
    for (const probe of probes) threshold.observe(probe === '+');
    expect(threshold.probesToChange).toBe(left);
  });
});

describe('what a model makes of a flapping target', () => {
  test.each([
    {
      name: 'a real outage of six probes',
      history: '++xxxxxx+++++++',
      route53: { changes: 2, falseDownSeconds: 20, missedDownSeconds: 20 },
      gdnsd: { changes: 2, falseDownSeconds: 40, missedDownSeconds: 20 },
    },
    {
      name: 'lost probes of a target that is well, every third passes',
      history: '--+--+--+--+',
      route53: { changes: 0, falseDownSeconds: 0, missedDownSeconds: 0 },
      gdnsd: { changes: 1, falseDownSeconds: 90, missedDownSeconds: 0 },
    },
    {
      name: 'it is down and answers now and then',
      history: 'xx!xx!xx!',
      route53: { changes: 0, falseDownSeconds: 0, missedDownSeconds: 90 },
      gdnsd: { changes: 1, falseDownSeconds: 0, missedDownSeconds: 30 },
    },
  ])('$name', ({ history, route53, gdnsd }) => {
    const probes = parseHistory(history) ?? [];
    expect(probes).toHaveLength(history.length);
    expect(reportFlapping(probes, ROUTE53, 10)).toMatchObject(route53);
    expect(reportFlapping(probes, GDNSD, 10)).toMatchObject(gdnsd);
  });

  test('what is no history is none', () => {
    expect(parseHistory('+-?')).toBeUndefined();
    expect(parseHistory('')).toBeUndefined();
  });
});
