import { describe, expect, test } from 'vitest';
import type { Rule } from '../../../src/core/rules.ts';
import { HOST } from '../../../src/core/rules/host.ts';
import { Metrics } from '../../../src/scenario/metrics.ts';
import { worst, type Verdict } from '../../../src/scenario/result.ts';
import { ScenarioRun } from '../../../src/scenario/run.ts';
import { at, HOSTS, scenarioWith, TOPOLOGY } from './plant.ts';

test.each<{ verdicts: Verdict[]; run: Verdict }>([
  { verdicts: [], run: 'pass' },
  { verdicts: ['pass', 'warn', 'pass'], run: 'warn' },
  { verdicts: ['warn', 'inconclusive'], run: 'inconclusive' },
  { verdicts: ['fail', 'inconclusive'], run: 'fail' },
  { verdicts: ['error', 'fail'], run: 'error' },
])('$verdicts make $run', ({ verdicts, run }) => {
  expect(worst(verdicts)).toBe(run);
});

test('measures by the metric that they belong to, and the percentiles of boots by nearest rank', () => {
  const metrics = new Metrics();
  for (const [seconds, depth] of [
    [1, 1],
    [2, 5],
    [4, 0],
  ] as const)
    metrics.add(at(seconds), 0, 'dhcp.queue.depth', depth);
  const boots = Array.from({ length: 20 }, (_, index) => (20 - index) * 10);
  const { metrics: numbers, histograms, series } = metrics.results(at(11), boots, () => 0);
  expect(numbers).toEqual({
    // 1 s of 1, 2 s of 5, 7 s of 0.
    'dhcp.queue.depth.mean': 1,
    'dhcp.queue.depth.max': 5,
    'dhcp.queue.depth.last': 0,
    'boot.count': 20,
    'boot.mean': 105,
    'boot.max': 200,
    'boot.p50': 100,
    'boot.p95': 190,
    'boot.p99': 200,
  });
  expect(histograms['boot']).toMatchObject({ count: 20, min: 10, max: 200 });
  expect(series['dhcp.queue.depth']?.values).toContain(5);
});

test('counters of a protocol that was spoken are there even when they are 0', () => {
  const { metrics } = new Metrics().results(at(1), [], (rule: Rule) => (rule === HOST.discover ? 3 : 0));
  expect(metrics).toEqual({
    'dhcp.acks': 0,
    'dhcp.discovers': 3,
    'dhcp.naks': 0,
    'dhcp.offers': 0,
    'dhcp.retransmits': 0,
  });
});

describe('the result of a run', () => {
  const timeline = '[{ at: 0s, do: impair, id: noise, where: hfc, loss: 2%, for: 9m, must-fire: 500 }]';
  const facts = { digest: '0123456789abcdef', simulatedUs: 60_000_000, packets: 7, events: 9 };
  const resultAfter = (fired: number, tell: (run: ScenarioRun) => void) => {
    const scenario = scenarioWith('  - eventually: { who: "cm[0]", state: operational }', timeline);
    const run = new ScenarioRun({ scenario, topology: TOPOLOGY, mode: 'virtual', seed: 5 });
    run.start({
      now: at(0),
      command: () => undefined,
      impair: () => undefined,
      crash: () => undefined,
      restart: () => undefined,
      troubleDisk: () => undefined,
      faults: () => [{ id: 'noise', fired }],
    });
    tell(run);
    return run.result(run.judge(true, at(60)), facts);
  };

  test('devices show their last state, their lease and how long they took', () => {
    const { cm0, cmts, dhcp, home } = HOSTS;
    const result = resultAfter(500, ({ trace }) => {
      trace.state?.(at(1), cm0, 'modem', 'waitingForTftp', undefined);
      trace.state?.(at(2), cm0, 'modem', 'operational', undefined);
      trace.state?.(at(2), cmts, 'cmts', 'online', cm0.interfaces[0]!.mac);
      trace.state?.(at(2), home, 'stub', 'answered', undefined);
      trace.measure?.(at(2), cm0, 'boot.us', 2_000_000);
      const value = {
        state: 'bound',
        client: 'a',
        mac: '00:10:18:00:00:00',
        expires: 86_400,
      };
      trace.settled?.(at(1), dhcp, [{ table: 'lease', key: '10.9.16.1', value }], 'durable');
    });
    expect(result).toMatchObject({
      format_version: 1,
      scenario: 'by-hand',
      mode: 'virtual',
      seed: 5,
      digest: '0123456789abcdef',
      verdict: 'pass',
      simulated_us: 60_000_000,
      packets: 7,
      events: 9,
      faults: [{ id: 'noise', fired: 500 }],
    });
    expect(result.devices).toEqual([
      { name: 'cmts', kind: 'cmts', state: 'on', ip: '10.9.0.1' },
      {
        name: 'cm[0]',
        kind: 'cable-modem',
        state: 'operational',
        cmts_state: 'online',
        ip: '10.9.16.1',
        boot_us: 2_000_000,
      },
      { name: 'cm[1]', kind: 'cable-modem', state: 'off', cmts_state: 'offline', ip: null, boot_us: null },
      { name: 'cm[2]', kind: 'cable-modem', state: 'off', cmts_state: 'offline', ip: null, boot_us: null },
      { name: 'home', kind: 'stub', state: 'answered', ip: '10.0.0.99' },
    ]);
  });

  test('a fault that acted too seldom makes the run inconclusive', () => {
    const result = resultAfter(499, ({ trace }) => {
      trace.state?.(at(2), HOSTS.cm0, 'modem', 'operational', undefined);
    });
    expect(result.verdict).toBe('inconclusive');
    expect(result.expectations[1]).toEqual({
      kind: 'must-fire',
      path: 'timeline[0]',
      text: 'noise acts at least 500 times',
      verdict: 'inconclusive',
      detail: 'it acted 499 times, so the run shows too little of it',
    });
  });
});
