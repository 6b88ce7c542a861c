import { Name, formatName } from '../../codec/dns/name.ts';
import { NameHashes } from '../../codec/dns/name-hash.ts';
import { Rcode, Type, typeName } from '../../codec/dns/registry.ts';
import type { Rule } from '../../core/rules.ts';
import { DNS } from '../../core/rules/dns.ts';
import { TRANSFER } from '../../core/rules/transfer.ts';
import { ROUTE } from '../../core/rules/route.ts';
import { DNSSEC } from '../../core/rules/dnssec.ts';
import { type Asker, isRead, type Reasons } from '../../store/routing.ts';
import { RRset, type Zone, type ZoneNode } from '../../store/zone.ts';
import type { ServedZone, ZoneSet } from '../../store/zone-set.ts';
import { addAdditional, addReferral } from './additional.ts';
import type { Answer } from './answer.ts';
import { anySets, signatureSets } from './any.ts';
import { addSigned, deny } from './prove.ts';

/**
 * Links of a chain that are followed. It is our bound: a chain this long is a mistake, and each link costs work and octets. Where
 * it ends, or comes back to a name it had been at, the answer so far is given with NOERROR, as NSD and Knot do.
 */
const CHAIN_LINKS_MAX = 16;

/** One question on its way through the zones; `name` moves along the chain of aliases. */
interface Search {
  zone: Zone;
  name: Uint8Array;
  qtype: number;
  asker: Asker;
  out: Answer;
  reasons: Reasons;
}

/**
 * Answers a question from the zones at hand: the algorithm of RFC 1034 §4.3.2 as RFC 4592 §3 and RFC 6672 §3.2 have it. An alias is
 * followed into every zone of ours (step 3a goes back to step 1, whose step 2 looks for the zone anew), and no further.
 */
export class Authority {
  readonly #zones: ZoneSet;
  readonly #hashes = new NameHashes();
  /** Of the question before: filled anew for each. */
  #search: Search | undefined;

  constructor(zones: ZoneSet) {
    this.#zones = zones;
  }

