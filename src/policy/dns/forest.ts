import { typeName } from '../../codec/dns/registry.ts';
import { formatName, type Name } from '../../codec/dns/name.ts';
import { streamKey } from '../../core/random.ts';
import type { Atlas } from './client.ts';
import { policyKey } from './draws.ts';
import { ALL_DOWN, POLICIES, type PolicyGroup, type Target } from './group.ts';
import { PLACE_WORDS, writePlace } from './place.ts';
import { writeVector } from './point.ts';
import { PrefixTree } from './prefix-tree.ts';

export const Policy = {
  simple: 0,
  weighted: 1,
  failover: 2,
  latency: 3,
  geolocation: 4,
  geoproximity: 5,
  multivalue: 6,
  ip: 7,
} as const;

export const WhenAllDown = { open: 0, nodata: 1, servfail: 2 } as const;

/** No check, no group below. */
export const NONE = -1;

export interface ForestOptions {
  /** The zone's name, for the streams of chance. */
  readonly zone: Name;
  readonly seed: number;
  /** The server's name: two servers of one zone have dice of their own, and the same sticky targets. */
  readonly server: string;
  readonly atlas: Atlas;
}

/** All policies of one zone, laid out in columns: nodes are groups, candidates their targets, one group's after another's. */
export class Forest {
  readonly groups: readonly PolicyGroup[];
  readonly targets: readonly Target[];
  readonly atlas: Atlas;
  // By node.
  readonly policy: Uint8Array;
  readonly first: Int32Array;
  readonly end: Int32Array;
  readonly whenAllDown: Uint8Array;
  readonly weightSum: Float64Array;
  readonly streamKeys: Int32Array;
  /** Questions that each node drew for. */
  readonly draws: Int32Array;
  /** Networks of its targets, where these have some. */
  readonly networks: readonly (PrefixTree | undefined)[];
  // By candidate.
  readonly weight: Float64Array;
  readonly check: Int32Array;
  readonly child: Int32Array;
  readonly evaluates: Uint8Array;
  readonly idHash: Int32Array;
  readonly region: Int32Array;
  /** Which of two equally good is taken: the lesser. */
  readonly rank: Int32Array;
  readonly placeFirst: Int32Array;
  readonly places: Int32Array;
  readonly hasNetworks: Uint8Array;
  readonly isDefault: Uint8Array;
  readonly hasPoint: Uint8Array;
  readonly vectors: Float64Array;
  readonly bias: Float64Array;
  /** One for a zone: A and AAAA of a client stay on the same target. */
  readonly stickyKey: number;

  /** `groups` have no cycle of aliases. */
  constructor(groups: readonly PolicyGroup[], options: ForestOptions) {
    this.groups = groups;
    this.targets = groups.flatMap(({ targets }) => targets);
    this.atlas = options.atlas;
    const [nodes, candidates] = [groups.length, this.targets.length];
    this.policy = new Uint8Array(nodes);
    this.first = new Int32Array(nodes);
    this.end = new Int32Array(nodes);
    this.whenAllDown = new Uint8Array(nodes);
    this.weightSum = new Float64Array(nodes);
    this.streamKeys = new Int32Array(nodes);
    this.draws = new Int32Array(nodes);
    this.networks = groups.map(networksOf);
    this.weight = Float64Array.from(this.targets, ({ weight }) => weight);
    this.check = Int32Array.from(this.targets, ({ check }) => check ?? NONE);
    this.child = new Int32Array(candidates).fill(NONE);
    this.evaluates = new Uint8Array(candidates);
    this.idHash = Int32Array.from(this.targets, ({ id }) => streamKey(0, id));
    this.region = Int32Array.from(this.targets, ({ region }) => regionOf(region, options.atlas));
    this.rank = new Int32Array(candidates);
    this.placeFirst = new Int32Array(candidates + 1);
    this.places = new Int32Array(
      this.targets.reduce((sum, { places }) => sum + places.length, 0) * PLACE_WORDS,
    );
    this.hasNetworks = Uint8Array.from(this.targets, ({ networks }) => (networks.length > 0 ? 1 : 0));
    this.isDefault = Uint8Array.from(this.targets, ({ isDefault }) => (isDefault ? 1 : 0));
    this.hasPoint = Uint8Array.from(this.targets, ({ at }) => (at === undefined ? 0 : 1));
    this.vectors = new Float64Array(candidates * 3);
    this.bias = Float64Array.from(this.targets, ({ bias }) => bias);
    this.stickyKey = streamKey(options.seed, `${formatName(options.zone)} sticky`);
    this.#fill(options);
  }

  node(owner: Name, type: number): number {
    return this.groups.findIndex((group) => group.type === type && group.owner.equals(owner));
  }

  #fill({ zone, seed, server }: ForestOptions): void {
    let candidate = 0;
    let places = 0;
    for (const [node, group] of this.groups.entries()) {
      this.policy[node] = POLICIES.indexOf(group.policy);
      this.whenAllDown[node] = ALL_DOWN.indexOf(group.whenAllDown);
      this.weightSum[node] = group.targets.reduce((sum, { weight }) => sum + weight, 0);
      const owner = formatName(group.owner);
      const names = { zone: formatName(zone), owner, type: typeName(group.type), policy: group.policy };
      this.streamKeys[node] = policyKey(streamKey(seed, server), names);
      this.first[node] = candidate;
      const order = ranks(group);
      for (const [index, target] of group.targets.entries()) {
        this.rank[candidate] = order[index] ?? 0;
        this.placeFirst[candidate] = places;
        for (const place of target.places) writePlace(place, this.places, PLACE_WORDS * places++);
        if (target.at !== undefined) writeVector(target.at, this.vectors, candidate * 3);
        if (target.content.kind === 'alias') {
          this.child[candidate] = this.node(target.content.name, group.type);
          this.evaluates[candidate] = target.content.evaluates ? 1 : 0;
        }
        candidate++;
      }
      this.end[node] = candidate;
    }
    this.placeFirst[candidate] = places;
  }
}

function regionOf(region: string | undefined, atlas: Atlas): number {
  return region === undefined ? NONE : atlas.region(region);
}

function networksOf({ targets }: PolicyGroup): PrefixTree | undefined {
  if (targets.every(({ networks }) => networks.length === 0)) return undefined;
  const tree = new PrefixTree();
  for (const [index, { networks }] of targets.entries())
    for (const network of networks) tree.add(network, index);
  return tree;
}

/** Latency: by the region's name. Otherwise the order of the file. */
function ranks({ policy, targets }: PolicyGroup): readonly number[] {
  const indexes = targets.map((_, index) => index);
  if (policy !== 'latency') return indexes;
  const byRegion = indexes.toSorted((a, b) => {
    const [one, other] = [targets[a]?.region ?? '', targets[b]?.region ?? ''];
    return one < other ? -1 : one > other ? 1 : a - b;
  });
  return indexes.map((index) => byRegion.indexOf(index));
}
