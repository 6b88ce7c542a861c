import { formatName } from '../../codec/dns/name.ts';
import { formatRdata } from '../../codec/dns/rdata/shape.ts';
import { shapeFor } from '../../codec/dns/record.ts';
import { Class, typeName } from '../../codec/dns/registry.ts';
import { formatPrefix } from '../../core/address.ts';
import { type Forest, NONE } from './forest.ts';
import type { CheckReport, HealthView } from './health-view.ts';
import { formatPlace } from './place.ts';
import type { Outcome, Walk, WalkListener } from './walk.ts';

/** What became of a target in one look at its group. */
type Verdict = 'chosen' | 'down' | 'branch down' | 'not reached' | 'no match';

/** One target as one pass over its group saw it. */
export interface TargetStep {
  readonly id: string;
  /** Its data as in a zone file, or the name that it leads to. */
  readonly data: readonly string[];
  readonly alias: string | undefined;
  verdict: Verdict;
  /** Which visit of the whole walk this was, from 1; undefined: the policy did not come here. */
  visit: number | undefined;
  readonly check: CheckReport | undefined;
  /** What the policy goes by, in words: `weight 3 of 4`, `latency 22 ms`, `EU-DE`. */
  readonly measure: string;
  /** Passes over the group behind an alias. */
  readonly branch: GroupStep[];
}

/** One pass over a group. */
export interface GroupStep {
  readonly name: string;
  readonly type: string;
  readonly policy: string;
  readonly ttlSeconds: number;
  /** Nothing is healthy, so all are taken as healthy. */
  readonly isOpen: boolean;
  readonly draws: { readonly value: number; readonly of: number }[];
  readonly targets: readonly TargetStep[];
  /** What was done because too little is healthy. */
  readonly fallbacks: string[];
  outcome: Outcome;
}

/** Listens to a walk and makes a tree of it: plain data, for people and for JSON. */
export class WalkRecorder implements WalkListener {
  readonly #forest: Forest;
  readonly #walk: Walk;
  readonly #health: HealthView;
  readonly #open: GroupStep[] = [];
  readonly #nodes: number[] = [];
  /** Passes over the group that was asked for: a second one where nothing was healthy. */
  readonly passes: GroupStep[] = [];
  #visits = 0;

  constructor(forest: Forest, walk: Walk, health: HealthView) {
    this.#forest = forest;
    this.#walk = walk;
    this.#health = health;
  }

  entered(node: number, isOpen: boolean): void {
    const { groups, first, end } = this.#forest;
    const group = groups[node];
    if (group === undefined) return;
    const targets: TargetStep[] = [];
    for (let index = first[node] ?? 0; index < (end[node] ?? 0); index++) targets.push(this.#target(index));
    const step: GroupStep = {
      name: formatName(group.owner),
      type: typeName(group.type),
      policy: group.policy,
      ttlSeconds: group.ttlSeconds,
      isOpen,
      draws: [],
      targets,
      fallbacks: [],
      outcome: 'no-match',
    };
    const parent = this.#open.at(-1)?.targets.find(({ visit }) => visit === this.#visits);
    (parent?.branch ?? this.passes).push(step);
    this.#open.push(step);
    this.#nodes.push(node);
  }

  drew(_node: number, value: number, limit: number): void {
    this.#open.at(-1)?.draws.push({ value, of: limit });
  }

  visited(node: number, candidate: number): void {
    const target = this.#at(node, candidate);
    if (target !== undefined) target.visit = ++this.#visits;
  }

  refused(node: number, candidate: number, why: 'check' | 'branch'): void {
    const target = this.#at(node, candidate);
    if (target !== undefined) target.verdict = why === 'check' ? 'down' : 'branch down';
  }

  took(node: number, candidate: number): void {
    const target = this.#at(node, candidate);
    if (target !== undefined) target.verdict = 'chosen';
  }

  fellBack(_node: number, how: 'open' | 'nodata' | 'servfail' | 'threshold'): void {
    (this.#open.at(-1) ?? this.passes.at(-1))?.fallbacks.push(how);
  }

  left(node: number, outcome: Outcome): void {
    const step = this.#open.pop();
    this.#nodes.pop();
    if (step === undefined) return;
    step.outcome = outcome;
    const { first, groups } = this.#forest;
    for (const [index, target] of step.targets.entries()) {
      const candidate = (first[node] ?? 0) + index;
      const policy = groups[node]?.policy ?? 'simple';
      if (target.visit === undefined && SCORED.has(policy) && this.#walk.scoreOf(candidate) === Infinity)
        target.verdict = 'no match';
      Object.assign(target, { measure: this.#measure(node, candidate) });
    }
  }

  #at(node: number, candidate: number): TargetStep | undefined {
    if (this.#nodes.at(-1) !== node) return undefined;
    return this.#open.at(-1)?.targets[candidate - (this.#forest.first[node] ?? 0)];
  }

  #target(candidate: number): TargetStep {
    const { targets, check, groups, first, end } = this.#forest;
    const node = groups.findIndex((_, at) => candidate >= (first[at] ?? 0) && candidate < (end[at] ?? 0));
    const target = targets[candidate];
    const own = check[candidate] ?? NONE;
    const content = target?.content;
    const shape = shapeFor(groups[node]?.type ?? 0, Class.IN);
    return {
      id: target?.id ?? '',
      data: content?.kind === 'data' ? content.rdatas.map((rdata) => formatRdata(shape, rdata)) : [],
      alias: content?.kind === 'alias' ? formatName(content.name) : undefined,
      verdict: 'not reached',
      visit: undefined,
      check: own === NONE ? undefined : this.#health.explain(own),
      measure: '',
      branch: [],
    };
  }

  #measure(node: number, candidate: number): string {
    const { groups, targets, weightSum } = this.#forest;
    const target = targets[candidate];
    if (target === undefined) return '';
    const score = this.#walk.scoreOf(candidate);
    switch (groups[node]?.policy) {
      case 'weighted':
        return `weight ${target.weight} of ${weightSum[node] ?? 0}`;
      case 'latency':
        return `${target.region ?? ''}: ${score === Number.MAX_VALUE ? 'latency unknown' : `${round(score)} ms`}`;
      case 'geoproximity': {
        const bias = target.bias === 0 ? '' : `, bias ${target.bias}`;
        return score === Number.MAX_VALUE ? `distance unknown${bias}` : `${round(score)} km${bias}`;
      }
      case 'geolocation':
      case 'ip': {
        const words = [...target.networks.map(formatPrefix), ...target.places.map(formatPlace)];
        return [...words, ...(target.isDefault ? ['*'] : [])].join(' ');
      }
      default:
        return '';
    }
  }
}

const SCORED: ReadonlySet<string> = new Set(['geolocation', 'ip']);

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
