import type { Name } from '../codec/dns/name.ts';
import type { NameHashes } from '../codec/dns/name-hash.ts';
import type { RdataShape } from '../codec/dns/rdata/shape.ts';
import { soaMinimum, soaSerial } from '../codec/dns/rdata/soa.ts';
import { shapeFor } from '../codec/dns/record.ts';
import { Class, Type } from '../codec/dns/registry.ts';
import { bug } from '../core/errors.ts';
import type { Instant } from '../core/time.ts';
import type { Routing } from './routing.ts';
import type { VersionedTable } from './versioned-table.ts';
import type { ZoneSecurity } from './zone-security.ts';

/** What an RRset may have beside its records. */
export interface RRsetExtras {
  readonly signatures?: RRset | undefined;
  readonly routing?: Routing | undefined;
  /** The first record's rdata once more, as the last octets so far of an arena. */
  readonly shared?: { readonly octets: Uint8Array; readonly end: number } | undefined;
}

/** Records of one owner, class and type: RFC 2181 §5. */
export class RRset {
  readonly owner: Name;
  readonly type: number;
  readonly class: number = Class.IN;
  /** One for all: RFC 2181 §5.2. */
  readonly ttl: number;
  /** Records of it: one, nearly always. */
  count: number;
  /** Where the first record's rdata lies: in octets of its own, or in those of many sets. */
  octets: Uint8Array;
  start: number;
  end: number;
  /** Of a set of one made when somebody asks: it is kept without, and a look-up reads memory in fewer places. */
  #rdatas: readonly Uint8Array[] | undefined;
  readonly shape: RdataShape | undefined;
  /** The RRSIG records that came with the zone and cover it: RFC 4035 §2.2. */
  readonly signatures: RRset | undefined;
  /** Chooses among the records for each asker; left out, all of them are the answer. Transfers carry all. */
  readonly routing: Routing | undefined;

  constructor(
    owner: Name,
    type: number,
    ttl: number,
    rdatas: readonly Uint8Array[],
    extras: RRsetExtras = NOTHING,
  ) {
    this.owner = owner;
    this.type = type;
    this.ttl = ttl;
    const { shared } = extras;
    this.count = rdatas.length;
    this.octets = shared?.octets ?? rdatas[0] ?? NO_OCTETS;
    this.start = shared === undefined ? 0 : shared.end - (rdatas[0]?.length ?? 0);
    this.end = shared?.end ?? this.octets.length;
    this.#rdatas = rdatas.length === 1 ? undefined : rdatas;
    this.shape = shapeFor(type, Class.IN);
    this.signatures = extras.signatures;
    this.routing = extras.routing;
  }

  /** Takes other records in place of its own: for who gathers a set anew for each question, and owns it. */
  gather(rdatas: readonly Uint8Array[]): void {
    this.count = rdatas.length;
    this.octets = rdatas[0] ?? NO_OCTETS;
    this.start = 0;
    this.end = this.octets.length;
    this.#rdatas = rdatas;
  }

  /** The first record's rdata: all there is of a SOA, CNAME or DNAME. */
  get only(): Uint8Array {
    return this.rdatas[0] ?? bug('an RRset has records');
  }

  /** In the order of the file. */
  get rdatas(): readonly Uint8Array[] {
    return (this.#rdatas ??= [this.octets.subarray(this.start, this.end)]);
  }
}

const NOTHING: RRsetExtras = {};
const NO_OCTETS = new Uint8Array(0);

/** What hides names: a zone cut, or a DNAME for what is strictly below it. */
export interface Veil {
  readonly kind: 'cut' | 'dname';
  /** Of the node that hides them. */
  readonly name: Name;
}

/**
 * One existing name of a zone: the owner of records, or an empty non-terminal above one (RFC 4592 §2.2.2). It knows no node but the
 * wildcard below it, so that the next version of a zone has new nodes only where something changed.
 */
export class ZoneNode {
  readonly name: Name;
  /** Of its name. */
  readonly labelCount: number;
  readonly setCount: number;
  readonly #first: RRset | undefined;
  /** Of one set made when somebody asks. */
  #rrsets: readonly RRset[] | undefined;
  /** The child `*`: the source of synthesis for what does not exist below this name (RFC 4592 §3.3.1). */
  wildcard: ZoneNode | undefined = undefined;
  /** What hides this name: the topmost cut or DNAME above it. */
  readonly veil: Veil | undefined;
  /** What hides the names below it; its own NS or DNAME, or what hides itself. */
  readonly veilBelow: Veil | undefined;
  /** Names that exist directly below. */
  children = 0;
  /** Whether the addresses of a name server are, or were once, looked for here. */
  isLeanedOn = false;

  constructor(name: Name, parent: ZoneNode | undefined, rrsets: readonly RRset[]) {
    this.name = name;
    this.labelCount = name.labelCount;
    this.setCount = rrsets.length;
    this.#first = rrsets[0];
    this.#rrsets = rrsets.length > 1 ? rrsets : undefined;
    this.veil = parent?.veilBelow;
    this.veilBelow = this.veil ?? this.#ownVeil(parent === undefined);
  }

