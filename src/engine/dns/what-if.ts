import { formatName } from '../../codec/dns/name.ts';
import { typeName } from '../../codec/dns/registry.ts';
import { formatPrefix, type Prefix } from '../../core/address.ts';
import { candidatesOf, chancesOf, nodesUnder, type Situation } from '../../policy/dns/chances.ts';
import type { Client } from '../../policy/dns/client.ts';
import { type Forest, NONE } from '../../policy/dns/forest.ts';
import { ALL_HEALTHY, type HealthView } from '../../policy/dns/health-view.ts';
import type { Walk } from '../../policy/dns/walk.ts';
import type { Asker } from '../../store/routing.ts';

/** One thing that could be otherwise. */
export type Edit =
  | { readonly kind: 'health'; readonly check: string; readonly to: 'up' | 'down' }
  | {
      readonly kind: 'weight';
      readonly name: string;
      readonly type: string;
      readonly target: string;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'client'; readonly network: string; readonly location: string | null };

/** What must change for an answer: sets of edits, all of the least size that does it. */
export interface WhatIf {
  /** Of the answer as things are: 0 to 1. */
  readonly chance: number;
  /** With these it is given sometimes; none: it is so already, or nothing does it. */
  readonly sometimes: readonly (readonly Edit[])[];
  /** With these it is always given. */
  readonly always: readonly (readonly Edit[])[];
  /** There were more sets than are looked at. */
  readonly isCut: boolean;
}

/** What the search is about. */
export interface WhatIfQuestion {
  readonly node: number;
  readonly forest: Forest;
  readonly walk: Walk;
  readonly client: Client;
  readonly health: HealthView;
  readonly asker: Asker;
  /** Whether a target has the data that is wanted. */
  readonly gives: (candidate: number) => boolean;
}

/** At most so many things changed at once. */
const EDITS_MAX = 3;
const SITUATIONS_MAX = 20_000;
const SETS_SHOWN_MAX = 6;
const CERTAIN = 1 - 1e-9;

/** Scores and the sticky client of one asker. */
interface Standpoint {
  readonly scores: Float64Array;
  readonly stickyClient: Uint8Array;
}

/** Looks through all small sets of changes, the smallest first; no dice are moved. */
export function whatIf(question: WhatIfQuestion): WhatIf {
  const { forest } = question;
  const draws = forest.draws.slice();
  const search = new Search(question);
  const found = search.run();
  forest.draws.set(draws);
  return found;
}

class Search {
  readonly #question: WhatIfQuestion;
  readonly #nodes: readonly number[];
  readonly #levers: readonly Lever[];
  readonly #here: Standpoint;
  #looked = 0;

  constructor(question: WhatIfQuestion) {
    this.#question = question;
    this.#nodes = nodesUnder(question.node, question.forest);
    this.#here = this.#standpoint(question.asker);
    this.#levers = [...this.#healthLevers(), ...this.#weightLevers(), ...this.#clientLevers()];
  }

