import type { Name } from '../codec/dns/name.ts';
import { coveredType } from '../codec/dns/rdata/rrsig.ts';
import { Type, typeName } from '../codec/dns/registry.ts';
import type { Place } from '../codec/dns/zone-text.ts';
import { ZONE } from '../core/rules/zone.ts';
import type { OctetArena } from './octet-arena.ts';
import type { Routing } from './routing.ts';
import { RRset } from './zone.ts';
import type { ZoneFinding } from './zone-finding.ts';

/** One type of one owner while the zone is read. */
export interface Gathered {
  readonly type: number;
  ttl: number;
  readonly rdatas: Uint8Array[];
  routing?: Routing | undefined;
}

/** What a zone has of one name while it is read. */
export interface Owner {
  readonly name: Name;
  readonly sets: Gathered[];
  /** RRSIG rdatas: each belongs to the set it covers (RFC 4034 §3). */
  signatures: Uint8Array[] | undefined;
  /** Sets that a signer makes: they stand in the place of the owner's own of their types. */
  made?: RRset[] | undefined;
  /** Where its first record stands. */
  readonly place: Place;
}

interface OwnerSetsOptions {
  /** Is told of a signature of nothing. */
  readonly report?: ((finding: ZoneFinding) => void) | undefined;
  /** Where short rdatas are kept together; left out, each has octets of its own. */
  readonly arena?: OctetArena | undefined;
}

/** A longer rdata is faster to send from an array of its own, which is copied as a whole. */
const SHARED_OCTETS_MAX = 32;

/** The sets of an owner, each with its signatures. */
export function ownerSets(owner: Owner, options: OwnerSetsOptions): RRset[] {
  const { made } = owner;
  const own = ownSets(owner, options);
  if (made === undefined) return own;
  return [...own.filter(({ type }) => !made.some((set) => set.type === type)), ...made];
}

function rrsetOf(name: Name, { type, ttl, rdatas, routing }: Gathered, arena: OctetArena | undefined): RRset {
  const [only] = rdatas;
  if (arena === undefined || only === undefined || rdatas.length > 1 || only.length > SHARED_OCTETS_MAX)
    return new RRset(name, type, ttl, rdatas, { routing });
  arena.keep(only);
  return new RRset(name, type, ttl, rdatas, { routing, shared: arena });
}

function ownSets({ name, sets, signatures }: Owner, { report, arena }: OwnerSetsOptions): RRset[] {
  if (signatures === undefined) return sets.map((set) => rrsetOf(name, set, arena));
  const rrsets = sets.map((set) => {
    const { type, ttl, rdatas, routing } = set;
    const own = signatures.filter((rdata) => coveredType(rdata) === type);
    if (own.length === 0) return rrsetOf(name, set, arena);
    return new RRset(name, type, ttl, rdatas, {
      signatures: new RRset(name, Type.RRSIG, ttl, own),
      routing,
    });
  });
  const orphan = signatures.find((rdata) => !sets.some(({ type }) => type === coveredType(rdata)));
  if (orphan !== undefined)
    report?.({
      severity: 'warning',
      rule: ZONE.orphanSignature,
      place: undefined,
      found: `${name.toString()} RRSIG ${typeName(coveredType(orphan))}`,
      expected: 'records of that name and type',
    });
  return rrsets;
}
