import { isIpv4 } from '../../core/address.ts';
import type { Ip } from '../../core/address.ts';
import { Writer } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import type { UnreachableInput } from '../../core/service.ts';
import {
  IcmpType,
  Icmpv6Type,
  decodeIcmp,
  decodeIcmpv6,
  encodeIcmp,
  encodeIcmpv6,
} from '../../codec/frame/icmp.ts';
import { IPV4_HEADER_OCTETS, decodeIpv4, encodeIpv4Header } from '../../codec/frame/ipv4.ts';
import { IPV6_HEADER_OCTETS, decodeIpv6, encodeIpv6Header } from '../../codec/frame/ipv6.ts';
import { Protocol } from '../../codec/frame/protocol.ts';
import { UDP_HEADER_OCTETS, encodeUdpHeader } from '../../codec/frame/udp.ts';
import { u16At } from '../../core/bytes.ts';
import type { Frame } from './frames.ts';

export type ErrorReason = 'port' | 'host' | 'network' | 'time';

/** RFC 792; RFC 4443 §3.1, §3.3: type and code. */
const CODES = {
  port: { v4: [IcmpType.unreachable, 3], v6: [Icmpv6Type.unreachable, 4] },
  host: { v4: [IcmpType.unreachable, 1], v6: [Icmpv6Type.unreachable, 3] },
  network: { v4: [IcmpType.unreachable, 0], v6: [Icmpv6Type.unreachable, 0] },
  time: { v4: [IcmpType.timeExceeded, 0], v6: [Icmpv6Type.timeExceeded, 0] },
} as const;

/** The octets of an ICMP error from `source` to the sender of a UDP frame: RFC 792 quotes its IP header and eight octets more. */
export function encodeError(frame: Frame, reason: ErrorReason, source: Ip): Uint8Array {
  const { from, to, octets, ttl } = frame;
  const datagram = {
    source: from,
    destination: to,
    sourcePort: frame.fromPort,
    destinationPort: frame.toPort,
  };
  const payloadOctets = UDP_HEADER_OCTETS + octets.length;
  if (isIpv4(from) && isIpv4(to)) {
    const body = new Writer(new Uint8Array(IPV4_HEADER_OCTETS + UDP_HEADER_OCTETS));
    const fields = { identification: frame.packet & 0xffff, ttl, protocol: Protocol.udp, payloadOctets };
    encodeIpv4Header(body, { ...fields, source: from, destination: to });
    encodeUdpHeader(body, datagram, octets);
    const writer = new Writer(new Uint8Array(8 + body.offset));
    const [type, code] = CODES[reason].v4;
    encodeIcmp(writer, { type, code, rest: 0 }, body.octets);
    return writer.octets;
  }
  if (isIpv4(from) || isIpv4(to)) return NOTHING;
  const body = new Writer(new Uint8Array(IPV6_HEADER_OCTETS + UDP_HEADER_OCTETS));
  encodeIpv6Header(body, {
    hopLimit: ttl,
    protocol: Protocol.udp,
    source: from,
    destination: to,
    payloadOctets,
  });
  encodeUdpHeader(body, datagram, octets);
  const writer = new Writer(new Uint8Array(8 + body.offset));
  const [type, code] = CODES[reason].v6;
  encodeIcmpv6(writer, { type, code, rest: 0 }, body.octets, { source, destination: from });
  return writer.octets;
}

const NOTHING = new Uint8Array(0);

/** What an ICMP error says to the one whose datagram it quotes; undefined when it is none or quotes something else. */
export function readError(frame: Frame): UnreachableInput | undefined {
  try {
    return isIpv4(frame.from) ? readIpv4(frame.octets) : readIpv6(frame);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function readIpv4(octets: Uint8Array): UnreachableInput | undefined {
  const message = decodeIcmp(octets);
  const reason =
    message.type === IcmpType.unreachable ? reasonOf(message.code) : timeReason(message.type, 11);
  if (reason === undefined) return undefined;
  // The quote is shorter than its total length says.
  const quoted = message.body.slice(0, IPV4_HEADER_OCTETS + UDP_HEADER_OCTETS);
  quoted[2] = 0;
  quoted[3] = quoted.length;
  const packet = decodeIpv4(quoted);
  if (packet.protocol !== Protocol.udp || packet.payload.length < 4) return undefined;
  const to = { address: packet.destination, port: u16At(packet.payload, 2) };
  return { kind: 'unreachable', reason, port: u16At(packet.payload, 0), to };
}

function readIpv6(frame: Frame): UnreachableInput | undefined {
  const ends = { source: frame.from, destination: frame.to };
  const message = decodeIcmpv6(frame.octets, ends);
  const unreachable = message.type === Icmpv6Type.unreachable;
  const reason = unreachable ? reasonOfIpv6(message.code) : timeReason(message.type, 3);
  if (reason === undefined) return undefined;
  const quoted = message.body.slice(0, IPV6_HEADER_OCTETS + UDP_HEADER_OCTETS);
  quoted[4] = 0;
  quoted[5] = quoted.length - IPV6_HEADER_OCTETS;
  const packet = decodeIpv6(quoted);
  if (packet.protocol !== Protocol.udp || packet.payload.length < 4) return undefined;
  const to = { address: packet.destination, port: u16At(packet.payload, 2) };
  return { kind: 'unreachable', reason, port: u16At(packet.payload, 0), to };
}

/** RFC 792, RFC 1122 §3.2.2.1. */
function reasonOf(code: number): UnreachableInput['reason'] {
  if (code === 3) return 'port';
  if (code === 1) return 'host';
  return code === 9 || code === 10 || code === 13 ? 'filtered' : 'network';
}

/** RFC 4443 §3.1. */
function reasonOfIpv6(code: number): UnreachableInput['reason'] {
  if (code === 4) return 'port';
  if (code === 3) return 'host';
  return code === 1 || code === 5 ? 'filtered' : 'network';
}

/** RFC 1122 §3.2.2.4: a time exceeded is passed on too; for the sender it is a network that cannot be reached. */
function timeReason(type: number, exceeded: number): UnreachableInput['reason'] | undefined {
  return type === exceeded ? 'network' : undefined;
}
