import { Name, compareNames } from '../codec/dns/name.ts';
import { Type } from '../codec/dns/registry.ts';
import { type Steps, sortSteps } from '../core/steps.ts';
import type { NodeChange, RRset, ZoneNode } from './zone.ts';
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

/** Items in order, without some and with others, which are in order too. */
export function revisedOrder<Item>(
  items: readonly Item[],
  change: { readonly isGone: (item: Item) => boolean; readonly came: readonly Item[] },
  compare: (a: Item, b: Item) => number,
): readonly Item[] {
  const kept = items.filter((item) => !change.isGone(item));
  const revised: Item[] = [];
  let from = 0;
  for (const item of change.came) {
    let low = from;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = kept[middle];
      if (other !== undefined && compare(other, item) <= 0) low = middle + 1;
      else high = middle;
    }
    for (const one of kept.slice(from, low)) revised.push(one);
    from = low;
    revised.push(item);
  }
  return revised.concat(kept.slice(from));
}

const byOwner = (a: RRset, b: RRset): number => compareNames(a.owner, b.owner);

/** Proofs from the NSEC records of a zone that came signed: RFC 4035 §3.1.3. */
export class NsecSecurity implements ZoneSecurity {
  /** By their owners, in canonical order. */
  readonly #chain: readonly RRset[];

  /** `chain` is in the canonical order of its owners. */
  constructor(chain: readonly RRset[]) {
    this.#chain = chain;
  }

  /** Of sets in any order. */
  static *steps(sets: readonly RRset[]): Steps<NsecSecurity> {
    return new NsecSecurity(yield* sortSteps(sets, byOwner));
  }

  /** That of the zone's next version. */
  changed(changes: readonly NodeChange[]): NsecSecurity {
    const gone = new Set(changes.flatMap(({ before }) => before?.rrset(Type.NSEC) ?? []));
    const came = changes.flatMap(({ after }) => after?.rrset(Type.NSEC) ?? []).sort(byOwner);
    return new NsecSecurity(revisedOrder(this.#chain, { isGone: (set) => gone.has(set), came }, byOwner));
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
