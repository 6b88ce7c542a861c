import { expect, test } from 'vitest';
import type { PlantHost } from '../../../../src/report/plant.ts';
import { chosenHosts } from '../../../../src/report/page/page.ts';
import { PagePlant } from '../../../../src/report/page/page-plant.ts';
import { chooseSamples, isWhole } from '../../../../src/report/page/page-samples.ts';

function host(name: string, kind: string): PlantHost {
  return { name, kind, group: name.replace(/\[.*/, ''), forwards: kind === 'cmts', interfaces: [] };
}

const modems = Array.from({ length: 100 }, (_, index) => host(`cm[${index}]`, 'cable-modem'));
const plant = new PagePlant([host('dhcp', 'dhcp'), host('cmts', 'cmts'), ...modems]);
const NONE = Array.from({ length: 102 }, () => null);

/** Boots that take longer the higher the number, but for some that fail. */
function boots(...failed: readonly number[]): (number | null)[] {
  return [null, null, ...modems.map((_, index) => (failed.includes(index) ? null : 1_000 + index))];
}

test.each([
  {
    name: 'first, median, p99 and worst of those who came up',
    took: boots(),
    chosen: ['cm[0] first', 'cm[49] median', 'cm[98] p99', 'cm[99] worst'],
  },
  {
    name: 'and three of those who did not',
    took: boots(3, 7, 8, 9),
    chosen: ['cm[0] first', 'cm[51] median', 'cm[99] p99', 'cm[3] failed', 'cm[7] failed', 'cm[8] failed'],
  },
  { name: 'the first alone where nobody comes up', took: NONE, chosen: ['cm[0] first'] },
])('$name', ({ took, chosen }) => {
  expect(chooseSamples(plant, took).map(({ host: name, why }) => `${name} ${why}`)).toEqual(chosen);
});

test('where an expectation failed is looked at closely, too: up to three of a group', () => {
  const blamed = new Set([5, 6, 7, 8].map((index) => `cm[${index}]`));
  expect(
    chooseSamples(plant, boots(), blamed).flatMap(({ host: name, why }) => (why === 'blamed' ? [name] : [])),
  ).toEqual(['cm[5]', 'cm[6]', 'cm[7]']);
});

test('servers and the CMTS are there beside the chosen, and are no devices', () => {
  const { devices, hosts } = chosenHosts(plant.groups, chooseSamples(plant, NONE));
  expect([...devices]).toEqual(['cm[0]']);
  expect([...hosts]).toEqual(['cm[0]', 'dhcp', 'cmts']);
});

test('a small plant is whole', () => {
  expect(isWhole(plant)).toBe(false);
  expect(isWhole(new PagePlant(modems.slice(0, 60)))).toBe(true);
});
