import { Reader, Writer, u16At } from '../../../core/bytes.ts';
import { type Name, MAX_NAME_OCTETS, readName } from '../name.ts';
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

/** RFC 4034 §3.1, without the signature itself. */
export interface RrsigFields {
  readonly covered: number;
  readonly algorithm: number;
  /** Without the root's, and without an asterisk at the front. */
  readonly labels: number;
  readonly originalTtl: number;
  /** Seconds since 1970, modulo 2^32. */
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  readonly signer: Name;
}

export interface Rrsig extends RrsigFields {
  /** The rdata up to and with the signer's name: what is signed begins with it. */
  readonly head: Uint8Array;
  readonly signature: Uint8Array;
}

/** The fields of stored rdata, which was checked when it was read. */
export function readRrsig(rdata: Uint8Array): Rrsig {
  const reader = new Reader(rdata);
  const covered = reader.u16('type covered');
  const algorithm = reader.u8('algorithm');
  const labels = reader.u8('labels');
  const originalTtl = reader.u32('original TTL');
  const expiration = reader.u32('signature expiration');
  const inception = reader.u32('signature inception');
  const keyTag = reader.u16('key tag');
  const signer = readName(reader, "signer's name");
  const head = rdata.subarray(0, reader.offset);
  const signature = reader.take(reader.left, 'signature');
  return { covered, algorithm, labels, originalTtl, expiration, inception, keyTag, signer, head, signature };
}

/** The rdata up to and with the signer's name. */
export function rrsigHead(fields: RrsigFields): Uint8Array {
  const writer = new Writer(new Uint8Array(18 + MAX_NAME_OCTETS));
  writer.u16(fields.covered);
  writer.u8(fields.algorithm);
  writer.u8(fields.labels);
  writer.u32(fields.originalTtl);
  writer.u32(fields.expiration);
  writer.u32(fields.inception);
  writer.u16(fields.keyTag);
  writer.bytes(fields.signer.octets);
  return writer.written();
}
