import type { Endpoint, Ip } from '../../core/address.ts';
import { isIpv4 } from '../../core/address.ts';
import { Writer } from '../../core/bytes.ts';
import { IcmpType, Icmpv6Type, encodeIcmp, encodeIcmpv6 } from './icmp.ts';
import { IPV4_HEADER_OCTETS, encodeIpv4Header } from './ipv4.ts';
import { IPV6_HEADER_OCTETS, encodeIpv6Header } from './ipv6.ts';
import { Protocol } from './protocol.ts';
import { UDP_HEADER_OCTETS, encodeUdpHeader } from './udp.ts';

/** Why a datagram did not arrive; `time`: its time to live ran out. */
export type ErrorReason = 'port' | 'host' | 'network' | 'time';

/** The datagram that an error is about. */
export interface FailedDatagram {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly ttl: number;
  readonly identification: number;
  readonly octets: Uint8Array;
}

/** RFC 792; RFC 4443 §3.1, §3.3: type and code. */
const CODES = {
  port: { v4: [IcmpType.unreachable, 3], v6: [Icmpv6Type.unreachable, 4] },
  host: { v4: [IcmpType.unreachable, 1], v6: [Icmpv6Type.unreachable, 3] },
  network: { v4: [IcmpType.unreachable, 0], v6: [Icmpv6Type.unreachable, 0] },
  time: { v4: [IcmpType.timeExceeded, 0], v6: [Icmpv6Type.timeExceeded, 0] },
} as const;

/**
 * The octets of an ICMP error from `source` to the sender of a datagram: RFC 792 quotes its IP header and eight octets
 * more. Empty when the addresses are of two families.
 */
export function encodeUnreachable(failed: FailedDatagram, reason: ErrorReason, source: Ip): Uint8Array {
  const { octets, ttl } = failed;
  const from = failed.from.address;
  const to = failed.to.address;
  const ports = { sourcePort: failed.from.port, destinationPort: failed.to.port };
  const payloadOctets = UDP_HEADER_OCTETS + octets.length;
  if (isIpv4(from) && isIpv4(to)) {
    const body = new Writer(new Uint8Array(IPV4_HEADER_OCTETS + UDP_HEADER_OCTETS));
    const fields = { identification: failed.identification & 0xffff, ttl, protocol: Protocol.udp };
    encodeIpv4Header(body, { ...fields, payloadOctets, source: from, destination: to });
    encodeUdpHeader(body, { source: from, destination: to, ...ports }, octets);
    const writer = new Writer(new Uint8Array(8 + body.offset));
    const [type, code] = CODES[reason].v4;
    encodeIcmp(writer, { type, code, rest: 0 }, body.octets);
    return writer.octets;
  }
  if (isIpv4(from) || isIpv4(to)) return new Uint8Array(0);
  const body = new Writer(new Uint8Array(IPV6_HEADER_OCTETS + UDP_HEADER_OCTETS));
  const fields = { hopLimit: ttl, protocol: Protocol.udp, payloadOctets };
  encodeIpv6Header(body, { ...fields, source: from, destination: to });
  encodeUdpHeader(body, { source: from, destination: to, ...ports }, octets);
  const writer = new Writer(new Uint8Array(8 + body.offset));
  const [type, code] = CODES[reason].v6;
  encodeIcmpv6(writer, { type, code, rest: 0 }, body.octets, { source, destination: from });
  return writer.octets;
}
