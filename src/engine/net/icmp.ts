import type { Ip, Ipv4 } from '../../core/address.ts';
import { ipv6At, isIpv4, writeIpv4 } from '../../core/address.ts';
import { u16At } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { finishSum, sumWords } from '../../codec/frame/checksum.ts';
import { decodeIcmp, decodeIcmpv6, IcmpType, Icmpv6Type } from '../../codec/frame/icmp.ts';
import { Protocol } from '../../codec/frame/protocol.ts';
import type { Flow } from './flow.ts';

/** What a router needs to know of an ICMP message. */
export interface IcmpFacts {
  readonly type: number;
  readonly code: number;
  /** Of a query and its answer (echo): RFC 5508 §3. */
  readonly identifier: number | undefined;
  /** Of an error: the flow of the packet that it quotes, undefined where that is none of UDP, TCP or an ICMP query. */
  readonly quoted: Flow | undefined;
  readonly isError: boolean;
}

/** RFC 792: unreachable, source quench, redirect, time exceeded, parameter problem. */
const ERRORS: readonly number[] = [3, 4, 5, 11, 12];
const HEADER_OCTETS = 8;
const IPV6_HEADER_OCTETS = 40;

/** Throws `DecodeError` for what cannot be read and for a checksum that is wrong. */
export function readIcmp(
  octets: Uint8Array,
  ends: { readonly source: Ip; readonly destination: Ip },
): IcmpFacts {
  const isFour = isIpv4(ends.source);
  const message = isFour ? decodeIcmp(octets) : decodeIcmpv6(octets, ends);
  if (!message.checksumIsRight) throw new DecodeError('malformed', 'ICMP checksum', 2);
  const { type, code, rest } = message;
  // RFC 4443 §2.1: errors are below 128.
  if (isFour ? ERRORS.includes(type) : type < 128) {
    const quoted = isFour ? quotedIpv4(octets) : quotedIpv6(octets);
    return { type, code, identifier: undefined, quoted, isError: true };
  }
  const queries: readonly number[] = isFour
    ? [IcmpType.echoRequest, IcmpType.echoReply]
    : [Icmpv6Type.echoRequest, Icmpv6Type.echoReply];
  const identifier = queries.includes(type) ? rest >>> 16 : undefined;
  return { type, code, identifier, quoted: undefined, isError: false };
}

interface QuotedPlaces {
  readonly transport: number;
  readonly protocol: number;
}

/** Where an IPv4 error's quotation has its transport header; RFC 5508 §4.1 REQ-3: header checksum and options are looked at. */
function placesOf(octets: Uint8Array): QuotedPlaces {
  const at = HEADER_OCTETS;
  const headerOctets = ((octets[at] ?? 0) & 15) * 4;
  if (octets.length < at + headerOctets + 8 || headerOctets < 20)
    throw new DecodeError('truncated', 'quoted packet', at);
  if ((octets[at] ?? 0) >>> 4 !== 4) throw new DecodeError('malformed', 'quoted version', at);
  if (finishSum(sumWords(octets, at, at + headerOctets)) !== 0)
    throw new DecodeError('malformed', 'quoted header checksum', at + 10);
  return { transport: at + headerOctets, protocol: octets[at + 9] ?? 0 };
}

function quotedIpv4(octets: Uint8Array): Flow | undefined {
  const { transport, protocol } = placesOf(octets);
  const address = (offset: number): Ipv4 =>
    ((u16At(octets, HEADER_OCTETS + offset) << 16) | u16At(octets, HEADER_OCTETS + offset + 2)) as Ipv4;
  const source = address(12);
  const destination = address(16);
  const flow = (name: Flow['protocol'], from: number, to: number): Flow => ({
    protocol: name,
    from: { address: source, port: from },
    to: { address: destination, port: to },
  });
  if (protocol === Protocol.udp) return flow('udp', u16At(octets, transport), u16At(octets, transport + 2));
  if (protocol === Protocol.tcp) return flow('tcp', u16At(octets, transport), u16At(octets, transport + 2));
  const isEcho = octets[transport] === IcmpType.echoRequest || octets[transport] === IcmpType.echoReply;
  if (protocol !== Protocol.icmp || !isEcho) return undefined;
  const identifier = u16At(octets, transport + 4);
  return flow('icmp', identifier, identifier);
}

