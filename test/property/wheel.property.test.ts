import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Wheel } from '../../src/driver/sim/wheel.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const TWO_32 = 2 ** 32;

/** Delays as a plant has them: the same moment, a slot, a lease, days. */
const delay = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 100_000 }),
  fc.integer({ min: 0, max: 20_000_000 }),
  fc.integer({ min: 0, max: 3 * TWO_32 }),
);
const step = fc.record({
  pushes: fc.array(delay, { maxLength: 12 }),
  advance: delay,
});

interface Entry {
  readonly time: number;
  readonly made: number;
}

test('the wheel gives what a list sorted by (time, order of making) gives, and never moves past what it was asked', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 0, max: 3 * TWO_32 }),
      (steps, begin) => {
        const wheel = new Wheel();
        const list: Entry[] = [];
        let now = begin;
        let made = 0;
        for (const { pushes, advance } of steps) {
          for (const later of pushes) {
            wheel.push(now + later, made % 7, made, ~made, made & 255);
            list.push({ time: now + later, made: made++ });
          }
          list.sort((a, b) => a.time - b.time || a.made - b.made);
          expect(wheel.pending).toBe(list.length);
          expect(wheel.bound()).toBeLessThanOrEqual(list[0]?.time ?? Infinity);
          const until = now + advance;
          while (wheel.next(until)) {
            const first = list.shift();
            expect({ time: wheel.time, made: wheel.a }).toEqual(first);
            expect([wheel.kind, wheel.b, wheel.c]).toEqual([wheel.a % 7, ~wheel.a, wheel.a & 255]);
            now = wheel.time;
          }
          expect(list[0]?.time ?? Infinity).toBeGreaterThanOrEqual(until);
          now = until;
        }
      },
    ),
    { numRuns: fuzzRuns() },
  );
});
