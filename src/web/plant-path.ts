import type { Hop } from '../report/ladder-rows.ts';
import type { PlantLayout, Point } from './plant-layout.ts';

/** The way of one crossing through the drawing. */
export interface HopPath {
  readonly points: readonly Point[];
  readonly lost: boolean;
}

/** How far a lost packet is drawn. */
const LOST_AT = 0.7;

/**
 * From one node along the bar of the segment to another, or along a link; undefined where one of them is not drawn. `nodeOf`: the
 * node of a host, or the link of one of its two ends.
 */
export function pathOf(layout: PlantLayout, hop: Hop, nodeOf: (host: string) => string): HopPath | undefined {
  const points = alongLink(layout, hop) ?? alongBar(layout, hop, nodeOf);
  if (points === undefined) return undefined;
  const lost = hop.record.fate !== 'delivered';
  return { points: lost ? cut(points, LOST_AT) : points, lost };
}

/** The ends of a link are called by it and their segments: `uplink@core`. */
function alongLink({ wires }: PlantLayout, { from, record }: Hop): readonly Point[] | undefined {
  const { segment: link } = record;
  const points = wires.find((wire) => wire.of === link && wire.segment === link)?.points;
  const near = wires.find((wire) => wire.of === link && `${link}@${wire.segment}` === from)?.points.at(-1);
  const top = points?.[0];
  return near === undefined || top === undefined || near.y <= top.y ? points : points?.toReversed();
}

function alongBar(
  { bars, wires }: PlantLayout,
  { from, to, record }: Hop,
  nodeOf: (host: string) => string,
): readonly Point[] | undefined {
  const bar = bars.find(({ segment }) => segment === record.segment);
  const wireOf = (host: string | undefined): readonly Point[] | undefined =>
    host === undefined
      ? undefined
      : wires.find(({ of, segment }) => of === nodeOf(host) && segment === record.segment)?.points;
  const up = wireOf(from);
  const down = wireOf(to);
  if (bar === undefined || up === undefined || (to !== undefined && nodeOf(from) === nodeOf(to)))
    return undefined;
  // Below the bar's name.
  const middle = bar.y + bar.height - 5;
  const along = [up.at(-1), down?.at(-1) ?? { x: bar.x + bar.width - 8, y: 0 }];
  return [
    ...up,
    ...along.flatMap((end) => (end === undefined ? [] : [{ x: end.x, y: middle }])),
    ...(down?.toReversed() ?? []),
  ];
}

/** The first part of a line of several pieces. */
function cut(points: readonly Point[], share: number): readonly Point[] {
  const [first] = points;
  if (first === undefined) return points;
  let left = lengthOf(points) * share;
  const kept = [first];
  for (const [index, point] of points.slice(1).entries()) {
    const before = points[index] ?? point;
    const piece = Math.hypot(point.x - before.x, point.y - before.y);
    if (piece >= left) {
      const part = piece === 0 ? 0 : left / piece;
      kept.push({ x: before.x + (point.x - before.x) * part, y: before.y + (point.y - before.y) * part });
      return kept;
    }
    left -= piece;
    kept.push(point);
  }
  return kept;
}

function lengthOf(points: readonly Point[]): number {
  return points
    .slice(1)
    .reduce(
      (sum, { x, y }, index) => sum + Math.hypot(x - (points[index]?.x ?? x), y - (points[index]?.y ?? y)),
      0,
    );
}

/** `M1 2L3 4`, for SVG. */
export function pathText(points: readonly Point[]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
