import type { Endpoint, Ip } from '../core/address.ts';
import { formatEndpoint } from '../core/address.ts';
import { equalOctets, u16At } from '../core/bytes.ts';
import { DecodeError } from '../core/errors.ts';
import { decodeEthernet, ETHERNET_HEADER_OCTETS } from './frame/ethernet.ts';
import { decodeIpv4 } from './frame/ipv4.ts';
import { decodeIpv6 } from './frame/ipv6.ts';
import { EtherType, Protocol } from './frame/protocol.ts';
import { decodeUdp } from './frame/udp.ts';
import { LinkType } from './pcap.ts';
import type { Capture } from './pcap-reader.ts';

/** A UDP datagram that somebody once saw. */
export interface RecordedDatagram {
  /** When it was seen first, and when last on its way: microseconds after the first packet of the recording. */
  readonly firstUs: number;
  readonly lastUs: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** A view. */
  readonly octets: Uint8Array;
  /** It did not arrive: only our own recordings know. */
  readonly isLost: boolean;
}

export interface Recorded {
  readonly datagrams: readonly RecordedDatagram[];
  /** Why packets are not among them, with how many: for people. */
  readonly passedOver: ReadonlyMap<string, number>;
}

/** The same datagram on another segment of its way comes within this time. */
const WAY_NS = 1_000_000_000n;
/** What our own captures write beside a packet that did not arrive. */
const LOST = /^(?:LOST|UNHEARD|DROPPED)\b/;

/** The UDP datagrams of a capture in its order, each once: seen on two segments of its way, where it was seen first. */
export function datagramsOf(capture: Capture): Recorded {
  const reader = new DatagramReader();
  const start = capture.packets.find(({ atNs }) => atNs !== undefined)?.atNs ?? 0n;
  for (const packet of capture.packets) {
    const linkType = capture.interfaces[packet.interface]?.linkType;
    if (linkType !== LinkType.ethernet) reader.passOver('is no Ethernet frame');
    else if (packet.octets.length < packet.originalOctets) reader.passOver('was cut off by the capture');
    else reader.read(packet, start);
  }
  return { datagrams: reader.datagrams, passedOver: reader.passedOver };
}

interface Seen {
  readonly atNs: bigint;
  readonly ttl: number;
  readonly interface: number;
  /** Its place among the datagrams. */
  readonly index: number;
}

type Packet = Capture['packets'][number];

interface Ip4Or6 {
  readonly source: Ip;
  readonly destination: Ip;
  readonly ttl: number;
  readonly identification: number;
  readonly payload: Uint8Array;
}

class DatagramReader {
  readonly #datagrams: RecordedDatagram[] = [];
  readonly passedOver = new Map<string, number>();
  readonly #seen = new Map<string, Seen>();

  get datagrams(): readonly RecordedDatagram[] {
    return this.#datagrams;
  }

  passOver(why: string): void {
    this.passedOver.set(why, (this.passedOver.get(why) ?? 0) + 1);
  }

  read(packet: Packet, start: bigint): void {
    try {
      this.#read(packet, start);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.passOver('is malformed');
    }
  }

  #read(packet: Packet, start: bigint): void {
    const ip = this.#ip(packet.octets);
    if (ip === undefined) return;
    // A checksum may be left to the card that sends it, so that the capture sees a wrong one.
    const udp = decodeUdp(ip.payload, ip);
    const from = { address: ip.source, port: udp.sourcePort };
    const to = { address: ip.destination, port: udp.destinationPort };
    const atNs = packet.atNs ?? start;
    const atUs = Math.max(0, Number((atNs - start) / 1000n));
    const key = `${formatEndpoint(from)} ${formatEndpoint(to)} ${ip.identification}`;
    const seen = { atNs, ttl: ip.ttl, interface: packet.interface };
    const before = this.#earlier(key, seen, udp.payload);
    const index = before ?? this.#datagrams.length;
    this.#seen.set(key, { ...seen, index });
    const known = this.#datagrams[index];
    // A loss anywhere on its way is a loss.
    const isLost = LOST.test(packet.comment ?? '') || known?.isLost === true;
    const firstUs = known?.firstUs ?? atUs;
    this.#datagrams[index] = { firstUs, lastUs: atUs, from, to, octets: udp.payload, isLost };
  }

  /** The datagram of which this is another crossing: it has another time to live, or was seen at another interface. */
  #earlier(key: string, now: Omit<Seen, 'index'>, octets: Uint8Array): number | undefined {
    const before = this.#seen.get(key);
    if (before === undefined || now.atNs - before.atNs > WAY_NS) return undefined;
    if (before.ttl === now.ttl && before.interface === now.interface) return undefined;
    const known = this.#datagrams[before.index]?.octets;
    return known !== undefined && equalOctets(known, octets) ? before.index : undefined;
  }

  #ip(octets: Uint8Array): Ip4Or6 | undefined {
    const frame = decodeEthernet(octets);
    let { etherType, payload } = frame;
    // IEEE 802.1Q: the tag, then the type of what is inside.
    if (etherType === EtherType.vlan && octets.length >= ETHERNET_HEADER_OCTETS + 4) {
      etherType = u16At(octets, ETHERNET_HEADER_OCTETS + 2);
      payload = octets.subarray(ETHERNET_HEADER_OCTETS + 4);
    }
    if (etherType === EtherType.ipv4) {
      const packet = decodeIpv4(payload);
      if (packet.protocol !== Protocol.udp) return this.#not('is no UDP');
      return packet.isFragment ? this.#not('is a fragment') : packet;
    }
    if (etherType !== EtherType.ipv6) return this.#not('is no IP');
    const packet = decodeIpv6(payload);
    if (packet.protocol !== Protocol.udp) return this.#not('is no UDP');
    return packet.isFragment
      ? this.#not('is a fragment')
      : { ...packet, ttl: packet.hopLimit, identification: 0 };
  }

  #not(why: string): undefined {
    this.passOver(why);
    return undefined;
  }
}
