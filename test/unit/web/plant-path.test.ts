import { expect, test } from 'vitest';
import type { Hop } from '../../../src/report/ladder-rows.ts';
import type { FrameRecord } from '../../../src/scenario/record.ts';
import { layoutPlant } from '../../../src/web/plant-layout.ts';
import type { PlantNode } from '../../../src/web/plant-layout.ts';
import { pathOf, pathText } from '../../../src/web/plant-path.ts';

const nodes: readonly PlantNode[] = ['cm', 'cmts', 'pc'].map((key) => ({
  key,
  segments: ['hfc'],
  sizeIn: () => ({ width: 100, height: 60 }),
}));
const layout = layoutPlant(['hfc'], nodes, [], 600);
const [bar] = layout.bars;

/** Members of a group stand in its node. */
const nodeOf = (host: string): string => host.replace(/\[.*/, '');

function hop(
  from: string,
  to: string | undefined,
  fate: FrameRecord['fate'] = 'delivered',
  segment = 'hfc',
): Hop {
  return { from, to, record: { segment, fate } as FrameRecord };
}

/** Where the top edge of a node is, in the middle. */
function topOf(name: string): { x: number; y: number } | undefined {
  const node = layout.nodes.find(({ key }) => key === name);
  return node && { x: node.x + node.width / 2, y: node.y };
}

test('from node to node, along the bar between', () => {
  const path = pathOf(layout, hop('cm[7]', 'cmts'), nodeOf);
  expect(path?.points[0]).toEqual(topOf('cm'));
  expect(path?.points.at(-1)).toEqual(topOf('cmts'));
  const along = path?.points.filter(({ y }) => bar !== undefined && y > bar.y && y < bar.y + bar.height);
  expect(along?.map(({ x }) => x)).toEqual([topOf('cm')?.x, topOf('cmts')?.x]);
  expect(path?.lost).toBe(false);
});

test('what nobody takes goes along the bar to its end', () => {
  const path = pathOf(layout, hop('cm[7]', undefined, 'unheard'), nodeOf);
  expect(path?.lost).toBe(true);
  expect(path?.points[0]).toEqual(topOf('cm'));
});

test('a lost one stops on its way', () => {
  const whole = pathOf(layout, hop('cm[7]', 'pc'), nodeOf);
  const lost = pathOf(layout, hop('cm[7]', 'pc', 'lost'), nodeOf);
  expect(lost?.lost).toBe(true);
  expect(lost?.points[0]).toEqual(whole?.points[0]);
  expect(lost?.points.at(-1)?.x).toBeGreaterThan(topOf('cm')?.x ?? Infinity);
  expect(lost?.points.at(-1)?.x).toBeLessThan(topOf('pc')?.x ?? 0);
});

test.each([
  { name: 'between two of one group', one: hop('cm[1]', 'cm[2]') },
  { name: 'on a segment that is not drawn', one: hop('cm[1]', 'cmts', 'delivered', 'elsewhere') },
  { name: 'from a host that is not drawn', one: hop('stranger', 'cmts') },
])('nothing is drawn: $name', ({ one }) => {
  expect(pathOf(layout, one, nodeOf)).toBeUndefined();
});

/** The ends of a link are the link's. */
const endOf = (host: string): string => host.replace(/@.*/, '');

test('along a link, in the direction that the packet has', () => {
  const links = [{ name: 'uplink', between: ['core', 'pop'] }];
  const hosts = ['core', 'pop'].map((segment) => ({
    key: `at-${segment}`,
    segments: [segment],
    sizeIn: () => ({ width: 100, height: 60 }),
  }));
  const linked = layoutPlant(['core', 'pop'], hosts, links, 600);
  const ups = pathOf(linked, hop('uplink@pop', 'uplink@core', 'delivered', 'uplink'), endOf)?.points ?? [];
  const downs = pathOf(linked, hop('uplink@core', 'uplink@pop', 'delivered', 'uplink'), endOf)?.points ?? [];
  expect(ups).toEqual(downs.toReversed());
  expect(downs[0]?.y).toBeLessThan(downs.at(-1)?.y ?? 0);
  const on = pathOf(linked, hop('at-core', 'uplink@core', 'delivered', 'core'), endOf);
  expect(on?.points.at(-1)).toEqual(downs[0]);
});

test('as SVG has it', () => {
  expect(
    pathText([
      { x: 1, y: 2.04 },
      { x: 3, y: 4.16 },
    ]),
  ).toBe('M1 2L3 4.2');
});
