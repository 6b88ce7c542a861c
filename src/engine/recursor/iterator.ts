import { Name, ROOT, formatName } from '../../codec/dns/name.ts';
import { Rcode, Type } from '../../codec/dns/registry.ts';
import { type Ip, formatIp } from '../../core/address.ts';
import { RESOLVER } from '../../core/rules/resolver.ts';
import type { Effects } from '../../core/service.ts';
import type { Instant } from '../../core/time.ts';
import { type Cache, type Knowledge, Rank, secondsLeft, tell } from './cache.ts';
import { type ClientNetworks, networkOf, networkOption, replyScope } from './client-network.ts';
import { Cuts, type CutsOptions, addressesOf, ipsOf } from './cuts.ts';
import type { Exchanges, UpstreamEnd } from './exchange.ts';
import { type Reading, readReply } from './read-reply.ts';
import type { RecordSet } from './record-set.ts';
import type { ServerTable } from './server-table.ts';
import { type Cut, type CutServer, type Given, type Outcome, type Task, newTask } from './task.ts';

export interface IteratorOptions extends CutsOptions {
  /** RFC 9156: `relaxed` asks for the whole name when a part of it is said not to be. */
  readonly minimises: 'off' | 'relaxed' | 'strict';
  readonly networks: ClientNetworks | undefined;
  readonly ttlMin: number;
  readonly ttlMax: number;
  readonly dnssecOk: boolean;
}

/** Ours: longer chains are loops or attacks. */
const ALIASES_MAX = 12;
/** Look-ups of a server's address on the way to a server's address. */
const DEPTH_MAX = 6;
/** RFC 9156 §2.3: names with many labels cost no more questions than this. */
const MINIMISED_MAX = 10;
const TRIES_MIN = 4;
const TRIES_MAX = 12;

/** Finds answers by asking servers from the root down, and from what is remembered: RFC 1034 §5.3.3. */
export class Iterator {
  readonly #options: IteratorOptions;
  readonly #cache: Cache;
  readonly #servers: ServerTable;
  readonly #exchanges: Exchanges;
  readonly #tasks = new Map<string, Task>();
  readonly #cuts: Cuts;

  constructor(
    options: IteratorOptions,
    parts: { readonly cache: Cache; readonly servers: ServerTable; readonly exchanges: Exchanges },
  ) {
    this.#options = options;
    this.#cache = parts.cache;
    this.#servers = parts.servers;
    this.#exchanges = parts.exchanges;
    this.#cuts = new Cuts(options, parts.cache);
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** The search that is under way already, or a new one: `begin` starts it once somebody waits for it. */
  taskFor(
    question: { readonly qname: Name; readonly qtype: number; readonly client: Ip | undefined },
    budget: { queries: number },
    depth: number,
  ): { readonly task: Task; readonly isNew: boolean } {
    const { networks } = this.#options;
    const client = networks === undefined ? undefined : question.client;
    const whose = client === undefined || networks === undefined ? '' : networkText(client, networks);
    const key = `${question.qtype} ${question.qname.key}${whose}`;
    const known = this.#tasks.get(key);
    if (known !== undefined) return { task: known, isNew: false };
    const task = newTask({ ...question, client, key }, budget, depth);
    this.#tasks.set(key, task);
    return { task, isNew: true };
  }

  begin(task: Task, now: Instant, effects: Effects): void {
    this.#advance(task, now, effects);
  }

  /** What memory alone says, aliases followed; undefined when it does not lead to the end. */
  recall(qname: Name, qtype: number, client: Ip | undefined, now: Instant): Outcome | undefined {
    const answers: Given[] = [];
    let name = qname;
    for (let link = 0; link <= ALIASES_MAX; link++) {
      const known = this.#known(name, qtype, client, now);
      if (known !== undefined) return outcomeOf(known, answers, now);
      const alias = qtype === Type.CNAME ? undefined : this.#cache.find(name, Type.CNAME, now, client);
      if (alias?.kind !== 'data' || alias.rank < Rank.hearsay) return undefined;
      answers.push({ set: alias.set, ttl: secondsLeft(alias, now) });
      name = targetOf(alias.set);
    }
    return undefined;
  }

  /** Glue and referrals are known, but are no answers (RFC 2181 §5.4.1). */
  #known(name: Name, type: number, client: Ip | undefined, now: Instant): Knowledge | undefined {
    const found = this.#cache.find(name, type, now, client);
    if (found !== undefined && found.rank >= Rank.hearsay) return found;
    return this.#cache.findMissing(name, now);
  }

