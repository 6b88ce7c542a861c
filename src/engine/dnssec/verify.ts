import { signedData } from '../../codec/dns/canonical.ts';
import type { Name } from '../../codec/dns/name.ts';
import { wildcardOf } from '../../store/nsec.ts';
import { keyTag, readZoneKey } from '../../codec/dns/rdata/dnskey.ts';
import type { Rrsig } from '../../codec/dns/rdata/rrsig.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { Rule } from '../../core/rules.ts';
import { DNSSEC } from '../../core/rules/dnssec.ts';
import { curveOf } from './key.ts';
import type { RecordSet } from './record-sets.ts';

/** How many keys of one tag and algorithm are tried: tags meet by chance, but not often. */
const SAME_TAG_MAX = 2;

export interface SetVerdict {
  /** Undefined: a signature holds. */
  readonly fault: Rule | undefined;
  /** The wildcard that the set was made of; undefined: it stands in the zone as it is. */
  readonly wildcard: Name | undefined;
}

/** Judges a set by the keys of a zone, which are known to be right: RFC 4035 §5.3. One good signature is enough (§5.3.3). */
export function verifySet(
  set: RecordSet,
  zone: Name,
  dnskeys: readonly Uint8Array[],
  seconds: number,
  crypto: Pick<Crypto, 'curves'>,
): SetVerdict {
  let fault: Rule = DNSSEC.noSignature;
  for (const signature of set.signatures) {
    const found = judge(set, signature, { zone, dnskeys, seconds, crypto });
    if (found === undefined) return { fault: undefined, wildcard: wildcardBehind(set, signature) };
    fault = found;
  }
  return { fault, wildcard: undefined };
}

interface Judging {
  readonly zone: Name;
  readonly dnskeys: readonly Uint8Array[];
  readonly seconds: number;
  readonly crypto: Pick<Crypto, 'curves'>;
}

/** RFC 4035 §5.3.1, in its order; what is wrong, or undefined. */
function judge(
  set: RecordSet,
  signature: Rrsig,
  { zone, dnskeys, seconds, crypto }: Judging,
): Rule | undefined {
  if (!signature.signer.equals(zone) || !set.owner.isSubdomainOf(zone)) return DNSSEC.keyUnknown;
  if (signature.labels > labelsOf(set.owner)) return DNSSEC.wrongSignature;
  // RFC 4034 §3.1.5: by serial number arithmetic.
  if (((signature.expiration - seconds) | 0) < 0) return DNSSEC.expired;
  if (((seconds - signature.inception) | 0) < 0) return DNSSEC.notYet;
  const curve = curveOf(signature.algorithm, crypto);
  if (curve === undefined) return DNSSEC.keyUnknown;
  let tried = 0;
  let data: Uint8Array | undefined;
  for (const dnskey of dnskeys) {
    const key = readZoneKey(dnskey);
    if (key?.algorithm !== signature.algorithm || keyTag(dnskey) !== signature.keyTag) continue;
    if (tried++ === SAME_TAG_MAX) break;
    data ??= signedData(signature.head, { ...set, owner: wildcardBehind(set, signature) ?? set.owner });
    if (curve.verify(key.publicKey, data, signature.signature)) return undefined;
  }
  return tried === 0 ? DNSSEC.keyUnknown : DNSSEC.wrongSignature;
}

/** RFC 4035 §5.3.2: fewer labels than the owner has are those of a wildcard. */
function wildcardBehind({ owner }: RecordSet, { labels }: Rrsig): Name | undefined {
  if (labels >= labelsOf(owner)) return undefined;
  return wildcardOf(owner.ancestor(owner.labelCount - labels));
}

/** RFC 4034 §3.1.3: an asterisk at the front is not counted. */
function labelsOf(owner: Name): number {
  return owner.labelCount - (owner.isWildcard ? 1 : 0);
}
