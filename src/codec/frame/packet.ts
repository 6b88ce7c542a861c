import { isIpv4 } from '../../core/address.ts';
import type { Endpoint, Ip, Mac } from '../../core/address.ts';
import { Writer } from '../../core/bytes.ts';
import type { FrameBody } from '../../core/driver.ts';
import { ARP_OCTETS, encodeArp } from './arp.ts';
import { ETHERNET_HEADER_OCTETS, encodeEthernet } from './ethernet.ts';
import { IPV4_HEADER_OCTETS, encodeIpv4Header } from './ipv4.ts';
import { IPV6_HEADER_OCTETS, encodeIpv6Header } from './ipv6.ts';
import { EtherType, Protocol } from './protocol.ts';
import { UDP_HEADER_OCTETS, encodeUdp } from './udp.ts';

export interface FrameOnWire {
  readonly sourceMac: Mac;
  readonly destinationMac: Mac;
  /** Its low 16 bits are the IPv4 identification. */
  readonly packet: number;
  readonly body: Exclude<FrameBody, { kind: 'mac-message' }>;
}

/** The octets of a frame as a capture shows it: Ethernet without padding and check sequence. */
export function encodeFrame({ sourceMac, destinationMac, packet, body }: FrameOnWire): Uint8Array {
  const writer = new Writer(new Uint8Array(roomFor(body)));
  const etherType = etherTypeOf(body);
  encodeEthernet(writer, { destination: destinationMac, source: sourceMac, etherType });
  if (body.kind === 'arp') {
    encodeArp(writer, body);
    return writer.written();
  }
  const ends = { source: addressOf(body.from), destination: addressOf(body.to) };
  const protocol = protocolOf(body);
  const payloadOctets = payloadOf(body).length + (body.kind === 'udp' ? UDP_HEADER_OCTETS : 0);
  const { source, destination } = ends;
  if (isIpv4(source) && isIpv4(destination)) {
    const identification = packet & 0xffff;
    encodeIpv4Header(writer, { identification, ttl: body.ttl, protocol, source, destination, payloadOctets });
  } else if (!isIpv4(source) && !isIpv4(destination)) {
    encodeIpv6Header(writer, { hopLimit: body.ttl, protocol, source, destination, payloadOctets });
  }
  if (body.kind === 'udp')
    encodeUdp(writer, { ...ends, sourcePort: body.from.port, destinationPort: body.to.port }, body.octets);
  else writer.bytes(payloadOf(body));
  return writer.written();
}

function roomFor(body: FrameOnWire['body']): number {
  if (body.kind === 'arp') return ETHERNET_HEADER_OCTETS + ARP_OCTETS;
  const header = isIpv4(addressOf(body.to)) ? IPV4_HEADER_OCTETS : IPV6_HEADER_OCTETS;
  return ETHERNET_HEADER_OCTETS + header + UDP_HEADER_OCTETS + payloadOf(body).length;
}

function etherTypeOf(body: FrameOnWire['body']): number {
  if (body.kind === 'arp') return EtherType.arp;
  return isIpv4(addressOf(body.to)) ? EtherType.ipv4 : EtherType.ipv6;
}

type Datagram = Exclude<FrameOnWire['body'], { kind: 'arp' }>;

function protocolOf(body: Datagram): number {
  if (body.kind === 'udp') return Protocol.udp;
  if (body.kind === 'tcp') return Protocol.tcp;
  return isIpv4(body.to) ? Protocol.icmp : Protocol.icmpv6;
}

function payloadOf(body: Datagram): Uint8Array {
  return body.kind === 'tcp' ? body.segment : body.octets;
}

function addressOf(place: Endpoint | Ip): Ip {
  return typeof place === 'object' ? place.address : place;
}
