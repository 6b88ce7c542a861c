import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { NEVER, toInstant } from '../../../../src/core/time.ts';
import { DueQueue } from '../../../../src/engine/cmts/due-queue.ts';
import '../../../support/same-cases.ts';

test('an empty queue is never due', () => {
  const queue = new DueQueue();
  queue.shift();
  expect(queue).toMatchObject({ isEmpty: true, id: -1, dueAt: NEVER });
});

test('first in, first out, however it grows and turns round', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (pushes) => {
      const queue = new DueQueue();
      const model: number[] = [];
      let next = 0;
      for (const push of pushes) {
        if (push) {
          queue.push(next, toInstant(next * 10));
          model.push(next++);
        } else {
          queue.shift();
          model.shift();
        }
        expect(queue.id).toBe(model[0] ?? -1);
        expect(queue.dueAt).toBe(model[0] === undefined ? NEVER : model[0] * 10);
        expect(queue.isEmpty).toBe(model.length === 0);
      }
    }),
    { numRuns: 200 },
  );
});
