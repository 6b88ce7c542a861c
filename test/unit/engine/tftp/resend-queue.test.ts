import { describe, expect, test } from 'vitest';
import { NEVER, SECOND, toInstant } from '../../../../src/core/time.ts';
import { ResendQueue, type Waiting } from '../../../../src/engine/tftp/resend-queue.ts';

class Item implements Waiting {
  readonly name: string;
  resendAt = NEVER;
  waitSeconds = 0;
  earlier: this | undefined = undefined;
  later: this | undefined = undefined;

  constructor(name: string) {
    this.name = name;
  }
}

/** What is due by the end of time, in order, each disarmed as it comes. */
function drain(queue: ResendQueue<Item>): readonly string[] {
  const names: string[] = [];
  for (let item = queue.due(NEVER); item !== undefined; item = queue.due(NEVER)) {
    expect(queue.deadline()).toBe(item.resendAt);
    names.push(item.name);
    queue.disarm(item);
  }
  expect(queue.deadline()).toBe(NEVER);
  return names;
}

describe('the earliest comes first', () => {
  test.each([
    {
      name: 'waits of one length, in the order begun',
      waits: [
        ['a', 0, 1],
        ['b', 5, 1],
        ['c', 9, 1],
      ],
      order: 'abc',
    },
    {
      name: 'waits of several lengths',
      waits: [
        ['a', 0, 4],
        ['b', 1, 1],
        ['c', 2, 2],
        ['d', 3, 1],
      ],
      order: 'bdca',
    },
    {
      name: 'armed anew: behind the others',
      waits: [
        ['a', 0, 1],
        ['b', 1, 1],
        ['a', 2, 1],
      ],
      order: 'ba',
    },
    {
      name: 'armed anew with another length',
      waits: [
        ['a', 0, 1],
        ['b', 1, 2],
        ['a', 2, 3],
      ],
      order: 'ba',
    },
  ] as { name: string; waits: [string, number, number][]; order: string }[])('$name', ({ waits, order }) => {
    const queue = new ResendQueue<Item>();
    const items = new Map<string, Item>();
    for (const [name, at, seconds] of waits) {
      const item = items.get(name) ?? new Item(name);
      items.set(name, item);
      queue.arm(item, toInstant(at), seconds);
    }
    expect(drain(queue).join('')).toBe(order);
  });

  test.each(['a', 'b', 'c'])('without %s, disarmed twice', (gone) => {
    const queue = new ResendQueue<Item>();
    for (const name of 'abc') {
      const item = new Item(name);
      queue.arm(item, toInstant(0), 1);
      if (name !== gone) continue;
      queue.arm(new Item('x'), toInstant(0), 1);
      queue.disarm(item);
      queue.disarm(item);
    }
    const left = 'abc'.replace(gone, 'x');
    expect(drain(queue).join('')).toBe(left);
  });
});

test('nothing is due before its time', () => {
  const queue = new ResendQueue<Item>();
  queue.arm(new Item('a'), toInstant(7), 1);
  expect(queue.due(toInstant(SECOND + 6))).toBeUndefined();
  expect(queue.due(toInstant(SECOND + 7))?.name).toBe('a');
});
