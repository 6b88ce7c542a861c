import type { Name } from '../codec/dns/name.ts';
import type { ResourceRecord } from '../codec/dns/record.ts';
import { formatRecord } from '../codec/dns/record.ts';
import { Type, typeName } from '../codec/dns/registry.ts';
import { type Place, type ZoneTextOptions, parseZoneText } from '../codec/dns/zone-text.ts';
import { equalOctets } from '../core/bytes.ts';
import { ConfigError } from '../core/errors.ts';
import { NameTable } from './name-table.ts';
import { RRset, Zone, ZoneNode } from './zone.ts';

/** What may stand beside a CNAME: the signatures of the zone (RFC 4034 §3 and §4). */
const BESIDE_CNAME: ReadonlySet<number> = new Set([Type.CNAME, Type.RRSIG, Type.NSEC]);

/** One type of one owner while the zone is read. */
interface Gathered {
  readonly type: number;
  ttl: number;
  readonly rdatas: Uint8Array[];
}

interface Owner {
  readonly name: Name;
  readonly sets: Gathered[];
}

/**
 * Gathers the records of one zone and makes it. What makes a zone wrong is a `ConfigError` at the record's place: RFC 1035 §5.2
 * asks that nothing be loaded then.
 */
class ZoneBuilder {
  readonly #file: string;
  readonly #owners = new NameTable<Owner>();
  readonly #order: Owner[] = [];
  /** Records before the SOA wait for it, since it names the apex. */
  readonly #early: (readonly [ResourceRecord, Place])[] = [];
  #apex: Name | undefined;
  #soaSeen = false;

  constructor(file: string, apex?: Name) {
    this.#file = file;
    this.#apex = apex;
  }

  add(record: ResourceRecord, place: Place): void {
    if (record.type === Type.SOA) this.#startZone(record, place);
    if (this.#apex === undefined) {
      this.#early.push([record, place]);
      return;
    }
    if (!record.owner.isSubdomainOf(this.#apex))
      throw refuse(place, record, `an owner at or below ${this.#apex.toString()}`);
    this.#gather(record, place);
  }

  build(): Zone {
    const soa = this.#soaSeen && this.#apex !== undefined ? this.#owners.getName(this.#apex) : undefined;
    const set = soa?.sets.find(({ type }) => type === Type.SOA);
    if (soa === undefined || set === undefined)
      throw new ConfigError(
        `${this.#file}:1:1`,
        'no SOA record',
        'exactly one, at the top of the zone (RFC 1035 §5.2)',
      );
    const nodes = new NameTable<ZoneNode>();
    for (const owner of this.#order) this.#node(owner.name, soa.name, nodes);
    return new Zone(new RRset(soa.name, Type.SOA, set.ttl, set.rdatas), nodes);
  }

  /** RFC 1035 §5.2: exactly one SOA, at the top. */
  #startZone(record: ResourceRecord, place: Place): void {
    if (this.#soaSeen) throw refuse(place, record, 'no second SOA: a zone has exactly one');
    if (this.#apex !== undefined && !record.owner.equals(this.#apex))
      throw refuse(place, record, `the SOA at the top of the zone, ${this.#apex.toString()}`);
    this.#soaSeen = true;
    this.#apex = record.owner;
    for (const [early, where] of this.#early.splice(0)) this.add(early, where);
  }

  #gather(record: ResourceRecord, place: Place): void {
    const owner = this.#owner(record.owner);
    const set = owner.sets.find(({ type }) => type === record.type);
    if (set === undefined) {
      const other = owner.sets.find(
        ({ type }) =>
          (type === Type.CNAME && !BESIDE_CNAME.has(record.type)) ||
          (record.type === Type.CNAME && !BESIDE_CNAME.has(type)),
      );
      // RFC 1034 §3.6.2.
      if (other !== undefined)
        throw refuse(
          place,
          record,
          `nothing beside a CNAME, and ${typeName(other.type)} stands there already`,
        );
      owner.sets.push({ type: record.type, ttl: record.ttl, rdatas: [record.rdata] });
      return;
    }
    if (record.type === Type.CNAME) throw refuse(place, record, 'one CNAME for a name (RFC 2181 §10.1)');
    if (record.type === Type.DNAME) throw refuse(place, record, 'one DNAME for a name (RFC 6672 §2.4)');
    // RFC 2181 §5: the same record twice is one record.
    if (set.rdatas.some((rdata) => equalOctets(rdata, record.rdata)))
      throw refuse(place, record, 'a record that is not there already');
    // RFC 2181 §5.2: unequal TTLs are made equal, to the least of them.
    set.ttl = Math.min(set.ttl, record.ttl);
    set.rdatas.push(record.rdata);
  }

  #owner(name: Name): Owner {
    const known = this.#owners.getName(name);
    if (known !== undefined) return known;
    const owner = { name, sets: [] };
    this.#owners.set(name, owner);
    this.#order.push(owner);
    return owner;
  }

  /** The node of a name, made after those above it: what hides a name is known from its parent. */
  #node(name: Name, apex: Name, nodes: NameTable<ZoneNode>): ZoneNode {
    const known = nodes.getName(name);
    if (known !== undefined) return known;
    const parent = name.labelCount === apex.labelCount ? undefined : this.#node(name.parent(), apex, nodes);
    const sets = this.#owners.getName(name)?.sets ?? [];
    const node = new ZoneNode(
      name,
      parent,
      sets.map(({ type, ttl, rdatas }) => new RRset(name, type, ttl, rdatas)),
    );
    nodes.set(name, node);
    if (parent !== undefined && name.isWildcard) parent.wildcard = node;
    return node;
  }
}

function refuse(place: Place, record: ResourceRecord, expected: string): ConfigError {
  return new ConfigError(
    `${place.file}:${place.line}:${place.column}`,
    formatRecord(record).slice(0, 200),
    expected,
  );
}

/** The zone of a master file; `origin` is its apex when given. */
export function loadZone(text: string, options: ZoneTextOptions): Zone {
  const builder = new ZoneBuilder(options.file, options.origin);
  parseZoneText(text, options, (record, place) => builder.add(record, place));
  return builder.build();
}
