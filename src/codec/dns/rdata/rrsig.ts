import { u16At } from '../../../core/bytes.ts';
import { Type } from '../registry.ts';
import { plainName, u16, u32, u8 } from './field.ts';
import { base64Rest, date, rrType } from './security-field.ts';
import { rdataShape } from './shape.ts';

/** RFC 4034 §3.1; the signer's name is never compressed (§3.1.7). */
export const RRSIG = rdataShape(Type.RRSIG, [
  rrType('type covered'),
  u8('algorithm'),
  u8('labels'),
  u32('original TTL'),
  date('signature expiration'),
  date('signature inception'),
  u16('key tag'),
  plainName("signer's name"),
  base64Rest('signature', 1),
]);

/** The type of the records that a signature is about: RFC 4034 §3.1.1. */
export function coveredType(rdata: Uint8Array): number {
  return u16At(rdata, 0);
}
