import type { DnsMessage } from '../../codec/dns/message.ts';
import { Name } from '../../codec/dns/name.ts';
import { Rcode, Type } from '../../codec/dns/registry.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { Rule } from '../../core/rules.ts';
import { DNSSEC } from '../../core/rules/dnssec.ts';
import { type Asking, type KeyContext, KeyChain, type ZoneKeys } from './key-chain.ts';
import type { Finding, Proofs } from './proofs.ts';
import { proofSets, readProofs } from './read-proofs.ts';
import { type RecordSet, recordSets } from './record-sets.ts';
import { verifySet } from './verify.ts';

/** RFC 4035 §4.3, without `indeterminate`: without a trust anchor above it a zone is insecure. */
export type Security = 'secure' | 'insecure' | 'bogus';

export interface Verdict {
  readonly security: Security;
  /** Why. */
  readonly rule: Rule;
  /** Which name it is about. */
  readonly at: Name;
  /** Whether it is proved, or without proof said, that there is no such name: also where a compact answer hides it (RFC 9824 §5). */
  readonly isNoName: boolean;
}

export interface ValidationContext extends KeyContext {
  readonly crypto: Pick<Crypto, 'curves' | 'sha1' | 'sha256' | 'sha384'>;
}

/** RFC 6604 §3: what follows after so many aliases is not looked at by anybody. */
const LINKS_MAX = 17;

/**
 * Judges the answer to a question. It asks for what it needs by yielding questions, and is handed the replies, whatever they say;
 * undefined where none came. The questions are few: two for each zone on the way up to a trust anchor, and no more than `KeyChain` allows.
 */
export function* validate(
  qname: Name,
  qtype: number,
  message: DnsMessage,
  context: ValidationContext,
): Asking<Verdict> {
  const chain = new KeyChain(context);
  const answers = recordSets(message.answers);
  const wildcards: (readonly [owner: Name, wildcard: Name])[] = [];
  let security: Security = 'secure';
  for (const set of answers) {
    if (isMadeOfDname(set, answers)) continue;
    const keys = yield* chain.keysFor(set);
    if (keys.security === 'bogus') return bogus(keys.rule, keys.zone);
    if (keys.security !== 'secure') {
      security = 'insecure';
      continue;
    }
    const { fault, wildcard } = verifySet(set, keys.zone, keys.dnskeys, context.seconds, context.crypto);
    if (fault !== undefined) return bogus(fault, set.owner);
    if (wildcard !== undefined) wildcards.push([set.owner, wildcard]);
  }
  const end = lastName(qname, qtype, answers);
  const isSaidNoName = message.rcode === Rcode.NXDOMAIN;
  const isAnswered =
    !isSaidNoName &&
    answers.some(({ owner, type }) => owner.equals(end) && (type === qtype || qtype === Type.ANY));
  if (isAnswered && wildcards.length === 0) return good(security, qname);
  const verified = yield* verifiedProofs(recordSets(message.authorities), end, chain, context);
  for (const [owner, wildcard] of wildcards) {
    const finding = verified.proofs?.noCloser(owner, wildcard);
    if (finding === 'not-proved') return bogus(DNSSEC.notDenied, owner);
    if (finding !== 'proved') security = 'insecure';
  }
  return isAnswered ? good(security, qname) : denied(end, qtype, { isSaidNoName, security }, verified);
}

function bogus(rule: Rule, at: Name): Verdict {
  return { security: 'bogus', rule, at, isNoName: false };
}

function good(security: Security, at: Name): Verdict {
  const rule = security === 'secure' ? DNSSEC.secure : DNSSEC.insecure;
  return { security, rule, at, isNoName: false };
}

interface Verified {
  readonly keys: ZoneKeys;
  /** Undefined: of a zone without keys, or with hashes that cost too much. */
  readonly proofs: Proofs | undefined;
}

/** The proofs of a message whose signatures hold; the others count as not there. */
function* verifiedProofs(
  sets: readonly RecordSet[],
  end: Name,
  chain: KeyChain,
  { seconds, crypto }: ValidationContext,
): Asking<Verified> {
  const links = proofSets(sets);
  const [first] = links;
  const keys = first === undefined ? yield* chain.keysAbove(end) : yield* chain.keysFor(first);
  if (keys.security !== 'secure') return { keys, proofs: undefined };
  const faults = links.map((set) => verifySet(set, keys.zone, keys.dnskeys, seconds, crypto).fault);
  const holding = links.filter((_, index) => faults[index] === undefined);
  const fault = faults.find((rule) => rule !== undefined);
  const proofs = readProofs(holding, keys.zone, crypto.sha1);
  return { keys: fault === undefined ? keys : { ...keys, rule: fault }, proofs };
}

interface Said {
  readonly isSaidNoName: boolean;
  readonly security: Security;
}

/** RFC 4035 §5.4, at the end of a chain of aliases, too. */
function denied(
  end: Name,
  qtype: number,
  { isSaidNoName, security }: Said,
  { keys, proofs }: Verified,
): Verdict {
  const verdict = (found: Security, rule: Rule, isNoName: boolean): Verdict => ({
    security: found,
    rule,
    at: end,
    isNoName,
  });
  if (keys.security === 'bogus') return verdict('bogus', keys.rule, isSaidNoName);
  if (keys.security === 'insecure' || proofs === undefined)
    return verdict('insecure', DNSSEC.insecure, isSaidNoName);
  const noName = proofs.noName(end);
  // A compact answer says that the name has no data, and proves that it is not there.
  const finding: Finding = isSaidNoName || noName === 'proved' ? noName : proofs.noData(end, qtype);
  if (finding === 'not-proved') {
    const rule = keys.rule === DNSSEC.secure ? DNSSEC.notDenied : keys.rule;
    return verdict('bogus', rule, isSaidNoName);
  }
  const worst = finding === 'opt-out' ? 'insecure' : security;
  return verdict(
    worst,
    worst === 'secure' ? DNSSEC.secure : DNSSEC.insecure,
    isSaidNoName || noName === 'proved',
  );
}

/** The name at the end of the aliases of an answer. */
function lastName(qname: Name, qtype: number, answers: readonly RecordSet[]): Name {
  let name = qname;
  if (qtype === Type.CNAME || qtype === Type.ANY) return name;
  for (let links = 0; links < LINKS_MAX; links++) {
    const alias = answers.find(({ type, owner }) => type === Type.CNAME && owner.equals(name));
    const target = alias?.rdatas[0];
    if (target === undefined) return name;
    name = new Name(target);
  }
  return name;
}

/** RFC 6672 §5.3.1: nobody signs the CNAME that a DNAME comes to; it must be the one that comes of it. */
function isMadeOfDname(
  { owner, type, rdatas, signatures }: RecordSet,
  answers: readonly RecordSet[],
): boolean {
  const [target] = rdatas;
  if (type !== Type.CNAME || signatures.length > 0 || target === undefined || rdatas.length > 1) return false;
  return answers.some((dname) => {
    const [to] = dname.rdatas;
    if (dname.type !== Type.DNAME || to === undefined) return false;
    const below = owner.labelCount - dname.owner.labelCount;
    if (below <= 0 || !owner.isSubdomainOf(dname.owner)) return false;
    return owner.rebase(below, new Name(to))?.equals(new Name(target)) === true;
  });
}
