import type { DnsMessage } from '../../codec/dns/message.ts';
import type { Name } from '../../codec/dns/name.ts';
import { Type } from '../../codec/dns/registry.ts';
import { equalOctets } from '../../core/bytes.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { Rule } from '../../core/rules.ts';
import { DNSSEC } from '../../core/rules/dnssec.ts';
import { curveOf, dsRdata, isUsable } from './key.ts';
import { proofSets, readProofs } from './read-proofs.ts';
import { type RecordSet, recordSets } from './record-sets.ts';
import { verifySet } from './verify.ts';

/** What a validator was given: the DS or DNSKEY rdata of a zone (RFC 4033 §2, "trust anchor"). */
export interface TrustAnchor {
  readonly zone: Name;
  readonly ds: readonly Uint8Array[];
}

/** What is known of the keys of a zone. */
export type ZoneKeys =
  | {
      readonly security: 'secure';
      readonly zone: Name;
      readonly dnskeys: readonly Uint8Array[];
      readonly rule: Rule;
      readonly ttl: number;
    }
  | {
      readonly security: 'insecure' | 'bogus';
      readonly zone: Name;
      readonly rule: Rule;
      readonly ttl: number;
    };

/** Keys that were found before, by zone; whoever keeps them heeds `ttl`. */
export interface KnownKeys {
  find(zone: Name): ZoneKeys | undefined;
  keep(keys: ZoneKeys): void;
}

export interface KeyContext {
  readonly anchors: readonly TrustAnchor[];
  readonly known: KnownKeys;
  /** Seconds since 1970. */
  readonly seconds: number;
  readonly crypto: Pick<Crypto, 'curves' | 'sha1' | 'sha256' | 'sha384'>;
}

export interface KeyQuestion {
  readonly qname: Name;
  readonly qtype: number;
}

/** Yields questions, is handed the replies, and comes to a result. */
export type Asking<Result> = Generator<KeyQuestion, Result, DnsMessage | undefined>;

/** Zones deep times two, and room for an alias or two: what a hostile answer can make us ask. */
const QUESTIONS_MAX = 24;

/** Finds the keys of zones, from a trust anchor down: RFC 4035 §5. */
export class KeyChain {
  readonly #context: KeyContext;
  #questionsLeft = QUESTIONS_MAX;

  constructor(context: KeyContext) {
    this.#context = context;
  }

  /** The keys for a set: those of its signer, or, where nobody signed, of the zone that it is in. */
  *keysFor({ owner, type, signatures }: RecordSet): Asking<ZoneKeys> {
    const signer = signatures.find((one) => isSignerOf(one.signer, owner, type))?.signer;
    return signer === undefined ? yield* this.keysAbove(owner) : yield* this.keysOf(signer);
  }

  /** The keys of the zone that a name is in, found from above: where a cut without DS lies between, the name is insecure. */
  *keysAbove(name: Name): Asking<ZoneKeys> {
    const anchor = this.#anchorAbove(name);
    if (anchor === undefined) return { security: 'insecure', zone: name, rule: DNSSEC.insecure, ttl: 0 };
    let keys = yield* this.keysOf(anchor.zone);
    for (let left = name.labelCount - anchor.zone.labelCount - 1; left >= 0; left--) {
      if (keys.security !== 'secure') return keys;
      const below = yield* this.#cutAt(name.ancestor(left));
      if (below === 'no-name') return keys;
      if (below !== undefined) keys = below;
    }
    return keys;
  }

  /** The keys of the zone with this apex. */
  *keysOf(zone: Name): Asking<ZoneKeys> {
    const known = this.#context.known.find(zone);
    if (known !== undefined) return known;
    const anchor = this.#anchorAbove(zone);
    if (anchor === undefined) return { security: 'insecure', zone, rule: DNSSEC.insecure, ttl: 0 };
    if (anchor.zone.equals(zone)) return yield* this.#fetch(zone, anchor.ds);
    const cut = yield* this.#cutAt(zone);
    if (cut !== undefined && cut !== 'no-name') return cut;
    // Somebody signed in the name of a zone that is none.
    return { security: 'bogus', zone, rule: DNSSEC.parentDisagrees, ttl: 0 };
  }

