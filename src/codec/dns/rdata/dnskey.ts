import { u16At } from '../../../core/bytes.ts';
import { Type } from '../registry.ts';
import { u16, u8 } from './field.ts';
import { base64Rest } from './security-field.ts';
import { rdataShape } from './shape.ts';

const FIELDS = [u16('flags'), u8('protocol'), u8('algorithm'), base64Rest('public key', 1)];

/** RFC 4034 §2.1. */
export const DNSKEY = rdataShape(Type.DNSKEY, FIELDS);

/** RFC 7344 §3.2: the format of DNSKEY, published by the child. */
export const CDNSKEY = rdataShape(Type.CDNSKEY, FIELDS);

/** RFC 4034 Appendix B: the sum that tells keys apart. Algorithm 1, which has another, is not for zones (RFC 8624 §3.1). */
export function keyTag(rdata: Uint8Array): number {
  let sum = 0;
  for (const [index, octet] of rdata.entries()) sum += index % 2 === 0 ? octet << 8 : octet;
  return (sum + (sum >>> 16)) & 0xffff;
}

/** RFC 4034 §2.1.1. */
export const KeyFlag = { ZONE: 0x0100, REVOKE: 0x0080, SEP: 0x0001 } as const;

/** RFC 4034 §2.1.2: the only protocol there is. */
const PROTOCOL = 3;

/** Octets before the public key. */
const HEAD_OCTETS = 4;

export interface DnskeyFields {
  readonly flags: number;
  readonly algorithm: number;
  readonly publicKey: Uint8Array;
}

/** Undefined for a key that is not for zones (RFC 4034 §2.1.1), was revoked (RFC 5011 §2.1), or has another protocol. */
export function readZoneKey(rdata: Uint8Array): DnskeyFields | undefined {
  const flags = u16At(rdata, 0);
  if ((flags & KeyFlag.ZONE) === 0 || (flags & KeyFlag.REVOKE) !== 0 || rdata[2] !== PROTOCOL)
    return undefined;
  return { flags, algorithm: rdata[3] ?? 0, publicKey: rdata.subarray(HEAD_OCTETS) };
}

export function dnskeyRdata({ flags, algorithm, publicKey }: DnskeyFields): Uint8Array {
  const rdata = new Uint8Array(HEAD_OCTETS + publicKey.length);
  rdata.set([flags >>> 8, flags & 0xff, PROTOCOL, algorithm]);
  rdata.set(publicKey, HEAD_OCTETS);
  return rdata;
}
