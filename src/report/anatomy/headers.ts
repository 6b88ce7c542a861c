import { formatIp, formatMac, ipv4At, ipv6At, macAt } from '../../core/address.ts';
import { u16At, u32At } from '../../core/bytes.ts';
import { EtherType, Protocol } from '../../codec/frame/protocol.ts';
import { Marks } from './marks.ts';
import type { Layer } from './marks.ts';

/** The layers around what a datagram carries, and where that begins. */
export interface Headers {
  readonly layers: readonly Layer[];
  readonly payloadAt: number;
}

const ETHERNET_OCTETS = 14;
const UDP_OCTETS = 8;

/** Of a frame that is whole and well-formed. */
export function headersOf(octets: Uint8Array): Headers {
  const ethernet = ethernetLayer(octets);
  const isV4 = u16At(octets, 12) === EtherType.ipv4;
  const ip = isV4 ? ipv4Layer(octets) : ipv6Layer(octets);
  const at = ETHERNET_OCTETS + ip.length;
  const protocol = octets[isV4 ? ETHERNET_OCTETS + 9 : ETHERNET_OCTETS + 6] ?? 0;
  if (protocol === Protocol.udp) {
    return { layers: [ethernet, ip, udpLayer(octets, at)], payloadAt: at + UDP_OCTETS };
  }
  if (protocol === Protocol.tcp) {
    const tcp = tcpLayer(octets, at);
    return { layers: [ethernet, ip, tcp], payloadAt: at + tcp.length };
  }
  return { layers: [ethernet, ip, icmpLayer(octets, at)], payloadAt: octets.length };
}

/** IEEE 802.3 §3.1.1, without preamble and check sequence. */
function ethernetLayer(octets: Uint8Array): Layer {
  const marks = new Marks(octets);
  const destination = formatMac(macAt(octets, 0));
  const source = formatMac(macAt(octets, 6));
  const type = u16At(octets, 12);
  marks.add('destination', { offset: 0, length: 6 }, destination);
  marks.add('source', { offset: 6, length: 6 }, source);
  marks.add('EtherType', { offset: 12, length: 2 }, `0x${type.toString(16).padStart(4, '0')}`);
  return marks.layer('Ethernet', `${source} → ${destination}`, 0, ETHERNET_OCTETS);
}

/** RFC 791 §3.1. */
function ipv4Layer(octets: Uint8Array): Layer {
  const at = ETHERNET_OCTETS;
  const marks = new Marks(octets);
  const headerOctets = ((octets[at] ?? 0) & 15) * 4;
  const source = formatIp(ipv4At(octets, at + 12));
  const destination = formatIp(ipv4At(octets, at + 16));
  const fields: readonly (readonly [string, number, number, string])[] = [
    ['version and header length', 0, 1, `4, ${headerOctets} octets`],
    ['type of service', 1, 1, String(octets[at + 1])],
    ['total length', 2, 2, String(u16At(octets, at + 2))],
    ['identification', 4, 2, String(u16At(octets, at + 4))],
    [
      'flags and fragment offset',
      6,
      2,
      `0x${u16At(octets, at + 6)
        .toString(16)
        .padStart(4, '0')}`,
    ],
    ['time to live', 8, 1, String(octets[at + 8])],
    ['protocol', 9, 1, String(octets[at + 9])],
    [
      'header checksum',
      10,
      2,
      `0x${u16At(octets, at + 10)
        .toString(16)
        .padStart(4, '0')}`,
    ],
    ['source', 12, 4, source],
    ['destination', 16, 4, destination],
  ];
  for (const [name, offset, length, value] of fields) marks.add(name, { offset: at + offset, length }, value);
  return marks.layer('IPv4', `${source} → ${destination}`, at, headerOctets);
}

