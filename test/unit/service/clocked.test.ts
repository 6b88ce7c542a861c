import { describe, expect, test } from 'vitest';
import type { Effects, Input, Service } from '../../../src/core/service.ts';
import { type Instant, NEVER, SECOND, toInstant } from '../../../src/core/time.ts';
import { type ClockTrouble, ClockedService } from '../../../src/service/clocked.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

/** Notes the times that it is told, and the date that it would tell. */
class Watch implements Service {
  readonly told: { readonly now: number; readonly date: number }[] = [];
  wakeAt: Instant = NEVER;
  readonly #epoch: { readonly us: number };

  constructor(epoch: { readonly us: number }) {
    this.#epoch = epoch;
  }

  handle(_input: Input, now: Instant, _effects: Effects): void {
    this.told.push({ now, date: now + this.#epoch.us });
  }

  deadline(): Instant {
    return this.wakeAt;
  }
}

const at = (seconds: number): Instant => toInstant(Math.round(seconds * SECOND));

function clocked(trouble: Partial<ClockTrouble>, zero: Instant = at(0)) {
  const epoch = { us: 1000 * SECOND };
  const watch = new Watch(epoch);
  const whole = { id: 'it', from: at(10), until: at(20), stepUs: 0, skewPpm: 0, ...trouble };
  const service = new ClockedService(watch, [whole], { epoch, zero: { at: zero } });
  const effects = new RecordingEffects();
  const tell = (seconds: number) => {
    service.handle({ kind: 'timer' }, at(seconds), effects);
    return watch.told.at(-1)!;
  };
  return { service, watch, epoch, effects, tell };
}

describe('a step', () => {
  test('moves the date and no timer, between its moments, for its own host alone', () => {
    const { tell, epoch } = clocked({ stepUs: -3600 * SECOND });
    expect([9, 10, 19.9, 20].map((seconds) => tell(seconds))).toEqual([
      { now: 9 * SECOND, date: 1009 * SECOND },
      { now: 10 * SECOND, date: (1010 - 3600) * SECOND },
      { now: 19.9 * SECOND, date: (1019.9 - 3600) * SECOND },
      { now: 20 * SECOND, date: 1020 * SECOND },
    ]);
    expect(epoch.us).toBe(1000 * SECOND);
  });

  test('is counted with each input that meets it', () => {
    const { tell, effects } = clocked({ stepUs: SECOND });
    for (const seconds of [5, 11, 12, 25]) tell(seconds);
    expect(effects.of('measure').map(({ name, value }) => [name, value])).toEqual([
      ['fault.it', 1],
      ['fault.it', 1],
    ]);
  });
});

describe('a skew', () => {
  test('runs fast between its moments, and keeps what it has gained', () => {
    const { tell } = clocked({ skewPpm: 100_000 });
    expect([10, 15, 20, 30].map((seconds) => tell(seconds).now / SECOND)).toEqual([10, 15.5, 21, 31]);
  });

  test('runs slow, and never back', () => {
    const { tell } = clocked({ skewPpm: -100_000 });
    const times = Array.from({ length: 200 }, (_, index) => tell(9 + index / 10).now);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(tell(30).now).toBe(29 * SECOND);
  });

  test.each([100_000, -100_000, 50, -1])(
    'a timer of %i ppm comes when its own time has come, and not before',
    (skewPpm) => {
      const { service, watch, tell } = clocked({ skewPpm });
      for (const wakeAt of [9.5, 10.000001, 12.345678, 19.999999, 21.7, 40].map(at)) {
        watch.wakeAt = wakeAt;
        const due = service.deadline();
        expect(tell(due / SECOND).now).toBeGreaterThanOrEqual(wakeAt);
        expect(tell((due - 1) / SECOND).now).toBeLessThan(wakeAt);
      }
      watch.wakeAt = NEVER;
      expect(service.deadline()).toBe(NEVER);
    },
  );

  test('counts from the moment 0 of the scenario, wherever the driver’s clock stands', () => {
    const { tell } = clocked({ skewPpm: 100_000 }, at(1000));
    expect(tell(1015).now / SECOND).toBe(1015.5);
  });
});

test('a service that succeeds another one is told the same time', () => {
  const { service } = clocked({ skewPpm: 100_000 });
  const moments: number[] = [];
  const next: Service = {
    handle: () => undefined,
    deadline: () => NEVER,
    succeed: (_before, now) => void moments.push(now),
  };
  const trouble = { id: 'it', from: at(10), until: at(20), stepUs: 0, skewPpm: 100_000 };
  new ClockedService(next, [trouble], { epoch: { us: 0 }, zero: { at: at(0) } }).succeed(service, at(15));
  expect(moments).toEqual([15.5 * SECOND]);
});
