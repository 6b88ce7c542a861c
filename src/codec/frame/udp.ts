import type { Ip } from '../../core/address.ts';
import { isIpv4 } from '../../core/address.ts';
import { Reader } from '../../core/bytes.ts';
import type { Writer } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { finishSum, pseudoHeaderSum, sumWords } from './checksum.ts';
import { Protocol } from './protocol.ts';

export const UDP_HEADER_OCTETS = 8;

/** The two addresses that a transport checksum covers. */
export interface Ends {
  readonly source: Ip;
  readonly destination: Ip;
}

/** RFC 768. */
export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly checksum: 'right' | 'wrong' | 'absent';
  /** A view. */
  readonly payload: Uint8Array;
}

/** `octets` may be longer than the datagram, not shorter. */
export function decodeUdp(octets: Uint8Array, ends: Ends): UdpDatagram {
  const reader = new Reader(octets);
  const sourcePort = reader.u16('source port');
  const destinationPort = reader.u16('destination port');
  const length = reader.u16('length');
  if (length < UDP_HEADER_OCTETS) throw new DecodeError('malformed', 'length', 4);
  const sent = reader.u16('checksum');
  const payload = reader.take(length - UDP_HEADER_OCTETS, 'payload');
  const sum = sumWords(octets, 0, length, pseudoHeaderSum(ends, Protocol.udp, length));
  const right = finishSum(sum) === 0 ? 'right' : 'wrong';
  return { sourcePort, destinationPort, checksum: sent === 0 ? zeroMeans(ends) : right, payload };
}

/** RFC 768: no checksum. RFC 8200 §8.1: IPv6 has no such thing. */
function zeroMeans(ends: Ends): 'absent' | 'wrong' {
  return isIpv4(ends.source) ? 'absent' : 'wrong';
}

export interface UdpFields extends Ends {
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** Header and payload. */
export function encodeUdp(writer: Writer, fields: UdpFields, payload: Uint8Array): void {
  encodeUdpHeader(writer, fields, payload);
  writer.bytes(payload);
}

export function encodeUdpHeader(writer: Writer, fields: UdpFields, payload: Uint8Array): void {
  const start = writer.offset;
  const length = UDP_HEADER_OCTETS + payload.length;
  writer.u16(fields.sourcePort);
  writer.u16(fields.destinationPort);
  writer.u16(length);
  writer.u16(0);
  const header = sumWords(writer.octets, start, start + 6, pseudoHeaderSum(fields, Protocol.udp, length));
  const checksum = finishSum(sumWords(payload, 0, payload.length, header));
  // RFC 768: a checksum that comes out as zero is sent as all ones.
  writer.patchU16(start + 6, checksum === 0 ? 0xffff : checksum);
}
