import { expect, test } from 'vitest';
import { Recent } from '../../../../src/driver/real/outside/recent.ts';

function opener(closed: string[], opened: string[]) {
  return (name: string) => () => {
    opened.push(name);
    return { close: () => closed.push(name) };
  };
}

test('of more than there may be, the one that was quiet longest is closed', () => {
  const [closed, opened]: [string[], string[]] = [[], []];
  const open = opener(closed, opened);
  const recent = new Recent(2);
  for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) recent.use(name, open(name));
  expect({ opened, closed }).toEqual({ opened: ['a', 'b', 'c', 'b'], closed: ['b', 'c'] });
  recent.close();
  expect(closed).toEqual(['b', 'c', 'a', 'b']);
});

test('what cannot be had is not kept, and closes nothing', () => {
  const [closed, opened]: [string[], string[]] = [[], []];
  const recent = new Recent(1);
  recent.use('a', opener(closed, opened)('a'));
  expect(recent.use('b', () => undefined)).toBeUndefined();
  expect(() =>
    recent.use('c', () => {
      throw new Error('no descriptor');
    }),
  ).toThrow('no descriptor');
  expect(closed).toEqual([]);
});
