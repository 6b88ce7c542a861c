import type { PageGroup, PageSample } from './page-data.ts';
import type { PagePlant } from './page-plant.ts';

/** A plant of so few hosts is shown whole, each packet of each. */
const WHOLE_MAX = 64;
/** A group of so few is shown whole, however large the plant. */
const SMALL_GROUP = 4;
const FAILED_MAX = 3;
const BLAMED_MAX = 3;

/** Whether every packet of a run is worth having: its devices can be looked at one by one. */
export function isWhole(plant: PagePlant): boolean {
  return plant.count <= WHOLE_MAX;
}

/** Groups so small that each member's packets are kept: servers, the CMTS, a few hosts. */
export function isSmall({ count }: PageGroup): boolean {
  return count <= SMALL_GROUP;
}

/**
 * Which members of large groups are looked at closely: the first, those whose boot took the median, the 99th percentile
 * and longest, some that never came up, and some of the `blamed`, at which an expectation failed. `took` is by host number,
 * null for who never came up.
 */
export function chooseSamples(
  plant: PagePlant,
  took: readonly (number | null)[],
  blamed: ReadonlySet<string> = new Set(),
): readonly PageSample[] {
  const samples: PageSample[] = [];
  for (const group of plant.groups) {
    if (isSmall(group)) continue;
    const chosen = new Map<number, PageSample['why']>();
    const choose = (number: number | undefined, why: PageSample['why']) => {
      if (number !== undefined && !chosen.has(number)) chosen.set(number, why);
    };
    const numbers = Array.from({ length: group.count }, (_, index) => group.first + index);
    const up = numbers.filter((number) => (took[number] ?? null) !== null);
    up.sort((a, b) => (took[a] ?? 0) - (took[b] ?? 0) || a - b);
    choose(group.first, 'first');
    choose(up[Math.ceil(up.length / 2) - 1], 'median');
    choose(up[Math.ceil(up.length * 0.99) - 1], 'p99');
    choose(up.at(-1), 'worst');
    // Where nobody comes up, nothing was meant to: failed is who is left behind by others.
    if (up.length > 0)
      for (const number of numbers.filter((one) => (took[one] ?? null) === null).slice(0, FAILED_MAX))
        choose(number, 'failed');
    const ours = numbers.filter((number) => blamed.has(memberName(group, number)));
    for (const number of ours.slice(0, BLAMED_MAX)) choose(number, 'blamed');
    for (const [number, why] of chosen) samples.push({ host: memberName(group, number), why });
  }
  return samples;
}

/** The name of a host by its number. */
export function memberName({ name, names, first }: PageGroup, number: number): string {
  return names === null ? `${name}[${number - first}]` : (names[number - first] ?? name);
}
