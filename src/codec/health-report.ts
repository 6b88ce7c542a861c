import { Reader, Writer } from '../core/bytes.ts';
import { DecodeError } from '../core/errors.ts';
import { utf8Octets, utf8Text } from '../core/text.ts';

/**
 * What a prober tells a name server of one check: headend's own, in UDP. Octets: "HEHR", version 1, state, successes, failures,
 * probes to a change, the moment, then prober, check and reason as texts with their length, and at the end SipHash-2-4 of all
 * before it, with the secret that both have.
 */
export interface HealthReport {
  readonly prober: string;
  readonly check: string;
  readonly isUp: boolean;
  readonly successes: number;
  readonly failures: number;
  readonly probesToChange: number;
  /** Microseconds since 1970, by the prober's clock: a report that is not newer than the last is an old one. */
  readonly sentAtUs: number;
  readonly reason: string;
}

/** UDP; among the dynamic ports (RFC 6335 §6), above those that systems give out by themselves. */
export const REPORT_PORT = 61_053;
export const REPORT_KEY_OCTETS = 16;

const MAGIC = 0x48_45_48_52;
const VERSION = 1;
const TEXT_OCTETS_MAX = 200;
const MAC_OCTETS = 8;
const REPORT_OCTETS_MAX = 32 + 3 * (1 + TEXT_OCTETS_MAX) + MAC_OCTETS;

/** A keyed hash of eight octets. */
export type ReportHash = (octets: Uint8Array) => Uint8Array;

export function encodeReport(report: HealthReport, hash: ReportHash): Uint8Array {
  const writer = new Writer(new Uint8Array(REPORT_OCTETS_MAX));
  writer.u32(MAGIC);
  writer.u8(VERSION);
  writer.u8(report.isUp ? 1 : 0);
  writer.u16(Math.min(report.successes, 0xffff));
  writer.u16(Math.min(report.failures, 0xffff));
  writer.u16(Math.min(report.probesToChange, 0xffff));
  writer.u32(Math.floor(report.sentAtUs / 0x1_0000_0000));
  writer.u32(report.sentAtUs % 0x1_0000_0000);
  for (const text of [report.prober, report.check, report.reason]) {
    const octets = utf8Octets(text).subarray(0, TEXT_OCTETS_MAX);
    writer.u8(octets.length);
    writer.bytes(octets);
  }
  const mac = hash(writer.written());
  writer.bytes(mac);
  return writer.written().slice();
}

/** Throws `DecodeError`, also when it was not made with the secret that `hash` has. */
export function decodeReport(octets: Uint8Array, hash: ReportHash): HealthReport {
  const reader = new Reader(octets);
  if (reader.u32('magic') !== MAGIC) throw new DecodeError('malformed', 'magic', 0);
  if (reader.u8('version') !== VERSION) throw new DecodeError('unsupported', 'version', 4);
  const isUp = reader.u8('state') === 1;
  const successes = reader.u16('successes');
  const failures = reader.u16('failures');
  const probesToChange = reader.u16('probes to change');
  const sentAtUs = reader.u32('moment') * 0x1_0000_0000 + reader.u32('moment');
  const text = (field: string): string => utf8Text(reader.take(reader.u8(`${field} length`), field));
  const prober = text('prober');
  const check = text('check');
  const reason = text('reason');
  const { offset } = reader;
  const mac = reader.take(MAC_OCTETS, 'hash');
  reader.done('report');
  if (!isEqualInConstantTime(mac, hash(octets.subarray(0, offset))))
    throw new DecodeError('malformed', 'hash', offset);
  return { prober, check, isUp, successes, failures, probesToChange, sentAtUs, reason };
}

/** How long it takes says nothing about where they differ. */
function isEqualInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (const [index, octet] of a.entries()) difference |= octet ^ (b[index] ?? 0);
  return difference === 0;
}
