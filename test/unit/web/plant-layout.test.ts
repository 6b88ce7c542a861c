import { describe, expect, test } from 'vitest';
import { layoutPlant } from '../../../src/web/plant-layout.ts';
import type { PlantLayout, PlantNode } from '../../../src/web/plant-layout.ts';

/** A node of 100 by 60 on some segments. */
function node(key: string, ...segments: readonly string[]): PlantNode {
  return { key, segments, sizeIn: (room) => ({ width: Math.min(100, room), height: 60 }) };
}

const boot: readonly PlantNode[] = [
  node('cmts', 'hfc', 'core'),
  node('cm', 'hfc'),
  node('dhcp', 'core'),
  node('tftp', 'core'),
];

function find<T>(all: readonly T[], is: (one: T) => boolean): T {
  const found = all.find(is);
  if (found === undefined) throw new Error('it is not drawn');
  return found;
}

const nodeOf = (layout: PlantLayout, name: string) => find(layout.nodes, ({ key }) => key === name);
const barOf = (layout: PlantLayout, name: string) => find(layout.bars, ({ segment }) => segment === name);
const wireOf = (layout: PlantLayout, of: string, on: string) =>
  find(layout.wires, (wire) => wire.of === of && wire.segment === on);

describe('a boot plant', () => {
  const layout = layoutPlant(['hfc', 'core'], boot, [], 400);

  test('begins with the segment that has the most hosts, and the CMTS leads down to its cable', () => {
    expect(barOf(layout, 'core').y).toBe(0);
    expect(nodeOf(layout, 'dhcp').y).toBe(nodeOf(layout, 'tftp').y);
    expect(nodeOf(layout, 'cmts').y).toBeLessThan(barOf(layout, 'hfc').y);
    expect(barOf(layout, 'hfc').y).toBeLessThan(nodeOf(layout, 'cm').y);
  });

  test('the CMTS has a wire to each of its segments, from its own edge', () => {
    const cmts = nodeOf(layout, 'cmts');
    expect(wireOf(layout, 'cmts', 'core').points[0]?.y).toBe(cmts.y);
    expect(wireOf(layout, 'cmts', 'hfc').points[0]?.y).toBe(cmts.y + cmts.height);
  });

  test('is the same every time', () => {
    expect(layoutPlant(['hfc', 'core'], boot, [], 400)).toEqual(layout);
  });

  test('where there is less room, hosts go into further rows, and their wires along the gutter', () => {
    const narrow = layoutPlant(['hfc', 'core'], boot, [], 150);
    expect(nodeOf(narrow, 'tftp').y).toBeGreaterThan(nodeOf(narrow, 'dhcp').y);
    expect(wireOf(narrow, 'tftp', 'core').points).toHaveLength(4);
    expect(narrow.width).toBeLessThanOrEqual(150);
  });
});

test('a link leads from segment to segment, under its name', () => {
  const links = [{ name: 'backhaul', between: ['core', 'pop'] }];
  const layout = layoutPlant(['core', 'pop'], [node('a', 'core'), node('b', 'pop')], links, 400);
  const [label] = layout.links;
  expect(label?.name).toBe('backhaul');
  expect(barOf(layout, 'pop').y).toBeGreaterThan(label?.y ?? Infinity);
  expect(layout.wires.filter(({ of }) => of === 'backhaul').length).toBeGreaterThan(1);
});

test('a second way between the same segments is there, and said to be one', () => {
  const layout = layoutPlant(['a', 'b'], [node('one', 'a', 'b'), node('two', 'a', 'b')], [], 400);
  expect(wireOf(layout, 'one', 'b').isSecond).toBeUndefined();
  expect(wireOf(layout, 'two', 'b').isSecond).toBe(true);
});

test('segments that nothing joins stand below each other', () => {
  const layout = layoutPlant(['a', 'b'], [node('one', 'a'), node('two', 'b')], [], 400);
  expect(barOf(layout, 'b').y).toBeGreaterThan(nodeOf(layout, 'one').y);
});
