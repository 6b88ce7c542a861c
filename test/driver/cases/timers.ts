import { expect, test } from 'vitest';
import { MILLISECOND, NEVER, after, toInstant } from '../../../src/core/time.ts';
import { Actor } from '../world.ts';
import type { MakeWorld } from '../world.ts';
import { acting, inWorld, pair, tell } from './plant.ts';

export function timerCases(make: MakeWorld): void {
  test('a timer comes at its moment or later, once', async () => {
    let asked = 0;
    const left: Actor = acting(
      {
        go: (_effects, now) => {
          asked = now;
          left.wakeAt = after(now, 30 * MILLISECOND);
        },
      },
      (input, now) => {
        if (input.kind === 'timer' && now >= left.wakeAt) left.wakeAt = NEVER;
      },
    );
    await inWorld(make, pair(left, new Actor()), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => left.count('timer') > 0 && left.wakeAt === NEVER)).toBe(true);
      const fired = left.moments[left.inputs.findIndex((input) => input.kind === 'timer')]!;
      expect(fired).toBeGreaterThanOrEqual(asked + 30 * MILLISECOND);
      const count = left.count('timer');
      await world.pass(60);
      expect(left.count('timer')).toBe(count);
    });
  });

  test('a deadline that moves later is kept late, one that moves earlier early', async () => {
    const due: number[] = [];
    const left: Actor = acting(
      {
        go: (_effects, now) => (left.wakeAt = after(now, 400 * MILLISECOND)),
        later: (_effects, now) => (left.wakeAt = after(now, 60 * MILLISECOND)),
        earlier: (_effects, now) => (left.wakeAt = after(now, 10 * MILLISECOND)),
      },
      (input, now) => {
        if (input.kind !== 'timer' || now < left.wakeAt) return;
        due.push(now - left.wakeAt);
        left.wakeAt = NEVER;
      },
    );
    await inWorld(make, pair(left, new Actor()), async (world) => {
      tell(world, 'left', 'go');
      tell(world, 'left', 'earlier');
      await world.pass(0);
      expect(await world.until(() => due.length === 1)).toBe(true);
      tell(world, 'left', 'earlier');
      tell(world, 'left', 'later');
      expect(await world.until(() => due.length === 2)).toBe(true);
      for (const late of due) expect(late).toBeLessThan(300 * MILLISECOND);
    });
  });

  test('a timer that arms itself again ticks', async () => {
    let ticks = 0;
    const left: Actor = acting(
      { go: (_effects, now) => (left.wakeAt = after(now, MILLISECOND)) },
      (input, now) => {
        if (input.kind !== 'timer' || now < left.wakeAt) return;
        left.wakeAt = ++ticks === 20 ? NEVER : after(now, MILLISECOND);
      },
    );
    await inWorld(make, pair(left, new Actor()), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => ticks === 20)).toBe(true);
      expect([...left.moments].sort((a, b) => a - b)).toEqual(left.moments);
    });
  });

  test('a deadline that is there from the start is kept', async () => {
    const left: Actor = new Actor((input) => {
      if (input.kind === 'timer') left.wakeAt = NEVER;
    });
    left.wakeAt = toInstant(1);
    await inWorld(make, pair(left, new Actor()), async (world) => {
      expect(await world.until(() => left.count('timer') === 1)).toBe(true);
    });
  });
}
