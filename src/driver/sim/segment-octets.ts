import { Writer } from '../../core/bytes.ts';
import { TCP_HEADER_OCTETS, TcpFlag, encodeTcp } from '../../codec/frame/tcp.ts';
import type { Frame } from './frames.ts';

/** What a 1,500 octet Ethernet leaves: RFC 9293 §3.7.1. */
export const MAXIMUM_SEGMENT_SIZE = 1460;
/** Our receivers take all at once. */
export const WINDOW_OCTETS = 65_535;

/** A TCP frame's header and payload as on the wire: for listeners only. */
export function encodeSegment(frame: Frame): Uint8Array {
  const opens = (frame.flags & TcpFlag.syn) !== 0;
  const writer = new Writer(new Uint8Array(TCP_HEADER_OCTETS + (opens ? 4 : 0) + frame.octets.length));
  encodeTcp(
    writer,
    {
      source: frame.from,
      destination: frame.to,
      sourcePort: frame.fromPort,
      destinationPort: frame.toPort,
      sequence: frame.sequence,
      acknowledgment: frame.acknowledgment,
      flags: frame.flags,
      window: (frame.flags & TcpFlag.rst) !== 0 ? 0 : WINDOW_OCTETS,
      maximumSegmentSize: opens ? MAXIMUM_SEGMENT_SIZE : undefined,
    },
    frame.octets,
  );
  return writer.octets;
}
