import { Reader } from '../../core/bytes.ts';
import type { Writer } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';

/** RFC 7348 §5: the well-known UDP port. */
export const VXLAN_PORT = 4789;
export const VXLAN_HEADER_OCTETS = 8;

/** RFC 7348 §5: the I flag, which says that there is a network's number. */
const HAS_NETWORK = 0x08;

/** RFC 7348 §5: an Ethernet frame behind the number of the network that it belongs to. */
export interface VxlanPacket {
  /** 24 bits. */
  readonly network: number;
  /** Without its check sequence; a view. */
  readonly frame: Uint8Array;
}

export function decodeVxlan(octets: Uint8Array): VxlanPacket {
  const reader = new Reader(octets);
  // RFC 7348 §5: of the flags only I counts, and what is reserved is ignored.
  if ((reader.u8('flags') & HAS_NETWORK) === 0) throw new DecodeError('malformed', 'flags', 0);
  reader.skip(3, 'reserved');
  const network = reader.u32('network identifier') >>> 8;
  return { network, frame: reader.take(reader.left, 'frame') };
}

/** The header alone; the frame follows. */
export function encodeVxlanHeader(writer: Writer, network: number): void {
  writer.u8(HAS_NETWORK);
  writer.fill(3, 0);
  writer.u32((network << 8) >>> 0);
}