/** RFC 8200 §3. */
function ipv6Layer(octets: Uint8Array): Layer {
  const at = ETHERNET_OCTETS;
  const marks = new Marks(octets);
  const source = ipv6At(octets, at + 8);
  const destination = ipv6At(octets, at + 24);
  marks.add('version, class, flow label', { offset: at, length: 4 }, `0x${u32At(octets, at).toString(16)}`);
  marks.add('payload length', { offset: at + 4, length: 2 }, String(u16At(octets, at + 4)));
  marks.add('next header', { offset: at + 6, length: 1 }, String(octets[at + 6]));
  marks.add('hop limit', { offset: at + 7, length: 1 }, String(octets[at + 7]));
  marks.add('source', { offset: at + 8, length: 16 }, source);
  marks.add('destination', { offset: at + 24, length: 16 }, destination);
  return marks.layer('IPv6', `${source} → ${destination}`, at, 40);
}

/** RFC 768. */
function udpLayer(octets: Uint8Array, at: number): Layer {
  const marks = new Marks(octets);
  const ports = [u16At(octets, at), u16At(octets, at + 2)];
  marks.add('source port', { offset: at, length: 2 }, String(ports[0]));
  marks.add('destination port', { offset: at + 2, length: 2 }, String(ports[1]));
  marks.add('length', { offset: at + 4, length: 2 }, String(u16At(octets, at + 4)));
  marks.add(
    'checksum',
    { offset: at + 6, length: 2 },
    `0x${u16At(octets, at + 6)
      .toString(16)
      .padStart(4, '0')}`,
  );
  return marks.layer('UDP', `port ${ports[0]} → ${ports[1]}`, at, UDP_OCTETS);
}

const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'] as const;

/** RFC 9293 §3.1. */
function tcpLayer(octets: Uint8Array, at: number): Layer {
  const marks = new Marks(octets);
  const headerOctets = Math.max(((octets[at + 12] ?? 0) >>> 4) * 4, 20);
  const flags = octets[at + 13] ?? 0;
  const names = TCP_FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0).join(' ');
  const ports = [u16At(octets, at), u16At(octets, at + 2)];
  const fields: readonly (readonly [string, number, number, string])[] = [
    ['source port', 0, 2, String(ports[0])],
    ['destination port', 2, 2, String(ports[1])],
    ['sequence number', 4, 4, String(u32At(octets, at + 4))],
    ['acknowledgment number', 8, 4, String(u32At(octets, at + 8))],
    ['data offset', 12, 1, `${headerOctets} octets`],
    ['flags', 13, 1, names],
    ['window', 14, 2, String(u16At(octets, at + 14))],
    [
      'checksum',
      16,
      2,
      `0x${u16At(octets, at + 16)
        .toString(16)
        .padStart(4, '0')}`,
    ],
    ['urgent pointer', 18, 2, String(u16At(octets, at + 18))],
  ];
  for (const [name, offset, length, value] of fields) marks.add(name, { offset: at + offset, length }, value);
  if (headerOctets > 20)
    marks.add('options', { offset: at + 20, length: headerOctets - 20 }, `${headerOctets - 20} octets`);
  return marks.layer('TCP', `port ${ports[0]} → ${ports[1]} ${names}`, at, headerOctets);
}

/** RFC 792 and RFC 4443 §2.1: the rest is the type's own. */
function icmpLayer(octets: Uint8Array, at: number): Layer {
  const marks = new Marks(octets);
  marks.add('type', { offset: at, length: 1 }, String(octets[at] ?? 0));
  marks.add('code', { offset: at + 1, length: 1 }, String(octets[at + 1] ?? 0));
  marks.add(
    'checksum',
    { offset: at + 2, length: 2 },
    `0x${u16At(octets, at + 2)
      .toString(16)
      .padStart(4, '0')}`,
  );
  marks.add('body', { offset: at + 4, length: octets.length - at - 4 }, `${octets.length - at - 4} octets`);
  return marks.layer('ICMP', `type ${octets[at] ?? 0}, code ${octets[at + 1] ?? 0}`, at, octets.length - at);
}
