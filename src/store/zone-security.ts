import type { Name } from '../codec/dns/name.ts';
import type { Instant } from '../core/time.ts';
import type { Steps } from '../core/steps.ts';
import type { RRset, ZoneNode } from './zone.ts';

/** What an answer says is not there. Names are in wire form, and valid as long as the answer is. */
export type Denial =
  /** The name exists, even if only as an empty non-terminal, and the type does not: RFC 4035 §3.1.3.1. */
  | { readonly kind: 'no-data'; readonly name: Uint8Array; readonly node: ZoneNode; readonly type: number }
  /** Neither the name nor a wildcard for it exists: RFC 4035 §3.1.3.2. */
  | { readonly kind: 'no-name'; readonly name: Uint8Array; readonly encloser: ZoneNode }
  /** A wildcard gave the answer, so the name itself does not exist: RFC 4035 §3.1.3.3. */
  | { readonly kind: 'expanded'; readonly name: Uint8Array; readonly encloser: ZoneNode }
  /** A wildcard stands for the name, and lacks the type: RFC 4035 §3.1.3.4. */
  | {
      readonly kind: 'expanded-no-data';
      readonly name: Uint8Array;
      readonly encloser: ZoneNode;
      readonly wildcard: ZoneNode;
      readonly type: number;
    }
  /** A cut without DS: RFC 4035 §3.1.4. */
  | { readonly kind: 'no-signer'; readonly cut: ZoneNode };

/** Where the records of a proof go: the authority section. */
export interface Proof {
  add(owner: Uint8Array, rrset: RRset): void;
  has(rrset: RRset): boolean;
}

/**
 * What makes a zone's answers provable. A zone that came signed reads its own records; an online signer makes them. It is asked for
 * authoritative sets only: neither the NS of a cut nor glue is signed (RFC 4035 §2.2).
 */
export interface ZoneSecurity {
  /** The RRSIG that cover a set sent under `owner`, which a wildcard may have stood in for; undefined: none. */
  signatures(rrset: RRset, owner: Uint8Array, now: Instant): RRset | undefined;
  /** Adds the records, each set once and with its signatures, that prove what is not there. */
  prove(denial: Denial, proof: Proof, now: Instant): void;
  /** A SOA of the zone as it is told at a moment, where its serial counts signatures that were made anew. */
  soaAt?(soa: RRset, now: Instant): RRset;
  /** The NSEC of a name, where it is made and not one of the node's own. */
  denialSet?(node: ZoneNode, name: Uint8Array): RRset | undefined;
  /** Whether a name that is not there is told as one without data (RFC 9824 §3.1), and NXDOMAIN only to who asks for it (§5.1). Left out: no. */
  readonly isCompact?: boolean | undefined;
}

/** The SOA that a zone has of its own. */
export interface OwnSoa {
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/** Makes the security of a zone, each time that the zone is built anew. */
export interface ZoneSigner {
  /** Sets that the zone has by being signed, in place of any of its own of that name and type. */
  sets(apex: Name, soa: OwnSoa): Iterable<RRset>;
  securitySteps(apex: Name, nodes: Iterable<ZoneNode>, negativeTtl: number): Steps<ZoneSecurity>;
}
