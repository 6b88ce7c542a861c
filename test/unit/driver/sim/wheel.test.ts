import { expect, test } from 'vitest';
import { Wheel } from '../../../../src/driver/sim/wheel.ts';

const drain = (wheel: Wheel, until = Infinity): number[] => {
  const taken: number[] = [];
  while (wheel.next(until)) taken.push(wheel.a);
  return taken;
};

test('events of one microsecond leave in the order they were made, however they got there', () => {
  const wheel = new Wheel();
  wheel.push(70_000, 0, 1, 0);
  wheel.push(69_990, 0, 0, 0);
  expect(wheel.next(69_995)).toBe(true);
  wheel.push(70_000, 0, 2, 0);
  expect(drain(wheel)).toEqual([1, 2]);
});

test('nothing at or after `until` is taken, and something earlier may still be pushed', () => {
  const wheel = new Wheel();
  wheel.push(1_000_000, 0, 2, 0);
  expect(wheel.next(500_000)).toBe(false);
  wheel.push(500_000, 0, 1, 0);
  expect(drain(wheel, 1_000_000)).toEqual([1]);
  expect(drain(wheel, 1_000_001)).toEqual([2]);
});

test('a day and a year wait beyond the present 2^32 us', () => {
  const wheel = new Wheel();
  const day = 86_400_000_000;
  for (const [index, time] of [365 * day, day, 1, 2 ** 32, 2 ** 32 - 1].entries())
    wheel.push(time, 0, index, 0);
  expect(drain(wheel)).toEqual([2, 4, 3, 1, 0]);
  expect(wheel.time).toBe(365 * day);
  expect(wheel.bound()).toBe(Infinity);
});

test('the bound is no later than the first event and moves nothing', () => {
  const wheel = new Wheel();
  wheel.push(5 * 2 ** 32 + 7, 0, 1, 0);
  expect(wheel.bound()).toBe(5 * 2 ** 32);
  wheel.push(3, 0, 0, 0);
  expect(wheel.bound()).toBe(3);
  expect(drain(wheel)).toEqual([0, 1]);
});

test('an event in the past of the wheel is our bug', () => {
  const wheel = new Wheel();
  wheel.push(1000, 0, 0, 0);
  wheel.next(2000);
  expect(() => wheel.push(999, 0, 0, 0)).toThrow(/past/);
});

test('a record that was taken is used again, over 100,000 events', () => {
  const wheel = new Wheel();
  let sum = 0;
  for (let index = 0; index < 100_000; index++) {
    wheel.push(index * 3, 0, index, 0);
    if (wheel.next(Infinity)) sum += wheel.a;
  }
  expect(sum).toBe((99_999 * 100_000) / 2);
  expect(wheel.pending).toBe(0);
});
