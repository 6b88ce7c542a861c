import type { Name } from '../../codec/dns/name.ts';
import type { KnownKeys, ZoneKeys } from './key-chain.ts';

/** As many zones as a host meets; the one found first makes room. */
const ZONES_MAX = 1_024;

/** Keys of zones until their TTL is over. What is bogus is not kept: it may be mended by the next question. */
export class KeyCache implements KnownKeys {
  readonly #kept = new Map<string, { readonly keys: ZoneKeys; readonly until: number }>();
  /** Seconds since 1970: to be set before each use. */
  seconds = 0;

  find(zone: Name): ZoneKeys | undefined {
    const kept = this.#kept.get(zone.key);
    return kept !== undefined && this.seconds < kept.until ? kept.keys : undefined;
  }

  keep(keys: ZoneKeys): void {
    if (keys.security === 'bogus' || keys.ttl === 0) return;
    this.#kept.delete(keys.zone.key);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < ZONES_MAX) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(keys.zone.key, { keys, until: this.seconds + keys.ttl });
  }
}
