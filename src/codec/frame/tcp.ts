import { Reader } from '../../core/bytes.ts';
import type { Writer } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { finishSum, pseudoHeaderSum, sumWords } from './checksum.ts';
import { Protocol } from './protocol.ts';
import type { Ends } from './udp.ts';

export const TCP_HEADER_OCTETS = 20;

/** The control bits of RFC 9293 §3.1 that are ours. */
export const TcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

/** RFC 9293 §3.1. */
export interface TcpSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** All eight control bits. */
  readonly flags: number;
  readonly window: number;
  readonly checksumIsRight: boolean;
  /** RFC 9293 §3.7.1, where the option is there. */
  readonly maximumSegmentSize: number | undefined;
  /** A view. */
  readonly payload: Uint8Array;
}

export function decodeTcp(octets: Uint8Array, ends: Ends): TcpSegment {
  const reader = new Reader(octets);
  const sourcePort = reader.u16('source port');
  const destinationPort = reader.u16('destination port');
  const sequence = reader.u32('sequence number');
  const acknowledgment = reader.u32('acknowledgment number');
  const headerOctets = (reader.u8('data offset') >>> 4) * 4;
  if (headerOctets < TCP_HEADER_OCTETS) throw new DecodeError('malformed', 'data offset', 12);
  const flags = reader.u8('control bits');
  const window = reader.u16('window');
  reader.skip(4, 'urgent pointer');
  const options = reader.inner(headerOctets - TCP_HEADER_OCTETS, 'options');
  const sum = sumWords(octets, 0, octets.length, pseudoHeaderSum(ends, Protocol.tcp, octets.length));
  return {
    sourcePort,
    destinationPort,
    sequence,
    acknowledgment,
    flags,
    window,
    checksumIsRight: finishSum(sum) === 0,
    maximumSegmentSize: readMaximumSegmentSize(options),
    payload: reader.take(reader.left, 'payload'),
  };
}

/** RFC 9293 §3.1: kind 0 ends the list, kind 1 is one octet, all others carry their length. */
function readMaximumSegmentSize(options: Reader): number | undefined {
  while (options.left > 0) {
    const at = options.offset;
    const kind = options.u8('option kind');
    if (kind === 0) return undefined;
    if (kind === 1) continue;
    const length = options.u8('option length');
    if (length < 2) throw new DecodeError('malformed', 'option length', at + 1);
    if (kind === 2 && length === 4) return options.u16('maximum segment size');
    options.skip(length - 2, 'option');
  }
  return undefined;
}

export interface TcpFields extends Ends {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly window: number;
  readonly maximumSegmentSize?: number | undefined;
}

/** Header and payload. */
export function encodeTcp(writer: Writer, fields: TcpFields, payload: Uint8Array): void {
  const start = writer.offset;
  const mss = fields.maximumSegmentSize;
  const headerOctets = TCP_HEADER_OCTETS + (mss === undefined ? 0 : 4);
  writer.u16(fields.sourcePort);
  writer.u16(fields.destinationPort);
  writer.u32(fields.sequence >>> 0);
  writer.u32(fields.acknowledgment >>> 0);
  writer.u8((headerOctets / 4) << 4);
  writer.u8(fields.flags);
  writer.u16(fields.window);
  writer.u32(0);
  if (mss !== undefined) {
    writer.u8(2);
    writer.u8(4);
    writer.u16(mss);
  }
  writer.bytes(payload);
  const length = writer.offset - start;
  const sum = sumWords(writer.octets, start, writer.offset, pseudoHeaderSum(fields, Protocol.tcp, length));
  writer.patchU16(start + 16, finishSum(sum));
}
