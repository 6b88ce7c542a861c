import { describe, expect, test } from 'vitest';
import { Random, streamKey } from '../../../../src/core/random.ts';
import { after, NEVER, SECOND } from '../../../../src/core/time.ts';
import { utf8Octets } from '../../../../src/core/text.ts';
import { Prober } from '../../../../src/engine/health/prober.ts';
import { Bench, HTTP, START, TARGET, watch } from '../../../support/probe-bench.ts';

/** A target that takes connections until `downAt`, and is silent from then on. */
function detectionUs(
  seed: number,
  downAtUs: number,
  k: number,
): { readonly us: number; readonly everyUs: number } {
  const everyUs = 30 * SECOND;
  const probing = {
    probe: { kind: 'tcp', to: TARGET, connectUs: 10 * SECOND },
    everyUs,
    threshold: { kind: 'route53', count: k },
  } as const;
  const random = new Random(streamKey(seed, 'web'));
  const bench = new Bench({ name: 'web', probing, startsHealthy: true, random });
  for (;;) {
    bench.effects.clear();
    const at = bench.wake();
    if (at < downAtUs && bench.effects.of('connect').length > 0) bench.open(at);
    if (bench.last?.isUp === false) return { us: (bench.sights.at(-1)?.at ?? 0) - downAtUs, everyUs };
  }
}

describe('detection falls in [(k-1)I+t, kI+t]: dns.md 2.4', () => {
  test.each([1, 2, 3, 5])('k = %i, over 40 seeds and moments', (k) => {
    const found: number[] = [];
    for (let seed = 1; seed <= 40; seed++) {
      const downAt = (40 + ((seed * 7.3) % 60)) * SECOND;
      const { us, everyUs } = detectionUs(seed, downAt, k);
      const t = 10 * SECOND;
      expect(us).toBeGreaterThanOrEqual((k - 1) * everyUs + t);
      expect(us).toBeLessThanOrEqual(k * everyUs + t);
      found.push((us - t) / everyUs - (k - 1));
    }
    // Both ends of the interval are come near to: the phase is drawn.
    expect(Math.min(...found)).toBeLessThan(0.1);
    expect(Math.max(...found)).toBeGreaterThan(0.9);
  });
});

test('a target that went down is held down: successes before that is over do not count', () => {
  const everyUs = 10 * SECOND;
  const probing = {
    probe: { kind: 'tcp', to: TARGET, connectUs: 2 * SECOND },
    everyUs,
    threshold: { kind: 'route53', count: 2 },
    holdDownUs: 60 * SECOND,
  } as const;
  const random = new Random(streamKey(1, 'web'));
  const bench = new Bench({ name: 'web', probing, startsHealthy: true, random });
  const round = (how: 'open' | 'reset') => {
    const at = bench.wake();
    if (how === 'open') bench.open(at);
    else bench.end('reset', at);
    return at;
  };
  round('open');
  round('reset');
  const downAt = round('reset');
  expect(bench.last?.isUp).toBe(false);
  let upAt = downAt;
  while (bench.last?.isUp === false) upAt = round('open');
  // Six probes are not counted, the seventh and eighth are.
  expect(upAt - downAt).toBe(7 * everyUs);
});

describe('moments', () => {
  test('the first probe decides at once; after that as many as the threshold says', () => {
    const bench = new Bench(watch(HTTP));
    bench.wake(START);
    bench.end('reset', START);
    expect(bench.last?.isUp).toBe(false);
    expect(bench.effects.rules()).toContain('HE-HEALTH-007');
    for (let round = 0; round < 3; round++) {
      expect(bench.last?.isUp).toBe(false);
      const at = bench.wake();
      bench.open(at);
      bench.give(utf8Octets('HTTP/1.1 204 No Content\r\n\r\n'), at);
    }
    expect(bench.last?.isUp).toBe(true);
  });

  test('a driver that was away for an hour does not make up for it', () => {
    const bench = new Bench(watch(HTTP));
    bench.wake(START);
    bench.end('reset', START);
    const late = after(START, 3_600 * SECOND);
    bench.effects.clear();
    bench.wake(late);
    expect(bench.effects.of('connect')).toHaveLength(1);
    bench.end('reset', late);
    expect(bench.prober.deadline()).toBeGreaterThan(late);
    expect(bench.prober.deadline()).toBeLessThanOrEqual(after(late, 30 * SECOND));
  });

  test('a reload goes on with the same target, lets go of one that is gone, and keeps the moments', () => {
    const bench = new Bench(watch(HTTP));
    bench.wake(START);
    const same = new Prober([watch(HTTP)], (_, sight, at) => bench.sights.push({ at, sight }));
    same.inherit(bench.prober);
    expect(same.deadline()).toBe(bench.prober.deadline());
    const { stream } = bench.effects.last('connect');
    same.stream({ kind: 'stream', event: 'reset', stream }, START, bench.effects);
    expect(bench.last?.reason).toBe('connection refused or lost');
    const others = new Bench(watch(HTTP));
    others.wake(START);
    const none = new Prober([watch({ ...HTTP, path: '/other' })], () => {});
    none.inherit(others.prober);
    expect(none.deadline()).toBe(0);
    none.wake(START, others.effects);
    expect(others.effects.words()).toContain('reset');
  });

  test('who is not taken over ends what it has open and begins nothing', () => {
    const bench = new Bench(watch(HTTP));
    bench.wake(START);
    bench.prober.retire();
    bench.wake();
    expect(bench.last?.reason).toBe('connect timed out');
    expect(bench.prober.deadline()).toBe(NEVER);
  });
});