  run(): WhatIf {
    const chance = this.#chance([]);
    let sometimes: (readonly Edit[])[] = [];
    let always: (readonly Edit[])[] = [];
    for (let size = 1; size <= EDITS_MAX; size++) {
      const wantsSome = chance === 0 && sometimes.length === 0;
      const wantsAll = chance < CERTAIN && always.length === 0;
      if (!wantsSome && !wantsAll) break;
      for (const levers of combinations(this.#levers, size)) {
        if (this.#looked >= SITUATIONS_MAX) break;
        const reached = this.#chance(levers);
        const edits = levers.map(({ edit }) => edit);
        if (wantsSome && reached > 0 && reached < CERTAIN) sometimes.push(edits);
        if (wantsAll && reached >= CERTAIN) always.push(edits);
      }
      if (wantsSome && always.length > 0) break;
    }
    sometimes = sometimes.slice(0, SETS_SHOWN_MAX);
    always = always.slice(0, SETS_SHOWN_MAX);
    return { chance, sometimes, always, isCut: this.#looked >= SITUATIONS_MAX };
  }

  /** The chance of the wanted answer with some things changed. */
  #chance(levers: readonly Lever[]): number {
    this.#looked++;
    const { forest, node, health, gives } = this.#question;
    const at = levers.find(({ standpoint }) => standpoint !== undefined)?.standpoint ?? this.#here;
    const situation: Situation = {
      forest,
      isHealthy: (check) =>
        levers.some((lever) => lever.check === check) ? !health.isHealthy(check) : health.isHealthy(check),
      weight: (candidate) =>
        levers.find((lever) => lever.candidate === candidate)?.weight ?? forest.weight[candidate] ?? 0,
      score: (candidate) => at.scores[candidate] ?? Infinity,
      stickyClient: at.stickyClient,
    };
    let chance = 0;
    // Where several are given at once, the data are there when any of them is; they are told apart by no policy that is sure.
    for (const [candidate, own] of chancesOf(node, situation)) if (gives(candidate)) chance += own;
    return Math.min(chance, 1);
  }

  /** The measures of all groups for one asker, as the walk makes them. */
  #standpoint(asker: Pick<Asker, 'source' | 'subnet'>): Standpoint {
    const { forest, walk, client } = this.#question;
    const scores = new Float64Array(forest.targets.length).fill(Infinity);
    client.begin(asker.source, asker.subnet);
    for (const node of this.#nodes) {
      walk.run(node, ALL_HEALTHY, client, undefined);
      for (const index of candidatesOf(node, forest)) scores[index] = walk.scoreOf(index);
    }
    return { scores, stickyClient: client.stickyKey().slice() };
  }

  #healthLevers(): Lever[] {
    const { forest, health } = this.#question;
    const checks = new Set(
      this.#nodes.flatMap((node) => candidatesOf(node, forest).map((index) => forest.check[index] ?? NONE)),
    );
    checks.delete(NONE);
    return [...checks].map((check) => {
      const to = health.isHealthy(check) ? 'down' : 'up';
      return { edit: { kind: 'health', check: health.explain(check).name, to }, check };
    });
  }

  #weightLevers(): Lever[] {
    const { forest } = this.#question;
    return this.#nodes.flatMap((node) => {
      const group = forest.groups[node];
      if (group?.policy !== 'weighted') return [];
      return candidatesOf(node, forest).map((candidate): Lever => {
        const from = forest.weight[candidate] ?? 0;
        const to = from > 0 ? 0 : 1;
        const edit = {
          kind: 'weight',
          name: formatName(group.owner),
          type: typeName(group.type),
          target: forest.targets[candidate]?.id ?? '',
          from,
          to,
        } as const;
        return { edit, candidate, weight: to };
      });
    });
  }

  /** To the networks that the file names: all others are as one of these, or as nobody. */
  #clientLevers(): Lever[] {
    const { forest, client, asker } = this.#question;
    const places = client.atlas.locations.flatMap(({ name, networks }) =>
      networks.slice(0, 1).map((network) => ({ network, location: name })),
    );
    const own = this.#nodes.flatMap((node) =>
      candidatesOf(node, forest).flatMap((index) =>
        (forest.targets[index]?.networks ?? []).map((network) => ({ network, location: null })),
      ),
    );
    return [...places, ...own].map(({ network, location }): Lever => ({
      edit: { kind: 'client', network: formatPrefix(network), location },
      standpoint: this.#standpoint(askerIn(network, asker)),
    }));
  }
}

interface Lever {
  readonly edit: Edit;
  readonly check?: number;
  readonly candidate?: number;
  readonly weight?: number;
  readonly standpoint?: Standpoint;
}

function askerIn({ address, length }: Prefix, { source, subnet }: Asker): Pick<Asker, 'source' | 'subnet'> {
  if (subnet === undefined) return { source: address, subnet: undefined };
  return { source, subnet: { address, prefixLength: length } };
}

/** All sets of `size`, with one client at most. */
function* combinations(
  levers: readonly Lever[],
  size: number,
  from = 0,
  isMoved = false,
): Generator<readonly Lever[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let index = from; index < levers.length; index++) {
    const lever = levers[index];
    if (lever === undefined || (isMoved && lever.standpoint !== undefined)) continue;
    const moved = isMoved || lever.standpoint !== undefined;
    for (const rest of combinations(levers, size - 1, index + 1, moved)) yield [lever, ...rest];
  }
}
