import { ipv6At, ipv6Octets, macAt } from '../../core/address.ts';
import type { Ipv6, Mac } from '../../core/address.ts';
import { Reader } from '../../core/bytes.ts';
import type { Writer } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { finishSum, pseudoHeaderSum, sumWords } from './checksum.ts';
import { writeMacField } from './ethernet.ts';
import { Protocol } from './protocol.ts';
import type { Ends } from './udp.ts';

/** RFC 792. */
export const IcmpType = { echoReply: 0, unreachable: 3, echoRequest: 8, timeExceeded: 11 } as const;
/** RFC 4443 §3 and §4, RFC 4861 §4. */
export const Icmpv6Type = {
  unreachable: 1,
  timeExceeded: 3,
  echoRequest: 128,
  echoReply: 129,
  solicitation: 135,
  advertisement: 136,
} as const;

/** Of every ICMP message of both families: RFC 792, RFC 4443 §2.1. */
export interface IcmpMessage {
  readonly type: number;
  readonly code: number;
  readonly checksumIsRight: boolean;
  /** The four octets behind the checksum: identifier and sequence, or what the type says. */
  readonly rest: number;
  /** Of an error: the packet that caused it, from its IP header on, cut off somewhere. A view. */
  readonly body: Uint8Array;
}

export function decodeIcmp(octets: Uint8Array): IcmpMessage {
  return decode(octets, 0);
}

export function decodeIcmpv6(octets: Uint8Array, ends: Ends): IcmpMessage {
  return decode(octets, pseudoHeaderSum(ends, Protocol.icmpv6, octets.length));
}

function decode(octets: Uint8Array, sum: number): IcmpMessage {
  const reader = new Reader(octets);
  const type = reader.u8('type');
  const code = reader.u8('code');
  reader.skip(2, 'checksum');
  const rest = reader.u32('rest of header');
  const checksumIsRight = finishSum(sumWords(octets, 0, octets.length, sum)) === 0;
  return { type, code, checksumIsRight, rest, body: reader.take(reader.left, 'body') };
}

export interface IcmpFields {
  readonly type: number;
  readonly code: number;
  readonly rest: number;
}

export function encodeIcmp(writer: Writer, fields: IcmpFields, body: Uint8Array): void {
  encode(writer, fields, body, 0);
}

export function encodeIcmpv6(writer: Writer, fields: IcmpFields, body: Uint8Array, ends: Ends): void {
  encode(writer, fields, body, pseudoHeaderSum(ends, Protocol.icmpv6, 8 + body.length));
}

function encode(writer: Writer, fields: IcmpFields, body: Uint8Array, sum: number): void {
  const start = writer.offset;
  writer.u8(fields.type);
  writer.u8(fields.code);
  writer.u16(0);
  writer.u32(fields.rest);
  writer.bytes(body);
  writer.patchU16(start + 2, finishSum(sumWords(writer.octets, start, writer.offset, sum)));
}

/** RFC 4861 §4.3, §4.4: a neighbour solicitation or advertisement, with its link-layer address option. */
export interface NeighbourMessage {
  readonly kind: 'solicitation' | 'advertisement';
  readonly target: Ipv6;
  readonly hardware: Mac | undefined;
}

/** `message` is of type 135 or 136. */
export function decodeNeighbour(message: IcmpMessage): NeighbourMessage {
  const reader = new Reader(message.body);
  const target = ipv6At(reader.take(16, 'target address'), 0);
  const kind = message.type === Icmpv6Type.solicitation ? 'solicitation' : 'advertisement';
  const wanted = kind === 'solicitation' ? 1 : 2;
  while (reader.left > 0) {
    const at = reader.offset;
    const type = reader.u8('option type');
    // RFC 4861 §4.6: the length counts units of eight octets; zero is an error.
    const length = reader.u8('option length') * 8;
    if (length === 0) throw new DecodeError('malformed', 'option length', at + 1);
    const option = reader.take(length - 2, 'option');
    if (type === wanted && length === 8) return { kind, target, hardware: macAt(option, 0) };
  }
  return { kind, target, hardware: undefined };
}

/** RFC 4861 §4.4: solicited, override. */
const ADVERTISED = 0x6000_0000;

export const NEIGHBOUR_OCTETS = 32;

export function encodeNeighbour(
  writer: Writer,
  message: { readonly kind: NeighbourMessage['kind']; readonly target: Ipv6; readonly hardware: Mac },
  ends: Ends,
): void {
  const solicits = message.kind === 'solicitation';
  const start = writer.offset;
  writer.u8(solicits ? Icmpv6Type.solicitation : Icmpv6Type.advertisement);
  writer.u8(0);
  writer.u16(0);
  writer.u32(solicits ? 0 : ADVERTISED);
  writer.bytes(ipv6Octets(message.target));
  writer.u8(solicits ? 1 : 2);
  writer.u8(1);
  writeMacField(writer, message.hardware);
  const sum = pseudoHeaderSum(ends, Protocol.icmpv6, NEIGHBOUR_OCTETS);
  writer.patchU16(start + 2, finishSum(sumWords(writer.octets, start, writer.offset, sum)));
}
