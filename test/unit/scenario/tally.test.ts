import { describe, expect, test } from 'vitest';
import { Histogram } from '../../../src/scenario/histogram.ts';
import type { Verdict } from '../../../src/scenario/result.ts';
import { Tally } from '../../../src/scenario/tally.ts';
import { fewDevices, type UnitResult } from '../../../src/scenario/unit.ts';
import { causeResult, expectation, unitResult } from '../../support/unit-results.ts';

function tallyOf(units: readonly UnitResult[], last = units.length): Tally {
  const [cell] = units;
  const tally = new Tally(cell === undefined ? [] : [{ cell, seeds: [{ first: 1, last }] }]);
  for (const unit of units) tally.add(unit);
  return tally;
}

const always = (...verdicts: readonly Verdict[]): readonly UnitResult[] =>
  verdicts.map((verdict, index) => unitResult(index + 1, [expectation('always', verdict)]));

function dead(seed: number, kind: 'environment' | 'bug'): UnitResult {
  return unitResult(seed, [], { verdict: 'error', error: { kind, messages: ['x'] } });
}

function boots(...values: readonly number[]): UnitResult['histograms'] {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return { boot: histogram.toData() };
}

describe('the verdict of many runs', () => {
  test.each<{ name: string; units: readonly UnitResult[]; last?: number; verdict: Verdict }>([
    { name: 'all passed', units: always('pass', 'pass'), verdict: 'pass' },
    { name: 'one warned', units: always('pass', 'warn'), verdict: 'warn' },
    { name: 'fail is worse than inconclusive', units: always('inconclusive', 'fail'), verdict: 'fail' },
    {
      name: 'a run that is missing is inconclusive',
      units: always('pass', 'pass'),
      last: 3,
      verdict: 'inconclusive',
    },
    { name: 'a failure stays one when others are missing', units: always('fail'), last: 3, verdict: 'fail' },
    {
      name: 'a worker died',
      units: [
        ...always('pass'),
        unitResult(2, [], { error: { kind: 'environment', messages: ['no memory'] }, verdict: 'error' }),
      ],
      verdict: 'error',
    },
    {
      name: 'sometimes, under one seed of two',
      units: [
        unitResult(1, [expectation('sometimes', 'fail')]),
        unitResult(2, [expectation('sometimes', 'pass')]),
      ],
      verdict: 'pass',
    },
    {
      name: 'sometimes, under none',
      units: [
        unitResult(1, [expectation('sometimes', 'fail')]),
        unitResult(2, [expectation('sometimes', 'inconclusive')]),
      ],
      verdict: 'inconclusive',
    },
    {
      name: 'what was seen sometimes makes up for no failure beside it',
      units: [unitResult(1, [expectation('sometimes', 'pass'), expectation('never', 'fail')])],
      verdict: 'fail',
    },
  ])('$name: $verdict', ({ units, last, verdict }) => {
    expect(tallyOf(units, last).verdict).toBe(verdict);
  });

  test('sometimes is joined in each cell by itself', () => {
    const seen = unitResult(1, [expectation('sometimes', 'pass')], { params: { spread: '5s' } });
    const unseen = unitResult(1, [expectation('sometimes', 'fail')], { params: { spread: '30s' } });
    const tally = new Tally([]);
    tally.add(seen);
    tally.add(unseen);
    expect(tally.summaries().map(({ verdict }) => verdict)).toEqual(['pass', 'fail']);
  });

  test('one of our mistakes among the machine’s is ours', () => {
    expect(tallyOf([dead(1, 'environment')]).blameless).toBe(true);
    expect(tallyOf([dead(1, 'environment'), dead(2, 'bug')]).blameless).toBe(false);
  });
});