  /** The zone that begins at a name: its keys, or that it has none; undefined where none begins, `no-name` where nothing is. */
  *#cutAt(name: Name): Asking<ZoneKeys | 'no-name' | undefined> {
    const known = this.#context.known.find(name);
    if (known !== undefined) return known;
    const reply = yield* this.#ask(name, Type.DS);
    const broken = (rule: Rule): ZoneKeys => ({ security: 'bogus', zone: name, rule, ttl: 0 });
    if (reply === undefined) return broken(DNSSEC.noSignature);
    const answers = recordSets(reply.answers);
    const set = answers.find(({ owner, type }) => type === Type.DS && owner.equals(name));
    if (set !== undefined) {
      const parent = yield* this.#signerKeys(set, name);
      if (parent.security !== 'secure') return { ...parent, zone: name };
      const { seconds, crypto } = this.#context;
      const { fault } = verifySet(set, parent.zone, parent.dnskeys, seconds, crypto);
      return fault === undefined ? yield* this.#fetch(name, set.rdatas) : broken(fault);
    }
    // An alias is no cut; whose it is does not matter for that, since a cut below it would not be asked for.
    if (answers.some(({ owner, type }) => type === Type.CNAME && owner.equals(name))) return undefined;
    return yield* this.#withoutDs(name, recordSets(reply.authorities));
  }

  *#withoutDs(name: Name, authorities: readonly RecordSet[]): Asking<ZoneKeys | 'no-name' | undefined> {
    const { known, seconds, crypto } = this.#context;
    const links = proofSets(authorities);
    const [first] = links;
    const broken = (rule: Rule): ZoneKeys => ({ security: 'bogus', zone: name, rule, ttl: 0 });
    if (first === undefined) return broken(DNSSEC.notDenied);
    const parent = yield* this.#signerKeys(first, name);
    if (parent.security !== 'secure') return { ...parent, zone: name };
    const verdicts = links.map((set) => verifySet(set, parent.zone, parent.dnskeys, seconds, crypto));
    const good = links.filter((_, index) => verdicts[index]?.fault === undefined);
    const proofs = readProofs(good, parent.zone, crypto.sha1);
    const insecure: ZoneKeys = { security: 'insecure', zone: name, rule: DNSSEC.insecure, ttl: parent.ttl };
    if (proofs === undefined) return insecure;
    if (proofs.noName(name) === 'proved') return 'no-name';
    const finding = proofs.noData(name, Type.DS);
    if (finding === 'not-proved')
      return broken(verdicts.find(({ fault }) => fault)?.fault ?? DNSSEC.notDenied);
    if (finding === 'proved' && !proofs.isCut(name)) return undefined;
    known.keep(insecure);
    return insecure;
  }

  /** The keys of who signed something about a cut: a zone above it, and never the child itself (RFC 4035 §5.2). */
  *#signerKeys({ signatures }: RecordSet, cut: Name): Asking<ZoneKeys> {
    const signer = signatures.find((one) => isSignerOf(one.signer, cut, Type.DS))?.signer;
    if (signer === undefined) return { security: 'bogus', zone: cut, rule: DNSSEC.noSignature, ttl: 0 };
    return yield* this.keysOf(signer);
  }

  /** The keys of a zone of which the parent, or the anchor, has these DS. */
  *#fetch(zone: Name, ds: readonly Uint8Array[]): Asking<ZoneKeys> {
    const { known, seconds, crypto } = this.#context;
    const result = (keys: ZoneKeys): ZoneKeys => {
      known.keep(keys);
      return keys;
    };
    // RFC 4035 §5.2: with none of an algorithm and digest known here, the zone is as one that is not signed.
    const usable = ds.filter((rdata) => isSupported(rdata, crypto));
    if (usable.length === 0) return result({ security: 'insecure', zone, rule: DNSSEC.insecure, ttl: 0 });
    const reply = yield* this.#ask(zone, Type.DNSKEY);
    const sets = recordSets(reply?.answers ?? []);
    const set = sets.find(({ owner, type }) => type === Type.DNSKEY && owner.equals(zone));
    const ttl = reply?.answers.find(({ type }) => type === Type.DNSKEY)?.ttl ?? 0;
    const broken = (rule: Rule): ZoneKeys => result({ security: 'bogus', zone, rule, ttl });
    if (set === undefined) return broken(DNSSEC.noSignature);
    const entries = set.rdatas.filter(
      (dnskey) => isUsable(dnskey, crypto) && isNamed(zone, dnskey, usable, crypto),
    );
    if (entries.length === 0) return broken(DNSSEC.parentDisagrees);
    const { fault } = verifySet(set, zone, entries, seconds, crypto);
    if (fault !== undefined) return broken(fault);
    return result({ security: 'secure', zone, dnskeys: set.rdatas, rule: DNSSEC.secure, ttl });
  }

  *#ask(qname: Name, qtype: number): Asking<DnsMessage | undefined> {
    if (this.#questionsLeft-- <= 0) return undefined;
    return yield { qname, qtype };
  }

  #anchorAbove(name: Name): TrustAnchor | undefined {
    let found: TrustAnchor | undefined;
    for (const anchor of this.#context.anchors)
      if (name.isSubdomainOf(anchor.zone) && (found?.zone.labelCount ?? -1) < anchor.zone.labelCount)
        found = anchor;
    return found;
  }
}

/** RFC 4035 §5.3.1: a zone at or above the set; for DS, which is the parent's, only above. */
function isSignerOf(signer: Name, owner: Name, type: number): boolean {
  return owner.isSubdomainOf(signer) && (type !== Type.DS || signer.labelCount < owner.labelCount);
}

function isSupported(ds: Uint8Array, crypto: KeyContext['crypto']): boolean {
  return curveOf(ds[2] ?? 0, crypto) !== undefined && DIGEST_OCTETS.get(ds[3] ?? 0) === ds.length - 4;
}

/** RFC 8624 §3.3: SHA-1 is good enough to validate by. */
const DIGEST_OCTETS: ReadonlyMap<number, number> = new Map([
  [1, 20],
  [2, 32],
  [4, 48],
]);

/** RFC 4035 §5.2: whether one of the DS is of this key. */
function isNamed(
  zone: Name,
  dnskey: Uint8Array,
  dss: readonly Uint8Array[],
  crypto: KeyContext['crypto'],
): boolean {
  return dss.some((ds) => {
    const own = dsRdata(zone, dnskey, ds[3] ?? 0, crypto);
    return own !== undefined && equalOctets(own, ds);
  });
}
