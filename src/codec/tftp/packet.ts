import { Reader, u16At, type Writer } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';

/** The first two octets of every packet: RFC 1350 §5, and OACK of RFC 2347. */
export const Opcode = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/** RFC 1350 appendix I, and 8 of RFC 2347. */
export const ErrorCode = {
  other: 0,
  fileNotFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTid: 5,
  fileExists: 6,
  noSuchUser: 7,
  optionRefused: 8,
} as const;

/** RFC 1350 §4. */
export const TFTP_PORT = 69;
/** The block of a transfer without options: RFC 1350 §2. */
export const DEFAULT_BLKSIZE = 512;
/** Opcode and block number, before the octets of a DATA packet; all of an ACK: RFC 1350 §5. */
export const DATA_HEADER_OCTETS = 4;
/** RFC 2347: the maximum size of a request packet. */
export const REQUEST_OCTETS_MAX = 512;
/** Ours: four options are defined, and a packet with more than these is not worth reading on. */
const OPTIONS_MAX = 32;
/** Ours: what we write into an ERROR packet and keep of a peer's. */
export const ERROR_TEXT_OCTETS_MAX = 128;

export type TransferMode = 'netascii' | 'octet' | 'mail';

/** Views of the packet, as they came; only `codec/tftp/options` reads meaning into them. */
export interface TftpOption {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

/** RFC 1350 figure 5-1 with the options of RFC 2347. The octets are views of the packet. */
export interface TftpRequest {
  readonly kind: 'rrq' | 'wrq';
  readonly name: Uint8Array;
  /** Undefined: none that RFC 1350 §1 names. */
  readonly mode: TransferMode | undefined;
  readonly options: readonly TftpOption[];
}

export type TftpPacket =
  | TftpRequest
  | { readonly kind: 'data'; readonly block: number; readonly octets: Uint8Array }
  | { readonly kind: 'ack'; readonly block: number }
  | { readonly kind: 'error'; readonly code: number; readonly text: Uint8Array }
  | { readonly kind: 'oack'; readonly options: readonly TftpOption[] };

/** Any packet as an object, for tests, probes and reports; the engines read the parts they need in place. */
export function decodePacket(octets: Uint8Array): TftpPacket {
  switch (decodeOpcode(octets)) {
    case Opcode.rrq:
    case Opcode.wrq:
      return decodeRequest(octets);
    case Opcode.data:
      return { kind: 'data', block: decodeBlock(octets), octets: octets.subarray(DATA_HEADER_OCTETS) };
    case Opcode.ack:
      return { kind: 'ack', block: decodeBlock(octets) };
    case Opcode.error:
      return decodeErrorPacket(octets);
    default:
      return { kind: 'oack', options: decodeOack(octets) };
  }
}

export function decodeOpcode(octets: Uint8Array): Opcode {
  if (octets.length < 2) throw new DecodeError('truncated', 'opcode', 0);
  const opcode = u16At(octets, 0);
  if (opcode < Opcode.rrq || opcode > Opcode.oack) throw new DecodeError('unsupported', 'opcode', 0);
  return opcode as Opcode;
}

/** The block number of a DATA or an ACK packet: RFC 1350 figures 5-2 and 5-3. Octets after an ACK are left unread. */
export function decodeBlock(octets: Uint8Array): number {
  if (octets.length < DATA_HEADER_OCTETS) throw new DecodeError('truncated', 'block', 2);
  return u16At(octets, 2);
}

export function decodeRequest(octets: Uint8Array): TftpRequest {
  const reader = new Reader(octets);
  const opcode = reader.u16('opcode');
  if (opcode !== Opcode.rrq && opcode !== Opcode.wrq) throw new DecodeError('unsupported', 'opcode', 0);
  if (octets.length > REQUEST_OCTETS_MAX)
    throw new DecodeError('malformed', `request of more than ${REQUEST_OCTETS_MAX} octets`, 0);
  const name = stringOf(reader, 'filename');
  const mode = modeOf(stringOf(reader, 'mode'));
  return { kind: opcode === Opcode.rrq ? 'rrq' : 'wrq', name, mode, options: optionsOf(reader) };
}

export function decodeOack(octets: Uint8Array): readonly TftpOption[] {
  const reader = new Reader(octets);
  if (reader.u16('opcode') !== Opcode.oack) throw new DecodeError('unsupported', 'opcode', 0);
  return optionsOf(reader);
}

/** RFC 1350 figure 5-4. A text without its zero octet, or none at all, is taken as it is: it ends with the packet. */
export function decodeErrorPacket(octets: Uint8Array): TftpPacket & { readonly kind: 'error' } {
  const reader = new Reader(octets);
  if (reader.u16('opcode') !== Opcode.error) throw new DecodeError('unsupported', 'opcode', 0);
  const code = reader.u16('error code');
  const end = octets.indexOf(0, reader.offset);
  const text = octets.subarray(reader.offset, end === -1 ? octets.length : end);
  return { kind: 'error', code, text };
}

export function encodePacket(writer: Writer, packet: TftpPacket): void {
  switch (packet.kind) {
    case 'rrq':
    case 'wrq':
      encodeRequest(writer, packet.kind, packet.name, packet.mode ?? 'octet');
      for (const option of packet.options) encodeOption(writer, option);
      return;
    case 'data':
      encodeDataHeader(writer, packet.block);
      return writer.bytes(packet.octets);
    case 'ack':
      return encodeAck(writer, packet.block);
    case 'error':
      encodeErrorHeader(writer, packet.code);
      writer.bytes(packet.text);
      return writer.u8(0);
    case 'oack':
      encodeOackHeader(writer);
      for (const option of packet.options) encodeOption(writer, option);
  }
}

/** A request up to its options, which follow. */
export function encodeRequest(
  writer: Writer,
  kind: 'rrq' | 'wrq',
  name: Uint8Array,
  mode: TransferMode,
): void {
  writer.u16(Opcode[kind]);
  writer.bytes(name);
  writer.u8(0);
  encodeText(writer, mode);
}

export function encodeOackHeader(writer: Writer): void {
  writer.u16(Opcode.oack);
}

function encodeOption(writer: Writer, option: TftpOption): void {
  writer.bytes(option.name);
  writer.u8(0);
  writer.bytes(option.value);
  writer.u8(0);
}

export function encodeDataHeader(writer: Writer, block: number): void {
  writer.u16(Opcode.data);
  writer.u16(block);
}

export function encodeAck(writer: Writer, block: number): void {
  writer.u16(Opcode.ack);
  writer.u16(block);
}

/** `text` is of ours: printable ASCII, cut at `ERROR_TEXT_OCTETS_MAX`. */
export function encodeError(writer: Writer, code: number, text: string): void {
  encodeErrorHeader(writer, code);
  encodeText(writer, text.slice(0, ERROR_TEXT_OCTETS_MAX));
}

function encodeErrorHeader(writer: Writer, code: number): void {
  writer.u16(Opcode.error);
  writer.u16(code);
}

/** ASCII and the zero octet that ends it. */
export function encodeText(writer: Writer, text: string): void {
  for (let index = 0; index < text.length; index++) writer.u8(text.charCodeAt(index) & 0x7f);
  writer.u8(0);
}

/** The octets up to the next zero, which is passed over. */
function stringOf(reader: Reader, field: string): Uint8Array {
  const end = reader.octets.indexOf(0, reader.offset);
  if (end === -1 || end >= reader.end) throw new DecodeError('truncated', field, reader.offset);
  const octets = reader.take(end - reader.offset, field);
  reader.skip(1, field);
  return octets;
}

const NO_OPTIONS: readonly TftpOption[] = [];

function optionsOf(reader: Reader): readonly TftpOption[] {
  if (reader.left === 0) return NO_OPTIONS;
  const options: TftpOption[] = [];
  while (reader.left > 0) {
    const start = reader.offset;
    const name = stringOf(reader, 'option');
    if (name.length === 0) {
      // Old boot ROMs fill their request up with zeros: those are no options.
      if (onlyZeros(reader)) return options;
      throw new DecodeError('malformed', 'option without a name', start);
    }
    const value = stringOf(reader, 'option value');
    if (options.length === OPTIONS_MAX) throw new DecodeError('malformed', 'too many options', start);
    options.push({ name, value });
  }
  return options;
}

function onlyZeros(reader: Reader): boolean {
  while (reader.left > 0) if (reader.u8('option') !== 0) return false;
  return true;
}

const MODES = ['octet', 'netascii', 'mail'] as const;

/** RFC 1350 §5: any combination of upper and lower case. */
function modeOf(octets: Uint8Array): TransferMode | undefined {
  return MODES.find((mode) => equalsIgnoringCase(octets, mode));
}

/** `word` is in lower case; only ASCII letters fold. */
export function equalsIgnoringCase(octets: Uint8Array, word: string): boolean {
  if (octets.length !== word.length) return false;
  for (let index = 0; index < octets.length; index++) {
    const octet = octets[index] ?? 0;
    const folded = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
    if (folded !== word.charCodeAt(index)) return false;
  }
  return true;
}
