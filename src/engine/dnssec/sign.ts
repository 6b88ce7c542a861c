import { type SignedSet, signedData } from '../../codec/dns/canonical.ts';
import type { Name } from '../../codec/dns/name.ts';
import { rrsigHead } from '../../codec/dns/rdata/rrsig.ts';
import type { ZoneKey } from './key.ts';

/** What a signature says beside what it signs; seconds since 1970. */
export interface SignatureTerms {
  /** The apex of the zone. */
  readonly signer: Name;
  readonly inception: number;
  readonly expiration: number;
}

/** The rdata of one RRSIG: RFC 4034 §3.1. The owner is what stands in the zone: a wildcard is signed as itself (§3.1.3). */
export function signSet(
  set: SignedSet & { readonly ttl: number },
  key: ZoneKey,
  { signer, inception, expiration }: SignatureTerms,
): Uint8Array {
  const head = rrsigHead({
    covered: set.type,
    algorithm: key.algorithm,
    labels: set.owner.labelCount - (set.owner.isWildcard ? 1 : 0),
    originalTtl: set.ttl,
    expiration: expiration >>> 0,
    inception: inception >>> 0,
    keyTag: key.tag,
    signer,
  });
  const signature = key.sign(signedData(head, set));
  const rdata = new Uint8Array(head.length + signature.length);
  rdata.set(head);
  rdata.set(signature, head.length);
  return rdata;
}