/** RFC 4443 §3: the quotation begins behind eight octets; one with extension headers is not followed. */
function quotedIpv6(octets: Uint8Array): Flow | undefined {
  const transport = HEADER_OCTETS + IPV6_HEADER_OCTETS;
  if (octets.length < transport + 8) throw new DecodeError('truncated', 'quoted packet', HEADER_OCTETS);
  const nextHeader = octets[HEADER_OCTETS + 6];
  if (nextHeader !== Protocol.udp && nextHeader !== Protocol.tcp) return undefined;
  return {
    protocol: nextHeader === Protocol.udp ? 'udp' : 'tcp',
    from: { address: ipv6At(octets, HEADER_OCTETS + 8), port: u16At(octets, transport) },
    to: { address: ipv6At(octets, HEADER_OCTETS + 24), port: u16At(octets, transport + 2) },
  };
}

/** The message of an IPv4 error with another flow in its quotation: addresses, ports and all checksums inside. RFC 5508 §4.2. */
export function withQuoted(octets: Uint8Array, flow: Flow): Uint8Array {
  const { from, to } = flow;
  if (!isIpv4(from.address) || !isIpv4(to.address)) return octets;
  const made = octets.slice();
  const { transport, protocol } = placesOf(octets);
  const at = HEADER_OCTETS;
  writeIpv4(made, at + 12, from.address);
  writeIpv4(made, at + 16, to.address);
  put(made, at + 10, 0);
  put(made, at + 10, finishSum(sumWords(made, at, transport)));
  const isIcmp = protocol === Protocol.icmp;
  if (isIcmp) put(made, transport + 4, from.port);
  else {
    put(made, transport, from.port);
    put(made, transport + 2, to.port);
  }
  // UDP's checksum is within the eight octets that are quoted at least, ICMP's too; TCP's mostly is not.
  const checksumAt = transport + (isIcmp ? 2 : protocol === Protocol.udp ? 6 : 16);
  const isThere =
    checksumAt + 2 <= made.length && (protocol !== Protocol.udp || u16At(made, checksumAt) !== 0);
  if (isThere) {
    // The pseudo-header has the addresses, ICMP's checksum has none.
    const before = isIcmp ? 0 : sumWords(octets, at + 12, at + 20);
    const later = isIcmp ? 0 : sumWords(made, at + 12, at + 20);
    const end = isIcmp ? transport + 6 : transport + 4;
    const start = isIcmp ? transport + 4 : transport;
    const sums = {
      before: sumWords(octets, start, end, before),
      after: sumWords(made, start, end, later),
    };
    const checksum = adjusted(u16At(octets, checksumAt), sums);
    // RFC 768: zero would say that there is none.
    put(made, checksumAt, checksum === 0 && protocol === Protocol.udp ? 0xffff : checksum);
  }
  put(made, 2, 0);
  put(made, 2, finishSum(sumWords(made, 0, made.length)));
  return made;
}

/** An IPv4 query or answer with another identifier: RFC 3022 §4.1. */
export function withIdentifier(octets: Uint8Array, identifier: number): Uint8Array {
  const made = octets.slice();
  put(made, 4, identifier);
  const sums = { before: u16At(octets, 4), after: identifier };
  put(made, 2, adjusted(u16At(octets, 2), sums));
  return made;
}

/** RFC 1624 §3, equation 3: HC' = ~(~HC + ~m + m'). `before` and `after` are sums of the words that changed. */
function adjusted(checksum: number, sums: { readonly before: number; readonly after: number }): number {
  return finishSum((~checksum & 0xffff) + (~folded(sums.before) & 0xffff) + folded(sums.after));
}

function put(octets: Uint8Array, offset: number, value: number): void {
  octets[offset] = value >>> 8;
  octets[offset + 1] = value;
}

function folded(sum: number): number {
  return ~finishSum(sum) & 0xffff;
}
