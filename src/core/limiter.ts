import type { Ip } from './address.ts';
import type { Rule } from './rules.ts';
import type { Instant } from './time.ts';

/** Who sent a datagram, as queues and limiters count: equal for all that is of one source. */
export type Source = number | string;

/** Reads the source out of a datagram: its octets are hostile, so whatever they are there is an answer. */
export type SourceOf = (octets: Uint8Array, from: Ip) => Source;

/** Decides when a datagram may come in. */
export interface Limiter {
  /** Counts it, and gives `now`, a later moment until which it is held, or `NEVER`: it is dropped. */
  admit(source: Source, now: Instant): Instant;
}

/** What stands before a host's queue. */
export interface LimiterSpec {
  /** The prefix of its measures: `dhcp` gives `dhcp.limited`. */
  readonly name: string;
  readonly sourceOf: SourceOf;
  /** Why a datagram is dropped. */
  readonly drops: Rule;
  /** Why one is held; undefined: it holds none. */
  readonly holds: Rule | undefined;
  /** Makes it anew: at the start, and after a crash. */
  create(): Limiter;
}
