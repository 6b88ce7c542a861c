import type { Endpoint, Ip, Mac } from '../../core/address.ts';
import { ANY, BROADCAST, broadcastOf, isIpv4, maskIp, prefixContains } from '../../core/address.ts';
import type { ErrorReason } from '../../codec/frame/unreachable.ts';
import type { HostSpec, InterfaceSpec, LinkSpec, Quality, SegmentSpec, Topology } from '../../core/driver.ts';
import { ConfigError } from '../../core/errors.ts';
import type { Rule } from '../../core/rules.ts';
import type { InterfaceAddress, UnreachableInput } from '../../core/service.ts';
import type { Instant } from '../../core/time.ts';
import { toInstant } from '../../core/time.ts';
import type { Fault } from './fault.ts';
import type { Toll } from './toll.ts';

/** One datagram, or an ICMP error about one, on its way through segments that are acted in this process. Its octets are its own. */
export interface Packet {
  readonly number: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  ttl: number;
  readonly octets: Uint8Array;
  readonly origin: Station;
  /** As its origin sent it, where a router on the way has made something else of it. */
  readonly asSent?: Packet | undefined;
  /** It is an ICMP error: what it says, and about which datagram. Its ports are 0. */
  readonly error?: { readonly reason: ErrorReason; readonly of: Packet } | undefined;
  rule: Rule | undefined;
  detail: string | undefined;
}

/** One TCP segment, as a router that inspects is shown it and lets it go on. */
export interface TcpPacket {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly octets: Uint8Array;
  readonly rule?: Rule | undefined;
  readonly detail?: string | undefined;
}

/** A socket, as far as sending goes. */
export interface Sender {
  send(octets: Uint8Array, length: number, to: Endpoint): void;
  /** To all on the link. */
  broadcast(octets: Uint8Array, port: number): void;
}

/** A host as the network sees it. */
export interface Station {
  readonly spec: HostSpec;
  readonly interfaces: readonly Interface[];
  /** False between a crash and a restart. */
  readonly isUp: boolean;
  hasPort(port: number): boolean;
  /** A socket of that port for the family of `to`. */
  sender(port: number, to: Ip): Sender | undefined;
  /** Hands in what reached us without a socket: broadcasts, and what is for a client without an address. */
  datagram(packet: Packet, via: Interface, hardware: Mac): void;
  transit(packet: Packet, via: Interface, hardware: Mac | undefined): void;
  /** Shows it to a router that inspects. */
  inspect(packet: Packet, via: Interface): void;
  /** The same for a segment of a stream: how it goes on, undefined when it does not. */
  inspectSegment(segment: TcpPacket, via: Interface): TcpPacket | undefined;
  macMessage(octets: Uint8Array, from: Mac, via: Interface): void;
  unreachable(reason: UnreachableInput['reason'], packet: Packet): void;
  probeAnswer(address: Ip, hardware: Mac): void;
  /** Counts and tells a rule of the network's. */
  because(rule: Rule, detail?: string): void;
}

/** A segment or a link: something a datagram crosses. */
export class Medium {
  readonly name: string;
  readonly quality: Quality;
  /** Those whose time it is, in the order they began. */
  readonly faults: Fault[] = [];

  constructor(name: string, quality: Quality) {
    this.name = name;
    this.quality = quality;
  }
}

export class Segment extends Medium {
  readonly kind: SegmentSpec['kind'];
  readonly interfaces: Interface[] = [];
  readonly #byMac = new Map<Mac, Interface>();
  readonly #byAddress = new Map<Ip, Interface>();
  readonly links: { readonly medium: Medium; readonly far: Segment }[] = [];

  constructor(spec: SegmentSpec) {
    super(spec.name, spec.quality);
    this.kind = spec.kind;
  }

  join(own: Interface): void {
    this.interfaces.push(own);
    this.#byMac.set(own.spec.mac, own);
    this.#gain(own);
  }

  withMac(mac: Mac): Interface | undefined {
    return this.#byMac.get(mac);
  }

  withAddress(address: Ip): Interface | undefined {
    return this.#byAddress.get(address);
  }

  /** An interface's addresses change from `before` to what it has now. */
  readdress(own: Interface, before: readonly InterfaceAddress[]): void {
    for (const { address } of before) {
      if (this.#byAddress.get(address) !== own || own.has(address)) continue;
      const next = this.interfaces.find((other) => other.has(address));
      if (next === undefined) this.#byAddress.delete(address);
      else this.#byAddress.set(address, next);
    }
    this.#gain(own);
  }

  /** Of two with one address the first is heard, until it lets go. */
  #gain(own: Interface): void {
    for (const { address } of own.addresses)
      if (!this.#byAddress.has(address)) this.#byAddress.set(address, own);
  }
}

/** A station that does nothing: what is outside, and one that is only planned. */
export function inertStation(spec: HostSpec, interfaces: readonly Interface[], isUp: boolean): Station {
  return {
    spec,
    interfaces,
    isUp,
    hasPort: () => false,
    sender: () => undefined,
    datagram: () => {},
    transit: () => {},
    inspect: () => {},
    inspectSegment: (segment) => segment,
    macMessage: () => {},
    unreachable: () => {},
    probeAnswer: () => {},
    because: () => {},
  };
}

export class Interface {
  /** Set anew when a plan becomes real. */
  station: Station;
  readonly number: number;
  readonly spec: InterfaceSpec;
  readonly segment: Segment;
  #addresses: readonly InterfaceAddress[];
  /** When what was sent last arrives: order is kept per sender and medium. */
  readonly lastArrival = new Map<Medium, Instant>();
  /** Until when the line is busy, where the medium has a bandwidth. */
  readonly busyUntil = new Map<Medium, Instant>();

