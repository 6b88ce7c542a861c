import { expect, test } from 'vitest';
import { HostNames } from '../../../src/core/host-names.ts';

function named(...hosts: readonly (readonly [name: string, group: string])[]): HostNames {
  const names = new HostNames();
  for (const [number, [name, group]] of hosts.entries()) expect(names.add(name, group, number)).toBe(true);
  return names;
}

test('members of a group are found by their index, all others by their name', () => {
  const names = named(
    ['dhcp', 'dhcp'],
    ...Array.from({ length: 12 }, (_, n) => [`cm[${n}]`, 'cm'] as const),
    ['cmts', 'cmts'],
  );
  expect(['dhcp', 'cm[0]', 'cm[9]', 'cm[11]', 'cmts'].map((name) => names.find(name))).toEqual([
    0, 1, 10, 12, 13,
  ]);
});

test.each([
  'cm',
  'cm[12]',
  'cm[-1]',
  'cm[01]',
  'cm[]',
  'cm[1',
  'cm[1]]',
  'cm[1] ',
  'cm[x]',
  'cm[9999999999]',
  'xcm[1]',
  '[1]',
  '',
])('%j is nobody', (name) => {
  const names = named(...Array.from({ length: 12 }, (_, n) => [`cm[${n}]`, 'cm'] as const));
  expect(names.find(name)).toBeUndefined();
});

test('a name that another host has is refused, in a group or by itself', () => {
  const names = named(['cm[0]', 'cm'], ['cm[1]', 'cm'], ['a', 'a']);
  expect([names.add('cm[1]', 'cm', 3), names.add('a', 'a', 3), names.add('cm[1]', 'other', 3)]).toEqual([
    false,
    false,
    false,
  ]);
});

test('members that do not stand side by side, or not from 0 on, are found as well', () => {
  const names = named(
    ['cm[0]', 'cm'],
    ['a', 'a'],
    ['cm[1]', 'cm'],
    ['x[5]', 'x'],
    ['y[0]', 'z'],
    ['cm[2]', 'cm'],
  );
  expect(['cm[0]', 'a', 'cm[1]', 'x[5]', 'y[0]', 'cm[2]'].map((name) => names.find(name))).toEqual([
    0, 1, 2, 3, 4, 5,
  ]);
  expect(names.find('cm[3]')).toBeUndefined();
});
