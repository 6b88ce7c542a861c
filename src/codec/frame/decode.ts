import type { Ip, Mac } from '../../core/address.ts';
import { u16At } from '../../core/bytes.ts';
import type { FrameBody } from '../../core/driver.ts';
import { DecodeError } from '../../core/errors.ts';
import { decodeArp } from './arp.ts';
import { decodeEthernet } from './ethernet.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { EtherType, Protocol } from './protocol.ts';
import { decodeUdp } from './udp.ts';

/** A frame of a capture, as a driver would tell of it. */
export interface DecodedFrame {
  readonly source: Mac;
  readonly destination: Mac;
  readonly body: FrameBody;
}

/** Ethernet with ARP, or IP with UDP, TCP or ICMP in it; of a fragment and of all else a `DecodeError`. Octets are views. */
export function decodeFrame(octets: Uint8Array): DecodedFrame {
  const { source, destination, etherType, payload } = decodeEthernet(octets);
  if (etherType === EtherType.arp)
    return { source, destination, body: { kind: 'arp', ...decodeArp(payload) } };
  if (etherType === EtherType.ipv4) {
    const packet = decodeIpv4(payload);
    if (packet.isFragment) throw new DecodeError('unsupported', 'a fragment', 14 + 6);
    return { source, destination, body: transport(packet, packet.ttl) };
  }
  if (etherType !== EtherType.ipv6) throw new DecodeError('unsupported', 'EtherType', 12);
  const packet = decodeIpv6(payload);
  if (packet.isFragment) throw new DecodeError('unsupported', 'a fragment', 14 + 6);
  return { source, destination, body: transport(packet, packet.hopLimit) };
}

function transport(
  packet: { source: Ip; destination: Ip; protocol: number; payload: Uint8Array },
  ttl: number,
): FrameBody {
  const { source, destination, protocol, payload } = packet;
  if (protocol === Protocol.udp) {
    const udp = decodeUdp(payload, { source, destination });
    const from = { address: source, port: udp.sourcePort };
    const to = { address: destination, port: udp.destinationPort };
    return { kind: 'udp', from, to, ttl, octets: udp.payload };
  }
  if (protocol === Protocol.tcp && payload.length >= 4) {
    const from = { address: source, port: u16At(payload, 0) };
    const to = { address: destination, port: u16At(payload, 2) };
    return { kind: 'tcp', from, to, ttl, segment: payload };
  }
  if (protocol === Protocol.icmp || protocol === Protocol.icmpv6)
    return { kind: 'icmp', from: source, to: destination, ttl, octets: payload };
  throw new DecodeError('unsupported', 'IP protocol', 14 + 9);
}
