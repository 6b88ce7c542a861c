import { type Name, formatName } from '../../codec/dns/name.ts';
import { typeName } from '../../codec/dns/registry.ts';
import { type Ip, type Prefix, formatPrefix, prefixContains } from '../../core/address.ts';
import { RESOLVER } from '../../core/rules/resolver.ts';
import { type Instant, SECOND, afterSeconds, toInstant } from '../../core/time.ts';
import type { Reasons } from '../../store/routing.ts';
import type { RecordSet } from './record-set.ts';

/** How far data is to be believed, the least first: RFC 2181 §5.4.1. */
export const Rank = {
  /** Beside an answer, or glue: never given as an answer itself. */
  additional: 1,
  /** The servers of a zone as its parent names them. */
  referral: 2,
  /** Answered by who is not the authority. */
  hearsay: 3,
  /** Beside an answer of the authority. */
  authority: 4,
  /** Answered by the authority. */
  answer: 5,
} as const;
export type Rank = (typeof Rank)[keyof typeof Rank];

/** What DNSSEC says of it: RFC 4035 §4.3. `unchecked`: nobody has looked. */
export type Security = 'secure' | 'insecure' | 'bogus' | 'unchecked';

/** Something learnt, and until when it is good. */
export type Knowledge = {
  readonly rank: Rank;
  readonly security: Security;
  readonly storedAt: Instant;
  readonly expiresAt: Instant;
  /** As kept, after the clamps; seconds. */
  readonly ttl: number;
  /** Whose clients it is good for: RFC 7871 §7.3.1; undefined: everybody's. */
  readonly scope: Prefix | undefined;
} & (
  | { readonly kind: 'data'; readonly set: RecordSet }
  /** RFC 2308 §5: the SOA, and under DNSSEC the proof. */
  | { readonly kind: 'nodata' | 'nxdomain'; readonly proof: readonly RecordSet[] }
);

export interface CacheLimits {
  /** Names with a type; the one not asked for longest goes first. */
  readonly entriesMax: number;
  readonly ttlMin: number;
  readonly ttlMax: number;
  /** RFC 2308 §5: one to three hours at most. */
  readonly negativeTtlMax: number;
  /** How long after its end an answer may still help (RFC 8767 §5); 0: not at all. */
  readonly staleSeconds: number;
}

/** Scopes of one name and type: what a server that gives a scope of /32 may make us hold. */
const SCOPES_MAX = 256;
/** The type under which a whole name is said not to be. */
const WHOLE_NAME = 0;
/** RFC 2308 §7.1: 5 minutes at most. */
const FAILURE_SECONDS = 5;

interface Slot {
  common: Knowledge | undefined;
  readonly scoped: Knowledge[];
  /** Nobody could be reached: until then nobody is asked again. */
  failedUntil: Instant;
}

export interface Lesson {
  readonly name: Name;
  readonly type: number;
  readonly rank: Rank;
  readonly security?: Security | undefined;
  readonly scope?: Prefix | undefined;
}

/** What a resolver remembers, by name and type: each with the rank of who said it, the newest use last. */
export class Cache {
  readonly #limits: CacheLimits;
  readonly #slots = new Map<string, Slot>();

  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** What is known and still good for this client. */
  find(name: Name, type: number, now: Instant, client?: Ip): Knowledge | undefined {
    const found = this.#choose(keyOf(name, type), client);
    return found !== undefined && found.expiresAt > now ? found : undefined;
  }

  /** What was good once and may be given again when nobody can be reached: RFC 8767 §4. */
  findStale(name: Name, type: number, now: Instant, client?: Ip): Knowledge | undefined {
    const { staleSeconds } = this.#limits;
    const found = this.#choose(keyOf(name, type), client) ?? this.#choose(keyOf(name, WHOLE_NAME), client);
    if (found === undefined) return undefined;
    return afterSeconds(found.expiresAt, staleSeconds) > now ? found : undefined;
  }

