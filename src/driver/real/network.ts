import type { Ip, Ipv4, Mac } from '../../core/address.ts';
import { ANY, BROADCAST, isIpv4, MAC_BROADCAST, prefixContains } from '../../core/address.ts';
import type { FrameBody } from '../../core/driver.ts';
import type { Random } from '../../core/random.ts';
import type { Target, UnreachableInput } from '../../core/service.ts';
import type { Instant } from '../../core/time.ts';
import { after } from '../../core/time.ts';
import { arrivalOn, type Interface, type Medium, type Packet, type Segment, type Station } from './plant.ts';
import type { Schedule } from './schedule.ts';
import { type Crossed, type Tap, udpBody } from './tap.ts';

/** RFC 1122 §3.2.1.7 leaves it open; RFC 1340 recommends 64. */
const TTL = 64;
/** An Ethernet header, its check sequence, an IPv4 and a UDP header: for bandwidths. */
const HEADER_OCTETS = 46;
/** How long a real host asks by ARP before it gives up: three tries, a second apart. */
const NEIGHBOUR_WAIT_US = 3_000_000;
/** RFC 9293 §3.8.1 by RFC 6298 §2.1 asks for a second at first; most stacks wait 200 ms. */
const STREAM_RESEND_US = 200_000;

/** Where a datagram leaves the segments that are acted here, and where it could not go. */
export interface Exits {
  /** The packet has crossed what lies before its addressee: the kernel brings it over. */
  arrive(packet: Packet, last: Interface, crossed: Crossed | undefined): void;
  /** Whether the crossings of a segment are acted here; what leaves on another is the kernel's to carry. */
  acts(segment: Segment): boolean;
  /** Sends from `out` to where the packet says, to all when `to` is a broadcast, to a client that has no address yet. */
  leave(packet: Packet, out: Interface, how: 'unicast' | 'broadcast' | 'no-address'): void;
}

interface Way {
  readonly out: Interface;
  readonly nextHop: Ip;
}

/**
 * The segments of a plant acted in this process: each crossing takes its delay and may be lost; routers are shown what
 * passes; the last step to an addressee is the kernel's, by real sockets. What has no address to go to (broadcasts, a
 * client before its lease, MAC messages) is handed over here.
 */
export class Network {
  readonly #schedule: Schedule;
  readonly #now: () => Instant;
  readonly #random: Random;
  readonly #tap: Tap;
  readonly #exits: Exits;
  #packets = 0;
  /** Crossings begun. */
  crossings = 0;

  constructor(world: {
    readonly schedule: Schedule;
    readonly now: () => Instant;
    readonly random: Random;
    readonly tap: Tap;
    readonly exits: Exits;
  }) {
    this.#schedule = world.schedule;
    this.#now = world.now;
    this.#random = world.random;
    this.#tap = world.tap;
    this.#exits = world.exits;
  }

  nextPacket(): number {
    return ++this.#packets;
  }

  /** A new datagram of a station, whose octets the packet may keep. */
  send(station: Station, port: number, to: Target, said: Pick<Packet, 'octets' | 'rule' | 'detail'>): void {
    const target = { address: to.address, port: to.port };
    const packetFrom = (address: Ip): Packet => ({
      number: this.nextPacket(),
      from: { address, port },
      to: target,
      ttl: TTL,
      origin: station,
      inbound: false,
      ...said,
    });
    if (to.hardware !== undefined || station.interfaces.some((own) => own.isBroadcast(to.address))) {
      const out = this.#wayOnLink(station, to);
      if (out === undefined) return;
      const packet = packetFrom(to.source ?? out.sourceFor(to.address));
      if (to.hardware === undefined) this.#toEveryone(packet, out);
      else this.#toHardware(packet, out, to.hardware);
      return;
    }
    const own = station.interfaces.find((candidate) => candidate.has(to.address));
    if (own !== undefined) {
      this.#exits.arrive(packetFrom(to.source ?? to.address), own, undefined);
      return;
    }
    const way = wayTo(station, to.address);
    if (way === undefined) {
      this.#fail(packetFrom(to.source ?? ANY), 'network', 0);
      return;
    }
    this.#leave(packetFrom(to.source ?? way.out.sourceFor(to.address)), way);
  }

