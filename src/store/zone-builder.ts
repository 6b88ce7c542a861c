import type { Name } from '../codec/dns/name.ts';
import { sameRdata } from '../codec/dns/canonical.ts';
import { coveredType } from '../codec/dns/rdata/rrsig.ts';
import type { ResourceRecord } from '../codec/dns/record.ts';
import { formatRecord } from '../codec/dns/record.ts';
import { Class, Type, typeName } from '../codec/dns/registry.ts';
import { type Place, type ZoneTextOptions, zoneTextSteps } from '../codec/dns/zone-text.ts';
import { equalOctets } from '../core/bytes.ts';
import type { Crypto } from '../core/crypto.ts';
import { ConfigError } from '../core/errors.ts';
import type { Rule } from '../core/rules.ts';
import { ZONE } from '../core/rules/zone.ts';
import { runSteps, type Steps } from '../core/steps.ts';
import { NameTable } from './name-table.ts';
import { ITERATIONS_MAX, nsec3Parameters, ownerHash } from './nsec3.ts';
import { OctetArena } from './octet-arena.ts';
import type { PlainSets, RoutedSet, Routing } from './routing.ts';
import { VersionedTable } from './versioned-table.ts';
import { type RRset, Zone, ZoneNode } from './zone.ts';
import { type NodeFinding, mayLoseGlue, zoneFaultSteps } from './zone-faults.ts';
import type { ZoneFinding } from './zone-finding.ts';
import { type Gathered, type Owner, ownerSets } from './zone-owner.ts';
import { ZonePatch } from './zone-patch.ts';
import { nextSecuritySteps, zoneSecuritySteps } from './zone-proofs.ts';
import type { ZoneSigner } from './zone-security.ts';

/** What may stand beside a CNAME: the signatures of the zone (RFC 4034 §3 and §4). */
const BESIDE_CNAME: ReadonlySet<number> = new Set([Type.CNAME, Type.RRSIG, Type.NSEC]);

/** A record takes 12 octets or more of a message, which has 65,535 at most: a larger set could never be sent. */
const RECORDS_MAX = 5_461;

export interface ZoneBuildOptions {
  /** The file's name as messages show it. */
  readonly file: string;
  /** The zone's name; left out, that of its SOA. */
  readonly apex?: Name | undefined;
  /** `strict`, when left out, refuses a zone with an error; `lenient` leaves the record out, or takes it as it is, and says so. */
  readonly mode?: 'strict' | 'lenient' | undefined;
  /** Is told what is forgiven, and what is not wrong and yet worth saying. */
  readonly report?: ((finding: ZoneFinding) => void) | undefined;
  /** Hashes names for NSEC3; left out, a zone that has them is read, and proves nothing. */
  readonly sha1?: Crypto['sha1'] | undefined;
  /** Sets that policies answer for, asked for when all records are there; left out, none. */
  readonly routed?: ((plain: PlainSets) => Iterable<RoutedSet>) | undefined;
  /** Signs what the zone answers; a zone that came signed is then an error. Left out, it is as it came. */
  readonly signer?: ZoneSigner | undefined;
}

/** About a millisecond's work. */
const STEP_OWNERS = 1024;

/** NSEC3 sets of one owner before and after a change. */
interface HashedChange {
  readonly name: Name;
  readonly old: readonly RRset[];
  readonly now: readonly RRset[];
}

/**
 * Gathers the records of one zone and makes it. What makes a zone wrong is a `ConfigError` at the record's place: RFC 1035 §5.2
 * asks that nothing be loaded then.
 */
export class ZoneBuilder {
  readonly #options: ZoneBuildOptions;
  readonly #owners = new NameTable<Owner>();
  /** Owners of NSEC3, whose names are no names of the zone. */
  readonly #hashed = new NameTable<Owner>();
  /** Records before the SOA wait for it, since it names the apex. */
  readonly #early: (readonly [ResourceRecord, Place])[] = [];
  #apex: Name | undefined;
  #soaSeen = false;
  /** For a zone that is made whole; a change has few octets, of which each may go alone. */
  #arena: OctetArena | undefined;

  constructor(options: ZoneBuildOptions) {
    this.#options = options;
    this.#apex = options.apex;
  }

