import type { Ip } from '../core/address.ts';
import type { Effects } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import type { RRset } from './zone.ts';

/** What an engine needs of the sink: to say why. */
export type Reasons = Pick<Effects, 'because' | 'explains'>;

/** Who asks, as far as an answer may depend on it: one object, filled for each query. */
export interface Asker {
  readonly source: Ip;
  /** The client's own network, where its resolver tells it: RFC 7871 §6. */
  readonly subnet: { readonly address: Ip; readonly prefixLength: number } | undefined;
  /** RFC 3225 §3: whether it wants signatures and proofs. */
  readonly dnssecOk: boolean;
  readonly now: Instant;
}

/** How much of the client's address mattered: the SCOPE PREFIX-LENGTH of RFC 7871 §7.2.1. */
export interface Scope {
  prefixLength: number;
}

/** A policy that chooses among the records of one RRset, anew for each asker. */
export interface Routing {
  /**
   * What this asker is given, under the owner asked for; undefined is NODATA, since the name and its type exist all the same. It raises
   * `scope` to the longest prefix that mattered, and never lowers it.
   */
  choose(all: RRset, asker: Asker, scope: Scope, reasons: Reasons): RRset | undefined;
}
