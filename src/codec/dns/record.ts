import type { Reader } from '../../core/bytes.ts';
import { type Name, formatName, readName, skipName } from './name.ts';
import { type RdataShape, decodeRdata, formatRdata } from './rdata/shape.ts';
import { shapeOf } from './rdata/table.ts';
import { Class, Type, className, typeName } from './registry.ts';

/** RFC 1035 §4.1.2. */
export interface Question {
  readonly qname: Name;
  readonly qtype: number;
  readonly qclass: number;
}

/** RFC 1035 §4.1.3. */
export interface ResourceRecord {
  readonly owner: Name;
  readonly type: number;
  readonly class: number;
  /** Seconds, 0 to 2^31 - 1. */
  readonly ttl: number;
  /** The wire form with names expanded; `formatRdata` shows it. */
  readonly rdata: Uint8Array;
}

export function readQuestion(reader: Reader): Question {
  return { qname: readName(reader, 'qname'), qtype: reader.u16('qtype'), qclass: reader.u16('qclass') };
}

export function readRecord(reader: Reader): ResourceRecord {
  const owner = readName(reader, 'name');
  const type = reader.u16('type');
  const dnsClass = reader.u16('class');
  const ttl = reader.u32('ttl');
  const rdata = reader.inner(reader.u16('rdlength'), 'rdata');
  return {
    owner,
    type,
    class: dnsClass,
    // RFC 2181 §8: the top bit set means zero.
    ttl: ttl > 0x7fff_ffff ? 0 : ttl,
    rdata: decodeRdata(rdata.left === 0 && isPattern(dnsClass) ? undefined : shapeFor(type, dnsClass), rdata),
  };
}

/** Steps over a record without looking at it. */
export function skipRecord(reader: Reader): void {
  skipName(reader, 'name');
  reader.skip(8, 'type, class, ttl');
  reader.skip(reader.u16('rdlength'), 'rdata');
}

/**
 * In other classes than IN these would be something else (RFC 1035 §3.4); the rest means the same in all (§3.3). Of a record that an UPDATE
 * deletes the class is NONE, and the rdata that of the zone's (RFC 2136 §2.5.4).
 */
const INTERNET_ONLY: ReadonlySet<number> = new Set([Type.A, Type.AAAA, Type.PX, Type.SRV, Type.NAPTR]);

/** Undefined: rdata that is kept as it came. */
export function shapeFor(type: number, dnsClass: number): RdataShape | undefined {
  const isInternet = dnsClass === Class.IN || dnsClass === Class.NONE;
  return isInternet || !INTERNET_ONLY.has(type) ? shapeOf(type) : undefined;
}

/** RFC 2136 §2.4 and §2.5: in an UPDATE these classes come without rdata and stand for any. */
function isPattern(dnsClass: number): boolean {
  return dnsClass === Class.ANY || dnsClass === Class.NONE;
}

/** One line of a master file: owner, TTL, class, type, rdata. */
export function formatRecord(record: ResourceRecord): string {
  const rdata = formatRdata(shapeFor(record.type, record.class), record.rdata);
  return `${formatName(record.owner)} ${record.ttl} ${className(record.class)} ${typeName(record.type)} ${rdata}`;
}
