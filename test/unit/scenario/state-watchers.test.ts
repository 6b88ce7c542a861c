import { expect, test } from 'vitest';
import { toInstant } from '../../../src/core/time.ts';
import { StateWatchers } from '../../../src/scenario/state-watchers.ts';
import type { StateWatcher } from '../../../src/scenario/watcher.ts';

test('a state is for those who watch its host, in the order they were added', () => {
  const told: string[] = [];
  const watchers = new StateWatchers();
  const add = (name: string, hosts: StateWatcher['hosts']): void =>
    watchers.add({
      hosts,
      decided: false,
      lasting: false,
      state: (_at, host, state) => void told.push(`${name} ${host} ${state}`),
      judge: () => ({ verdict: 'pass', detail: '' }),
    });
  const seenOf = (host: number): readonly string[] => {
    told.length = 0;
    watchers.state(toInstant(0), host, 'up');
    return told.map((line) => line.split(' ')[0] ?? '');
  };
  expect(seenOf(3)).toEqual([]);
  add('late', { first: 10, end: 20 });
  add('all', undefined);
  add('early', { first: 2, end: 11 });
  add('nobody', { first: 5, end: 5 });
  const cases = {
    0: ['all'],
    2: ['all', 'early'],
    5: ['all', 'early'],
    9: ['all', 'early'],
    10: ['late', 'all', 'early'],
  };
  for (const [host, names] of Object.entries(cases)) expect(seenOf(Number(host))).toEqual(names);
  expect(seenOf(11)).toEqual(['late', 'all']);
  expect(seenOf(19)).toEqual(['late', 'all']);
  expect(seenOf(20)).toEqual(['all']);
  expect(seenOf(1_000_000)).toEqual(['all']);
});
