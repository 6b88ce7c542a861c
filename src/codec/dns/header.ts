import type { Reader } from '../../core/bytes.ts';

export const HEADER_OCTETS = 12;

/** The bits of the header's second word: RFC 1035 §4.1.1; AD and CD: RFC 4035 §3.1.6 and §3.2.2. */
export const Flag = {
  QR: 0x8000,
  AA: 0x0400,
  TC: 0x0200,
  RD: 0x0100,
  RA: 0x0080,
  /** Zero in all queries and responses; kept so that what came can be shown. */
  Z: 0x0040,
  AD: 0x0020,
  CD: 0x0010,
} as const;

/** RFC 1035 §4.1.1. */
export interface Header {
  readonly id: number;
  /** QR, opcode, AA, TC, RD, RA, Z, AD, CD, and the lower four bits of the rcode. */
  readonly flags: number;
  readonly qdcount: number;
  readonly ancount: number;
  readonly nscount: number;
  readonly arcount: number;
}

export function readHeader(reader: Reader): Header {
  return {
    id: reader.u16('id'),
    flags: reader.u16('flags'),
    qdcount: reader.u16('qdcount'),
    ancount: reader.u16('ancount'),
    nscount: reader.u16('nscount'),
    arcount: reader.u16('arcount'),
  };
}

export function opcodeOf(flags: number): number {
  return (flags >>> 11) & 15;
}

export function opcodeFlags(opcode: number): number {
  return (opcode & 15) << 11;
}
