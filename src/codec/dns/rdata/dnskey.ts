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
