import { Name, readName } from '../../codec/dns/name.ts';
import { Type } from '../../codec/dns/registry.ts';
import { Reader } from '../../core/bytes.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { Steps } from '../../core/steps.ts';
import type { Epoch, Instant } from '../../core/time.ts';
import { NsecSecurity } from '../../store/nsec.ts';
import { RRset, type ZoneNode } from '../../store/zone.ts';
import type { Routing } from '../../store/routing.ts';
import type { Denial, OwnSoa, Proof, ZoneSecurity, ZoneSigner } from '../../store/zone-security.ts';
import type { SignedCopies } from './copies.ts';
import { nsecChainSteps, nsecSet, successor, successorBeside, typesOf } from './denial-sets.ts';
import { type SignedChild, apexSets, dsSet, secondsAt } from './made-sets.ts';
import { type KeySchedule, phaseOf } from './schedule.ts';
import { SignatureCache } from './signature-cache.ts';
import { signSet } from './sign.ts';

/** About a millisecond's work. */
const STEP_SETS = 1_024;
/** What signatures take in memory is a few hundred octets each. */
const SIGNATURES_MAX = 65_536;

export interface OnlineSignerOptions {
  readonly schedule: KeySchedule;
  /** `compact`: a name that is not there is said to be there without any type (RFC 9824); `nsec`: the chain of RFC 4034 §4. */
  readonly denial: 'compact' | 'nsec';
  readonly crypto: Pick<Crypto, 'sha1' | 'sha256' | 'sha384'>;
  readonly epoch: Epoch;
  /** Zones below, whose DS are put at their cuts. */
  readonly children?: readonly SignedChild[] | undefined;
  /** What secondaries are given: then the serial counts its editions. Left out: the zone is not transferred. */
  readonly copies?: SignedCopies | undefined;
  /** Remembered at one time; 65,536 when left out. */
  readonly signaturesMax?: number | undefined;
}

/** Signs the answers of a zone when they are asked for, with keys that are at hand. */
export class OnlineSigner implements ZoneSigner {
  readonly #options: OnlineSignerOptions;
  readonly #cache: SignatureCache;

  constructor(options: OnlineSignerOptions) {
    this.#options = options;
    this.#cache = new SignatureCache(options.signaturesMax ?? SIGNATURES_MAX);
  }

  *sets(apex: Name, { ttl, rdata }: OwnSoa): Generator<RRset> {
    const { schedule, crypto, epoch, children = [], copies } = this.#options;
    if (copies !== undefined) yield new RRset(apex, Type.SOA, ttl, [rdata], { routing: SOA_AT_THE_MOMENT });
    yield* apexSets(apex, ttl, schedule, crypto, epoch);
    for (const child of children) if (child.apex.isSubdomainOf(apex)) yield dsSet(child, ttl, crypto, epoch);
  }

  *securitySteps(apex: Name, nodes: Iterable<ZoneNode>, negativeTtl: number): Steps<ZoneSecurity> {
    const parts = { ...this.#options, apex, cache: this.#cache, negativeTtl };
    if (this.#options.denial === 'compact') return new CompactSecurity(parts);
    const chain = yield* nsecChainSteps(nodes, negativeTtl);
    const owned = new Map<string, RRset>();
    for (const set of chain) if (owned.set(set.owner.key, set).size % STEP_SETS === 0) yield;
    return new ChainSecurity(parts, chain, owned);
  }
}

const SOA_AT_THE_MOMENT: Routing = { choose: (zone, { now }) => zone.soaAt(now) };

interface SecurityParts {
  readonly apex: Name;
  readonly schedule: KeySchedule;
  readonly cache: SignatureCache;
  readonly copies?: SignedCopies | undefined;
  readonly epoch: Epoch;
  /** RFC 9077 §3: that of negative answers. */
  readonly negativeTtl: number;
}

/** The signatures of a set as it stands in the zone, or under another owner, which it was then written for. */
function signaturesOf(set: RRset, parts: SecurityParts, now: Instant): RRset | undefined {
  const { apex, schedule, cache, epoch } = parts;
  const seconds = secondsAt(now, epoch);
  const known = cache.find(set, seconds);
  if (known !== undefined) return known;
  const phase = phaseOf(set.owner, set.type);
  const turns = schedule.turns(set.type, phase, seconds);
  if (turns.length === 0) return undefined;
  const rdatas = turns.map(({ key, ...terms }) => signSet(set, key, { ...terms, signer: apex }));
  const signatures = new RRset(set.owner, Type.RRSIG, set.ttl, rdatas);
  cache.keep(set, { signatures, from: seconds, until: schedule.until(phase, seconds) });
  return signatures;
}

/** A set that is sent under another name than it has: of an alias of ours, or a wildcard's where each name gets its own signature. */
function renamed(set: RRset, owner: Uint8Array): RRset {
  const name = new Name(owner);
  if (set.owner.equals(name)) return set;
  return new RRset(new Name(owner.slice()), set.type, set.ttl, set.rdatas);
}

/** The chain of NSEC, each signed when it is asked for: RFC 4035 §3.1.3. */
class ChainSecurity implements ZoneSecurity {
  readonly #parts: SecurityParts;
  readonly #chain: NsecSecurity;
  readonly #owned: ReadonlyMap<string, RRset>;

  /** `owned` has the sets of the chain by their owners. */
  constructor(parts: SecurityParts, chain: readonly RRset[], owned: ReadonlyMap<string, RRset>) {
    this.#parts = parts;
    this.#chain = new NsecSecurity(chain);
    this.#owned = owned;
  }

  signatures(rrset: RRset, owner: Uint8Array, now: Instant): RRset | undefined {
    // RFC 4034 §3.1.3: what a wildcard gave carries the wildcard's signature.
    const set = rrset.owner.isWildcard ? rrset : renamed(rrset, owner);
    return signaturesOf(set, this.#parts, now);
  }

  prove(denial: Denial, proof: Proof, now: Instant): void {
    const parts = this.#parts;
    this.#chain.prove(denial, {
      has: (set) => proof.has(set),
      add: (owner, link) => {
        const set = withoutChosen(link, denial);
        proof.add(owner, set);
        const signatures = signaturesOf(set, parts, now);
        if (signatures !== undefined) proof.add(owner, signatures);
      },
    });
  }

  soaAt(soa: RRset, now: Instant): RRset {
    return this.#parts.copies?.soaAt(soa, now) ?? soa;
  }

  denialSet(node: ZoneNode): RRset | undefined {
    return this.#owned.get(node.name.key);
  }
}

/** RFC 9824: one NSEC at the very name, which says that the name has other types than the one asked for, or none. */
class CompactSecurity implements ZoneSecurity {
  readonly #parts: SecurityParts;
  readonly isCompact = true;

