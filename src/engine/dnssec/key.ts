import { delegationData } from '../../codec/dns/canonical.ts';
import type { Name } from '../../codec/dns/name.ts';
import { KeyFlag, dnskeyRdata, keyTag, readZoneKey } from '../../codec/dns/rdata/dnskey.ts';
import type { Crypto, Curve, CurveName } from '../../core/crypto.ts';

/** RFC 6605 §2 and RFC 8080 §3: what RFC 8624 §3.1 tells signers to use. */
export const Algorithm = { ECDSAP256SHA256: 13, ED25519: 15 } as const;

const CURVES: ReadonlyMap<number, CurveName> = new Map<number, CurveName>([
  [Algorithm.ECDSAP256SHA256, 'p256'],
  [Algorithm.ED25519, 'ed25519'],
]);

/** Undefined: an algorithm unknown here, whose signatures nobody here can check. */
export function curveOf(algorithm: number, { curves }: Pick<Crypto, 'curves'>): Curve | undefined {
  const name = CURVES.get(algorithm);
  return name && curves[name];
}

/** RFC 4034 Appendix A.2, RFC 4509 §5, RFC 6605 §5. */
export const DigestType = { SHA1: 1, SHA256: 2, SHA384: 4 } as const;

export type Digests = Pick<Crypto, 'sha1' | 'sha256' | 'sha384'>;

/** Undefined: a digest unknown here. */
function digest(type: number, data: Uint8Array, crypto: Digests): Uint8Array | undefined {
  switch (type) {
    case DigestType.SHA1:
      return crypto.sha1(data);
    case DigestType.SHA256:
      return crypto.sha256(data);
    case DigestType.SHA384:
      return crypto.sha384(data);
    default:
      return undefined;
  }
}

/** RFC 4034 §5.1: the rdata of the DS for a key; undefined for a digest unknown here. */
export function dsRdata(
  owner: Name,
  dnskey: Uint8Array,
  digestType: number,
  crypto: Digests,
): Uint8Array | undefined {
  const octets = digest(digestType, delegationData(owner, dnskey), crypto);
  if (octets === undefined) return undefined;
  const rdata = new Uint8Array(4 + octets.length);
  const tag = keyTag(dnskey);
  rdata.set([tag >>> 8, tag & 0xff, dnskey[3] ?? 0, digestType]);
  rdata.set(octets, 4);
  return rdata;
}

/**
 * When a key does what: RFC 7583 §3.1, seconds since 1970. Left out, the beginnings have been and the ends never come; `syncPublish` and
 * `syncDelete`, between which CDS and CDNSKEY ask the parent for a DS, are then `activate` and `inactive`.
 */
export interface KeyTimes {
  readonly publish?: number | undefined;
  readonly activate?: number | undefined;
  readonly inactive?: number | undefined;
  readonly delete?: number | undefined;
  readonly syncPublish?: number | undefined;
  readonly syncDelete?: number | undefined;
}

/** A key-signing key signs the keys, a zone-signing key all the rest, a combined one both: RFC 6781 §3.1. */
export type KeyRole = 'ksk' | 'zsk' | 'csk';

export interface KeyParts {
  readonly algorithm: number;
  /** 32 octets. */
  readonly privateKey: Uint8Array;
  readonly role: KeyRole;
  readonly times: KeyTimes;
}

/** A key that signs. */
export class ZoneKey {
  readonly algorithm: number;
  readonly role: KeyRole;
  readonly times: KeyTimes;
  /** Of its DNSKEY. */
  readonly rdata: Uint8Array;
  readonly tag: number;
  readonly #privateKey: Uint8Array;
  readonly #curve: Curve;

  constructor({ algorithm, privateKey, role, times }: KeyParts, crypto: Pick<Crypto, 'curves'>) {
    const curve = curveOf(algorithm, crypto);
    if (curve === undefined) throw new RangeError(`no key of algorithm ${algorithm} can sign here`);
    this.algorithm = algorithm;
    this.role = role;
    this.times = times;
    this.#privateKey = privateKey;
    this.#curve = curve;
    const flags = role === 'zsk' ? KeyFlag.ZONE : KeyFlag.ZONE | KeyFlag.SEP;
    this.rdata = dnskeyRdata({ flags, algorithm, publicKey: curve.publicKey(privateKey) });
    this.tag = keyTag(this.rdata);
  }

  sign(message: Uint8Array): Uint8Array {
    return this.#curve.sign(this.#privateKey, message);
  }

  /** Whether its DNSKEY stands in the zone. */
  isPublished(seconds: number): boolean {
    return isWithin(seconds, this.times.publish, this.times.delete);
  }

  isActive(seconds: number): boolean {
    return this.isPublished(seconds) && isWithin(seconds, this.times.activate, this.times.inactive);
  }

  /** Whether the parent is asked for a DS: RFC 7344 §4. */
  wantsDs(seconds: number): boolean {
    const { activate, inactive, syncPublish, syncDelete } = this.times;
    return this.role !== 'zsk' && isWithin(seconds, syncPublish ?? activate, syncDelete ?? inactive);
  }
}

function isWithin(seconds: number, from: number | undefined, until: number | undefined): boolean {
  return (from === undefined || seconds >= from) && (until === undefined || seconds < until);
}

/** Whether a DNSKEY may check signatures of a zone by an algorithm known here. */
export function isUsable(dnskey: Uint8Array, crypto: Pick<Crypto, 'curves'>): boolean {
  const key = readZoneKey(dnskey);
  return key !== undefined && curveOf(key.algorithm, crypto) !== undefined;
}