  /** Lets a datagram go on from a router. */
  forward(station: Station, packet: Packet): void {
    const way = wayTo(station, packet.to.address);
    if (way === undefined) this.#fail(packet, 'network', 0);
    else this.#leave({ ...packet, ttl: packet.ttl - 1, rule: undefined, detail: undefined }, way);
  }

  sendMacMessage(out: Interface, to: Mac, octets: Uint8Array): void {
    const body: FrameBody = { kind: 'mac-message', octets };
    const receiver = to === MAC_BROADCAST ? undefined : out.segment.withMac(to);
    const crossing = { medium: out.segment, sender: out, receiver, octets: octets.length };
    this.#cross(
      { ...crossing, isBroadcast: to === MAC_BROADCAST, body, packet: undefined },
      (crossed, at) => {
        const heard = to === MAC_BROADCAST ? hearers(out) : receiver === undefined ? [] : [receiver];
        const up = heard.filter((own) => own.station.isUp);
        this.#tap.frame(crossed, { at, fate: up.length === 0 ? 'unheard' : 'delivered' }, body);
        for (const own of up) own.station.macMessage(octets, out.spec.mac, own);
      },
    );
  }

  /** RFC 5227 §2.1.1: a request from no address; whoever has it answers. */
  probe(out: Interface, address: Ipv4): void {
    const ask = {
      operation: 'request',
      senderMac: out.spec.mac,
      senderIp: ANY,
      targetMac: 0 as Mac,
    } as const;
    const body: FrameBody = { kind: 'arp', ...ask, targetIp: address };
    const crossing = { medium: out.segment, sender: out, receiver: undefined, octets: 28 };
    this.#cross({ ...crossing, isBroadcast: true, body, packet: undefined }, (crossed, at) => {
      this.#tap.frame(crossed, { at, fate: 'delivered' }, body);
      for (const holder of hearers(out))
        if (holder.station.isUp && holder.has(address)) this.#answerProbe(holder, out, address);
    });
  }

  /** How long a stream's octets take from a station to an address, loss being turned into delay; undefined without a way. */
  streamDelay(station: Station, to: Ip, octets: number): number | undefined {
    let delayUs = 0;
    let from = station;
    for (let hop = 0; hop < TTL; hop++) {
      if (from.interfaces.some((own) => own.has(to))) return delayUs;
      const way = wayTo(from, to);
      const path = way && pathOnLink(way.out.segment, way.nextHop);
      if (way === undefined || path === undefined) return undefined;
      for (const medium of path.media) delayUs += this.#streamCrossing(medium, way.out, octets);
      from = path.receiver.station;
      if (!from.isUp) return undefined;
    }
    return undefined;
  }

  #streamCrossing(medium: Medium, sender: Interface, octets: number): number {
    const now = this.#now();
    let delayUs = arrivalOn(medium, sender, { now, octets, fraction: this.#fraction }) - now;
    // A segment that is lost again and again is given up by the peer's own limits; eight bounds the work here.
    for (let lost = 0; lost < 8 && this.#fate(medium) !== 'passes'; lost++) delayUs += STREAM_RESEND_US;
    return delayUs;
  }

  readonly #fraction = (): number => this.#random.fraction();

  #answerProbe(holder: Interface, asker: Interface, address: Ipv4): void {
    const ends = { senderMac: holder.spec.mac, senderIp: address, targetMac: asker.spec.mac, targetIp: ANY };
    const body: FrameBody = { kind: 'arp', operation: 'reply', ...ends };
    const crossing = { medium: holder.segment, sender: holder, receiver: asker, octets: 28 };
    this.#cross({ ...crossing, isBroadcast: false, body, packet: undefined }, (crossed, at) => {
      this.#tap.frame(crossed, { at, fate: asker.station.isUp ? 'delivered' : 'unheard' }, body);
      if (asker.station.isUp) asker.station.probeAnswer(address, holder.spec.mac);
    });
  }

  #wayOnLink(station: Station, to: Target): Interface | undefined {
    if (to.via !== undefined) return station.interfaces[to.via];
    const own =
      to.source === undefined ? undefined : station.interfaces.find((out) => out.has(to.source ?? ANY));
    if (own !== undefined) return own;
    const way = to.address === BROADCAST ? undefined : wayTo(station, to.address);
    return way?.out ?? station.interfaces[0];
  }

  #leave(packet: Packet, { out, nextHop }: Way): void {
    if (out.isBroadcast(nextHop)) this.#toEveryone(packet, out);
    else this.#towards(packet, out, nextHop);
  }

  #towards(packet: Packet, out: Interface, nextHop: Ip): void {
    if (!this.#exits.acts(out.segment)) {
      this.#exits.leave(packet, out, 'unicast');
      return;
    }
    const path = pathOnLink(out.segment, nextHop);
    if (path === undefined) {
      this.#fail(packet, 'host', NEIGHBOUR_WAIT_US);
      return;
    }
    this.#along(packet, path.media, { sender: out, receiver: path.receiver });
  }

  /** Crosses one medium after the other up to a host. */
  #along(
    packet: Packet,
    media: readonly Medium[],
    ends: { readonly sender: Interface; readonly receiver: Interface },
  ): void {
    const [medium, ...rest] = media;
    if (medium === undefined) return;
    const body = udpBody(packet);
    const octets = HEADER_OCTETS + packet.octets.length;
    this.#cross({ medium, ...ends, isBroadcast: false, body, packet, octets }, (crossed, at) => {
      if (rest.length === 0) {
        this.#reach(packet, ends.receiver, crossed);
        return;
      }
      this.#tap.frame(crossed, { at, fate: 'delivered' }, body);
      this.#along({ ...packet, ttl: packet.ttl - 1 }, rest, ends);
    });
  }

  #reach(packet: Packet, receiver: Interface, crossed: Crossed): void {
    const { station } = receiver;
    const end = { at: this.#now() };
    if (!station.isUp) this.#tap.frame(crossed, { ...end, fate: 'unheard' }, udpBody(packet));
    else if (station.interfaces.some((own) => own.has(packet.to.address)))
      this.#exits.arrive(packet, receiver, crossed);
    else {
      this.#tap.frame(crossed, { ...end, fate: 'delivered' }, udpBody(packet));
      if (!station.spec.forwards) return;
      if (packet.ttl <= 1) this.#fail(packet, 'network', 0);
      else station.transit(packet, receiver, crossed.sender?.spec.mac ?? MAC_BROADCAST);
    }
  }

  #toHardware(packet: Packet, out: Interface, hardware: Mac): void {
    if (!this.#exits.acts(out.segment)) {
      this.#exits.leave(packet, out, 'no-address');
      return;
    }
    const receiver = out.segment.withMac(hardware);
    const body = udpBody(packet);
    const octets = HEADER_OCTETS + packet.octets.length;
    const crossing = { medium: out.segment, sender: out, receiver, isBroadcast: false, body, packet, octets };
    this.#cross(crossing, (crossed, at) => {
      const heard = receiver?.station.isUp === true;
      this.#tap.frame(crossed, { at, fate: heard ? 'delivered' : 'unheard' }, body);
      if (heard && receiver.station.hasPort(packet.to.port))
        receiver.station.datagram(packet, receiver, out.spec.mac);
    });
  }

  #toEveryone(packet: Packet, out: Interface): void {
    if (!this.#exits.acts(out.segment)) {
      this.#exits.leave(packet, out, 'broadcast');
      return;
    }
    const body = udpBody(packet);
    const octets = HEADER_OCTETS + packet.octets.length;
    const crossing = { medium: out.segment, sender: out, receiver: undefined, isBroadcast: true };
    this.#cross({ ...crossing, body, packet, octets }, (crossed, at) => {
      this.#tap.frame(crossed, { at, fate: 'delivered' }, body);
      for (const own of hearers(out))
        if (own.station.isUp && own.station.hasPort(packet.to.port))
          own.station.datagram(packet, own, out.spec.mac);
    });
  }

  /** One crossing: chance decides now, the arrival comes after its delay. */
  #cross(
    crossing: Pick<Crossed, 'sender' | 'receiver' | 'isBroadcast'> & {
      readonly medium: Medium;
      readonly sender: Interface;
      readonly octets: number;
      readonly body: FrameBody;
      readonly packet: Packet | undefined;
    },
    arrive: (crossed: Crossed, at: Instant) => void,
  ): void {
    const { medium, sender, packet } = crossing;
    this.crossings++;
    const now = this.#now();
    const crossed: Crossed = {
      sentAt: now,
      medium: medium.name,
      sender,
      receiver: crossing.receiver,
      isBroadcast: crossing.isBroadcast,
      packet: packet?.number ?? this.nextPacket(),
      rule: packet?.rule,
      detail: packet?.detail,
    };
    const fate = this.#fate(medium);
    const at = arrivalOn(medium, sender, { now, octets: crossing.octets, fraction: this.#fraction });
    if (fate === 'passes') {
      this.#schedule.at(at, () => {
        arrive(crossed, this.#now());
      });
      return;
    }
    const end =
      fate === 'lost' ? { at, fate: 'lost' as const } : { at, fate: 'faulted' as const, fault: fate.fault };
    this.#tap.frame(crossed, end, crossing.body);
  }

  /** The medium's own loss first, then each worsening in the order they began. */
  #fate(medium: Medium): 'passes' | 'lost' | { readonly fault: string } {
    const { lossRatio } = medium.quality;
    if (lossRatio > 0 && this.#random.fraction() < lossRatio) return 'lost';
    for (const worsening of medium.worsenings) {
      if (worsening.lossRatio === 0 || this.#random.fraction() >= worsening.lossRatio) continue;
      worsening.fired++;
      return { fault: worsening.id };
    }
    return 'passes';
  }

  #fail(packet: Packet, reason: UnreachableInput['reason'], waitUs: number): void {
    this.#schedule.at(after(this.#now(), waitUs), () => {
      packet.origin.unreachable(reason, packet);
    });
  }
}

