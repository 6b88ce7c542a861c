import { formatIp, formatMac, isIpv4, type Ip } from '../core/address.ts';
import type { Fate, FrameBody, FrameEvent, HostSpec, Topology } from '../core/driver.ts';
import { DecodeError } from '../core/errors.ts';
import { TOD_PORT } from '../codec/tod.ts';
import { TFTP_PORT } from '../codec/tftp/packet.ts';
import { CLIENT_PORT, SERVER_PORT } from '../codec/dhcp/codes.ts';
import { describeDhcp } from './packet-dhcp.ts';
import { describeDns } from './packet-dns.ts';
import { describeFtp, isFtpControl } from './packet-ftp.ts';
import { describeMacMessage } from './packet-docsis.ts';
import { describeTftp, Transfers } from './packet-tftp.ts';
import { describeTod } from './packet-tod.ts';

const DNS_PORT = 53;

/** What was read out of one packet. Values are safe to show: hostile text is escaped. */
export interface Description {
  /** Such as `OFFER`; empty where a protocol has no kinds, `MALFORMED` when the octets could not be read. */
  readonly kind: string;
  /** In the order to show them; a flag that is set has an empty value. */
  readonly fields: ReadonlyMap<string, string>;
}

/** One frame as steps, ladders and reports see it. Fields are read when asked for: ask before the event is over. */
export class PacketFacts {
  /** Such as `DHCP`; `UDP` for what has no name here. */
  readonly protocol: string;
  /** Who made the packet, and whom it is for; undefined `to`: everybody on the segment. */
  readonly from: HostSpec;
  readonly to: HostSpec | undefined;
  /** Whether this crossing brought it to `to`, or, as a broadcast, to the segment. */
  readonly arrived: boolean;
  readonly fate: Fate;
  /** The impairment that took it, for fate `faulted`. */
  readonly fault: string | undefined;
  readonly event: FrameEvent;
  readonly #describe: () => Description;
  #description: Description | undefined;

  constructor(
    event: FrameEvent,
    ends: { readonly from: HostSpec; readonly to: HostSpec | undefined },
    protocol: string,
    describe: () => Description,
  ) {
    this.protocol = protocol;
    this.from = ends.from;
    this.to = ends.to;
    this.fate = event.fate;
    this.fault = event.fault;
    this.event = event;
    this.arrived = event.fate === 'delivered' && (ends.to === undefined || event.receiver === ends.to);
    this.#describe = describe;
  }

  get kind(): string {
    return this.#read().kind;
  }

  get fields(): ReadonlyMap<string, string> {
    return this.#read().fields;
  }

  /** `DHCP OFFER` */
  get title(): string {
    return this.kind === '' ? this.protocol : `${this.protocol} ${this.kind}`;
  }

  #read(): Description {
    if (this.#description !== undefined) return this.#description;
    try {
      this.#description = this.#describe();
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#description = { kind: 'MALFORMED', fields: new Map([['error', error.message]]) };
    }
    return this.#description;
  }
}

/**
 * Reads the frames of one run. It remembers who sends from which address, since a routed packet's frames name only the
 * routers, and the block size of TFTP transfers, since a DATA packet does not say whether it is the last.
 */
export class PacketReader {
  readonly #owners = new Map<Ip, HostSpec>();
  readonly #transfers = new Transfers();

  constructor(topology: Pick<Topology, 'hosts'>) {
    for (const host of topology.hosts)
      for (const { addresses } of host.interfaces)
        for (const { address } of addresses) this.#owners.set(address, host);
  }

  /** The host that an address belongs to, as far as frames have shown. */
  ownerOf(address: Ip): HostSpec | undefined {
    return this.#owners.get(address);
  }

  describe(event: FrameEvent): PacketFacts {
    const { body } = event;
    switch (body.kind) {
      case 'udp':
        return this.#udp(event, body);
      case 'tcp': {
        const ends = this.#ends(event, body.from.address, body.to.address);
        if (isFtpControl(body)) return new PacketFacts(event, ends, 'FTP', () => describeFtp(body));
        return new PacketFacts(event, ends, 'TCP', () => describeTcp(body));
      }
      case 'icmp':
        return new PacketFacts(event, this.#ends(event, body.from, body.to), 'ICMP', () =>
          describeIcmp(body),
        );
      case 'arp':
        return new PacketFacts(event, neighbours(event), 'ARP', () => describeArp(body));
      case 'mac-message': {
        const described = describeMacMessage(body.octets);
        return new PacketFacts(event, neighbours(event), described.protocol, described.read);
      }
    }
    return body satisfies never;
  }

