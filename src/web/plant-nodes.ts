import type { PageGroup } from '../report/page/page-data.ts';
import type { RunModel } from './model.ts';
import type { PlantNode } from './plant-layout.ts';
import { mapHeight } from './state-map.tsx';
import { STAGE_NAMES, STAGES } from './stages.ts';

/** Groups of so many members and more are drawn as a map. */
const MAP_FROM = 13;

/** As viewer.css has them. */
const LINE_HEIGHTS: Readonly<Record<Scale, number>> = { small: 24, large: 30 };
const CHARACTERS: Readonly<Record<Scale, number>> = { small: 10, large: 12 };
const EDGE = 8;
const GAP = 12;
const HALF_MIN = 124;

/** Whether there is room for large shapes. */
export type Scale = 'small' | 'large';

/** A host's or group's shape, as large as what can ever stand in it. */
export function plantNode(model: RunModel, group: PageGroup, scale: Scale): PlantNode {
  const stages = model.stagesOf(group);
  return {
    key: group.name,
    segments: group.segments,
    sizeIn: (room) => {
      const width = group.count === 1 ? hostWidth(room, scale) : Math.min(room, GROUP_WIDTHS[scale]);
      const inner = width - EDGE * 2;
      const states =
        group.count === 1
          ? Math.min(stages.size, 1)
          : countLines(group.count, stages, Math.floor(inner / CHARACTERS[scale]));
      const lines = 1 + linesOf(group).length + states;
      const map = isMapped(group) ? mapHeight(group.count, inner) : 0;
      return { width, height: lines * LINE_HEIGHTS[scale] + EDGE * 2 + map };
    },
  };
}

const GROUP_WIDTHS: Readonly<Record<Scale, number>> = { small: 320, large: 420 };
const HOST_WIDTH = 280;

/** In a narrow place two beside each other, where their names can be read then. */
function hostWidth(room: number, scale: Scale): number {
  if (scale === 'large') return Math.min(room, HOST_WIDTH);
  const half = Math.floor((room - GAP) / 2);
  return half >= HALF_MIN ? half : room;
}

export function isMapped({ count }: PageGroup): boolean {
  return count >= MAP_FROM;
}

/** What stands below the name. */
export function linesOf({ name, kind, ip }: PageGroup): readonly string[] {
  return [...(kind === name ? [] : [kind]), ...(ip === null ? [] : [ip])];
}

/** Lines of so many characters that the counts by stage take at most; those who have done nothing are dark. */
function countLines(count: number, stages: ReadonlySet<number>, room: number): number {
  const digits = count.toLocaleString('en').length;
  let lines = 1;
  let used = 0;
  for (const [index, stage] of STAGES.entries()) {
    if (index > 0 && !stages.has(index)) continue;
    const need = digits + STAGE_NAMES[stage].length + 4;
    if (used > 0 && used + need > room) {
      lines++;
      used = 0;
    }
    used += need;
  }
  return lines;
}
