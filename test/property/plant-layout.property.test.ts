import { array, assert, constantFrom, integer, property, record, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';
import { layoutPlant } from '../../src/web/plant-layout.ts';
import type { Box, PlantNode, Point } from '../../src/web/plant-layout.ts';

/** A node of 100 by 60 on some segments. */
function node(key: string, segments: readonly string[]): PlantNode {
  return { key, segments, sizeIn: (room) => ({ width: Math.min(100, room), height: 60 }) };
}

const SEGMENTS = ['s0', 's1', 's2', 's3', 's4', 's5', 's6'];
const segment = constantFrom(...SEGMENTS);
const plant = record({
  hosts: array(uniqueArray(segment, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 25 }),
  ends: array(uniqueArray(segment, { minLength: 2, maxLength: 2 }), { maxLength: 3 }),
  width: integer({ min: 300, max: 1600 }),
});

test('has each host and segment once, nothing over another, and a wire from each host to each of its segments', () => {
  assert(
    property(plant, ({ hosts, ends, width }) => {
      const nodes = hosts.map((segments, index) => node(`h${index}`, segments));
      const links = ends.map((between, index) => ({ name: `l${index}`, between }));
      const layout = layoutPlant(SEGMENTS, nodes, links, width);
      expect(layout.nodes.map(({ key }) => key).toSorted()).toEqual(nodes.map(({ key }) => key).toSorted());
      expect(layout.bars.map((bar) => bar.segment).toSorted()).toEqual(SEGMENTS);
      const boxes: readonly Box[] = [...layout.nodes, ...layout.bars];
      for (const [index, box] of boxes.entries())
        for (const other of boxes.slice(index + 1)) expect(overlap(box, other)).toBe(false);
      for (const { key, segments } of nodes)
        for (const name of segments) {
          const wire = layout.wires.find(({ of, segment: on }) => of === key && on === name);
          const box = layout.nodes.find((one) => one.key === key);
          const bar = layout.bars.find((one) => one.segment === name);
          expect(touches(box, wire?.points[0])).toBe(true);
          expect(touches(bar, wire?.points.at(-1))).toBe(true);
        }
      for (const { x, y, width: wide, height } of boxes) {
        expect(x + wide).toBeLessThanOrEqual(layout.width);
        expect(y + height).toBeLessThanOrEqual(layout.height);
      }
    }),
  );
});

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Whether a point is on the upper or lower edge. */
function touches(box: Box | undefined, point: Point | undefined): boolean {
  if (box === undefined || point === undefined) return false;
  const { x, y, width, height } = box;
  return point.x >= x && point.x <= x + width && (point.y === y || point.y === y + height);
}
