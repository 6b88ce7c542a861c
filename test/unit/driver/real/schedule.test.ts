import { expect, test } from 'vitest';
import { toInstant } from '../../../../src/core/time.ts';
import { Schedule } from '../../../../src/driver/real/schedule.ts';

test('by moment, then by the order made; never inside the call that asks', async () => {
  const ran: number[] = [];
  const schedule = new Schedule(() => toInstant(1_000));
  for (const [index, at] of [900, 500, 900, 100, 1_000].entries())
    schedule.at(toInstant(at), () => ran.push(index));
  expect(ran).toEqual([]);
  await new Promise<void>((done) => {
    schedule.at(toInstant(1_000), done);
  });
  expect(ran).toEqual([3, 1, 0, 2, 4]);
});

test('what is not due waits; what is stopped is forgotten', async () => {
  let now = 0;
  const ran: string[] = [];
  const schedule = new Schedule(() => toInstant(now));
  schedule.at(toInstant(3_000), () => ran.push('late'));
  await new Promise<void>((done) => {
    schedule.at(toInstant(0), done);
  });
  expect(ran).toEqual([]);
  expect(schedule.length).toBe(1);
  now = 4_000;
  schedule.stop();
  schedule.at(toInstant(0), () => ran.push('after the end'));
  await new Promise<void>((done) => {
    setImmediate(done);
  });
  expect(ran).toEqual([]);
});
