import type { Name } from '../../codec/dns/name.ts';
import { Type } from '../../codec/dns/registry.ts';
import { equalOctets } from '../../core/bytes.ts';
import type { Crypto } from '../../core/crypto.ts';
import { wildcardOf } from '../../store/nsec.ts';
import { type Nsec3Parameters, hashName } from '../../store/nsec3.ts';
import type { Finding, Proofs } from './proofs.ts';
import { isCutTypes, lacks } from './proofs-nsec.ts';

export interface Nsec3Link {
  readonly hash: Uint8Array;
  readonly next: Uint8Array;
  readonly types: ReadonlySet<number>;
  readonly isOptOut: boolean;
}

interface Hashing {
  readonly zone: Name;
  readonly parameters: Nsec3Parameters;
  readonly sha1: Crypto['sha1'];
}

/** Proofs by NSEC3: RFC 5155 §8. */
export class HashedProofs implements Proofs {
  readonly #links: readonly Nsec3Link[];
  readonly #hashing: Hashing;

  constructor(links: readonly Nsec3Link[], hashing: Hashing) {
    this.#links = links;
    this.#hashing = hashing;
  }

  noData(name: Name, type: number): Finding {
    const own = this.#match(name);
    // §8.5 and §8.6.
    if (own !== undefined) return lacks(own.types, type) ? 'proved' : 'not-proved';
    const enclosed = this.#closest(name);
    if (enclosed === undefined) return 'not-proved';
    const star = this.#match(wildcardOf(enclosed.encloser));
    // §8.7.
    if (star !== undefined) return lacks(star.types, type) ? 'proved' : 'not-proved';
    // §8.6: only for a cut that Opt-Out left out of the chain.
    return type === Type.DS && enclosed.isOptOut ? 'opt-out' : 'not-proved';
  }

  isCut(name: Name): boolean {
    const own = this.#match(name);
    return own !== undefined && isCutTypes(own.types);
  }

  /** §8.4. */
  noName(name: Name): Finding {
    const enclosed = this.#closest(name);
    if (enclosed === undefined || this.#cover(wildcardOf(enclosed.encloser)) === undefined)
      return 'not-proved';
    return enclosed.isOptOut ? 'opt-out' : 'proved';
  }

  /** §8.8. */
  noCloser(name: Name, wildcard: Name): Finding {
    const cover = this.#cover(name.ancestor(name.labelCount - wildcard.labelCount));
    if (cover === undefined) return 'not-proved';
    return cover.isOptOut ? 'opt-out' : 'proved';
  }

  /** §8.3: the closest encloser has an NSEC3, and the name below it on the way does not. */
  #closest(name: Name): { readonly encloser: Name; readonly isOptOut: boolean } | undefined {
    for (let count = 1; name.labelCount - count >= this.#hashing.zone.labelCount; count++) {
      const encloser = name.ancestor(count);
      const own = this.#match(encloser);
      if (own === undefined) continue;
      // RFC 6840 §4.1: a cut or a DNAME is no encloser of names in this zone.
      if (own.types.has(Type.DNAME) || isCutTypes(own.types)) return undefined;
      const cover = this.#cover(name.ancestor(count - 1));
      return cover && { encloser, isOptOut: cover.isOptOut };
    }
    return undefined;
  }

  #match(name: Name): Nsec3Link | undefined {
    const hash = this.#hash(name);
    return this.#links.find((link) => equalOctets(link.hash, hash));
  }

  #cover(name: Name): Nsec3Link | undefined {
    const hash = this.#hash(name);
    return this.#links.find(({ hash: from, next }) => {
      if (compare(from, next) < 0) return compare(from, hash) < 0 && compare(hash, next) < 0;
      return compare(from, hash) < 0 || compare(hash, next) < 0;
    });
  }

  #hash(name: Name): Uint8Array {
    return hashName(name.octets, this.#hashing.parameters, this.#hashing.sha1);
  }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < a.length; index++) {
    const order = (a[index] ?? 0) - (b[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}
