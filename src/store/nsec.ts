import { Name, compareNames } from '../codec/dns/name.ts';
import { Type } from '../codec/dns/registry.ts';
import type { RRset, ZoneNode } from './zone.ts';
import type { Denial, Proof, ZoneSecurity } from './zone-security.ts';

/** The asterisk label: RFC 4592 §2.1.1. */
const STAR = Uint8Array.of(1, 0x2a);

/** `*` below a name that has room for it, since a longer one was asked for. */
export function wildcardOf(encloser: Name): Name {
  const octets = new Uint8Array(STAR.length + encloser.octets.length);
  octets.set(STAR);
  octets.set(encloser.octets, STAR.length);
  return new Name(octets);
}

/** Proofs from the NSEC records of a zone that came signed: RFC 4035 §3.1.3. */
export class NsecSecurity implements ZoneSecurity {
  /** By their owners, in canonical order. */
  readonly #chain: readonly RRset[];

  constructor(sets: readonly RRset[]) {
    this.#chain = sets.toSorted((a, b) => compareNames(a.owner, b.owner));
  }

  signatures(rrset: RRset): RRset | undefined {
    return rrset.signatures;
  }

  prove(denial: Denial, proof: Proof): void {
    switch (denial.kind) {
      case 'no-data':
        return this.#match(denial.node, proof);
      case 'no-name':
        this.#cover(new Name(denial.name), proof);
        return this.#cover(wildcardOf(denial.encloser.name), proof);
      case 'expanded':
        return this.#cover(new Name(denial.name), proof);
      case 'expanded-no-data':
        this.#cover(new Name(denial.name), proof);
        return this.#match(denial.wildcard, proof);
      case 'no-signer':
        return this.#match(denial.cut, proof);
    }
  }

  /** An empty non-terminal has no NSEC of its own: the one before it says that something lies below (RFC 4035 §2.3). */
  #match(node: ZoneNode, proof: Proof): void {
    const own = node.rrset(Type.NSEC);
    if (own === undefined) this.#cover(node.name, proof);
    else put(own, proof);
  }

  /** The last NSEC at or before a name in canonical order. */
  #cover(name: Name, proof: Proof): void {
    let low = 0;
    let high = this.#chain.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const set = this.#chain[middle];
      if (set !== undefined && compareNames(set.owner, name) <= 0) low = middle + 1;
      else high = middle;
    }
    const set = this.#chain[low - 1];
    if (set !== undefined) put(set, proof);
  }
}

/** A set with its signatures, unless it is there already. */
export function put(set: RRset, proof: Proof): void {
  if (proof.has(set)) return;
  proof.add(set.owner.octets, set);
  if (set.signatures !== undefined) proof.add(set.owner.octets, set.signatures);
}