  #advance(task: Task, now: Instant, effects: Effects): void {
    while (!task.isDone) {
      if (this.#lookBack(task, now, effects)) continue;
      if (task.aliases.length > ALIASES_MAX) {
        tell(effects, RESOLVER.loop, task.qname, task.qtype, 'aliases without end');
        return this.#fail(task, now, effects);
      }
      task.cut ??= this.#closestCut(task, now, effects);
      const cut = task.cut;
      const question = this.#questionAt(task, cut, now, effects);
      if (question === undefined) continue;
      const limit = Math.min(Math.max(3 * addressesOf(cut).length, TRIES_MIN), TRIES_MAX);
      if (task.tries >= limit) return this.#fail(task, now, effects, 'no server answers');
      const server = this.#servers.choose(addressesOf(cut), cut.zone, now);
      if (server !== undefined) return this.#ask(task, cut, { ...question, server }, now, effects);
      const unknown = this.#cuts.unknownServer(cut);
      if (unknown !== undefined) return this.#fetchAddress(task, unknown, now, effects);
      if (cut.from !== 'memory' || cut.zone.isRoot)
        return this.#fail(task, now, effects, `no server of ${formatName(cut.zone)} is of use`);
      task.ceiling = cut.zone.labelCount - 1;
      this.#leaveCut(task, undefined);
    }
  }

