import { rendezvous } from './draws.ts';
import { type Forest, NONE, Policy, WhenAllDown } from './forest.ts';
import { VALUES_MAX } from './group.ts';

/** A forest as it stands, or as it would: health, weights and the client are asked for one by one. */
export interface Situation {
  readonly forest: Forest;
  isHealthy(check: number): boolean;
  weight(candidate: number): number;
  /** What the policy measures; the least is taken. Infinity: not for this client. */
  score(candidate: number): number;
  /** The client as a sticky policy knows it. */
  readonly stickyClient: Uint8Array;
}

/** Chances of targets to be in the answer, by candidate. */
export type Chances = ReadonlyMap<number, number>;

/** The exact chance of each target that a question about `node` may be answered with: what the walk draws, without drawing. */
export function chancesOf(node: number, situation: Situation): Chances {
  const into = new Map<number, number>();
  addTop(node, 1, situation, into);
  return into;
}

/** A group that nobody backs out of. */
function addTop(node: number, chance: number, situation: Situation, into: Map<number, number>): void {
  const { forest } = situation;
  if (isAlive(node, situation)) return addGroup(node, { chance, isOpen: false }, situation, into);
  // As gdnsd: below its threshold, and with something healthy, it answers with all of its targets.
  const group = forest.groups[node];
  const counts = group?.givesMany === true || (group?.upThreshold ?? 0) > 0;
  if (counts && candidatesOf(node, forest).some((index) => isUsable(index, situation)))
    return addGroup(node, { chance, isOpen: true }, situation, into);
  if (forest.whenAllDown[node] === WhenAllDown.open)
    addGroup(node, { chance, isOpen: true }, situation, into);
}

interface Share {
  readonly chance: number;
  /** Nothing is healthy: all are taken as healthy. */
  readonly isOpen: boolean;
}

function addGroup(node: number, share: Share, situation: Situation, into: Map<number, number>): void {
  const { forest } = situation;
  const usable = candidatesOf(node, forest).filter((index) => share.isOpen || isUsable(index, situation));
  for (const [index, own] of sharesOf(node, usable, situation))
    if (own > 0) addTarget(index, { chance: share.chance * own, isOpen: share.isOpen }, situation, into);
}

function addTarget(candidate: number, share: Share, situation: Situation, into: Map<number, number>): void {
  const { child, evaluates } = situation.forest;
  const below = child[candidate] ?? NONE;
  if (below === NONE) {
    into.set(candidate, (into.get(candidate) ?? 0) + share.chance);
    return;
  }
  if (evaluates[candidate] === 0) return addTop(below, share.chance, situation, into);
  const isOpen = share.isOpen && !isAlive(below, situation);
  addGroup(below, { chance: share.chance, isOpen }, situation, into);
}

/** How often each of those that will do is taken. */
function sharesOf(
  node: number,
  usable: readonly number[],
  situation: Situation,
): readonly (readonly [number, number])[] {
  const { forest } = situation;
  const group = forest.groups[node];
  switch (forest.policy[node]) {
    case Policy.multivalue: {
      const share = Math.min(usable.length, VALUES_MAX) / Math.max(usable.length, 1);
      return usable.map((index) => [index, share]);
    }
    case Policy.weighted:
      if (group?.givesMany === true) return manyShares(usable, situation);
      return group?.isSticky === true ? stickyShares(usable, situation) : weightShares(usable, situation);
    default: {
      const best = bestOf(usable, situation);
      return best === undefined ? [] : [[best, 1]];
    }
  }
}

function weightShares(usable: readonly number[], situation: Situation): [number, number][] {
  const sum = usable.reduce((all, index) => all + situation.weight(index), 0);
  return usable.map((index) => [index, sum === 0 ? 1 / usable.length : situation.weight(index) / sum]);
}

/** Those of the greatest weight always, the others by their share of it. */
function manyShares(usable: readonly number[], situation: Situation): [number, number][] {
  const greatest = usable.reduce((most, index) => Math.max(most, situation.weight(index)), 0);
  return usable.map((index) => [index, situation.weight(index) / Math.max(greatest, 1)]);
}

function stickyShares(usable: readonly number[], situation: Situation): [number, number][] {
  const { forest, stickyClient } = situation;
  const isZeros = usable.every((index) => situation.weight(index) === 0);
  let nearest: number | undefined;
  let least = Infinity;
  for (const index of usable) {
    const weight = isZeros ? 1 : situation.weight(index);
    if (weight === 0) continue;
    const distance = rendezvous(forest.stickyKey, forest.idHash[index] ?? 0, stickyClient, weight);
    if (distance >= least) continue;
    nearest = index;
    least = distance;
  }
  return nearest === undefined ? [] : [[nearest, 1]];
}

/** The least score; of equal ones the lesser rank. */
function bestOf(usable: readonly number[], situation: Situation): number | undefined {
  const { rank } = situation.forest;
  let best: number | undefined;
  for (const index of usable) {
    const score = situation.score(index);
    if (score === Infinity) continue;
    const least = best === undefined ? Infinity : situation.score(best);
    if (score < least || (score === least && best !== undefined && (rank[index] ?? 0) < (rank[best] ?? 0)))
      best = index;
  }
  return best;
}

/** Whether a group has something healthy for this client; a group that has nothing at all for it is not left, either. */
function isAlive(node: number, situation: Situation): boolean {
  const { forest } = situation;
  const own = candidatesOf(node, forest);
  const group = forest.groups[node];
  if (group?.givesMany === true || (group?.upThreshold ?? 0) > 0) {
    const up = own.filter((index) => isUsable(index, situation));
    const all = own.reduce((sum, index) => sum + situation.weight(index), 0);
    const weight = up.reduce((sum, index) => sum + situation.weight(index), 0);
    return up.length > 0 && weight >= Math.ceil((group?.upThreshold ?? 0) * all);
  }
  const isScored = group?.policy !== 'weighted' && group?.policy !== 'multivalue';
  const fit = isScored ? own.filter((index) => situation.score(index) !== Infinity) : own;
  return fit.length === 0 || fit.some((index) => isUsable(index, situation));
}

/** Whether its own check is up, and what is behind it too. */
function isUsable(candidate: number, situation: Situation): boolean {
  const { check, child, evaluates } = situation.forest;
  const own = check[candidate] ?? NONE;
  if (own !== NONE && !situation.isHealthy(own)) return false;
  const below = child[candidate] ?? NONE;
  return below === NONE || evaluates[candidate] === 0 || isAlive(below, situation);
}

/** The targets of a group, by their place among those of the forest. */
export function candidatesOf(node: number, { first, end }: Forest): readonly number[] {
  const from = first[node] ?? 0;
  return Array.from({ length: (end[node] ?? 0) - from }, (_, index) => from + index);
}

/** A group and all groups behind its aliases. */
export function nodesUnder(node: number, forest: Forest): readonly number[] {
  const found = [node];
  for (const each of found)
    for (const index of candidatesOf(each, forest)) {
      const below = forest.child[index] ?? NONE;
      if (below !== NONE && !found.includes(below)) found.push(below);
    }
  return found;
}
