import type { NameHashes } from '../codec/dns/name-hash.ts';
import { Type } from '../codec/dns/registry.ts';
import { bug } from '../core/errors.ts';
import { NameTable } from './name-table.ts';
import type { Zone } from './zone.ts';

/** One zone's place in the set: what is in it changes whole, between two inputs. */
interface Place {
  zone: Zone;
}

/** The zones that a server is authoritative for, found by their apex. */
export class ZoneSet {
  readonly #places = new NameTable<Place>();

  constructor(zones: Iterable<Zone>) {
    for (const zone of zones) {
      if (this.#places.getName(zone.apex) !== undefined)
        bug(`two zones with the apex ${zone.apex.toString()}`);
      this.#places.set(zone.apex, { zone });
    }
  }

  /** In the order given. */
  get zones(): readonly Zone[] {
    return Array.from(this.#places.values(), ({ zone }) => zone);
  }

  /** Puts a new version of a zone in the place of the one with its apex; an answer made of the old one stays whole. */
  replace(zone: Zone): void {
    const place = this.#places.getName(zone.apex) ?? bug(`no zone ${zone.apex.toString()} to replace`);
    place.zone = zone;
  }

  /**
   * The zone that is the nearest ancestor of a name (RFC 1034 §4.3.2 step 2). DS belongs to the parent's side of a cut, so
   * for an apex of ours it is the zone above, where we serve that too (RFC 4035 §3.1.4.1).
   */
  find(octets: Uint8Array, hashes: NameHashes, type: number): Zone | undefined {
    let own: Zone | undefined;
    for (let label = 0; label <= hashes.labelCount; label++) {
      const start = hashes.starts[label] ?? 0;
      const place = this.#places.get(hashes.hashes[label] ?? 0, octets, start, hashes.length - start);
      if (place === undefined) continue;
      if (type !== Type.DS || label > 0 || own !== undefined) return place.zone;
      own = place.zone;
    }
    return own;
  }
}
