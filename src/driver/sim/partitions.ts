import type { Plant } from './plant.ts';

/** More cost more than they bring: each has its own wheel and is asked each window. */
const CABLES_MAX = 32;
/** A shorter way between partitions would make windows of a few events: those partitions become one. */
const LOOKAHEAD_LEAST_US = 200;

export interface Partitions {
  readonly count: number;
  /** The least delay between two partitions: how long a window is. Infinity when there is one. */
  readonly lookaheadUs: number;
}

/**
 * Cuts the plant: the servers are partition 0, each cable segment with all who are on it one more. It follows from the
 * topology alone, never from the machine, since it decides the order of simultaneous events and so the digest.
 */
export function cutIntoPartitions(plant: Plant, cut: 'by cable' | 'whole' = 'by cable'): Partitions {
  if (cut === 'whole') return { count: 1, lookaheadUs: Infinity };
  const groups = joinNear(plant, groupByCable(plant));
  // Partition 0 is that of the servers, even where there are none.
  const numbers = new Map<number, number>([[0, 0]]);
  for (const group of [...new Set(groups)].sort((a, b) => a - b))
    if (!numbers.has(group)) numbers.set(group, numbers.size);
  groups.forEach((group, host) => {
    plant.hosts.setPartition(host, numbers.get(group) ?? 0);
  });
  return { count: numbers.size, lookaheadUs: spread(plant) };
}

/** Group 0 are those on no cable. Many cables share groups by their place in the file. */
function groupByCable(plant: Plant): number[] {
  const cables = plant.segments.filter((segment) => segment.isCable);
  const share = Math.max(1, Math.ceil(cables.length / CABLES_MAX));
  const groups = new Array<number>(plant.specs.length).fill(0);
  cables.forEach((cable, index) => {
    for (const iface of cable.members) {
      const host = plant.interfaces.host(iface);
      const group = 1 + Math.floor(index / share);
      if (groups[host] === 0) groups[host] = group;
      else if (groups[host] !== group) replaceAll(groups, group, groups[host]!);
    }
  });
  return groups;
}

/** Joins those that a segment without much delay joins. */
function joinNear(plant: Plant, groups: number[]): number[] {
  for (const segment of plant.segments) {
    if (segment.quality.delayUs >= LOOKAHEAD_LEAST_US) continue;
    const here = new Set<number>();
    for (const iface of segment.members) here.add(groups[plant.interfaces.host(iface)]!);
    const least = Math.min(...here);
    for (const group of here) if (group !== least) replaceAll(groups, group, least);
  }
  return groups;
}

function replaceAll(groups: number[], from: number, to: number): void {
  for (let host = 0; host < groups.length; host++) if (groups[host] === from) groups[host] = to;
}

/** Tells each segment who has a part of it; gives the least delay of those that several have. */
function spread(plant: Plant): number {
  let least = Infinity;
  for (const segment of plant.segments) {
    const here = new Set<number>();
    for (const iface of segment.members) here.add(plant.hosts.partition(plant.interfaces.host(iface)));
    segment.partitions = [...here].sort((a, b) => a - b);
    if (here.size > 1) least = Math.min(least, segment.quality.delayUs);
  }
  return least;
}