  /** Whether the name is known not to be, by itself or because a name above is not: RFC 8020 §2. */
  findMissing(name: Name, now: Instant): Knowledge | undefined {
    for (let above = 0; above < name.labelCount; above++) {
      const found = this.find(name.ancestor(above), WHOLE_NAME, now);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  learn(set: RecordSet, lesson: Omit<Lesson, 'name' | 'type'>, now: Instant, reasons: Reasons): void {
    const { ttlMin, ttlMax } = this.#limits;
    const ttl = Math.min(Math.max(set.ttl, ttlMin), ttlMax);
    const { owner: name, type } = set;
    if (ttl !== set.ttl) tell(reasons, RESOLVER.ttlClamped, name, type, `${set.ttl} s becomes ${ttl} s`);
    this.#keep({ name, type, ...lesson }, { kind: 'data', set, ...this.#life(lesson, ttl, now) }, reasons);
  }

  /** `ttl`: the lesser of the SOA's own and its MINIMUM (RFC 2308 §5). */
  learnNegative(
    kind: 'nodata' | 'nxdomain',
    lesson: Lesson,
    { proof, ttl }: { readonly proof: readonly RecordSet[]; readonly ttl: number },
    now: Instant,
    reasons: Reasons,
  ): void {
    const kept = Math.min(ttl, this.#limits.negativeTtlMax);
    if (kept !== ttl)
      tell(reasons, RESOLVER.ttlClamped, lesson.name, lesson.type, `${ttl} s becomes ${kept} s`);
    const type = kind === 'nxdomain' ? WHOLE_NAME : lesson.type;
    this.#keep({ ...lesson, type }, { kind, proof, ...this.#life(lesson, kept, now) }, reasons);
  }

  /** By itself, and as a name that is not there. */
  forget(name: Name, type: number): void {
    this.#slots.delete(keyOf(name, type));
    this.#slots.delete(keyOf(name, WHOLE_NAME));
  }

  /** RFC 2308 §7.1: who could not be reached is left alone for a while. */
  learnFailure(name: Name, type: number, now: Instant): void {
    this.#slot(keyOf(name, type)).failedUntil = afterSeconds(now, FAILURE_SECONDS);
  }

  hasFailed(name: Name, type: number, now: Instant): boolean {
    return (this.#slots.get(keyOf(name, type))?.failedUntil ?? 0) > now;
  }

  #life({ rank, security, scope }: Omit<Lesson, 'name' | 'type'>, ttl: number, now: Instant) {
    return {
      rank,
      security: security ?? ('unchecked' as const),
      storedAt: now,
      expiresAt: afterSeconds(now, ttl),
      ttl,
      scope: scope?.length === 0 ? undefined : scope,
    };
  }

  #keep(lesson: Lesson, knowledge: Knowledge, reasons: Reasons): void {
    if (knowledge.ttl === 0) return;
    const { name, type } = lesson;
    const key = keyOf(name, type);
    const { storedAt: now, scope } = knowledge;
    // The name is there after all.
    if (knowledge.kind !== 'nxdomain' && knowledge.rank === Rank.answer)
      this.#slots.delete(keyOf(name, WHOLE_NAME));
    const known = scope === undefined ? this.#slots.get(key)?.common : undefined;
    if (known !== undefined && known.expiresAt > now && !replaces(knowledge, known)) {
      tell(reasons, RESOLVER.outranked, name, type);
      return;
    }
    this.#put(key, knowledge);
    if (knowledge.rank < Rank.hearsay) return;
    const rule =
      scope !== undefined
        ? RESOLVER.scopedStored
        : knowledge.kind === 'data'
          ? RESOLVER.stored
          : RESOLVER.negativeStored;
    const whose = scope === undefined ? '' : ` for ${formatPrefix(scope)}`;
    const what = knowledge.kind === 'nxdomain' ? 'no such name, ' : '';
    if (reasons.explains) reasons.because(rule, `${label(name, type)}: ${what}${knowledge.ttl} s${whose}`);
    else reasons.because(rule);
  }

  #put(key: string, knowledge: Knowledge): void {
    const slot = this.#slot(key);
    slot.failedUntil = toInstant(0);
    const { scope, storedAt: now } = knowledge;
    if (scope === undefined) {
      // RFC 7871 §7.3.1: an answer for all takes the place of those for some, which are older.
      slot.common = knowledge;
      slot.scoped.length = 0;
    } else this.#putScoped(slot.scoped, scope, knowledge, now);
  }

  /** The slot of a key, made where there is none, now the last to go. */
  #slot(key: string): Slot {
    const slot = this.#slots.get(key) ?? { common: undefined, scoped: [], failedUntil: toInstant(0) };
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    if (this.#slots.size > this.#limits.entriesMax) {
      const [oldest] = this.#slots.keys();
      if (oldest !== undefined) this.#slots.delete(oldest);
    }
    return slot;
  }

  /** The longest scope first, so that the first that contains a client is its own. */
  #putScoped(scoped: Knowledge[], scope: Prefix, knowledge: Knowledge, now: Instant): void {
    const same = scoped.findIndex(
      (one) => one.scope?.address === scope.address && one.scope.length === scope.length,
    );
    if (same >= 0) {
      scoped[same] = knowledge;
      return;
    }
    if (scoped.length >= SCOPES_MAX) {
      const ended = scoped.findIndex(({ expiresAt }) => expiresAt <= now);
      scoped.splice(Math.max(ended, 0), 1);
    }
    const at = scoped.findIndex((one) => (one.scope?.length ?? 0) < scope.length);
    scoped.splice(at < 0 ? scoped.length : at, 0, knowledge);
  }

  #choose(key: string, client: Ip | undefined): Knowledge | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    if (client !== undefined)
      for (const one of slot.scoped)
        if (one.scope !== undefined && prefixContains(one.scope, client)) return one;
    return slot.common;
  }
}

/** Seconds that are left of it, rounded down, 0 when it is over. */
export function secondsLeft({ expiresAt }: Knowledge, now: Instant): number {
  return Math.max(0, Math.floor((expiresAt - now) / SECOND));
}

/**
 * RFC 2181 §5.4.1. Where both are of one rank the newer holds, but only where it is an answer: a zone that was taken away could
 * else keep itself alive in caches by naming its servers anew.
 */
function replaces(fresh: Knowledge, known: Knowledge): boolean {
  if (fresh.rank !== known.rank) return fresh.rank > known.rank;
  return fresh.rank >= Rank.hearsay && fresh.rank !== Rank.authority;
}

function keyOf(name: Name, type: number): string {
  return `${type} ${name.key}`;
}

function label(name: Name, type: number): string {
  return type === WHOLE_NAME ? formatName(name) : `${formatName(name)} ${typeName(type)}`;
}

/** Says why, of a name and type. */
export function tell(
  reasons: Reasons,
  rule: (typeof RESOLVER)[keyof typeof RESOLVER],
  name: Name,
  type: number,
  more = '',
): void {
  if (!reasons.explains) return reasons.because(rule);
  reasons.because(rule, `${label(name, type)}${more === '' ? '' : `: ${more}`}`);
}
