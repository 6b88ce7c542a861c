import { expect, test } from 'vitest';
import { Commands } from '../../../../src/driver/sim/commands.ts';

const NONE = {};

test('hosts that are told the same in a row share a command; each takes it once', () => {
  const commands = new Commands();
  const numbers = [
    commands.add('power-on', NONE),
    commands.add('power-on', NONE),
    commands.add('power-off', NONE),
    commands.add('power-off', {}),
    commands.add('power-on', NONE),
  ];
  expect(numbers).toEqual([0, 0, 1, 2, 3]);
  expect(numbers.map((number) => commands.take(number).verb)).toEqual([
    'power-on',
    'power-on',
    'power-off',
    'power-off',
    'power-on',
  ]);
});

test('a number is used again when all have taken it, and not before', () => {
  const commands = new Commands();
  const [first, second] = [commands.add('dig', NONE), commands.add('dig', NONE)];
  commands.take(first);
  expect(commands.add('show', NONE)).toBe(1);
  expect(commands.take(second)).toEqual({ kind: 'command', verb: 'dig', args: NONE });
  expect(commands.add('fail', { target: 'a' })).toBe(0);
  expect(commands.take(0)).toEqual({ kind: 'command', verb: 'fail', args: { target: 'a' } });
});
