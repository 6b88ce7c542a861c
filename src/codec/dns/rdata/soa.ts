import { Writer, u32At } from '../../../core/bytes.ts';
import { Type } from '../registry.ts';
import { compressedName, seconds, u32 } from './field.ts';
import { rdataShape } from './shape.ts';

/** RFC 1035 §3.3.13. */
export const SOA = rdataShape(Type.SOA, [
  compressedName('mname'),
  compressedName('rname'),
  u32('serial'),
  seconds('refresh'),
  seconds('retry'),
  seconds('expire'),
  seconds('minimum'),
]);

/** The TTL of negative answers as the zone asks for it: RFC 2308 §4. */
export function soaMinimum(rdata: Uint8Array): number {
  return u32At(rdata, rdata.length - 4);
}

export function soaSerial(rdata: Uint8Array): number {
  return u32At(rdata, rdata.length - 20);
}

/** A copy of the rdata with another serial. */
export function withSerial(rdata: Uint8Array, serial: number): Uint8Array {
  const copy = rdata.slice();
  new Writer(copy, rdata.length - 20).u32(serial);
  return copy;
}

/** Seconds: RFC 1034 §4.3.5. */
export interface SoaTimers {
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
}

export function soaTimers(rdata: Uint8Array): SoaTimers {
  const at = rdata.length - 16;
  return { refresh: u32At(rdata, at), retry: u32At(rdata, at + 4), expire: u32At(rdata, at + 8) };
}
