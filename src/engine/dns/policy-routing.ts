import { formatName, type Name } from '../../codec/dns/name.ts';
import { Type, typeName } from '../../codec/dns/registry.ts';
import { equalOctets } from '../../core/bytes.ts';
import { ConfigError } from '../../core/errors.ts';
import { type Atlas, Client } from '../../policy/dns/client.ts';
import { type GroupStep, WalkRecorder } from '../../policy/dns/explanation.ts';
import { Forest } from '../../policy/dns/forest.ts';
import type { PolicyGroup, Target } from '../../policy/dns/group.ts';
import type { HealthSource } from '../../policy/dns/health-view.ts';
import { type Outcome, Walk } from '../../policy/dns/walk.ts';
import type { Asker, Choice, PlainSets, Reasons, RoutedSet, Routing, Scope } from '../../store/routing.ts';
import { RRset, type Zone } from '../../store/zone.ts';
import { PolicyReasons } from './policy-reasons.ts';
import { whatIf, type WhatIf } from './what-if.ts';

export interface ZonePoliciesOptions {
  readonly zone: Name;
  readonly seed: number;
  readonly server: string;
  readonly atlas: Atlas;
  readonly health: HealthSource;
}

/** All policies of one zone. */
export class ZonePolicies {
  readonly forest: Forest;
  readonly walk: Walk;
  readonly client: Client;
  readonly health: HealthSource;
  readonly reasons: PolicyReasons;
  readonly #groups: readonly PolicyGroup[];
  readonly #routings: readonly PolicyRouting[];
  /** By candidate: its data as a set. */
  readonly sets: readonly (RRset | undefined)[];

  constructor(groups: readonly PolicyGroup[], options: ZonePoliciesOptions) {
    const { atlas, health } = options;
    this.#groups = groups;
    this.forest = new Forest(groups, options);
    this.client = new Client(atlas);
    this.health = health;
    this.walk = new Walk(this.forest, health.current, this.client);
    this.reasons = new PolicyReasons(this.forest);
    this.sets = groups.flatMap((group) => group.targets.map((target) => setOf(group, target)));
    this.#routings = groups.map((_, node) => new PolicyRouting(this, node));
  }

  /** The sets that the policies answer for, with what transfers carry of them. */
  routedSets(plain: PlainSets): readonly RoutedSet[] {
    return this.#groups.map(({ owner, type, ttlSeconds, place }, node) => ({
      owner,
      type,
      ttl: ttlSeconds,
      rdatas: this.#transferred(node, plain),
      routing: this.#routings[node] ?? new PolicyRouting(this, node),
      place,
    }));
  }

  /** All that any client may be given when nothing is healthy; of aliases one, since more would be none (RFC 2181 §10.1). */
  #transferred(node: number, plain: PlainSets): readonly Uint8Array[] {
    const { first, end, targets, child } = this.forest;
    const rdatas: Uint8Array[] = [];
    for (let index = first[node] ?? 0; index < (end[node] ?? 0); index++) {
      const content = targets[index]?.content;
      const below = child[index] ?? -1;
      let own: readonly Uint8Array[] = content?.kind === 'data' ? content.rdatas : [];
      if (content?.kind === 'alias')
        own = below < 0 ? this.#behind(content.name, node, plain) : this.#transferred(below, plain);
      for (const rdata of own) if (!rdatas.some((other) => equalOctets(other, rdata))) rdatas.push(rdata);
    }
    return this.#groups[node]?.type === Type.CNAME ? rdatas.slice(0, 1) : rdatas;
  }

  #behind(name: Name, node: number, plain: PlainSets): readonly Uint8Array[] {
    const group = this.#groups[node];
    const rdatas = plain(name, group?.type ?? 0);
    if (rdatas !== undefined || group === undefined) return rdatas ?? [];
    const { file, line, column } = group.place;
    throw new ConfigError(
      `${file}:${line}:${column}`,
      `${group.owner.toString()} has an alias to ${name.toString()}, which has no records of type ${typeName(group.type)}`,
      'an alias to a name of this zone with records or a policy of its type',
    );
  }
}

function setOf({ owner, type, ttlSeconds }: PolicyGroup, { content }: Target): RRset | undefined {
  return content.kind === 'data' ? new RRset(owner, type, ttlSeconds, content.rdatas) : undefined;
}

/** Why one asker is given what it is given: plain data. */
export interface PolicyExplanation {
  readonly name: string;
  readonly type: string;
  readonly client: {
    /** What is known of its address. */
    readonly address: string;
    readonly by: 'source' | 'client subnet';
    /** The file's name for where it is. */
    readonly location: string | undefined;
  };
  readonly passes: readonly GroupStep[];
  readonly outcome: Outcome;
  /** Identifiers of what is given, in the order given. */
  readonly chosen: readonly string[];
  readonly scope: { readonly prefixLength: number; readonly why: string };
  readonly ttl: { readonly seconds: number; readonly why: string };
}

const NONE: readonly Uint8Array[] = [];
const EMPTY = new Uint8Array(0);

/** The policy of one name and type, as the authority asks it. */
export class PolicyRouting implements Routing {
  readonly #policies: ZonePolicies;
  readonly #node: number;
  /** What is given when it is more than one target's: filled anew for each question. */
  readonly #rdatas: Uint8Array[] = [];
  readonly #many: RRset;
  /** By candidate: its set with the TTL that it last had; where checks decide how long an answer is kept. */
  readonly #adapted: (RRset | undefined)[] = [];

  constructor(policies: ZonePolicies, node: number) {
    this.#policies = policies;
    this.#node = node;
    const group = policies.forest.groups[node];
    if (group === undefined) throw new RangeError('a node of the forest');
    this.#many = new RRset(group.owner, group.type, group.ttlSeconds, this.#rdatas);
  }

