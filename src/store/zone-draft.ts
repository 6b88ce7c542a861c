import type { Name } from '../codec/dns/name.ts';
import { soaSerial, withSerial } from '../codec/dns/rdata/soa.ts';
import type { ResourceRecord } from '../codec/dns/record.ts';
import { Class, Type } from '../codec/dns/registry.ts';
import { equalOctets } from '../core/bytes.ts';
import { bug } from '../core/errors.ts';
import { NameTable } from './name-table.ts';
import { nextSerial } from './serial.ts';
import type { Zone } from './zone.ts';
import type { ZoneChange } from './zone-change.ts';

/** Records of one owner and type while they are changed; none: the set is gone. */
export interface DraftSet {
  readonly ttl: number;
  readonly rdatas: readonly Uint8Array[];
}

interface Owner {
  readonly name: Name;
  readonly sets: Map<number, DraftSet>;
}

/** A zone with changes that nobody sees yet: the zone itself stays as it is. */
export class ZoneDraft {
  readonly zone: Zone;
  /** Only owners that were changed. */
  #owners = new NameTable<Owner>();

  constructor(zone: Zone) {
    this.zone = zone;
  }

  set(name: Name, type: number): DraftSet | undefined {
    const owner = this.#owners.getName(name);
    return owner === undefined ? this.zone.node(name)?.rrset(type) : owner.sets.get(type);
  }

  /** The types that a name has. */
  types(name: Name): readonly number[] {
    const owner = this.#owners.getName(name);
    if (owner !== undefined) return [...owner.sets.keys()];
    return this.zone.node(name)?.rrsets.map(({ type }) => type) ?? [];
  }

  /** Puts a set in the place of another, or takes it away. */
  replace(name: Name, type: number, set: DraftSet | undefined): void {
    const { sets } = this.#touch(name);
    if (set === undefined || set.rdatas.length === 0) sets.delete(type);
    else sets.set(type, set);
  }

  /** What differs from the zone, with a new serial (RFC 2136 §3.6); undefined: nothing. */
  change(): ZoneChange | undefined {
    const { zone } = this;
    const removed: ResourceRecord[] = [];
    const added: ResourceRecord[] = [];
    for (const { name, sets } of this.#owners.values()) {
      const node = zone.node(name);
      const types = new Set([...sets.keys(), ...(node?.rrsets ?? []).map(({ type }) => type)]);
      for (const type of types) {
        const before = node?.rrset(type);
        const after = sets.get(type);
        removed.push(...missing(name, type, before, after));
        added.push(...missing(name, type, after, before));
      }
    }
    if (removed.length === 0 && added.length === 0) return undefined;
    if (!added.some(({ type }) => type === Type.SOA)) {
      const { apex, soa } = zone;
      const rdata = withSerial(soa.only, nextSerial(zone.serial));
      removed.unshift({ owner: apex, type: Type.SOA, class: Class.IN, ttl: soa.ttl, rdata: soa.only });
      added.unshift({ owner: apex, type: Type.SOA, class: Class.IN, ttl: soa.ttl, rdata });
    }
    const soa = added.find(({ type }) => type === Type.SOA) ?? bug('a change has a new SOA');
    return { serialBefore: zone.serial, serialAfter: soaSerial(soa.rdata), removed, added };
  }

  #touch(name: Name): Owner {
    const known = this.#owners.getName(name);
    if (known !== undefined) return known;
    const rrsets = this.zone.node(name)?.rrsets ?? [];
    const owner = { name, sets: new Map(rrsets.map((rrset): [number, DraftSet] => [rrset.type, rrset])) };
    this.#owners.set(name, owner);
    return owner;
  }
}

/** The records of `from` that `other` has not, the TTL counted. */
function missing(
  owner: Name,
  type: number,
  from: DraftSet | undefined,
  other: DraftSet | undefined,
): ResourceRecord[] {
  if (from === undefined) return [];
  return from.rdatas
    .filter((rdata) => other?.ttl !== from.ttl || !other.rdatas.some((one) => equalOctets(one, rdata)))
    .map((rdata) => ({ owner, type, class: Class.IN, ttl: from.ttl, rdata }));
}
