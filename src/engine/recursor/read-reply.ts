import type { Name } from '../../codec/dns/name.ts';
import { Name as DomainName } from '../../codec/dns/name.ts';
import type { DnsMessage } from '../../codec/dns/message.ts';
import { Flag } from '../../codec/dns/header.ts';
import { soaMinimum } from '../../codec/dns/rdata/soa.ts';
import { Rcode, Type } from '../../codec/dns/registry.ts';
import { Rank } from './cache.ts';
import { type RecordSet, recordSets } from './record-set.ts';

/** What was asked, and of whose servers. */
export interface Asked {
  readonly qname: Name;
  readonly qtype: number;
  /** The zone whose servers were asked: they are believed about names in it, and about no other. */
  readonly zone: Name;
}

export interface Believed {
  readonly set: RecordSet;
  readonly rank: Rank;
}

/** What a reply says. Whatever the kind, `believed` is what may be remembered. */
export type Reading = {
  readonly believed: readonly Believed[];
  /** Sets thrown away, since this server is not to be believed about them. */
  readonly outside: readonly RecordSet[];
} & (
  | { readonly kind: 'answer'; readonly aliases: readonly RecordSet[]; readonly set: RecordSet }
  /** The chain leaves what this server knows: the search goes on with `target`. */
  | { readonly kind: 'alias'; readonly aliases: readonly RecordSet[]; readonly target: Name }
  | {
      readonly kind: 'nodata' | 'nxdomain';
      readonly aliases: readonly RecordSet[];
      /** The end of the chain, which is not there or has no such type. */
      readonly name: Name;
      readonly proof: readonly RecordSet[];
      /** 0: no SOA came, and it may not be remembered (RFC 2308 §5). */
      readonly ttl: number;
    }
  | { readonly kind: 'referral'; readonly servers: RecordSet; readonly glue: readonly RecordSet[] }
  | { readonly kind: 'useless'; readonly why: string }
);

/** A chain in one message: RFC 1034 §3.6.2 leaves it open; more is a fault or an attack. */
const ALIASES_MAX = 16;

/** Reads a reply that matches its question: what of it is to be believed, and what it means (RFC 2308 §2, RFC 1034 §5.3.3). */
export function readReply(message: DnsMessage, asked: Asked): Reading {
  if (message.rcode !== Rcode.NOERROR && message.rcode !== Rcode.NXDOMAIN)
    return { kind: 'useless', why: 'it refuses or fails', believed: [], outside: [] };
  return new ReplyReader(message, asked).read();
}

class ReplyReader {
  readonly #message: DnsMessage;
  readonly #asked: Asked;
  readonly #answers: readonly RecordSet[];
  readonly #authorities: readonly RecordSet[];
  readonly #believed: Believed[] = [];
  readonly #outside: RecordSet[] = [];
  readonly #isAuthoritative: boolean;

  constructor(message: DnsMessage, asked: Asked) {
    this.#message = message;
    this.#asked = asked;
    this.#isAuthoritative = (message.flags & Flag.AA) !== 0;
    this.#answers = this.#inside(recordSets(message.answers));
    this.#authorities = this.#inside(recordSets(message.authorities));
  }

