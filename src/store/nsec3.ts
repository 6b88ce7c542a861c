import { fromBase32Hex } from '../codec/dns/base32.ts';
import { LOWER, Name } from '../codec/dns/name.ts';
import { Type } from '../codec/dns/registry.ts';
import { equalOctets } from '../core/bytes.ts';
import type { Crypto } from '../core/crypto.ts';
import { latin1Text } from '../core/text.ts';
import { put, revisedOrder, wildcardOf } from './nsec.ts';
import type { VersionedTable } from './versioned-table.ts';
import type { RRset, ZoneNode } from './zone.ts';
import type { Denial, Proof, ZoneSecurity } from './zone-security.ts';

/** RFC 5155 §3.1.1 and §11: the only algorithm there is. */
const SHA1 = 1;

/** RFC 5155 §10.3: more is not worth its work with any key; each answer that denies pays for it three times. */
export const ITERATIONS_MAX = 2_500;

/** How names of a chain are hashed: RFC 5155 §4.1. */
export interface Nsec3Parameters {
  readonly iterations: number;
  readonly salt: Uint8Array;
}

/** The parameters of the rdata of NSEC3 or NSEC3PARAM; undefined for an algorithm unknown here. */
export function nsec3Parameters(rdata: Uint8Array): Nsec3Parameters | undefined {
  const [algorithm = 0, , high = 0, low = 0, length = 0] = rdata;
  if (algorithm !== SHA1) return undefined;
  return { iterations: (high << 8) | low, salt: rdata.slice(5, 5 + length) };
}

function sameParameters(a: Nsec3Parameters, b: Nsec3Parameters): boolean {
  return a.iterations === b.iterations && equalOctets(a.salt, b.salt);
}

/** RFC 5155 §5: IH(salt, name, iterations), of the name in lower case. */
export function hashName(
  octets: Uint8Array,
  { iterations, salt }: Nsec3Parameters,
  sha1: Crypto['sha1'],
): Uint8Array {
  let input = new Uint8Array(octets.length + salt.length);
  for (let index = 0; index < octets.length; index++) input[index] = LOWER[octets[index] ?? 0] ?? 0;
  input.set(salt, octets.length);
  let digest = sha1(input);
  input = new Uint8Array(digest.length + salt.length);
  input.set(salt, digest.length);
  for (let turn = 0; turn < iterations; turn++) {
    input.set(digest);
    digest = sha1(input);
  }
  return digest;
}

/** The hash that the first label of an NSEC3's owner is; undefined when it is none. */
export function ownerHash(owner: Name): Uint8Array | undefined {
  const hash = fromBase32Hex(latin1Text(owner.octets.subarray(1, 1 + (owner.octets[0] ?? 0))));
  return hash?.length === 20 ? hash : undefined;
}

interface Link {
  readonly hash: Uint8Array;
  readonly set: RRset;
}

const byHash = (a: Link, b: Link): number => compareOctets(a.hash, b.hash);

interface Chain {
  /** In the order of their hashes. */
  readonly links: readonly Link[];
  readonly parameters: Nsec3Parameters;
}

/** Where a chain is used: in a zone, with a function that hashes. */
interface ChainPlace {
  readonly apex: Name;
  readonly nodes: VersionedTable<ZoneNode>;
  readonly sha1: Crypto['sha1'];
}

/** Proofs from the NSEC3 records of a zone that came signed: RFC 5155 §7.2. */
export class Nsec3Security implements ZoneSecurity {
  readonly #links: readonly Link[];
  readonly #parameters: Nsec3Parameters;
  readonly #place: ChainPlace;

  constructor({ links, parameters }: Chain, place: ChainPlace) {
    this.#links = links;
    this.#parameters = parameters;
    this.#place = place;
  }

