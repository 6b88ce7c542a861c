import { Name, formatName } from '../../codec/dns/name.ts';
import { NameHashes } from '../../codec/dns/name-hash.ts';
import { Rcode, Type, typeName } from '../../codec/dns/registry.ts';
import type { Effects } from '../../core/service.ts';
import type { Rule } from '../../core/rules.ts';
import { DNS } from '../../core/rules/dns.ts';
import { RRset, type Zone, type ZoneNode } from '../../store/zone.ts';
import type { ZoneSet } from '../../store/zone-set.ts';
import { addAdditional, addGlue } from './additional.ts';
import type { Answer } from './answer.ts';

/** What the engine needs of the sink: to say why. */
export type Reasons = Pick<Effects, 'because' | 'explains'>;

/**
 * Links of a chain that are followed. It is our bound: a chain this long is a mistake, and each link costs work and octets. Where
 * it ends, or comes back to a name it had been at, the answer so far is given with NOERROR, as NSD and Knot do.
 */
const CHAIN_LINKS_MAX = 16;

/** RFC 8482 §4.2: CPU "RFC8482", OS empty. */
const ANY_RDATA = Uint8Array.of(7, 0x52, 0x46, 0x43, 0x38, 0x34, 0x38, 0x32, 0);
/** RFC 8482 §4.2 leaves the TTL to the operator: an hour keeps a client from asking again soon. */
const ANY_TTL_SECONDS = 3_600;

/**
 * Answers a question from the zones at hand: the algorithm of RFC 1034 §4.3.2 as RFC 4592 §3 and RFC 6672 §3.2 have it. It
 * follows aliases inside the zone of the question only: what another zone says, even one of ours, a client does not believe
 * from this one (RFC 2181 §5.4.1), and two owners of zones on one server do not speak for each other.
 */
export class Authority {
  readonly #zones: ZoneSet;
  readonly #hashes = new NameHashes();

  constructor(zones: ZoneSet) {
    this.#zones = zones;
  }

  /** `qname` is in wire form, uncompressed, nothing behind it; what is in `out` may point to it. */
  answer(qname: Uint8Array, qtype: number, out: Answer, reasons: Reasons): void {
    out.clear();
    this.#hashes.read(qname, 0);
    // Step 2.
    const zone = this.#zones.find(qname, this.#hashes, qtype);
    if (zone === undefined) {
      out.rcode = Rcode.REFUSED;
      return explain(reasons, DNS.refused, qname, qtype);
    }
    out.isAuthoritative = true;
    let next: Uint8Array | undefined = qname;
    for (let links = 0; next !== undefined; links++) {
      if (links > CHAIN_LINKS_MAX) return explain(reasons, DNS.chainEnds, next, qtype);
      if (links > 0) {
        this.#hashes.read(next, 0);
        if (this.#zones.find(next, this.#hashes, qtype) !== zone)
          return explain(reasons, DNS.cnameAway, next, qtype);
      }
      next = this.#step(zone, next, qtype, out, reasons);
    }
  }

  /** Step 3 for one name; gives the next name of the chain. */
  #step(zone: Zone, name: Uint8Array, qtype: number, out: Answer, reasons: Reasons): Uint8Array | undefined {
    const node = zone.closest(name, this.#hashes);
    if (node === undefined) return undefined;
    const isExact = node.name.labelCount === this.#hashes.labelCount;
    if (isExact && node.isCut && qtype === Type.DS) {
      explain(reasons, DNS.delegationSigner, name, qtype);
      return this.#match(zone, node, name, qtype, out, reasons);
    }
    // Step 3b, and 3c for DNAME: what is hidden is not looked at.
    const veil = isExact && !node.isCut ? node.veil : node.veilBelow;
    if (veil?.kind === 'cut') {
      refer(zone, veil.node, out);
      explain(reasons, DNS.referral, name, qtype);
      return undefined;
    }
    if (veil !== undefined) return this.#redirect(veil.node, name, qtype, out, reasons);
    // Step 3a.
    if (isExact) return this.#match(zone, node, name, qtype, out, reasons);
    // Step 3c.
    if (node.wildcard === undefined) {
      // RFC 2308 §2.1: also at the end of a chain, for its last name.
      out.rcode = Rcode.NXDOMAIN;
      out.authorities.add(zone.apex.octets, zone.negativeSoa);
      explain(reasons, DNS.nxdomain, name, qtype);
      return undefined;
    }
    explain(reasons, DNS.wildcard, name, qtype);
    return this.#match(zone, node.wildcard, name, qtype, out, reasons);
  }

  /** The records of a node under the name asked for, which is its own or, for a wildcard, another (RFC 4592 §3.3.3). */
  #match(
    zone: Zone,
    node: ZoneNode,
    name: Uint8Array,
    qtype: number,
    out: Answer,
    reasons: Reasons,
  ): Uint8Array | undefined {
    const alias = node.rrset(Type.CNAME);
    if (alias !== undefined && qtype !== Type.CNAME && qtype !== Type.ANY)
      return this.#follow(alias, name, qtype, out, reasons);
    const rrset = qtype === Type.ANY ? anySet(node, alias) : node.rrset(qtype);
    if (rrset === undefined) {
      out.authorities.add(zone.apex.octets, zone.negativeSoa);
      explain(reasons, node.rrsets.length === 0 ? DNS.emptyNonTerminal : DNS.nodata, name, qtype);
      return undefined;
    }
    out.answers.add(name, rrset);
    addAdditional(zone, rrset, out);
    explain(reasons, rrset.rdatas[0] === ANY_RDATA ? DNS.minimalAny : DNS.answer, name, qtype);
    return undefined;
  }