  choose(zone: Zone, asker: Asker, scope: Scope, reasons: Reasons): Choice {
    const { walk, client, health, reasons: listener } = this.#policies;
    reasons.asked?.(this, zone, asker);
    client.begin(asker.source, asker.subnet);
    listener.reasons = reasons;
    const outcome = walk.run(this.#node, health.current, client, listener);
    if (outcome === 'servfail') return 'servfail';
    const set = outcome === 'picked' ? this.#set(zone, asker) : undefined;
    // RFC 7871 §7.4: that there is nothing is said to all networks alike.
    if (set === undefined) return 'no-data';
    if (client.isSubnet && client.scope > scope.prefixLength) scope.prefixLength = client.scope;
    return set;
  }

  /** What `choose` would say now, with all that led to it; no dice are moved. */
  explain(zone: Zone, asker: Asker): PolicyExplanation {
    const { walk, client, health, forest } = this.#policies;
    const draws = forest.draws.slice();
    const recorder = new WalkRecorder(forest, walk, health.current);
    client.begin(asker.source, asker.subnet);
    const outcome = walk.run(this.#node, health.current, client, recorder);
    forest.draws.set(draws);
    const group = forest.groups[this.#node];
    const set = outcome === 'picked' ? this.#set(zone, asker) : undefined;
    const chosen = Array.from(
      walk.picked.subarray(0, walk.count),
      (index) => forest.targets[index]?.id ?? '',
    );
    return {
      name: group === undefined ? '' : formatName(group.owner),
      type: typeName(group?.type ?? 0),
      client: {
        address: client.knownNetwork,
        by: client.isSubnet ? 'client subnet' : 'source',
        location: client.atlas.locations[client.location]?.name,
      },
      passes: recorder.passes,
      outcome,
      chosen,
      scope: this.#explainScope(set !== undefined),
      ttl: this.#explainTtl(set?.ttl ?? zone.negativeSoa.ttl, set !== undefined),
    };
  }

  /** What must change for this asker to be given `rdata`. */
  whatIf(zone: Zone, asker: Asker, rdata: Uint8Array): WhatIf {
    const { walk, client, health, forest } = this.#policies;
    const gives = (candidate: number): boolean =>
      this.#setOf(zone, candidate)?.rdatas.some((each) => equalOctets(each, rdata)) === true;
    return whatIf({ node: this.#node, forest, walk, client, health: health.current, asker, gives });
  }

  get type(): number {
    return this.#many.type;
  }

  #explainScope(isPositive: boolean): PolicyExplanation['scope'] {
    const { client } = this.#policies;
    if (!client.isSubnet) return { prefixLength: 0, why: 'no client subnet was sent' };
    if (!isPositive) return { prefixLength: 0, why: 'what is not there is said to all alike: RFC 7871 §7.4' };
    if (client.scope === 0)
      return { prefixLength: 0, why: 'nothing that was looked at depends on the client' };
    return {
      prefixLength: client.scope,
      why: `the first ${client.scope} bits of the client’s address decided`,
    };
  }

  #explainTtl(seconds: number, isPositive: boolean): PolicyExplanation['ttl'] {
    if (!isPositive) return { seconds, why: 'the lesser of the SOA’s TTL and its MINIMUM' };
    const group = this.#policies.forest.groups[this.#node];
    if (group?.ttlSecondsMin === undefined) return { seconds, why: 'that of the set' };
    const { secondsToChange } = this.#policies.walk;
    return {
      seconds,
      why: `a check could change in ${secondsToChange} s; no less than ${group.ttlSecondsMin}, no more than ${group.ttlSeconds}`,
    };
  }

  #set(zone: Zone, asker: Asker): RRset | undefined {
    const { walk } = this.#policies;
    if (walk.count === 1) return this.#one(zone, walk.picked[0] ?? 0);
    let count = 0;
    for (let index = 0; index < walk.count; index++) {
      const rdatas = this.#setOf(zone, walk.picked[index] ?? 0)?.rdatas ?? NONE;
      for (let at = 0; at < rdatas.length; at++) this.#rdatas[count++] = rdatas[at] ?? EMPTY;
    }
    // Never emptied, or its room would be given back and made again for each question.
    this.#rdatas.length = count;
    const { owner, type, ttl } = this.#many;
    // A signer remembers what it signed: such a set is one of its own.
    if (asker.dnssecOk) return new RRset(owner, type, ttl, this.#rdatas.slice());
    this.#many.gather(this.#rdatas);
    return this.#many;
  }

  #one(zone: Zone, candidate: number): RRset | undefined {
    const set = this.#setOf(zone, candidate);
    const group = this.#policies.forest.groups[this.#node];
    if (set === undefined || group?.ttlSecondsMin === undefined) return set;
    const until = Math.floor(this.#policies.walk.secondsToChange);
    const ttl = Math.max(group.ttlSecondsMin, Math.min(group.ttlSeconds, until));
    if (ttl === set.ttl) return set;
    const known = this.#adapted[candidate];
    if (known?.ttl === ttl && known.rdatas === set.rdatas) return known;
    const adapted = new RRset(set.owner, set.type, ttl, set.rdatas);
    this.#adapted[candidate] = adapted;
    return adapted;
  }

  /** A target's data; those of an alias to a name without a policy are looked for in the zone as it is now. */
  #setOf(zone: Zone, candidate: number): RRset | undefined {
    const { sets, forest } = this.#policies;
    const own = sets[candidate];
    if (own !== undefined) return own;
    const content = forest.targets[candidate]?.content;
    return content?.kind === 'alias' ? zone.node(content.name)?.rrset(this.#many.type) : undefined;
  }
}