/** Who hears what an interface sends to all: on a cable what a modem says reaches routers (the CMTS) only. */
function hearers(out: Interface): Interface[] {
  const upstreamOnly = out.segment.kind === 'cable' && !out.station.spec.forwards;
  return out.segment.interfaces.filter((own) => own !== out && (!upstreamOnly || own.station.spec.forwards));
}

/** The longest prefix, then the default router (RFC 1122 §3.3.1.1), then whatever a link leads to. */
export function wayTo(station: Station, to: Ip): Way | undefined {
  let best: Way | undefined;
  let length = -1;
  for (const out of station.interfaces) {
    const onLink = out.prefixLengthOn(to);
    if (onLink <= length) continue;
    length = onLink;
    best = { out, nextHop: to };
  }
  for (const route of station.spec.routes) {
    const out = station.interfaces[route.via];
    if (out === undefined || route.to.length <= length || !prefixContains(route.to, to)) continue;
    length = route.to.length;
    best = { out, nextHop: route.nextHop ?? to };
  }
  return best ?? wayByRouter(station, to);
}

function wayByRouter(station: Station, to: Ip): Way | undefined {
  for (const out of station.interfaces)
    for (const { router } of out.addresses)
      if (router !== undefined && isIpv4(router) === isIpv4(to)) return { out, nextHop: router };
  for (const out of station.interfaces)
    if (pathOnLink(out.segment, to) !== undefined) return { out, nextHop: to };
  return undefined;
}

/** The media up to the interface that has an address: its own segment's, or over links, the fewest first. */
function pathOnLink(
  from: Segment,
  address: Ip,
): { readonly media: readonly Medium[]; readonly receiver: Interface } | undefined {
  const seen = new Set([from]);
  const queue: { segment: Segment; media: Medium[] }[] = [{ segment: from, media: [from] }];
  for (const { segment, media } of queue) {
    const receiver = segment.withAddress(address);
    if (receiver !== undefined) return { media, receiver };
    for (const { medium, far } of segment.links) {
      if (seen.has(far)) continue;
      seen.add(far);
      queue.push({ segment: far, media: [...media, medium, far] });
    }
  }
  return undefined;
}