  add(record: ResourceRecord, place: Place): void {
    if (record.type === Type.SOA && !this.#startZone(record, place)) return;
    if (this.#apex === undefined) {
      this.#early.push([record, place]);
      return;
    }
    if (!record.owner.isSubdomainOf(this.#apex))
      return this.#refuse(ZONE.outOfZone, place, record, `an owner at or below ${this.#apex.toString()}`);
    this.#gather(record, place);
  }

  /** Lets a policy answer for a set that is there. */
  route(owner: Name, type: number, routing: Routing): void {
    const set = this.#set(owner, type);
    if (set !== undefined) set.routing = routing;
  }

  build(): Zone {
    return runSteps(this.buildSteps());
  }

  *buildSteps(): Steps<Zone> {
    const apex = (this.#soaSeen ? this.#apex : undefined) ?? this.#noSoa();
    this.#addRouted();
    this.#addMade(apex);
    this.#arena = new OctetArena();
    const table = new NameTable<ZoneNode>();
    const soa = this.#soa(this.#node(apex, apex, table));
    let count = 0;
    for (const owner of this.#owners.values()) {
      this.#node(owner.name, apex, table);
      if (++count % STEP_OWNERS === 0) yield;
    }
    const hashedTable = new NameTable<readonly RRset[]>();
    for (const owner of this.#hashed.values()) hashedTable.set(owner.name, this.#rrsets(owner));
    const nodes = new VersionedTable(table);
    const hashed = new VersionedTable(hashedTable);
    const zone = new Zone({
      soa,
      nodes,
      hashed,
      security: yield* zoneSecuritySteps({ ...this.#options, soa, nodes, hashed }),
    });
    yield* zoneFaultSteps(zone, zone.nodes(), (finding) => this.#faultAt(finding));
    return zone;
  }

  /** The next version of a zone, of which all records of some names were added here, and of no others. */
  *changeSteps(before: Zone, names: Iterable<Name>): Steps<Zone> {
    this.#addMade(before.apex);
    const patch = new ZonePatch(before);
    const hashes: HashedChange[] = [];
    for (const name of names) {
      patch.put(name, this.#setsOf(this.#owners, name));
      const [old, now] = [before.parts.hashed.getName(name) ?? [], this.#setsOf(this.#hashed, name)];
      if (old.length + now.length > 0) hashes.push({ name, old, now });
    }
    const changes = yield* patch.changeSteps();
    const nodes = before.parts.nodes.with(changes.map(({ name, after }) => [name, after]));
    const hashed = before.parts.hashed.with(
      hashes.map(({ name, now }) => [name, now.length > 0 ? now : undefined]),
    );
    const soa = this.#soa(nodes.getName(before.apex));
    const security = yield* nextSecuritySteps(
      { ...this.#options, soa, nodes, hashed },
      {
        before,
        nodes: changes,
        removed: hashes.flatMap(({ old }) => old),
        added: hashes.flatMap(({ now }) => now),
      },
    );
    const zone = new Zone({ soa, nodes, hashed, security });
    const changed = changes.flatMap(({ after }) => after ?? []);
    const nodesToSee = mayLoseGlue(before, changes) ? zone.nodes() : changed;
    yield* zoneFaultSteps(zone, nodesToSee, (finding) => this.#faultAt(finding));
    return zone;
  }

  #setsOf(owners: NameTable<Owner>, name: Name): RRset[] {
    const owner = owners.getName(name);
    return owner === undefined ? [] : this.#rrsets(owner);
  }

  #soa(top: ZoneNode | undefined): RRset {
    return top?.rrset(Type.SOA) ?? this.#noSoa();
  }

  #noSoa(): never {
    const expected = 'exactly one, at the top of the zone (RFC 1035 §5.2)';
    throw new ConfigError(`${this.#options.file}:1:1`, 'no SOA record', expected);
  }

  #faultAt({ owner, ...finding }: NodeFinding): void {
    this.#fault({ ...finding, place: this.#owners.getName(owner)?.place });
  }

  /** RFC 1035 §5.2: exactly one SOA, at the top. */
  #startZone(record: ResourceRecord, place: Place): boolean {
    let expected: string | undefined;
    if (this.#soaSeen) expected = 'no second SOA: a zone has exactly one';
    else if (this.#apex !== undefined && !record.owner.equals(this.#apex))
      expected = `the SOA at the top of the zone, ${this.#apex.toString()}`;
    if (expected !== undefined) {
      this.#refuse(ZONE.soa, place, record, expected);
      return false;
    }
    this.#soaSeen = true;
    this.#apex = record.owner;
    for (const [early, where] of this.#early.splice(0)) this.add(early, where);
    return true;
  }

  #gather(record: ResourceRecord, place: Place): void {
    const owner = this.#owner(record, place);
    if (owner === undefined) return;
    if (record.type === Type.RRSIG) return this.#sign(owner, record, place);
    const set = owner.sets.find(({ type }) => type === record.type);
    if (set === undefined) {
      const other = owner.sets.find(
        ({ type }) =>
          (type === Type.CNAME && !BESIDE_CNAME.has(record.type)) ||
          (record.type === Type.CNAME && !BESIDE_CNAME.has(type)),
      );
      // RFC 1034 §3.6.2.
      if (other !== undefined)
        return this.#refuse(
          ZONE.besideCname,
          place,
          record,
          `nothing beside a CNAME, and ${typeName(other.type)} stands there already`,
        );
      owner.sets.push({ type: record.type, ttl: record.ttl, rdatas: [record.rdata] });
      return;
    }
    if (record.type === Type.CNAME)
      return this.#refuse(ZONE.besideCname, place, record, 'one CNAME for a name (RFC 2181 §10.1)');
    if (record.type === Type.DNAME)
      return this.#refuse(ZONE.twoDnames, place, record, 'one DNAME for a name (RFC 6672 §2.4)');
    this.#join(set, record, place);
  }

  #set(owner: Name, type: number): Gathered | undefined {
    return this.#owners.getName(owner)?.sets.find((set) => set.type === type);
  }

  #addRouted(): void {
    const routed = this.#options.routed?.((owner, type) => this.#set(owner, type)?.rdatas) ?? [];
    for (const { owner, type, ttl, rdatas, routing, place } of Array.from(routed)) {
      if (this.#set(owner, type) !== undefined)
        throw new ConfigError(
          placeText(place),
          `${owner.toString()} has records of type ${typeName(type)} in the zone`,
          'records or a policy for a name and type, not both',
        );
      for (const rdata of rdatas) this.add({ owner, type, class: Class.IN, ttl, rdata }, place);
      this.route(owner, type, routing);
    }
  }

  #join(set: Gathered, record: ResourceRecord, place: Place): void {
    if (set.rdatas.length >= RECORDS_MAX) return this.#tooMany(place, record);
    // RFC 2181 §5: the same record twice is one record, and names in it have no case.
    if (set.rdatas.some((rdata) => sameRdata(record.type, rdata, record.rdata)))
      return this.#refuse(ZONE.duplicate, place, record, 'a record that is not there already');
    // RFC 2181 §5.2: unequal TTLs are made equal, to the least of them.
    if (set.ttl !== record.ttl) {
      const found = `${record.owner.toString()} ${typeName(record.type)}: TTLs ${set.ttl} and ${record.ttl}`;
      this.#options.report?.({
        severity: 'warning',
        rule: ZONE.unequalTtls,
        place,
        found,
        expected: 'one TTL for all records of a name and type',
      });
    }
    set.ttl = Math.min(set.ttl, record.ttl);
    set.rdatas.push(record.rdata);
  }

  /** A signature: its TTL is that of the set it covers, which may come later (RFC 4034 §3). */
  #sign(owner: Owner, record: ResourceRecord, place: Place): void {
    if (this.#options.signer !== undefined)
      return this.#refuse(ZONE.signedTwice, place, record, 'no signatures in a zone that is signed here');
    owner.signatures ??= [];
    if (owner.signatures.length >= RECORDS_MAX) return this.#tooMany(place, record);
    if (owner.signatures.some((rdata) => equalOctets(rdata, record.rdata)))
      return this.#refuse(ZONE.duplicate, place, record, 'a record that is not there already');
    owner.signatures.push(record.rdata);
  }

  #tooMany(place: Place, record: ResourceRecord): void {
    this.#refuse(ZONE.tooMany, place, record, `at most ${RECORDS_MAX} records of one name and type`);
  }

  #owner(record: ResourceRecord, place: Place): Owner | undefined {
    const { owner: name, type } = record;
    const isHashed =
      type === Type.NSEC3 ||
      (type === Type.RRSIG && coveredType(record.rdata) === Type.NSEC3 && ownerHash(name) !== undefined);
    if (type === Type.NSEC3 && !this.#isHashOwner(name, record.rdata)) {
      this.#refuse(
        ZONE.badHashed,
        place,
        record,
        `a hash directly below the apex, of at most ${ITERATIONS_MAX} iterations`,
      );
      return undefined;
    }
    const owners = isHashed ? this.#hashed : this.#owners;
    const known = owners.getName(name);
    if (known !== undefined) return known;
    const owner: Owner = { name, sets: [], signatures: undefined, place };
    owners.set(name, owner);
    return owner;
  }

  #isHashOwner(name: Name, rdata: Uint8Array): boolean {
    return (
      name.labelCount === (this.#apex?.labelCount ?? 0) + 1 &&
      ownerHash(name) !== undefined &&
      (nsec3Parameters(rdata)?.iterations ?? 0) <= ITERATIONS_MAX
    );
  }

  /** The node of a name, made after those above it: what hides a name is known from its parent. */
  #node(name: Name, apex: Name, nodes: NameTable<ZoneNode>): ZoneNode {
    const known = nodes.getName(name);
    if (known !== undefined) return known;
    const parent =
      name.labelCount === apex.labelCount
        ? undefined
        : (nodes.getOctets(name.octets, name.labelStart(1)) ?? this.#node(name.parent(), apex, nodes));
    const owner = this.#owners.getName(name);
    const node = new ZoneNode(name, parent, owner === undefined ? [] : this.#rrsets(owner));
    nodes.set(name, node);
    if (parent !== undefined) parent.children++;
    if (parent !== undefined && name.isWildcard) parent.wildcard = node;
    return node;
  }

  /** What the signer puts into the zone stands in place of what the zone itself has of that name and type. */
  #addMade(apex: Name): void {
    const { signer } = this.#options;
    const top = this.#owners.getName(apex);
    const soa = top?.sets.find(({ type }) => type === Type.SOA);
    const rdata = soa?.rdatas[0];
    if (signer === undefined || soa === undefined || rdata === undefined) return;
    for (const set of signer.sets(apex, { ttl: soa.ttl, rdata })) {
      const owner = this.#owners.getName(set.owner);
      // A DS without a cut to stand at would say that a zone begins where none does.
      if (owner !== undefined) (owner.made ??= []).push(set);
    }
  }

  #rrsets(owner: Owner): RRset[] {
    return ownerSets(owner, { report: this.#options.report, arena: this.#arena });
  }

  /** Strict: the zone is refused. Lenient: the record is left out. */
  #refuse(rule: Rule, place: Place, record: ResourceRecord, expected: string): void {
    const found = formatRecord(record).slice(0, 200);
    this.#fault({ severity: 'error', rule, place, found, expected });
  }

  #fault(finding: ZoneFinding): void {
    const { place, found, expected } = finding;
    if (finding.severity === 'error' && this.#options.mode !== 'lenient')
      throw new ConfigError(
        placeText(place ?? { file: this.#options.file, line: 1, column: 1 }),
        found,
        expected,
      );
    this.#options.report?.(finding);
  }
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

export interface LoadZoneOptions
  extends
    Omit<ZoneTextOptions, 'ttlOf'>,
    Pick<ZoneBuildOptions, 'mode' | 'report' | 'sha1' | 'routed' | 'signer'> {}

/** What lenient reading gives a record without a TTL. */
const TTL_SECONDS = 3_600;

/** The TTL of records that have none, and one finding that says so, at the first. */
export function forgivenTtl(report: ZoneBuildOptions['report']): (place: Place) => number {
  let isTold = false;
  return (place) => {
    if (isTold) return TTL_SECONDS;
    isTold = true;
    const found = 'a record without a TTL';
    report?.({ severity: 'error', rule: ZONE.noTtl, place, found, expected: 'a TTL, or $TTL before' });
    return TTL_SECONDS;
  };
}

/** The zone of a master file; `origin` is its apex when given. */
export function loadZone(text: string, options: LoadZoneOptions): Zone {
  return runSteps(loadZoneSteps(text, options));
}

/** The same in steps of about a millisecond. */
export function* loadZoneSteps(text: string, options: LoadZoneOptions): Steps<Zone> {
  const builder = new ZoneBuilder({ ...options, apex: options.origin });
  const lenient = options.mode === 'lenient' ? { ttlOf: forgivenTtl(options.report) } : {};
  yield* zoneTextSteps(text, { ...options, ...lenient }, (record, place) => builder.add(record, place));
  return yield* builder.buildSteps();
}