  #udp(event: FrameEvent, body: Extract<FrameBody, { kind: 'udp' }>): PacketFacts {
    const ends = this.#ends(event, body.from.address, body.to.address);
    const source = body.from.port;
    const destination = body.to.port;
    const is = (port: number): boolean => source === port || destination === port;
    if (is(SERVER_PORT) || is(CLIENT_PORT))
      return new PacketFacts(event, ends, 'DHCP', () => describeDhcp(body));
    if (is(DNS_PORT)) return new PacketFacts(event, ends, 'DNS', () => describeDns(body));
    if (is(TOD_PORT)) return new PacketFacts(event, ends, 'TOD', () => describeTod(body));
    // A transfer's own ports are nobody's: its server is known by the one that it listens on.
    if (is(TFTP_PORT) || serves(ends.from, TFTP_PORT) || serves(ends.to, TFTP_PORT)) {
      this.#transfers.note(body);
      return new PacketFacts(event, ends, 'TFTP', () => describeTftp(body, this.#transfers));
    }
    return new PacketFacts(event, ends, 'UDP', () => ({
      kind: '',
      fields: new Map([['size', String(body.octets.length)], ...ports(body)]),
    }));
  }

  #ends(event: FrameEvent, from: Ip, to: Ip): { from: HostSpec; to: HostSpec | undefined } {
    const { sender, receiver } = event;
    if (!sender.forwards && from !== 0) this.#owners.set(from, sender);
    const maker = sender.forwards ? (this.#owners.get(from) ?? sender) : sender;
    // Without a receiver it is a broadcast, or unheard: then the address tells who was meant.
    if (receiver === undefined) return { from: maker, to: this.#owners.get(to) };
    return { from: maker, to: receiver.forwards ? (this.#owners.get(to) ?? receiver) : receiver };
  }
}

/** What never leaves a segment is between those two. */
function neighbours(event: FrameEvent): { from: HostSpec; to: HostSpec | undefined } {
  return { from: event.sender, to: event.receiver };
}

function serves(host: HostSpec | undefined, port: number): boolean {
  return host !== undefined && host.udpPorts.includes(port);
}

function ports(body: Extract<FrameBody, { kind: 'udp' | 'tcp' }>): [string, string][] {
  return [
    ['sport', String(body.from.port)],
    ['dport', String(body.to.port)],
  ];
}

/** RFC 9293 §3.1: the flags in octet 13, the data offset in the high half of octet 12. */
function describeTcp(body: Extract<FrameBody, { kind: 'tcp' }>): Description {
  const flags = body.segment[13] ?? 0;
  const size = Math.max(body.segment.length - ((body.segment[12] ?? 0) >>> 4) * 4, 0);
  const syn = (flags & 2) !== 0;
  const ack = (flags & 16) !== 0;
  const kind =
    (flags & 4) !== 0
      ? 'RST'
      : syn
        ? ack
          ? 'SYN-ACK'
          : 'SYN'
        : size > 0
          ? 'DATA'
          : (flags & 1) !== 0
            ? 'FIN'
            : 'ACK';
  return { kind, fields: new Map([['size', String(size)], ...ports(body)]) };
}

/** RFC 792 and RFC 4443 §2.1: type and code are the first two octets. */
function describeIcmp(body: Extract<FrameBody, { kind: 'icmp' }>): Description {
  const type = body.octets[0] ?? 0;
  const unreachable = isIpv4(body.from) ? 3 : 1;
  const exceeded = isIpv4(body.from) ? 11 : 3;
  return {
    kind: type === unreachable ? 'UNREACHABLE' : type === exceeded ? 'EXCEEDED' : 'OTHER',
    fields: new Map([
      ['type', String(type)],
      ['code', String(body.octets[1] ?? 0)],
    ]),
  };
}

function describeArp(body: Extract<FrameBody, { kind: 'arp' }>): Description {
  const request = body.operation === 'request';
  return {
    kind: request ? 'REQUEST' : 'REPLY',
    fields: new Map([
      ['ip', formatIp(request ? body.targetIp : body.senderIp)],
      ['mac', formatMac(body.senderMac)],
    ]),
  };
}
