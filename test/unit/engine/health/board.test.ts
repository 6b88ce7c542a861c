import { describe, expect, test } from 'vitest';
import { afterSeconds, toInstant } from '../../../../src/core/time.ts';
import { HealthBoard } from '../../../../src/engine/health/board.ts';
import type { CheckSpec, Sight } from '../../../../src/policy/dns/check.ts';
import { ANY } from '../../../../src/core/address.ts';
import { RecordingEffects } from '../../../support/recording-effects.ts';

const START = toInstant(0);
const EVERY_SECONDS = 10;

function probed(name: string, vantages: readonly string[] = [], more: Partial<CheckSpec> = {}): CheckSpec {
  return {
    name,
    inverted: false,
    disabled: false,
    startsHealthy: true,
    source: {
      kind: 'probed',
      probing: {
        probe: { kind: 'tcp', to: { address: ANY, port: 80 }, connectUs: 1 },
        everyUs: EVERY_SECONDS * 1_000_000,
        threshold: { kind: 'route53', count: 3 },
      },
      vantages,
      quorumRatio: 0.18,
    },
    ...more,
  };
}

function calculated(of: readonly number[], least: number, more: Partial<CheckSpec> = {}): CheckSpec {
  return { ...probed('sum'), source: { kind: 'calculated', of, least }, ...more };
}

function sight(isUp: boolean): Sight {
  return {
    isUp,
    successes: 0,
    failures: 0,
    probesToChange: 3,
    reason: isUp ? 'HTTP 200' : 'connect timed out',
  };
}

function vantageNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `probe[${index}]`);
}

describe('rule 8: more than the quorum of those who report', () => {
  test.each([
    { up: 2, of: 11, healthy: true },
    { up: 9, of: 50, healthy: false },
    { up: 10, of: 50, healthy: true },
    { up: 0, of: 1, healthy: false },
    { up: 1, of: 1, healthy: true },
  ])('$up of $of: healthy $healthy', ({ up, of, healthy }) => {
    const board = new HealthBoard([probed('web', vantageNames(of))]);
    for (let index = 0; index < of; index++)
      board.see(0, index, sight(index < up), START, new RecordingEffects());
    expect(board.isHealthy(0)).toBe(healthy);
  });

  test('who has been silent for three intervals does not count; when all are, it stays what it was', () => {
    const board = new HealthBoard([probed('web', ['eu', 'us'], {})]);
    const effects = new RecordingEffects();
    board.see(0, 0, sight(true), START, effects);
    board.see(0, 1, sight(false), afterSeconds(START, 5), effects);
    expect(board.isHealthy(0)).toBe(true);
    expect(board.deadline()).toBe(afterSeconds(START, 30));
    board.wake(afterSeconds(START, 30), effects);
    expect(effects.rules()).toContain('HE-HEALTH-010');
    expect(board.isHealthy(0)).toBe(false);
    board.wake(board.deadline(), effects);
    expect(board.isHealthy(0)).toBe(false);
    expect(board.explain(0).reason).toBe('no vantage point reports: it stays what it was');
  });
});

describe('rule 10: calculated checks', () => {
  test.each([
    { name: 'one of two is asked for, one is healthy', down: [0], least: 1, healthy: true },
    { name: 'two of two are asked for, one is healthy', down: [0], least: 2, healthy: false },
    { name: '0 is always healthy', down: [0, 1], least: 0, healthy: true },
    { name: 'more than there are is always unhealthy', down: [], least: 3, healthy: false },
  ])('$name', ({ down, least, healthy }) => {
    const board = new HealthBoard([calculated([1, 2], least), probed('a'), probed('b')]);
    for (const index of down) board.see(index + 1, 0, sight(false), START, new RecordingEffects());
    expect(board.isHealthy(0)).toBe(healthy);
  });

  test.each([
    { name: 'a disabled check is healthy', more: { disabled: true }, healthy: true },
    {
      name: 'inverted flips last, even what is disabled',
      more: { disabled: true, inverted: true },
      healthy: false,
    },
    { name: 'an inverted check is healthy while its target is not', more: { inverted: true }, healthy: true },
  ])('$name', ({ more, healthy }) => {
    const board = new HealthBoard([probed('a', [], more)]);
    board.see(0, 0, sight(false), START, new RecordingEffects());
    expect(board.isHealthy(0)).toBe(healthy);
  });

  test('a sum of sums follows at once, and each tells its change', () => {
    const inner = { ...calculated([2], 1), name: 'inner' };
    const board = new HealthBoard([{ ...calculated([1], 1), name: 'outer' }, inner, probed('leaf')]);
    const effects = new RecordingEffects();
    board.see(2, 0, sight(false), START, effects);
    expect(effects.words()).toEqual([
      'because HE-HEALTH-002',
      'state check leaf unhealthy',
      'because HE-HEALTH-002',
      'state check inner unhealthy',
      'because HE-HEALTH-002',
      'state check outer unhealthy',
    ]);
  });
});

describe('rule 6: before anything is known', () => {
  test.each([
    { name: 'healthy', more: {}, healthy: true },
    { name: 'inverted: unhealthy', more: { inverted: true }, healthy: false },
    { name: 'as the file says', more: { startsHealthy: false }, healthy: false },
  ])('$name', ({ more, healthy }) => {
    const board = new HealthBoard([probed('a', [], more)]);
    expect(board.isHealthy(0)).toBe(healthy);
    expect(board.explain(0).reason).toMatch(/^not probed yet/);
    expect(board.explain(0).probedAt).toBeUndefined();
  });
});

describe('an operator’s word', () => {
  test('goes before probes and inversion, until it is taken back', () => {
    const board = new HealthBoard([probed('a', [], { inverted: true })]);
    const effects = new RecordingEffects();
    board.force(0, 'up', START, effects);
    board.see(0, 0, sight(true), START, effects);
    expect(board.isHealthy(0)).toBe(true);
    expect(board.explain(0).reason).toBe('forced up');
    expect(board.secondsToChange(0)).toBe(Infinity);
    board.force(0, 'auto', START, effects);
    expect(board.isHealthy(0)).toBe(false);
  });

  test('moves what is made of it', () => {
    const board = new HealthBoard([calculated([1], 1), probed('a')]);
    board.force(1, 'down', START, new RecordingEffects());
    expect(board.isHealthy(0)).toBe(false);
    expect(board.explain(0).reason).toBe('0 of 1 are healthy, 1 are asked for');
  });
});

describe('a reload', () => {
  test('keeps what is known of a check that stays, and the operator’s word for one that changes', () => {
    const before = new HealthBoard([probed('stays'), probed('changes'), probed('goes')]);
    const effects = new RecordingEffects();
    before.see(0, 0, sight(false), START, effects);
    before.see(1, 0, sight(false), START, effects);
    const board = new HealthBoard([
      probed('new'),
      probed('changes', [], { disabled: true }),
      probed('stays'),
    ]);
    board.inherit(before);
    expect([0, 1, 2].map((index) => board.isHealthy(index))).toEqual([true, true, false]);
    expect(board.explain(2).reason).toBe('connect timed out');
    before.force(1, 'down', START, effects);
    board.inherit(before);
    expect(board.isHealthy(1)).toBe(false);
  });
});

test('a check can change in as many intervals as probes are missing', () => {
  const board = new HealthBoard([calculated([1, 2], 1), probed('a'), probed('b')]);
  board.see(1, 0, { ...sight(true), probesToChange: 1 }, START, new RecordingEffects());
  expect([0, 1, 2].map((index) => board.secondsToChange(index))).toEqual([10, 10, 30]);
});
