import type { Name } from '../codec/dns/name.ts';
import type { NameHashes } from '../codec/dns/name-hash.ts';
import { Type } from '../codec/dns/registry.ts';
import { bug } from '../core/errors.ts';
import type { AccessList } from './access.ts';
import { NameTable } from './name-table.ts';
import type { Zone } from './zone.ts';

/** What a server says of a zone that the zone itself does not. */
export interface ZoneSettings {
  /** Who may ask; left out, everybody. */
  readonly allowQuery?: AccessList | undefined;
}

/** One zone's place in the set: what is in it changes whole, between two inputs. */
export interface ServedZone {
  /** Undefined: a copy that has not come yet, or is too old to be served. */
  zone: Zone | undefined;
  readonly apex: Name;
  readonly settings: ZoneSettings;
}

const NO_SETTINGS: ZoneSettings = {};

/** The zones that a server is authoritative for, found by their apex. */
export class ZoneSet {
  readonly #places = new NameTable<ServedZone>();

  /** `settings` gives those of a zone by its apex. */
  constructor(zones: Iterable<Zone>, settings: (apex: Name) => ZoneSettings = () => NO_SETTINGS) {
    for (const zone of zones) {
      if (this.#places.getName(zone.apex) !== undefined)
        bug(`two zones with the apex ${zone.apex.toString()}`);
      this.#places.set(zone.apex, { zone, apex: zone.apex, settings: settings(zone.apex) });
    }
  }

  /** Makes a place for a zone that is not here yet. */
  reserve(apex: Name, settings: ZoneSettings = NO_SETTINGS): void {
    if (this.#places.getName(apex) !== undefined) bug(`two zones with the apex ${apex.toString()}`);
    this.#places.set(apex, { zone: undefined, apex, settings });
  }

  /** Another set of the same zones, whose places change by themselves. */
  copy(): ZoneSet {
    const copy = new ZoneSet([]);
    for (const place of this.#places.values()) copy.#places.set(place.apex, { ...place });
    return copy;
  }

  /** Those that are served, in the order given. */
  get zones(): readonly Zone[] {
    return Array.from(this.#places.values()).flatMap(({ zone }) => zone ?? []);
  }

  /** Puts a new version of a zone in the place of the one with its apex; an answer made of the old one stays whole. */
  replace(zone: Zone): void {
    const place = this.#places.getName(zone.apex) ?? bug(`no zone ${zone.apex.toString()} to replace`);
    place.zone = zone;
  }

  /** The place of the zone with this very apex. */
  at(apex: Name): ServedZone | undefined {
    return this.#places.getName(apex);
  }

  /** Takes a zone out of service and keeps its place. */
  withdraw(apex: Name): void {
    const place = this.#places.getName(apex) ?? bug(`no zone ${apex.toString()} to withdraw`);
    place.zone = undefined;
  }

  /**
   * The zone that is the nearest ancestor of a name (RFC 1034 §4.3.2 step 2). DS belongs to the parent's side of a cut, so
   * for an apex of ours it is the zone above, where we serve that too (RFC 4035 §3.1.4.1).
   */
  find(octets: Uint8Array, hashes: NameHashes, type: number): ServedZone | undefined {
    let own: ServedZone | undefined;
    for (let label = 0; label <= hashes.labelCount; label++) {
      const start = hashes.starts[label] ?? 0;
      const place = this.#places.get(hashes.hashes[label] ?? 0, octets, start, hashes.length - start);
      if (place === undefined) continue;
      if (type !== Type.DS || label > 0 || own !== undefined) return place;
      own = place;
    }
    return own;
  }
}
