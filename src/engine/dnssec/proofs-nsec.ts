import { type Name, compareNames } from '../../codec/dns/name.ts';
import { Type } from '../../codec/dns/registry.ts';
import { wildcardOf } from '../../store/nsec.ts';
import type { Finding, Proofs } from './proofs.ts';

export interface NsecLink {
  readonly owner: Name;
  readonly next: Name;
  readonly types: ReadonlySet<number>;
}

/** Proofs by NSEC: RFC 4035 §5.4, and compact ones: RFC 9824 §3. */
export class OrderedProofs implements Proofs {
  readonly #links: readonly NsecLink[];

  constructor(links: readonly NsecLink[]) {
    this.#links = links;
  }

  noData(name: Name, type: number): Finding {
    const own = this.#links.find(({ owner }) => owner.equals(name));
    if (own !== undefined) return found(lacks(own.types, type));
    const cover = this.#cover(name);
    if (cover === undefined) return 'not-proved';
    // An empty non-terminal: what follows lies below it.
    if (cover.next.isSubdomainOf(name)) return 'proved';
    const wildcard = wildcardOf(closestOf(name, cover));
    const star = this.#links.find(({ owner }) => owner.equals(wildcard));
    return found(star !== undefined && lacks(star.types, type));
  }

  isCut(name: Name): boolean {
    const own = this.#links.find(({ owner }) => owner.equals(name));
    return own !== undefined && isCutTypes(own.types);
  }

  noName(name: Name): Finding {
    // RFC 9824 §3.1.
    const own = this.#links.find(({ owner }) => owner.equals(name));
    if (own !== undefined) return found(own.types.has(Type.NXNAME));
    const cover = this.#cover(name);
    if (cover === undefined || cover.next.isSubdomainOf(name)) return 'not-proved';
    return found(this.#cover(wildcardOf(closestOf(name, cover))) !== undefined);
  }

  noCloser(name: Name, wildcard: Name): Finding {
    const cover = this.#cover(name);
    if (cover === undefined || cover.next.isSubdomainOf(name)) return 'not-proved';
    return found(closestOf(name, cover).labelCount < wildcard.labelCount);
  }

  #cover(name: Name): NsecLink | undefined {
    return this.#links.find(
      (link) =>
        compareNames(link.owner, name) < 0 &&
        // The last NSEC of a zone leads back to its apex.
        (compareNames(name, link.next) < 0 || compareNames(link.next, link.owner) <= 0) &&
        !isAbove(link, name),
    );
  }
}

/** RFC 6840 §4.1: the NSEC of a cut or a DNAME above the name says nothing of what is below. */
function isAbove({ owner, types }: NsecLink, name: Name): boolean {
  const hides = types.has(Type.DNAME) || isCutTypes(types);
  return hides && name.isSubdomainOf(owner);
}

/** The closest encloser is the longest that the name shares with the ends of the gap it falls in: RFC 7129 §5.3. */
function closestOf(name: Name, { owner, next }: NsecLink): Name {
  const shared = Math.max(commonLabels(name, owner), commonLabels(name, next));
  return name.ancestor(name.labelCount - shared);
}

function commonLabels(a: Name, b: Name): number {
  let count = Math.min(a.labelCount, b.labelCount);
  while (!a.ancestor(a.labelCount - count).equals(b.ancestor(b.labelCount - count))) count--;
  return count;
}

/** Whether a name with these types has no answer to give: RFC 4035 §5.4, RFC 6840 §4.1 and §4.3. */
export function lacks(types: ReadonlySet<number>, type: number): boolean {
  if (types.has(type) || types.has(Type.CNAME)) return false;
  // DS is the parent's to deny, all else the child's.
  return type === Type.DS ? !types.has(Type.SOA) : !isCutTypes(types);
}

export function isCutTypes(types: ReadonlySet<number>): boolean {
  return types.has(Type.NS) && !types.has(Type.SOA);
}

function found(isProved: boolean): Finding {
  return isProved ? 'proved' : 'not-proved';
}