  /** Puts a CNAME into the answer and gives the name to go on with. */
  #follow(
    alias: RRset,
    name: Uint8Array,
    qtype: number,
    out: Answer,
    reasons: Reasons,
  ): Uint8Array | undefined {
    if (out.answers.has(alias) && isOwnerIn(name, out)) {
      explain(reasons, DNS.chainEnds, name, qtype);
      return undefined;
    }
    out.answers.add(name, alias);
    explain(reasons, DNS.cname, name, qtype);
    return alias.only;
  }

  /** RFC 6672 §3.2 step 3C: the DNAME, and a CNAME made from it with its TTL (§3.1). */
  #redirect(
    node: ZoneNode,
    name: Uint8Array,
    qtype: number,
    out: Answer,
    reasons: Reasons,
  ): Uint8Array | undefined {
    const dname = node.rrset(Type.DNAME);
    if (dname === undefined) return undefined;
    if (!out.answers.has(dname)) out.answers.add(node.name.octets, dname);
    const owner = new Name(name);
    const target = owner.rebase(owner.labelCount - node.name.labelCount, new Name(dname.only));
    if (target === undefined) {
      out.rcode = Rcode.YXDOMAIN;
      explain(reasons, DNS.dnameTooLong, name, qtype);
      return undefined;
    }
    explain(reasons, DNS.dname, name, qtype);
    out.answers.add(name, new RRset(owner, Type.CNAME, dname.ttl, [target.octets]));
    return qtype === Type.CNAME || qtype === Type.ANY ? undefined : target.octets;
  }
}

/** ANY at a name that exists: its CNAME if it is an alias, else HINFO (RFC 8482 §4.2); nothing for a name without records. */
function anySet(node: ZoneNode, alias: RRset | undefined): RRset | undefined {
  if (alias !== undefined || node.rrsets.length === 0) return alias;
  return new RRset(node.name, Type.HINFO, ANY_TTL_SECONDS, [ANY_RDATA]);
}

/** Step 3b: the NS of the cut without authority for them, and the addresses at hand. */
function refer(zone: Zone, cut: ZoneNode, out: Answer): void {
  // After a CNAME of ours the answer stays ours: AA is about its first name (RFC 1035 §4.1.1).
  if (out.answers.length === 0) out.isAuthoritative = false;
  const ns = cut.rrset(Type.NS);
  if (ns === undefined) return;
  out.authorities.add(cut.name.octets, ns);
  addGlue(zone, cut, ns, out);
}

function isOwnerIn(owner: Uint8Array, out: Answer): boolean {
  const name = new Name(owner);
  for (let index = 0; index < out.answers.length; index++) {
    const other = out.answers.owner(index);
    if (other !== undefined && new Name(other).equals(name)) return true;
  }
  return false;
}

function explain(reasons: Reasons, rule: Rule, name: Uint8Array, qtype: number): void {
  if (!reasons.explains) return reasons.because(rule);
  reasons.because(rule, `${formatName(new Name(name))} ${typeName(qtype)}`);
}
