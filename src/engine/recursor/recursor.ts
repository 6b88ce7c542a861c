import type { Name } from '../../codec/dns/name.ts';
import { Rcode, Type } from '../../codec/dns/registry.ts';
import type { Ip } from '../../core/address.ts';
import type { Random } from '../../core/random.ts';
import { RESOLVER } from '../../core/rules/resolver.ts';
import type { DatagramInput, Effects, StreamInput, UnreachableInput } from '../../core/service.ts';
import { type Instant, NEVER, after, earlier } from '../../core/time.ts';
import { Cache, type CacheLimits, tell } from './cache.ts';
import { Exchanges } from './exchange.ts';
import { Iterator, type IteratorOptions } from './iterator.ts';
import { ServerTable } from './server-table.ts';
import type { Given, Outcome, Waiter } from './task.ts';
import { Validation, type ValidationOptions } from './validation.ts';

export interface RecursorOptions extends Omit<IteratorOptions, 'dnssecOk'>, CacheLimits {
  /** Left out, answers are not judged. */
  readonly validation?: ValidationOptions | undefined;
  readonly random: Random;
  readonly fixedPort: number | undefined;
  readonly usesCookies: boolean;
  /** How long a client waits for fresh data before it is given stale data: RFC 8767 §5, 1.8 seconds. */
  readonly staleAfterUs: number;
  /** Whether what is asked for near its end is fetched again before it ends. */
  readonly prefetches: boolean;
}

/** One client's question, and where its answer goes: called once. */
export interface Query {
  readonly qname: Name;
  readonly qtype: number;
  readonly client: Ip;
  /** RFC 4035 §3.2.2: the client judges by itself. */
  readonly isUnchecked?: boolean | undefined;
  readonly answered: Waiter;
}

interface Waiting {
  readonly query: Query;
  staleAt: Instant;
  isAnswered: boolean;
}

/** What one client's question may cost, here and on all that it leads to: RFC 1034 §5.3.3 asks for a bound. */
const QUERIES_MAX = 64;
/** Searches and clients at one time: what strangers may make us hold. */
const TASKS_MAX = 5_000;
const WAITING_MAX = 20_000;
const SERVERS_MAX = 10_000;
/** RFC 8767 §4: 30 seconds are recommended. */
const STALE_TTL_SECONDS = 30;
/** The last tenth of its life. */
const PREFETCH_SHARE = 0.1;

/** A recursive resolver: answers from memory, and finds out what it does not know. */
export class Recursor {
  readonly #options: RecursorOptions;
  readonly #cache: Cache;
  readonly #exchanges: Exchanges;
  readonly #iterator: Iterator;
  readonly #validation: Validation | undefined;
  /** Clients that wait, in the order they came. */
  readonly #waiting = new Set<Waiting>();
  #hits = 0;
  #misses = 0;