  read(): Reading {
    const { qtype } = this.#asked;
    const { aliases, end } = this.#chain();
    const rank = this.#isAuthoritative ? Rank.answer : Rank.hearsay;
    for (const set of aliases) this.#believed.push({ set, rank });
    const set = this.#answers.find((one) => one.owner.equals(end) && one.type === qtype);
    if (set !== undefined) return this.#answer(aliases, set, rank);
    if (!end.isSubdomainOf(this.#asked.zone)) return { kind: 'alias', aliases, target: end, ...this.#rest() };
    const soa = this.#authorities.find((one) => one.type === Type.SOA && end.isSubdomainOf(one.owner));
    if (this.#message.rcode === Rcode.NXDOMAIN) return this.#negative('nxdomain', aliases, end, soa);
    const servers = this.#delegation(end);
    if (servers !== undefined && soa === undefined)
      return aliases.length > 0
        ? { kind: 'alias', aliases, target: end, ...this.#rest() }
        : this.#referral(servers);
    // An alias whose end this server knows nothing of, or left out.
    if (aliases.length > 0 && soa === undefined)
      return { kind: 'alias', aliases, target: end, ...this.#rest() };
    if (soa === undefined && !this.#isAuthoritative)
      return { kind: 'useless', why: 'it is no authority for the zone', ...this.#rest() };
    return this.#negative('nodata', aliases, end, soa);
  }

  /** RFC 2181 §5.4.1: nobody is believed about names outside of the zone that he was asked for. */
  #inside(sets: readonly RecordSet[]): readonly RecordSet[] {
    return sets.filter((set) => {
      if (set.owner.isSubdomainOf(this.#asked.zone)) return true;
      this.#outside.push(set);
      return false;
    });
  }

  /** The aliases from the name asked for on, in order, as far as they are to be believed. */
  #chain(): { readonly aliases: readonly RecordSet[]; readonly end: Name } {
    const { qname, qtype } = this.#asked;
    const aliases: RecordSet[] = [];
    const seen = new Set<string>();
    let name = qname;
    while (qtype !== Type.CNAME && qtype !== Type.ANY && aliases.length < ALIASES_MAX) {
      if (seen.has(name.key)) break;
      seen.add(name.key);
      const redirect = this.#answers.find(
        (one) => one.type === Type.DNAME && !one.owner.equals(name) && name.isSubdomainOf(one.owner),
      );
      if (redirect !== undefined && !aliases.includes(redirect)) aliases.push(redirect);
      const alias = this.#answers.find((one) => one.type === Type.CNAME && one.owner.equals(name));
      const [rdata] = alias?.rdatas ?? [];
      if (alias === undefined || rdata === undefined) break;
      aliases.push(alias);
      name = new DomainName(rdata);
    }
    return { aliases, end: name };
  }

  #answer(aliases: readonly RecordSet[], set: RecordSet, rank: Rank): Reading {
    this.#believed.push({ set, rank });
    // What the authority says of its own servers beside the answer outranks the parent.
    if (this.#isAuthoritative)
      for (const one of this.#authorities)
        if (one.type === Type.NS && this.#asked.qname.isSubdomainOf(one.owner))
          this.#believed.push({ set: one, rank: Rank.authority }, ...this.#addresses(one));
    return { kind: 'answer', aliases, set, ...this.#rest() };
  }

  #negative(
    kind: 'nodata' | 'nxdomain',
    aliases: readonly RecordSet[],
    name: Name,
    soa: RecordSet | undefined,
  ): Reading {
    const [rdata] = soa?.rdatas ?? [];
    const ttl = soa === undefined || rdata === undefined ? 0 : Math.min(soa.ttl, soaMinimum(rdata));
    const proof = this.#authorities.filter(({ type }) => PROOF_TYPES.has(type));
    return { kind, aliases, name, proof, ttl, ...this.#rest() };
  }

  /** Servers of a zone below the one asked, on the way to the name: else it leads nowhere, or back. */
  #delegation(name: Name): RecordSet | undefined {
    const { zone } = this.#asked;
    return this.#authorities.find(
      ({ type, owner }) =>
        type === Type.NS && owner.labelCount > zone.labelCount && name.isSubdomainOf(owner),
    );
  }

  #referral(servers: RecordSet): Reading {
    const glue = this.#addresses(servers);
    this.#believed.push({ set: servers, rank: Rank.referral }, ...glue);
    for (const set of this.#authorities)
      if (PROOF_TYPES.has(set.type)) this.#believed.push({ set, rank: Rank.authority });
    return { kind: 'referral', servers, glue: glue.map(({ set }) => set), ...this.#rest() };
  }

  /** Of the additional section the addresses of these servers are looked at, and nothing else. */
  #addresses(servers: RecordSet): Believed[] {
    const names = servers.rdatas.map((rdata) => new DomainName(rdata));
    return this.#inside(recordSets(this.#message.additionals))
      .filter(
        ({ owner, type }) =>
          (type === Type.A || type === Type.AAAA) && names.some((name) => name.equals(owner)),
      )
      .map((set) => ({ set, rank: Rank.additional }));
  }

  #rest(): { readonly believed: readonly Believed[]; readonly outside: readonly RecordSet[] } {
    return { believed: this.#believed, outside: this.#outside };
  }
}

const PROOF_TYPES: ReadonlySet<number> = new Set([Type.SOA, Type.NSEC, Type.NSEC3, Type.DS]);
