import { Reader, Writer, u16At } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { HEADER_OCTETS } from './header.ts';
import { type Name, readName, skipName } from './name.ts';
import { skipRecord } from './record.ts';
import { Class, Type } from './registry.ts';

/** The TSIG pseudo-record: RFC 8945 §4.2. */
export interface Tsig {
  readonly keyName: Name;
  readonly algorithm: Name;
  /** Seconds since 1970, 48 bits. */
  readonly timeSigned: number;
  readonly fudgeSeconds: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  readonly other: Uint8Array;
}

/** RFC 8945 §3: what stands in the field "error". */
export const TsigError = { NOERROR: 0, BADSIG: 16, BADKEY: 17, BADTIME: 18, BADTRUNC: 22 } as const;

const ARCOUNT_AT = 10;

/** Where the TSIG of a message begins, -1 where it has none; one that is not the last record is malformed (RFC 8945 §5.2). */
export function tsigOffset(octets: Uint8Array): number {
  const reader = new Reader(octets, 4);
  const questions = reader.u16('qdcount');
  const others = reader.u16('ancount') + reader.u16('nscount');
  const additionals = reader.u16('arcount');
  for (let left = questions; left > 0; left--) {
    skipName(reader, 'qname');
    reader.skip(4, 'qtype, qclass');
  }
  for (let left = others; left > 0; left--) skipRecord(reader);
  for (let left = additionals; left > 0; left--) {
    const start = reader.offset;
    skipName(reader, 'name');
    const isTsig = reader.u16('type') === Type.TSIG;
    reader.offset = start;
    if (isTsig && left > 1) throw new DecodeError('malformed', 'TSIG: not the last record', start);
    if (isTsig) return start;
    skipRecord(reader);
  }
  return -1;
}

/** The TSIG that begins at `at` and ends the message. */
export function readTsig(octets: Uint8Array, at: number): Tsig {
  const reader = new Reader(octets, at);
  const keyName = readName(reader, 'TSIG: name');
  reader.skip(2, 'type');
  // RFC 8945 §4.2: class ANY, TTL 0.
  if (reader.u16('TSIG: class') !== Class.ANY)
    throw new DecodeError('malformed', 'TSIG: class', reader.offset - 2);
  if (reader.u32('TSIG: ttl') !== 0) throw new DecodeError('malformed', 'TSIG: ttl', reader.offset - 4);
  const rdata = reader.inner(reader.u16('rdlength'), 'TSIG: rdata');
  reader.done('message');
  const tsig = {
    keyName,
    algorithm: readName(rdata, 'TSIG: algorithm'),
    timeSigned: rdata.u16('TSIG: time signed') * 2 ** 32 + rdata.u32('TSIG: time signed'),
    fudgeSeconds: rdata.u16('TSIG: fudge'),
    mac: rdata.take(rdata.u16('TSIG: MAC size'), 'TSIG: MAC').slice(),
    originalId: rdata.u16('TSIG: original ID'),
    error: rdata.u16('TSIG: error'),
    other: rdata.take(rdata.u16('TSIG: other length'), 'TSIG: other data').slice(),
  };
  rdata.done('TSIG');
  return tsig;
}

/** Octets of a TSIG record with these names and a MAC and other data of these lengths. */
export function tsigOctets(
  names: Pick<Tsig, 'keyName' | 'algorithm'>,
  macOctets: number,
  otherOctets: number,
): number {
  return names.keyName.octets.length + 10 + names.algorithm.octets.length + 16 + macOctets + otherOctets;
}

/** Writes a TSIG behind the `length` octets of a message, counts it in ARCOUNT and gives the new length. */
export function appendTsig(message: Uint8Array, length: number, tsig: Tsig): number {
  const writer = new Writer(message, length);
  writer.bytes(tsig.keyName.octets);
  writer.u16(Type.TSIG);
  writer.u16(Class.ANY);
  writer.u32(0);
  const lengthAt = writer.offset;
  writer.u16(0);
  writer.bytes(tsig.algorithm.octets);
  writeTime(writer, tsig.timeSigned);
  writer.u16(tsig.fudgeSeconds);
  writer.u16(tsig.mac.length);
  writer.bytes(tsig.mac);
  writer.u16(tsig.originalId);
  writer.u16(tsig.error);
  writer.u16(tsig.other.length);
  writer.bytes(tsig.other);
  writer.patchU16(lengthAt, writer.offset - lengthAt - 2);
  writer.patchU16(ARCOUNT_AT, u16At(message, ARCOUNT_AT) + 1);
  return writer.offset;
}

/** 48 bits. */
export function writeTime(writer: Writer, seconds: number): void {
  writer.u16(Math.floor(seconds / 2 ** 32));
  writer.u32(seconds % 2 ** 32);
}

/** A copy of the message as it was before its TSIG was added: RFC 8945 §4.3.2. */
export function withoutTsig(octets: Uint8Array, at: number, originalId: number): Uint8Array {
  const message = octets.slice(0, Math.max(at, HEADER_OCTETS));
  const writer = new Writer(message);
  writer.patchU16(0, originalId);
  writer.patchU16(ARCOUNT_AT, u16At(message, ARCOUNT_AT) - 1);
  return message;
}
