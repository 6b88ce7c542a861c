import { expect, test } from 'vitest';
import { Random, streamKey } from '../../../../src/core/random.ts';
import { toInstant } from '../../../../src/core/time.ts';
import { contentionAt } from '../../../../src/engine/modem/ranging.ts';

const contention = { opportunityUs: 1_000, backoffStart: 2, backoffEnd: 7 };

// boot-storm-5000 once stopped here: the opportunity drawn was that of the present moment, whose timer had just come.
test.each([0, 1_000, 1_065_000, 999, 1_001])('an opportunity drawn at %s us is still to come', (now) => {
  const random = new Random(streamKey(1, 'cm[0]'));
  const drawn = Array.from({ length: 200 }, () => contentionAt(toInstant(now), 0, contention, random));
  const first = (Math.floor(now / 1_000) + 1) * 1_000;
  expect([...new Set(drawn)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3].map((n) => first + n * 1_000));
});