  constructor(parts: SecurityParts) {
    this.#parts = parts;
  }

  /** RFC 9824 §3.3: what a wildcard gave is signed as if the name were there, and needs no proof that it is not. */
  signatures(rrset: RRset, owner: Uint8Array, now: Instant): RRset | undefined {
    return signaturesOf(renamed(rrset, owner), this.#parts, now);
  }

  prove(denial: Denial, proof: Proof, now: Instant): void {
    switch (denial.kind) {
      case 'no-data':
        if (denial.node.isCut) return this.#addCut(denial.node, proof, now);
        return this.#add(denial.name, typesBut(denial.node, denial.type), proof, now);
      case 'no-name':
        // RFC 9824 §3.1.
        return this.#add(denial.name, NOTHING_THERE, proof, now);
      case 'expanded':
        return;
      case 'expanded-no-data':
        return this.#add(denial.name, typesBut(denial.wildcard, denial.type), proof, now);
      case 'no-signer':
        return this.#addCut(denial.cut, proof, now);
    }
  }

  soaAt(soa: RRset, now: Instant): RRset {
    return this.#parts.copies?.soaAt(soa, now) ?? soa;
  }

  denialSet(node: ZoneNode, name: Uint8Array): RRset {
    return this.#nsec(new Name(name.slice()), typesOf(node));
  }

  /** RFC 9824 §3.4: the next name is beside the cut, since what is below it is not this zone's. */
  #addCut(cut: ZoneNode, proof: Proof, now: Instant): void {
    const { negativeTtl } = this.#parts;
    this.#addSet(nsecSet(cut.name, successorBeside(cut.name), [Type.NS], negativeTtl), proof, now);
  }

  #add(name: Uint8Array, types: readonly number[], proof: Proof, now: Instant): void {
    const owner = new Name(name.slice());
    this.#addSet(this.#nsec(owner, types), proof, now);
  }

  #addSet(set: RRset, proof: Proof, now: Instant): void {
    const { owner } = set;
    proof.add(owner.octets, set);
    const signatures = signaturesOf(set, this.#parts, now);
    if (signatures !== undefined) proof.add(owner.octets, signatures);
  }

  #nsec(owner: Name, types: readonly number[]): RRset {
    return nsecSet(owner, successor(owner), types, this.#parts.negativeTtl);
  }
}

/** RFC 9824 §2. */
const NOTHING_THERE: readonly number[] = [Type.NXNAME];

/**
 * What a policy or a time chooses may be nothing for who asks now: the type, or the alias, is then not listed, or the proof would say the
 * contrary.
 */
function typesBut(node: ZoneNode, type: number): number[] {
  return typesOf(node).filter((other) => other !== type && other !== Type.CNAME);
}

function withoutChosen(link: RRset, denial: Denial): RRset {
  const { node, type } = deniedAt(denial);
  if (node === undefined || !link.owner.equals(node.name)) return link;
  if (node.rrset(type) === undefined && node.rrset(Type.CNAME) === undefined) return link;
  const next = readName(new Reader(link.only), 'next domain name');
  const types = node.isCut ? [Type.NS] : typesBut(node, type);
  return nsecSet(link.owner, next, types, link.ttl);
}

/** Whose type it is that is not there. */
function deniedAt(denial: Denial): { readonly node: ZoneNode | undefined; readonly type: number } {
  switch (denial.kind) {
    case 'no-data':
      return denial;
    case 'expanded-no-data':
      return { node: denial.wildcard, type: denial.type };
    case 'no-signer':
      return { node: denial.cut, type: Type.DS };
    default:
      return { node: undefined, type: 0 };
  }
}