  constructor(options: RecursorOptions) {
    const { random, fixedPort, usesCookies } = options;
    this.#options = options;
    this.#cache = new Cache(options);
    const servers = new ServerTable(SERVERS_MAX, random);
    this.#exchanges = new Exchanges({ random, servers, fixedPort, usesCookies });
    const { validation } = options;
    this.#iterator = new Iterator(
      { ...options, dnssecOk: validation !== undefined },
      { cache: this.#cache, servers, exchanges: this.#exchanges },
    );
    if (validation !== undefined)
      this.#validation = new Validation(validation, (question, found, now, effects) => {
        this.#fetch(question, found, now, effects);
      });
  }

  get figures(): Readonly<Record<'hits' | 'misses' | 'upstream' | 'remembered' | 'waiting', number>> {
    return {
      hits: this.#hits,
      misses: this.#misses,
      upstream: this.#exchanges.sent,
      remembered: this.#cache.size,
      waiting: this.#waiting.size,
    };
  }

  resolve(query: Query, now: Instant, effects: Effects): void {
    const validation = this.#validation;
    if (validation === undefined || query.isUnchecked === true) return this.#resolve(query, now, effects);
    const answered: Waiter = (outcome, at, sink) => {
      if (outcome.rcode === Rcode.SERVFAIL) return query.answered(outcome, at, sink);
      validation.judge(
        query,
        outcome,
        (judged, when, last) => {
          if (judged.security === 'bogus') this.#disown(query, when);
          query.answered(judged, when, last);
        },
        at,
        sink,
      );
    };
    this.#resolve({ ...query, answered }, now, effects);
  }

  /** What was found to be false is forgotten, and the servers that said it: the next search begins above them. */
  #disown({ qname, qtype }: Query, now: Instant): void {
    this.#cache.forget(qname, qtype);
    for (let above = 0; above < qname.labelCount; above++) {
      const zone = qname.ancestor(above);
      if (this.#cache.find(zone, Type.NS, now) === undefined) continue;
      this.#cache.forget(zone, Type.NS);
      break;
    }
    this.#cache.learnFailure(qname, qtype, now);
  }

  /** What a judgement asks for: not a client's question, and not judged itself. */
  #fetch(
    { qname, qtype }: { readonly qname: Name; readonly qtype: number },
    found: Waiter,
    now: Instant,
    effects: Effects,
  ): void {
    const known = this.#iterator.recall(qname, qtype, undefined, now);
    if (known !== undefined) return found(known, now, effects);
    if (this.#cache.hasFailed(qname, qtype, now)) return found(FAILED, now, effects);
    const question = { qname, qtype, client: undefined };
    const { task, isNew } = this.#iterator.taskFor(question, { queries: QUERIES_MAX }, 0);
    task.waiters.push(found);
    if (isNew) this.#iterator.begin(task, now, effects);
  }

  #resolve(query: Query, now: Instant, effects: Effects): void {
    const { qname, qtype, client } = query;
    const known = this.#iterator.recall(qname, qtype, client, now);
    if (known !== undefined) return this.#hit(query, known, now, effects);
    this.#misses++;
    effects.measure('cache.misses', this.#misses);
    tell(effects, RESOLVER.miss, qname, qtype);
    if (this.#cache.hasFailed(qname, qtype, now)) {
      tell(effects, RESOLVER.failedBefore, qname, qtype);
      return query.answered(this.#stale(query, now, effects) ?? FAILED, now, effects);
    }
    if (this.#waiting.size >= WAITING_MAX || this.#iterator.size >= TASKS_MAX) {
      tell(effects, RESOLVER.busy, qname, qtype);
      return query.answered(FAILED, now, effects);
    }
    this.#seek(query, now, effects);
  }

  receive(input: DatagramInput, now: Instant, effects: Effects): void {
    this.#exchanges.receive(input, now, effects);
  }

  stream(input: StreamInput, now: Instant, effects: Effects): void {
    this.#exchanges.stream(input, now, effects);
  }

  unreachable(input: UnreachableInput, now: Instant, effects: Effects): void {
    this.#exchanges.unreachable(input, now, effects);
  }

  deadline(): Instant {
    let at = this.#exchanges.deadline();
    if (this.#options.staleSeconds > 0) for (const { staleAt } of this.#waiting) at = earlier(at, staleAt);
    return at;
  }

  wake(now: Instant, effects: Effects): void {
    this.#exchanges.wake(now, effects);
    for (const waiting of this.#waiting) {
      if (waiting.staleAt > now) continue;
      waiting.staleAt = NEVER;
      const stale = this.#stale(waiting.query, now, effects);
      if (stale !== undefined) this.#answer(waiting, stale, now, effects);
    }
  }

  #hit(query: Query, known: Outcome, now: Instant, effects: Effects): void {
    const { qname, qtype, client } = query;
    this.#hits++;
    effects.measure('cache.hits', this.#hits);
    const isNegative = known.rcode !== Rcode.NOERROR || known.authorities.length > 0;
    tell(effects, isNegative ? RESOLVER.negativeHit : RESOLVER.hit, qname, qtype, leftText(known, effects));
    query.answered(known, now, effects);
    const found = this.#cache.find(qname, qtype, now, client);
    if (found !== undefined) effects.measure('cache.age.us', found.ttl * 1_000_000 - (found.expiresAt - now));
    if (!this.#options.prefetches || isNegative) return;
    if (found === undefined || found.expiresAt - now > found.ttl * 1_000_000 * PREFETCH_SHARE) return;
    const { task, isNew } = this.#iterator.taskFor(query, { queries: QUERIES_MAX }, 0);
    if (!isNew) return;
    task.isAnew = true;
    tell(effects, RESOLVER.prefetched, qname, qtype);
    this.#iterator.begin(task, now, effects);
  }

  #seek(query: Query, now: Instant, effects: Effects): void {
    const { qname, qtype } = query;
    const { staleSeconds, staleAfterUs } = this.#options;
    const hasStale = staleSeconds > 0 && this.#cache.findStale(qname, qtype, now, query.client) !== undefined;
    const waiting: Waiting = {
      query,
      staleAt: hasStale ? after(now, staleAfterUs) : NEVER,
      isAnswered: false,
    };
    this.#waiting.add(waiting);
    const { task, isNew } = this.#iterator.taskFor(query, { queries: QUERIES_MAX }, 0);
    task.waiters.push((outcome, at, sink) => {
      if (waiting.isAnswered) return;
      const stale = outcome.rcode === Rcode.SERVFAIL ? this.#stale(query, at, sink) : undefined;
      this.#answer(waiting, stale ?? outcome, at, sink);
    });
    if (isNew) this.#iterator.begin(task, now, effects);
    else tell(effects, RESOLVER.joined, qname, qtype);
  }

  #answer(waiting: Waiting, outcome: Outcome, now: Instant, effects: Effects): void {
    waiting.isAnswered = true;
    this.#waiting.delete(waiting);
    waiting.query.answered(outcome, now, effects);
  }

  /** RFC 8767 §5: an old answer, when no fresh one is to be had. */
  #stale({ qname, qtype, client }: Query, now: Instant, effects: Effects): Outcome | undefined {
    if (this.#options.staleSeconds === 0) return undefined;
    const known = this.#cache.findStale(qname, qtype, now, client);
    if (known === undefined) return undefined;
    tell(effects, RESOLVER.stale, qname, qtype);
    const { security } = known;
    if (known.kind === 'data')
      return { rcode: Rcode.NOERROR, answers: [asStale(known.set)], authorities: [], security };
    const rcode = known.kind === 'nxdomain' ? Rcode.NXDOMAIN : Rcode.NOERROR;
    return { rcode, answers: [], authorities: known.proof.map(asStale), security };
  }
}

const FAILED: Outcome = { rcode: Rcode.SERVFAIL, answers: [], authorities: [], security: 'unchecked' };

function asStale(set: Given['set']): Given {
  return { set, ttl: STALE_TTL_SECONDS };
}

function leftText({ answers, authorities }: Outcome, { explains }: Effects): string {
  if (!explains) return '';
  const left = Math.min(...[...answers, ...authorities].map(({ ttl }) => ttl));
  return Number.isFinite(left) ? `${left} s left` : '';
}
