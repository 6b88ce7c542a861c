import { ipv6At, ipv6Octets } from '../../core/address.ts';
import type { Ipv6 } from '../../core/address.ts';
import { Reader } from '../../core/bytes.ts';
import type { Writer } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';

export const IPV6_HEADER_OCTETS = 40;

/** Extension headers that a host walks over: RFC 8200 §4. */
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION_OPTIONS = 60;
/** RFC 8200 §4.1 knows of no packet with more. */
const EXTENSIONS_MAX = 8;

/** RFC 8200 §3. */
export interface Ipv6Packet {
  readonly trafficClass: number;
  readonly flowLabel: number;
  readonly hopLimit: number;
  /** What the payload is, behind all extension headers. */
  readonly protocol: number;
  readonly isFragment: boolean;
  readonly source: Ipv6;
  readonly destination: Ipv6;
  /** A view. */
  readonly payload: Uint8Array;
}

export function decodeIpv6(octets: Uint8Array): Ipv6Packet {
  const reader = new Reader(octets);
  const first = reader.u32('version');
  if (first >>> 28 !== 6) throw new DecodeError('malformed', 'version', 0);
  const payloadOctets = reader.u16('payload length');
  const nextHeader = reader.u8('next header');
  const hopLimit = reader.u8('hop limit');
  const source = ipv6At(reader.take(16, 'source'), 0);
  const destination = ipv6At(reader.take(16, 'destination'), 0);
  const rest = walkExtensions(reader.inner(payloadOctets, 'payload'), nextHeader);
  const trafficClass = (first >>> 20) & 255;
  return { trafficClass, flowLabel: first & 0xf_ffff, hopLimit, source, destination, ...rest };
}

function walkExtensions(
  reader: Reader,
  nextHeader: number,
): { protocol: number; isFragment: boolean; payload: Uint8Array } {
  let protocol = nextHeader;
  let isFragment = false;
  for (let count = 0; count < EXTENSIONS_MAX; count++) {
    if (protocol === FRAGMENT) {
      protocol = reader.u8('fragment next header');
      reader.skip(1, 'fragment reserved');
      const offset = reader.u16('fragment offset');
      reader.skip(4, 'fragment identification');
      // RFC 8200 §4.5: offset zero and no more fragments is a whole packet.
      if ((offset & 0xfff9) !== 0) isFragment = true;
    } else if (protocol === HOP_BY_HOP || protocol === ROUTING || protocol === DESTINATION_OPTIONS) {
      protocol = reader.u8('extension next header');
      reader.skip(6 + reader.u8('extension length') * 8, 'extension header');
    } else {
      break;
    }
    if (isFragment) break;
  }
  return { protocol, isFragment, payload: reader.take(reader.left, 'payload') };
}

export interface Ipv6Fields {
  readonly hopLimit: number;
  readonly protocol: number;
  readonly source: Ipv6;
  readonly destination: Ipv6;
  readonly payloadOctets: number;
}

/** The fixed header alone; the payload follows. */
export function encodeIpv6Header(writer: Writer, fields: Ipv6Fields): void {
  writer.u32(0x6000_0000);
  writer.u16(fields.payloadOctets);
  writer.u8(fields.protocol);
  writer.u8(fields.hopLimit);
  writer.bytes(ipv6Octets(fields.source));
  writer.bytes(ipv6Octets(fields.destination));
}