describe('a run that comes twice', () => {
  test('counts once', () => {
    const [unit] = always('pass');
    const tally = tallyOf([unit!]);
    expect(tally.add(unit!)).toBe('again');
    expect(tally.runs).toBe(1);
    expect(tally.contradictions).toEqual([]);
  });

  test('with another digest contradicts itself', () => {
    const [unit] = always('pass');
    const tally = tallyOf([unit!]);
    tally.add({ ...unit!, digest: 'ffffffffffffffff' });
    expect(tally.contradictions).toMatchObject([
      { seed: 1, digests: ['0000000000000001', 'ffffffffffffffff'] },
    ]);
  });

  test.each([
    { name: 'another version', other: { version: '0.2.0' } },
    { name: 'another text of the file', other: { scenario_hash: 'aaaaaaaaaaaaaaaa' } },
    { name: 'other params', other: { params: { spread: '9s' } } },
  ])('of $name is another run', ({ other }) => {
    const [unit] = always('pass');
    expect(tallyOf([unit!]).add({ ...unit!, ...other, digest: 'ffffffffffffffff' })).toBe('new');
  });
});

test('of a cell: values of all runs together, each run’s own metrics over the runs, and the seeds that failed', () => {
  const failed = expectation('metric', 'fail', { text: 'boot.p95 < 2s', detail: 'got 3 s' });
  const tally = tallyOf([
    unitResult(1, [failed], {
      metrics: { 'dhcp.naks': 4 },
      histograms: boots(10, 20),
      learn: ['HE-DHCP-014'],
    }),
    unitResult(2, [expectation('metric', 'warn')], { metrics: { 'dhcp.naks': 8 }, histograms: boots(30) }),
    unitResult(3, [failed], { metrics: { 'dhcp.naks': 6 }, histograms: boots(40) }),
  ]);
  expect(tally.summaries()).toMatchObject([
    {
      runs: 3,
      missing: 0,
      verdicts: { pass: 0, warn: 1, inconclusive: 0, fail: 2, error: 0 },
      metrics: { 'dhcp.naks': { p50: 6, p95: 8, max: 8 } },
      histograms: boots(10, 20, 30, 40),
      failing: [
        { seed: 1, verdict: 'fail', text: 'boot.p95 < 2s', detail: 'got 3 s', learn: ['HE-DHCP-014'] },
        { seed: 3 },
      ],
      failing_seeds: '1,3',
    },
  ]);
});

const RELAY = { id: 'HE-CAUSE-006', title: 'no helper' };
const POOL = { id: 'HE-CAUSE-009', title: 'no address' };

test('the likely causes of what did not pass, the most frequent first; what passed has none', () => {
  const failed = expectation('always', 'fail');
  const tally = tallyOf([
    unitResult(1, [failed], {
      causes: [causeResult(RELAY.id, RELAY.title), causeResult(POOL.id, POOL.title)],
    }),
    unitResult(2, [failed], { causes: [causeResult(POOL.id, POOL.title)] }),
    unitResult(3, [expectation('always', 'inconclusive')], { causes: [causeResult(POOL.id, POOL.title)] }),
    unitResult(4, [failed]),
    unitResult(5, [expectation('always', 'warn')], { causes: [causeResult(RELAY.id, RELAY.title)] }),
  ]);
  expect(tally.summaries()).toMatchObject([
    {
      causes: [
        { ...POOL, seeds: 2 },
        { ...RELAY, seeds: 1 },
      ],
      failing: [{ seed: 1, cause: RELAY }, { seed: 2, cause: POOL }, { seed: 3, cause: POOL }, { seed: 4 }],
    },
  ]);
  expect(tally.summaries()[0]?.failing[3]).not.toHaveProperty('cause');
});

test('of a large plant those are kept that are not as the others are', () => {
  const devices = Array.from({ length: 5_000 }, (_, index) => ({
    name: `cm[${index}]`,
    kind: 'cable-modem',
    state: index === 4_321 ? 'ranging' : 'operational',
    ip: null,
  }));
  const few = fewDevices(devices);
  expect(few.devices_total).toBe(5_000);
  expect(few.devices.length).toBe(100);
  expect(few.devices.map(({ name }) => name)).toContain('cm[4321]');
  expect(fewDevices(devices.slice(0, 3))).toEqual({ devices: devices.slice(0, 3) });
});