  /** Whether memory has ended the search, or moved it on. */
  #lookBack(task: Task, now: Instant, effects: Effects): boolean {
    const { sname, qtype, client } = task;
    if (task.isAnew && task.aliases.length === 0) return false;
    const known = this.#known(sname, qtype, client, now);
    if (known !== undefined) {
      this.#finish(task, outcomeOf(known, task.aliases, now), now, effects);
      return true;
    }
    const alias = qtype === Type.CNAME ? undefined : this.#cache.find(sname, Type.CNAME, now, client);
    if (alias?.kind !== 'data' || alias.rank < Rank.hearsay || task.aliases.length > ALIASES_MAX)
      return false;
    this.#follow(task, [{ set: alias.set, ttl: secondsLeft(alias, now) }], targetOf(alias.set), effects);
    return true;
  }

  #follow(task: Task, aliases: readonly Given[], target: Name, effects: Effects): void {
    tell(effects, RESOLVER.alias, task.sname, task.qtype, `goes on as ${formatName(target)}`);
    task.aliases.push(...aliases);
    task.sname = target;
    task.ceiling = Infinity;
    task.isPlain = false;
    this.#leaveCut(task, undefined);
  }

  #leaveCut(task: Task, cut: Cut | undefined): void {
    task.cut = cut;
    task.tries = 0;
    task.knownLabels = 0;
    task.minimised = 0;
  }

  #closestCut({ sname, qtype, ceiling }: Task, now: Instant, effects: Effects): Cut {
    const cut = this.#cuts.closest(sname, qtype, ceiling, now);
    if (cut.from === 'hints') tell(effects, RESOLVER.fromRoot, sname, qtype);
    else tell(effects, RESOLVER.fromCut, sname, qtype, `from the servers of ${formatName(cut.zone)}`);
    return cut;
  }

  /** RFC 9156 §3: no more of the name than a server needs to send us on; undefined: memory has moved us on already. */
  #questionAt(
    task: Task,
    { zone }: Cut,
    now: Instant,
    effects: Effects,
  ): { readonly qname: Name; readonly qtype: number } | undefined {
    const { sname, qtype } = task;
    const labels = Math.max(zone.labelCount, task.knownLabels) + 1;
    if (this.#options.minimises === 'off' || task.isPlain) return { qname: sname, qtype };
    if (labels >= sname.labelCount || task.minimised >= MINIMISED_MAX) return { qname: sname, qtype };
    const qname = sname.ancestor(sname.labelCount - labels);
    const known = this.#cache.find(qname, Type.A, now);
    if (known !== undefined && known.rank >= Rank.hearsay) {
      task.knownLabels = labels;
      return undefined;
    }
    task.minimised++;
    tell(effects, RESOLVER.minimised, qname, Type.A, `on the way to ${formatName(sname)}`);
    return { qname, qtype: Type.A };
  }

  #ask(
    task: Task,
    cut: Cut,
    asked: { readonly qname: Name; readonly qtype: number; readonly server: Ip },
    now: Instant,
    effects: Effects,
  ): void {
    if (task.budget.queries <= 0) {
      tell(effects, RESOLVER.exhausted, task.qname, task.qtype);
      return this.#fail(task, now, effects);
    }
    task.budget.queries--;
    task.tries++;
    const { networks, dnssecOk } = this.#options;
    const network =
      networks !== undefined && task.client !== undefined ? networkOf(task.client, networks) : undefined;
    const options = network === undefined ? [] : [networkOption(network)];
    this.#exchanges.ask(
      { ...asked, options, dnssecOk },
      (end, at, sink) => {
        if (!task.isDone) this.#ended(task, { cut, ...asked }, end, at, sink);
      },
      now,
      effects,
    );
  }

  #ended(
    task: Task,
    asked: { readonly cut: Cut; readonly qname: Name; readonly qtype: number; readonly server: Ip },
    end: UpstreamEnd,
    now: Instant,
    effects: Effects,
  ): void {
    const { cut, qname, qtype } = asked;
    if (end.kind !== 'reply') {
      tell(effects, RESOLVER.silent, qname, qtype, formatIp(end.server));
      return this.#advance(task, now, effects);
    }
    const { networks } = this.#options;
    const scope =
      networks === undefined || task.client === undefined
        ? undefined
        : replyScope(end.message, networkOf(task.client, networks));
    const reading: Reading =
      scope === 'mismatch'
        ? { kind: 'useless', why: 'it answers for another network', believed: [], outside: [] }
        : readReply(end.message, { qname, qtype, zone: cut.zone });
    this.#remember(reading, scope === 'mismatch' ? undefined : scope, now, effects);
    if (reading.kind === 'useless') {
      this.#servers.isLame(end.server, cut.zone, now);
      const text = `${formatIp(end.server)} for ${formatName(cut.zone)}: ${reading.why}`;
      effects.because(RESOLVER.lame, effects.explains ? text : undefined);
      return this.#advance(task, now, effects);
    }
    const isWhole = qname.equals(task.sname) && qtype === task.qtype;
    if (reading.kind === 'referral') this.#descend(task, reading, now, effects);
    else if (!isWhole) this.#goOn(task, qname, reading, now, effects);
    else this.#conclude(task, reading, now, effects);
  }

  #remember(reading: Reading, scope: Knowledge['scope'], now: Instant, effects: Effects): void {
    for (const { owner, type } of reading.outside) tell(effects, RESOLVER.outside, owner, type);
    for (const { set, rank } of reading.believed) {
      const isAnswer = rank === Rank.answer || rank === Rank.hearsay;
      this.#cache.learn(set, { rank, scope: isAnswer ? scope : undefined }, now, effects);
    }
  }

  #descend(
    task: Task,
    { servers, glue }: Extract<Reading, { kind: 'referral' }>,
    now: Instant,
    effects: Effects,
  ): void {
    if (effects.explains) {
      const names = servers.rdatas.map((rdata) => formatName(new Name(rdata))).join(', ');
      effects.because(RESOLVER.referral, `${formatName(servers.owner)} is served by ${names}`);
    } else effects.because(RESOLVER.referral);
    this.#leaveCut(task, this.#cuts.of(servers, glue, 'referral', now));
    this.#advance(task, now, effects);
  }

  /** A part of the name was asked for, and there is no cut at it. */
  #goOn(task: Task, qname: Name, reading: Reading, now: Instant, effects: Effects): void {
    task.tries = 0;
    // What is not there may be the end of its alias; then the name itself is.
    const isMissing = reading.kind === 'nxdomain' && reading.aliases.length === 0;
    // RFC 9156 §3 (6d), RFC 8020 §2: nothing is below it.
    if (isMissing && this.#options.minimises === 'strict') return this.#conclude(task, reading, now, effects);
    // Some servers say so of names that only have names below them, so the whole is asked for.
    if (isMissing) task.isPlain = true;
    else task.knownLabels = qname.labelCount;
    if (reading.kind === 'nodata') this.#learnNegative(reading, Type.A, now, effects);
    this.#advance(task, now, effects);
  }

  #conclude(
    task: Task,
    reading: Exclude<Reading, { kind: 'referral' | 'useless' }>,
    now: Instant,
    effects: Effects,
  ): void {
    const given = (set: RecordSet): Given => ({ set, ttl: this.#clamp(set.ttl) });
    const aliases = reading.aliases.map(given);
    if (reading.kind === 'alias') {
      const isMoved = !reading.target.equals(task.sname);
      if (!isMoved) return this.#fail(task, now, effects, 'an alias of itself');
      this.#follow(task, aliases, reading.target, effects);
      return this.#advance(task, now, effects);
    }
    const answers = [...task.aliases, ...aliases];
    if (reading.kind === 'answer') {
      const found = { rcode: Rcode.NOERROR, answers: [...answers, given(reading.set)], authorities: [] };
      return this.#finish(task, { ...found, security: 'unchecked' }, now, effects);
    }
    this.#learnNegative(reading, task.qtype, now, effects);
    const rcode = reading.kind === 'nxdomain' ? Rcode.NXDOMAIN : Rcode.NOERROR;
    const authorities = reading.proof.map((set) => ({ set, ttl: Math.min(set.ttl, reading.ttl) }));
    this.#finish(task, { rcode, answers, authorities, security: 'unchecked' }, now, effects);
  }

  #learnNegative(
    reading: Extract<Reading, { kind: 'nodata' | 'nxdomain' }>,
    type: number,
    now: Instant,
    effects: Effects,
  ): void {
    const { kind, name, proof, ttl } = reading;
    this.#cache.learnNegative(kind, { name, type, rank: Rank.answer }, { proof, ttl }, now, effects);
  }

  #clamp(ttl: number): number {
    return Math.min(Math.max(ttl, this.#options.ttlMin), this.#options.ttlMax);
  }

  #fetchAddress(
    task: Task,
    { server, qtype }: { readonly server: CutServer; readonly qtype: number },
    now: Instant,
    effects: Effects,
  ): void {
    const { name = ROOT, fetched, addresses } = server;
    fetched.add(qtype);
    if (task.depth >= DEPTH_MAX || this.#cache.hasFailed(name, qtype, now))
      return this.#advance(task, now, effects);
    const question = { qname: name, qtype, client: undefined };
    const { task: other, isNew } = this.taskFor(question, task.budget, task.depth + 1);
    if (waitsFor(other, task)) {
      tell(effects, RESOLVER.loop, name, qtype, `waits for ${formatName(task.qname)}`);
      return this.#advance(task, now, effects);
    }
    tell(effects, RESOLVER.glueless, name, qtype, `to go on with ${formatName(task.qname)}`);
    task.waitsFor = other;
    other.waiters.push(({ answers }, at, sink) => {
      task.waitsFor = undefined;
      for (const { set } of answers) if (set.type === qtype) addresses.push(...ipsOf(set));
      this.#advance(task, at, sink);
    });
    if (isNew) this.begin(other, now, effects);
  }

  #fail(task: Task, now: Instant, effects: Effects, why = ''): void {
    tell(effects, RESOLVER.failed, task.qname, task.qtype, why);
    this.#cache.learnFailure(task.qname, task.qtype, now);
    const outcome = { rcode: Rcode.SERVFAIL, answers: [], authorities: [], security: 'unchecked' as const };
    this.#finish(task, outcome, now, effects);
  }

  #finish(task: Task, outcome: Outcome, now: Instant, effects: Effects): void {
    task.isDone = true;
    this.#tasks.delete(task.key);
    for (const waiter of task.waiters) waiter(outcome, now, effects);
  }
}

function outcomeOf(known: Knowledge, before: readonly Given[], now: Instant): Outcome {
  const ttl = secondsLeft(known, now);
  const { security } = known;
  if (known.kind === 'data')
    return {
      rcode: Rcode.NOERROR,
      answers: [...before, { set: known.set, ttl }],
      authorities: [],
      security,
    };
  const rcode = known.kind === 'nxdomain' ? Rcode.NXDOMAIN : Rcode.NOERROR;
  return { rcode, answers: before, authorities: known.proof.map((set) => ({ set, ttl })), security };
}

/** Whether `task` waits for `other`, at whatever distance. */
function waitsFor(task: Task, other: Task): boolean {
  for (let at: Task | undefined = task; at !== undefined; at = at.waitsFor) if (at === other) return true;
  return false;
}

function targetOf({ rdatas }: RecordSet): Name {
  return new Name(rdatas[0] ?? ROOT.octets);
}

function networkText(client: Ip, networks: ClientNetworks): string {
  const { address, length } = networkOf(client, networks);
  return ` ${formatIp(address)}/${length}`;
}