  /** `qname` is in wire form, uncompressed, nothing behind it; what is in `out` may point to it. */
  answer(qname: Uint8Array, qtype: number, asker: Asker, out: Answer, reasons: Reasons): void {
    out.clear();
    this.#hashes.read(qname, 0);
    // Step 2.
    const served = this.#zones.find(qname, this.#hashes, qtype);
    if (served === undefined || !mayAsk(served, asker)) {
      out.rcode = Rcode.REFUSED;
      out.isProhibited = served !== undefined;
      return explain(served === undefined ? DNS.refused : DNS.prohibited, qname, qtype, reasons);
    }
    if (served.zone === undefined) {
      out.rcode = Rcode.SERVFAIL;
      return explain(TRANSFER.notYet, qname, qtype, reasons);
    }
    out.isAuthoritative = true;
    const { zone } = served;
    out.isCompactOk = asker.dnssecOk && asker.compactOk === true && zone.security?.isCompact === true;
    const search = (this.#search ??= { zone, name: qname, qtype, asker, out, reasons });
    search.zone = zone;
    search.name = qname;
    search.qtype = qtype;
    search.asker = asker;
    search.out = out;
    search.reasons = reasons;
    for (let links = 0; ; links++) {
      const next = this.#step(search);
      if (next === undefined) return;
      if (links === CHAIN_LINKS_MAX) return explain(DNS.chainEnds, next, qtype, reasons);
      this.#hashes.read(next, 0);
      const servedNext = this.#zones.find(next, this.#hashes, qtype);
      if (servedNext?.zone === undefined || !mayAsk(servedNext, asker))
        return explain(DNS.cnameAway, next, qtype, reasons);
      search.zone = servedNext.zone;
      search.name = next;
    }
  }

  /** Step 3 for one name; gives the next name of the chain. */
  #step(search: Search): Uint8Array | undefined {
    const { zone, name, qtype, out } = search;
    const node = zone.closest(name, this.#hashes);
    if (node === undefined) return undefined;
    const isExact = node.labelCount === this.#hashes.labelCount;
    if (isExact && node.isCut && qtype === Type.DS) {
      because(search, DNS.delegationSigner);
      return match(search, node, undefined);
    }
    // Step 3b, and 3c for DNAME: what is hidden is not looked at.
    const veil = isExact && !node.isCut ? node.veil : node.veilBelow;
    if (veil?.kind === 'cut') {
      addReferral(zone, zone.hidingNode(node, veil), search.asker, out, search.reasons);
      because(search, DNS.referral);
      return undefined;
    }
    if (veil !== undefined) return redirect(search, zone.hidingNode(node, veil));
    // Step 3a.
    if (isExact) return match(search, node, undefined);
    // Step 3c.
    if (node.wildcard === undefined) return noName(search, node);
    because(search, DNS.wildcard);
    return match(search, node.wildcard, node);
  }
}

/**
 * The records of a node under the name asked for, which is its own or, for the wildcard below `encloser`, another (RFC 4592
 * §3.3.3).
 */
function match(search: Search, node: ZoneNode, encloser: ZoneNode | undefined): Uint8Array | undefined {
  const { zone, name, qtype, asker, out, reasons } = search;
  const alias = node.rrset(Type.CNAME);
  const isAlias = alias !== undefined && qtype !== Type.CNAME && qtype !== Type.ANY && qtype !== Type.RRSIG;
  // RFC 4034 §4.1.1: the NSEC of an alias is its own, and no data of the canonical name.
  if (isAlias && !(qtype === Type.NSEC && nsecOf(search, node) !== undefined))
    return follow(search, alias, node, encloser);
  // RFC 8482 §4.1 gives an alias to ANY; which one is the policy's to say.
  if (qtype === Type.ANY && alias?.routing !== undefined) {
    follow(search, alias, node, encloser);
    return undefined;
  }
  if (qtype === Type.ANY || qtype === Type.RRSIG) {
    const count =
      qtype === Type.ANY
        ? anySets(zone, node, name, asker, out)
        : signatureSets(zone, node, name, asker, out);
    if (count > 0) {
      if (encloser !== undefined) expanded(search, encloser);
      because(search, qtype === Type.ANY && alias === undefined ? DNS.minimalAny : DNS.answer);
      return undefined;
    }
  }
  const all = qtype === Type.NSEC ? nsecOf(search, node) : node.rrset(qtype);
  const rrset = all?.routing === undefined ? all : all.routing.choose(zone, asker, out.scope, reasons);
  if (rrset === 'servfail') return fail(out);
  if (rrset === undefined || rrset === 'no-data') {
    noData(search, node, encloser);
    because(search, node.setCount === 0 ? DNS.emptyNonTerminal : DNS.nodata);
    return undefined;
  }
  addSigned(zone, name, rrset, asker, out.answers);
  if (encloser !== undefined) expanded(search, encloser);
  addAdditional(zone, rrset, asker, out);
  because(search, DNS.answer);
  return undefined;
}

/** A policy with nothing healthy was told to say so: nothing found so far is sent. */
function fail(out: Answer): undefined {
  out.clear();
  out.rcode = Rcode.SERVFAIL;
}

/** RFC 2308 §2.1: also at the end of a chain, for its last name. */
function noName(search: Search, encloser: ZoneNode): undefined {
  const { zone, name, asker, out } = search;
  const isHidden = asker.dnssecOk && asker.compactOk !== true && zone.security?.isCompact === true;
  // RFC 9824 §3.1: the rcode and the proof say the same.
  out.rcode = isHidden ? Rcode.NOERROR : Rcode.NXDOMAIN;
  deny(zone, asker.dnssecOk ? { kind: 'no-name', name, encloser } : undefined, asker, out);
  because(search, isHidden ? DNSSEC.compactNoName : DNS.nxdomain);
}

function noData({ zone, name, qtype, asker, out }: Search, node: ZoneNode, encloser: ZoneNode | undefined) {
  if (!asker.dnssecOk) return deny(zone, undefined, asker, out);
  if (encloser === undefined) deny(zone, { kind: 'no-data', name, node, type: qtype }, asker, out);
  else deny(zone, { kind: 'expanded-no-data', name, encloser, wildcard: node, type: qtype }, asker, out);
}

/** The NSEC of a name: one of the zone, or one that is made of it. */
function nsecOf({ zone, name }: Search, node: ZoneNode): RRset | undefined {
  return node.rrset(Type.NSEC) ?? zone.security?.denialSet?.(node, name);
}

/** RFC 4035 §3.1.3.3: with what a wildcard gave goes the proof that the name itself does not exist. */
function expanded({ zone, name, asker, out }: Search, encloser: ZoneNode): void {
  if (asker.dnssecOk) zone.security?.prove({ kind: 'expanded', name, encloser }, out.authorities, asker.now);
}

/** Puts a CNAME into the answer and gives the name to go on with. */
function follow(
  search: Search,
  alias: RRset,
  node: ZoneNode,
  encloser: ZoneNode | undefined,
): Uint8Array | undefined {
  const { zone, name, asker, out, reasons } = search;
  const chosen = alias.routing === undefined ? alias : alias.routing.choose(zone, asker, out.scope, reasons);
  if (chosen === 'servfail') return fail(out);
  if (chosen === 'no-data') {
    noData(search, node, encloser);
    because(search, DNS.nodata);
    return undefined;
  }
  if (out.answers.has(chosen) && isOwnerIn(name, out)) {
    because(search, DNS.chainEnds);
    return undefined;
  }
  addSigned(zone, name, chosen, asker, out.answers);
  if (encloser !== undefined) expanded(search, encloser);
  because(search, DNS.cname);
  // RFC 7871 §7.2.1: what was chosen for a network goes alone, so that what follows is not kept for that network only.
  if (out.scope.prefixLength > 0 && alias.routing !== undefined) {
    because(search, ROUTE.aliasAlone);
    return undefined;
  }
  return chosen.only;
}

/** RFC 6672 §3.2 step 3C: the DNAME, and a CNAME made from it with its TTL (§3.1), which nobody signs (§5.3.1). */
function redirect(search: Search, node: ZoneNode): Uint8Array | undefined {
  const { zone, name, qtype, asker, out } = search;
  const dname = node.rrset(Type.DNAME);
  if (dname === undefined) return undefined;
  if (!out.answers.has(dname)) addSigned(zone, node.name.octets, dname, asker, out.answers);
  const owner = new Name(name);
  const target = owner.rebase(owner.labelCount - node.labelCount, new Name(dname.only));
  if (target === undefined) {
    out.rcode = Rcode.YXDOMAIN;
    because(search, DNS.dnameTooLong);
    return undefined;
  }
  because(search, DNS.dname);
  out.answers.add(name, new RRset(owner, Type.CNAME, dname.ttl, [target.octets]));
  return qtype === Type.CNAME || qtype === Type.ANY ? undefined : target.octets;
}

/** The address that the query came from decides, never the client subnet that it claims. */
function mayAsk({ settings: { allowQuery } }: ServedZone, asker: Asker): boolean {
  return allowQuery === undefined || allowQuery.allows(asker.source);
}

function isOwnerIn(owner: Uint8Array, out: Answer): boolean {
  const name = new Name(owner);
  for (let index = 0; index < out.answers.length; index++) {
    const other = out.answers.owner(index);
    if (other !== undefined && new Name(other).equals(name)) return true;
  }
  return false;
}

function because({ name, qtype, reasons }: Search, rule: Rule): void {
  explain(rule, name, qtype, reasons);
}

function explain(rule: Rule, name: Uint8Array, qtype: number, reasons: Reasons): void {
  if (!isRead(reasons, rule)) return reasons.because(rule);
  reasons.because(rule, `${formatName(new Name(name))} ${typeName(qtype)}`);
}