  get rrsets(): readonly RRset[] {
    return (this.#rrsets ??= this.#first === undefined ? [] : [this.#first]);
  }

  rrset(type: number): RRset | undefined {
    const first = this.#first;
    if (first === undefined || first.type === type) return first;
    if (this.setCount === 1) return undefined;
    for (const rrset of this.rrsets) if (rrset.type === type) return rrset;
    return undefined;
  }

  /** Whether the zone ends here: NS records that are not the apex's (RFC 2181 §6). */
  get isCut(): boolean {
    return this.veil === undefined && this.veilBelow?.kind === 'cut';
  }

  #ownVeil(isApex: boolean): Veil | undefined {
    if (!isApex && this.rrset(Type.NS) !== undefined) return { kind: 'cut', name: this.name };
    return this.rrset(Type.DNAME) === undefined ? undefined : { kind: 'dname', name: this.name };
  }
}

/** One name in two versions of a zone; undefined: it does not exist in that one. */
export interface NodeChange {
  readonly name: Name;
  readonly before: ZoneNode | undefined;
  readonly after: ZoneNode | undefined;
}

/** What a zone is made of; see `ZoneBuilder`. */
export interface ZoneParts {
  readonly soa: RRset;
  /** Every name from the apex down to each owner. */
  readonly nodes: VersionedTable<ZoneNode>;
  /** NSEC3 sets, whose owners are no names of the zone: RFC 5155 §7.2.8. */
  readonly hashed: VersionedTable<readonly RRset[]>;
  readonly security: ZoneSecurity | undefined;
}

/** One zone, complete and unchanging: a reload, a transfer or an update makes another and puts it in the place of this one. */
export class Zone {
  readonly apex: Name;
  readonly soa: RRset;
  /** The SOA as a negative answer carries it: its TTL is the lesser of its own and MINIMUM (RFC 2308 §3). */
  readonly negativeSoa: RRset;
  readonly nodeCount: number;
  /** Undefined: an answer of this zone proves nothing. */
  readonly security: ZoneSecurity | undefined;
  /** For the next version, which shares with this one what does not change. */
  readonly parts: ZoneParts;
  readonly #nodes: VersionedTable<ZoneNode>;

  constructor(parts: ZoneParts) {
    const { soa, nodes, security } = parts;
    this.parts = parts;
    this.apex = soa.owner;
    this.soa = soa;
    const negativeTtl = Math.min(soa.ttl, soaMinimum(soa.only));
    const signatures = soa.signatures && new RRset(soa.owner, Type.RRSIG, negativeTtl, soa.signatures.rdatas);
    this.negativeSoa = new RRset(soa.owner, Type.SOA, negativeTtl, soa.rdatas, { signatures });
    this.#nodes = nodes;
    this.nodeCount = nodes.size;
    this.security = security;
  }

  get serial(): number {
    return soaSerial(this.soa.only);
  }

  /** The SOA as it is told at a moment: a signer may count in its serial. */
  soaAt(now: Instant): RRset {
    return this.security?.soaAt?.(this.soa, now) ?? this.soa;
  }

  serialAt(now: Instant): number {
    return soaSerial(this.soaAt(now).only);
  }

  negativeSoaAt(now: Instant): RRset {
    return this.security?.soaAt?.(this.negativeSoa, now) ?? this.negativeSoa;
  }

  node(name: Name): ZoneNode | undefined {
    return this.#nodes.getName(name);
  }

  /** The node of the uncompressed name that lies in `octets` at `start`. */
  nodeAt(octets: Uint8Array, start: number): ZoneNode | undefined {
    return this.#nodes.getOctets(octets, start);
  }

  /** The node that hides names as seen from one that is hidden, or hides, itself. */
  hidingNode(from: ZoneNode, veil: Veil): ZoneNode {
    return from.veil === undefined ? from : (this.node(veil.name) ?? bug('what hides a name is there'));
  }

  /** Every name that exists, those without records too, in the order of the file. */
  nodes(): IterableIterator<ZoneNode> {
    return this.#nodes.values();
  }

  /** The sets of one name, each followed by its signatures, and the NSEC3 whose owner it is. */
  *setsAt(name: Name): Generator<RRset> {
    for (const rrset of this.node(name)?.rrsets ?? []) yield* withSignatures(rrset);
    for (const rrset of this.parts.hashed.getName(name) ?? []) yield* withSignatures(rrset);
  }

  /** Every set of the zone, the SOA first, each followed by its signatures: what a transfer or an export carries. */
  *rrsets(): Generator<RRset> {
    yield* withSignatures(this.soa);
    for (const { rrsets } of this.nodes())
      for (const rrset of rrsets) if (rrset.type !== Type.SOA) yield* withSignatures(rrset);
    for (const rrsets of this.parts.hashed.values()) for (const rrset of rrsets) yield* withSignatures(rrset);
  }

  /**
   * The closest encloser (RFC 4592 §3.3.1) of a name at or below the apex, hashed in `hashes`: the node itself where it
   * exists, which is when it has as many labels. The work is one probe a label.
   */
  closest(octets: Uint8Array, hashes: NameHashes): ZoneNode | undefined {
    const labels = hashes.labelCount - this.apex.labelCount;
    for (let label = 0; label <= labels; label++) {
      const start = hashes.starts[label] ?? 0;
      const node = this.#nodes.get(hashes.hashes[label] ?? 0, octets, start, hashes.length - start);
      if (node !== undefined) return node;
    }
    return undefined;
  }
}

function* withSignatures(rrset: RRset): Generator<RRset> {
  yield rrset;
  if (rrset.signatures !== undefined) yield rrset.signatures;
}