  constructor(station: Station, number: number, spec: InterfaceSpec, segment: Segment) {
    this.station = station;
    this.number = number;
    this.spec = spec;
    this.segment = segment;
    this.#addresses = spec.addresses;
    segment.join(this);
  }

  get addresses(): readonly InterfaceAddress[] {
    return this.#addresses;
  }

  /** A new address takes the place of the one of its family; undefined takes all away. */
  configure(address: InterfaceAddress | undefined): void {
    const others = this.#addresses.filter(
      (other) => address !== undefined && isIpv4(other.address) !== isIpv4(address.address),
    );
    this.#set(address === undefined ? [] : [...others, address]);
  }

  /** Back to the addresses of the file. */
  resetAddresses(): void {
    this.#set(this.spec.addresses);
  }

  #set(addresses: readonly InterfaceAddress[]): void {
    const before = this.#addresses;
    this.#addresses = addresses;
    this.segment.readdress(this, before);
  }

  has(address: Ip): boolean {
    return this.addresses.some((own) => own.address === address);
  }

  /** Whether `to` means all on the segment: 255.255.255.255, the subnet's last address, a group. */
  isBroadcast(to: Ip): boolean {
    if (!isIpv4(to)) return to.startsWith('ff');
    if (to === BROADCAST || to >>> 28 === 14) return true;
    return this.addresses.some(({ address, prefixLength }) => {
      // RFC 3021 §2.1: a prefix of 31 bits has no broadcast.
      if (!isIpv4(address) || prefixLength > 30) return false;
      return broadcastOf({ address: maskIp(address, prefixLength), length: prefixLength }) === to;
    });
  }

  /** Bits of the longest own prefix that holds `to`; -1 when it is not on the link. */
  prefixLengthOn(to: Ip): number {
    let best = -1;
    for (const { address, prefixLength } of this.addresses) {
      if (prefixLength <= best) continue;
      const prefix = { address: maskIp(address, prefixLength), length: prefixLength };
      if (prefixContains(prefix, to)) best = prefixLength;
    }
    return best;
  }

  /** The address to send from, nearest to `to`; `ANY` when there is none of that family. */
  sourceFor(to: Ip): Ip {
    const own = this.addresses.filter(({ address }) => isIpv4(address) === isIpv4(to));
    const near = own.find(({ address, prefixLength }) =>
      prefixContains({ address: maskIp(address, prefixLength), length: prefixLength }, to),
    );
    return (near ?? own[0])?.address ?? ANY;
  }
}

/** The segments of a topology, joined by their links. */
export function makeSegments(topology: Topology): ReadonlyMap<string, Segment> {
  const segments = new Map(topology.segments.map((spec) => [spec.name, new Segment(spec)]));
  for (const link of topology.links) {
    const [a, b] = link.between.map((name) => segmentNamed(segments, name, link)) as [Segment, Segment];
    const medium = new Medium(link.name, link.quality);
    a.links.push({ medium, far: b });
    b.links.push({ medium, far: a });
  }
  return segments;
}

export function segmentNamed(
  segments: ReadonlyMap<string, Segment>,
  name: string,
  by: LinkSpec | HostSpec,
): Segment {
  const segment = segments.get(name);
  if (segment === undefined) throw new ConfigError(by.name, name, 'the name of a segment');
  return segment;
}

/**
 * When what an interface puts on a medium now arrives, by delay, jitter, bandwidth, order and what faults add; `fraction`
 * draws chance.
 */
export function arrivalOn(
  medium: Medium,
  sender: Interface,
  crossing: {
    readonly now: Instant;
    readonly octets: number;
    readonly fraction: () => number;
    readonly toll: Pick<Toll, 'delayUs' | 'holdUs' | 'bitsPerSecond'>;
  },
): Instant {
  const { quality } = medium;
  const { toll } = crossing;
  const bits = Math.min(quality.bitsPerSecond > 0 ? quality.bitsPerSecond : Infinity, toll.bitsPerSecond);
  let at = crossing.now as number;
  if (bits < Infinity) {
    at = Math.max(at, sender.busyUntil.get(medium) ?? 0);
    at += Math.ceil((crossing.octets * 8_000_000) / bits);
    sender.busyUntil.set(medium, toInstant(at));
  }
  at += quality.delayUs + Math.round(crossing.fraction() * quality.jitterUs) + toll.delayUs;
  const arrival = toInstant(Math.max(at, sender.lastArrival.get(medium) ?? 0));
  // Nobody waits for one that is held.
  if (toll.holdUs > 0) return toInstant(arrival + toll.holdUs);
  sender.lastArrival.set(medium, arrival);
  return arrival;
}
