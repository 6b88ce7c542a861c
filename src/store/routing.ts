import type { Name } from '../codec/dns/name.ts';
import type { Place } from '../codec/dns/zone-text.ts';
import type { Ip } from '../core/address.ts';
import type { Rule } from '../core/rules.ts';
import type { Effects } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import type { RRset, Zone } from './zone.ts';

/** What an engine needs of the sink: to say why. */
export interface Reasons extends Pick<Effects, 'because' | 'explains' | 'reads'> {
  /** Is told of a policy before it chooses; only who explains one answer in full has this. */
  readonly asked?: ((routing: Routing, zone: Zone, asker: Asker) => void) | undefined;
}

/** Whether the detail of a rule is worth its text. */
export function isRead(reasons: Reasons, rule: Rule): boolean {
  return reasons.explains && reasons.reads?.(rule) !== false;
}

/** Who asks, as far as an answer may depend on it: one object, filled for each query. */
export interface Asker {
  readonly source: Ip;
  /** The client's own network, where its resolver tells it: RFC 7871 §6. */
  readonly subnet: { readonly address: Ip; readonly prefixLength: number } | undefined;
  /** RFC 3225 §3: whether it wants signatures and proofs. */
  readonly dnssecOk: boolean;
  /** RFC 9824 §5.1: whether it takes NXDOMAIN with a compact proof. Left out: no. */
  readonly compactOk?: boolean | undefined;
  readonly now: Instant;
}

/** How much of the client's address mattered: the SCOPE PREFIX-LENGTH of RFC 7871 §7.2.1. */
export interface Scope {
  prefixLength: number;
}

/** What a policy comes to: a set, nothing for this asker (NODATA, since the name and its type exist), or a failure it was told to be. */
export type Choice = RRset | 'no-data' | 'servfail';

/** A policy that chooses what one RRset of a zone is, anew for each asker. */
export interface Routing {
  /**
   * What this asker is given, under the owner asked for. It raises `scope` to the longest prefix of a client subnet that mattered, and
   * never lowers it. The set is good until the next question, but for an asker that wants signatures, whose set never changes.
   */
  choose(zone: Zone, asker: Asker, scope: Scope, reasons: Reasons): Choice;
}

/** A set of a zone that a policy answers for; its records are what transfers carry: all that may be given when nothing is healthy. */
export interface RoutedSet {
  readonly owner: Name;
  readonly type: number;
  readonly ttl: number;
  readonly rdatas: readonly Uint8Array[];
  readonly routing: Routing;
  /** Where its policy stands. */
  readonly place: Place;
}

/** The records that a zone has without its policies; undefined: none of that name and type. */
export type PlainSets = (owner: Name, type: number) => readonly Uint8Array[] | undefined;
