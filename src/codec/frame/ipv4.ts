import { ipv4At } from '../../core/address.ts';
import type { Ipv4 } from '../../core/address.ts';
import { Reader } from '../../core/bytes.ts';
import type { Writer } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { finishSum, sumWords } from './checksum.ts';

/** Without options. */
export const IPV4_HEADER_OCTETS = 20;

const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

/** RFC 791 §3.1. */
export interface Ipv4Packet {
  /** The whole octet: differentiated services and congestion notification. */
  readonly typeOfService: number;
  readonly identification: number;
  /** A piece of a larger packet: its payload is not whole, and its first octets may be no header. */
  readonly isFragment: boolean;
  readonly ttl: number;
  readonly protocol: number;
  readonly checksumIsRight: boolean;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  /** A view; the padding of a short Ethernet frame is cut off. */
  readonly payload: Uint8Array;
}

export function decodeIpv4(octets: Uint8Array): Ipv4Packet {
  const reader = new Reader(octets);
  const first = reader.u8('version');
  if (first >>> 4 !== 4) throw new DecodeError('malformed', 'version', 0);
  const headerOctets = (first & 15) * 4;
  if (headerOctets < IPV4_HEADER_OCTETS) throw new DecodeError('malformed', 'header length', 0);
  const typeOfService = reader.u8('type of service');
  const totalOctets = reader.u16('total length');
  if (totalOctets < headerOctets) throw new DecodeError('malformed', 'total length', 2);
  if (totalOctets > octets.length) throw new DecodeError('truncated', 'total length', 2);
  const identification = reader.u16('identification');
  const fragment = reader.u16('fragment offset');
  const ttl = reader.u8('time to live');
  const protocol = reader.u8('protocol');
  reader.skip(2, 'header checksum');
  const source = ipv4At(reader.take(4, 'source'), 0);
  const destination = ipv4At(reader.take(4, 'destination'), 0);
  reader.skip(headerOctets - IPV4_HEADER_OCTETS, 'options');
  return {
    typeOfService,
    identification,
    isFragment: (fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) !== 0,
    ttl,
    protocol,
    checksumIsRight: finishSum(sumWords(octets, 0, headerOctets)) === 0,
    source,
    destination,
    payload: reader.take(totalOctets - headerOctets, 'payload'),
  };
}

export interface Ipv4Fields {
  readonly identification: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly payloadOctets: number;
}

/** The header alone, not to be fragmented; the payload follows. */
export function encodeIpv4Header(writer: Writer, fields: Ipv4Fields): void {
  const start = writer.offset;
  writer.u8(0x45);
  writer.u8(0);
  writer.u16(IPV4_HEADER_OCTETS + fields.payloadOctets);
  writer.u16(fields.identification);
  writer.u16(0x4000);
  writer.u8(fields.ttl);
  writer.u8(fields.protocol);
  writer.u16(0);
  writer.u32(fields.source >>> 0);
  writer.u32(fields.destination >>> 0);
  writer.patchU16(start + 10, finishSum(sumWords(writer.octets, start, writer.offset)));
}
