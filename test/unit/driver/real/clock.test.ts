import { expect, test } from 'vitest';
import { WallClock } from '../../../../src/driver/real/clock.ts';

/** A wall clock and a monotonic one, both moved by hand. */
function sources(wallUs: number) {
  return {
    wall: wallUs,
    monotonic: 5_000,
    wallUs() {
      return this.wall;
    },
    monotonicUs() {
      return this.monotonic;
    },
    pass(us: number) {
      this.wall += us;
      this.monotonic += us;
    },
  };
}

const START = 1_800_000_000_000_000;

test('it begins at the wall clock and advances with the monotonic one', () => {
  const world = sources(START);
  const clock = new WallClock(world);
  expect(clock.now()).toBe(START);
  world.monotonic += 250.7;
  expect(clock.now()).toBe(START + 250);
});

test('a wall clock set forward is followed within a second', () => {
  const world = sources(START);
  const clock = new WallClock(world);
  world.wall += 3_600_000_000;
  world.pass(999_999);
  expect(clock.now()).toBe(START + 999_999);
  world.pass(1);
  expect(clock.now()).toBe(START + 3_601_000_000);
});

test('a wall clock set back is waited for: no moment comes twice or earlier', () => {
  const world = sources(START);
  const clock = new WallClock(world);
  world.wall -= 60_000_000;
  let last = clock.now();
  for (let second = 1; second <= 120; second++) {
    world.pass(1_000_000);
    const now = clock.now();
    expect(now).toBeGreaterThan(last);
    last = now;
  }
  expect(last).toBe(START + 120_000_000);
});

test('the coarse grain of the wall clock is not taken for a step', () => {
  const world = sources(START);
  const clock = new WallClock(world);
  world.pass(2_000_000);
  world.wall += 999;
  expect(clock.now()).toBe(START + 2_000_000);
});

test('a monotonic clock that hiccups back does not take us along', () => {
  const world = sources(START);
  const clock = new WallClock(world);
  world.pass(100);
  expect(clock.now()).toBe(START + 100);
  world.monotonic -= 50;
  expect(clock.now()).toBe(START + 100);
});