  /** That of the zone's next version, whose NSEC3PARAM are the same; undefined: nothing is left of the chain. */
  changed(
    nodes: VersionedTable<ZoneNode>,
    removed: readonly RRset[],
    added: readonly RRset[],
  ): Nsec3Security | undefined {
    const parameters = this.#parameters;
    const gone = new Set(removed);
    const change = { isGone: ({ set }: Link) => gone.has(set), came: linksOf(added, parameters) };
    const links = revisedOrder(this.#links, change, byHash);
    return links.length === 0
      ? undefined
      : new Nsec3Security({ links, parameters }, { ...this.#place, nodes });
  }

  signatures(rrset: RRset): RRset | undefined {
    return rrset.signatures;
  }

  prove(denial: Denial, proof: Proof): void {
    switch (denial.kind) {
      case 'no-data':
        // §7.2.3 and §7.2.4: without an NSEC3 of its own the name is, or lies above, a cut left out of the chain (Opt-Out).
        if (!this.#match(denial.node.name, proof))
          this.#enclose(denial.name, this.#parent(denial.node), proof);
        return;
      case 'no-name':
        // §7.2.2.
        this.#cover(wildcardOf(this.#enclose(denial.name, denial.encloser, proof)), proof);
        return;
      case 'expanded':
        // §7.2.6.
        return this.#cover(nextCloser(denial.name, denial.encloser.name), proof);
      case 'expanded-no-data':
        // §7.2.5.
        this.#enclose(denial.name, denial.encloser, proof);
        this.#match(denial.wildcard.name, proof);
        return;
      case 'no-signer':
        // §7.2.7.
        if (!this.#match(denial.cut.name, proof))
          this.#enclose(denial.cut.name.octets, this.#parent(denial.cut), proof);
    }
  }

  /** §7.2.1: the closest encloser that has an NSEC3, and one that covers the name below it on the way to `name`. */
  #enclose(name: Uint8Array, from: ZoneNode | undefined, proof: Proof): Name {
    let encloser = from;
    while (encloser !== undefined && !this.#match(encloser.name, proof)) {
      const parent = this.#parent(encloser);
      if (parent === undefined) break;
      encloser = parent;
    }
    if (encloser === undefined) return new Name(name);
    this.#cover(nextCloser(name, encloser.name), proof);
    return encloser.name;
  }

  /** Undefined for the apex. */
  #parent({ name }: ZoneNode): ZoneNode | undefined {
    const { apex, nodes } = this.#place;
    return name.labelCount === apex.labelCount ? undefined : nodes.getOctets(name.octets, name.labelStart(1));
  }

  #match(name: Name, proof: Proof): boolean {
    const hash = hashName(name.octets, this.#parameters, this.#place.sha1);
    const link = this.#links[this.#after(hash) - 1];
    if (link === undefined || !equalOctets(link.hash, hash)) return false;
    put(link.set, proof);
    return true;
  }

  /** The link at or before the hash of a name; before the first comes the last (§3.1.7). */
  #cover(name: Name, proof: Proof): void {
    const after = this.#after(hashName(name.octets, this.#parameters, this.#place.sha1));
    const link = this.#links.at(after - 1);
    if (link !== undefined) put(link.set, proof);
  }

  /** How many links are at or before a hash. */
  #after(hash: Uint8Array): number {
    let low = 0;
    let high = this.#links.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const link = this.#links[middle];
      if (link !== undefined && compareOctets(link.hash, hash) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** §1.3: the name one label longer than its closest encloser. */
function nextCloser(name: Uint8Array, encloser: Name): Name {
  const whole = new Name(name);
  return whole.ancestor(whole.labelCount - encloser.labelCount - 1);
}

function compareOctets(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < a.length; index++) {
    const order = (a[index] ?? 0) - (b[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** The links of a chain, in order; sets with other parameters belong to one that is not in use (RFC 5155 §7.3). */
function linksOf(sets: readonly RRset[], parameters: Nsec3Parameters): Link[] {
  return sets
    .flatMap((set) => {
      const own = nsec3Parameters(set.only);
      const hash = ownerHash(set.owner);
      return hash === undefined || own === undefined || !sameParameters(own, parameters)
        ? []
        : [{ hash, set }];
    })
    .sort(byHash);
}

/** The chain in use: that of an NSEC3PARAM at the apex whose flags are 0 (RFC 5155 §4.1.2) and which has records. */
export function nsec3Security(
  apex: Name,
  nodes: VersionedTable<ZoneNode>,
  sets: readonly RRset[],
  sha1: Crypto['sha1'],
): Nsec3Security | undefined {
  for (const rdata of nodes.getName(apex)?.rrset(Type.NSEC3PARAM)?.rdatas ?? []) {
    const parameters = rdata[1] === 0 ? nsec3Parameters(rdata) : undefined;
    if (parameters === undefined) continue;
    const links = linksOf(sets, parameters);
    if (links.length > 0) return new Nsec3Security({ links, parameters }, { apex, nodes, sha1 });
  }
  return undefined;
}
