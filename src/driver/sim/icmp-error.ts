import { isIpv4 } from '../../core/address.ts';
import type { Ip } from '../../core/address.ts';
import { DecodeError } from '../../core/errors.ts';
import type { UnreachableInput } from '../../core/service.ts';
import { IcmpType, Icmpv6Type, decodeIcmp, decodeIcmpv6 } from '../../codec/frame/icmp.ts';
import { IPV4_HEADER_OCTETS, decodeIpv4 } from '../../codec/frame/ipv4.ts';
import { IPV6_HEADER_OCTETS, decodeIpv6 } from '../../codec/frame/ipv6.ts';
import { Protocol } from '../../codec/frame/protocol.ts';
import { UDP_HEADER_OCTETS } from '../../codec/frame/udp.ts';
import { type ErrorReason, encodeUnreachable } from '../../codec/frame/unreachable.ts';
import { u16At } from '../../core/bytes.ts';
import type { Frame } from './frames.ts';

/** The octets of an ICMP error from `source` to the sender of a UDP frame. */
export function encodeError(frame: Frame, reason: ErrorReason, source: Ip): Uint8Array {
  const from = { address: frame.from, port: frame.fromPort };
  const to = { address: frame.to, port: frame.toPort };
  return encodeUnreachable(
    { from, to, ttl: frame.ttl, identification: frame.packet, octets: frame.octets },
    reason,
    source,
  );
}

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
