import type { Ip, Ipv4, Mac } from '../../core/address.ts';
import { ANY, BROADCAST, MAC_BROADCAST } from '../../core/address.ts';
import { type ErrorReason, encodeUnreachable } from '../../codec/frame/unreachable.ts';
import type { FrameBody } from '../../core/driver.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import type { Target } from '../../core/service.ts';
import type { Instant } from '../../core/time.ts';
import { after, NEVER } from '../../core/time.ts';
import type { Crossing } from './crossing.ts';
import type { Interface, Medium, Packet, Segment, Station } from './plant.ts';
import { hearerWithMac, hearers, hopsTo, mayHear, pathOnLink, type Way, wayTo } from './routing.ts';
import { Alarm, type Schedule } from './schedule.ts';
import { type Crossed, type Tap, bodyOf } from './tap.ts';

/** RFC 1122 §3.2.1.7 leaves it open; RFC 1340 recommends 64. */
const TTL = 64;
/** An Ethernet header, its check sequence, an IPv4 and a UDP header: for bandwidths. */
const HEADER_OCTETS = 46;
/** How long a real host asks by ARP before it gives up: three tries, a second apart. */
const NEIGHBOUR_WAIT_US = 3_000_000;
/** Datagrams that wait for neighbours: RFC 1122 §2.3.2.2 asks for one each at least, and a flood to nobody must not fill memory. */
const AWAITING_MAX = 1_024;
const NO_OCTETS = new Uint8Array(0);

/** Where a datagram leaves the segments that are acted here, and where it could not go. */
export interface Exits {
  /** The packet has crossed what lies before its addressee: the kernel brings it over. */
  arrive(packet: Packet, last: Interface, crossed: Crossed | undefined): void;
  /** Whether the crossings of a segment are acted here; what leaves on another is the kernel's to carry. */
  acts(segment: Segment): boolean;
  /** Whether a cable acted here is a real interface as well. */
  joins(segment: Segment): boolean;
  /** Sends from `out` to where the packet says, to all when `to` is a broadcast, to a client that has no address yet. */
  leave(packet: Packet, out: Interface, how: 'unicast' | 'broadcast' | 'no-address'): void;
}

/**
 * The segments of a plant acted in this process: each crossing takes its delay and may be lost; routers are shown what
 * passes; the last step to an addressee is the kernel's, by real sockets. What has no address to go to (broadcasts, a
 * client before its lease, MAC messages) is handed over here.
 */
export class Network {
  readonly #schedule: Schedule;
  readonly #now: () => Instant;
  readonly #crossing: Crossing;
  readonly #tap: Tap;
  readonly #exits: Exits;
  /** What waits for a neighbour, the oldest first. */
  readonly #awaiting = new Set<Alarm>();
  /** Whether anybody reads the octets of ICMP errors: a capture, or a router that inspects. */
  readonly #readsErrors: boolean;

  constructor(world: {
    readonly schedule: Schedule;
    readonly now: () => Instant;
    readonly crossing: Crossing;
    readonly tap: Tap;
    readonly exits: Exits;
    /** Whether any host inspects. */
    readonly inspects: boolean;
  }) {
    this.#schedule = world.schedule;
    this.#now = world.now;
    this.#crossing = world.crossing;
    this.#tap = world.tap;
    this.#exits = world.exits;
    this.#readsErrors = world.inspects || world.tap.seesFrames;
  }

  /** A new datagram of a station, whose octets the packet may keep. */
  send(station: Station, port: number, to: Target, said: Pick<Packet, 'octets' | 'rule' | 'detail'>): void {
    const target = { address: to.address, port: to.port };
    const packetFrom = (address: Ip): Packet => ({
      number: this.#crossing.nextPacket(),
      from: { address, port },
      to: target,
      ttl: TTL,
      origin: station,
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
    this.#originate(station, packetFrom, to);
  }

  /** What came from a station that another headend runs crosses its segment, as if it had been sent here; `to`: on the segment. */
  goOn(packet: Packet, out: Interface, to: Mac): void {
    if (to === MAC_BROADCAST) this.#toEveryone(packet, out);
    const receiver = hearerWithMac(out, to);
    if (receiver === undefined) return;
    // RFC 2131 §4.1: a client is sent what it is told before it has the address.
    const isEarly = !receiver.station.spec.forwards && !receiver.has(packet.to.address);
    if (isEarly) this.#toHardware(packet, out, to);
    else this.#along(packet, [out.segment], { sender: out, receiver });
  }

  /** Lets a datagram go on from a router. */
  forward(station: Station, packet: Packet): void {
    const way = wayTo(station, packet.to.address);
    const onward = { ...packet, ttl: packet.ttl - 1, rule: undefined, detail: undefined };
    if (way !== undefined) {
      this.#leave(onward, way);
      return;
    }
    station.because(NET_RULES.noRoute);
    this.#fail(packet, station, 'network');
  }

  /** As `forward`, with what the packet says of its reason; a router that inspects may be the addressee itself. */
  pass(station: Station, packet: Packet): void {
    const own = station.interfaces.find((candidate) => candidate.has(packet.to.address));
    const way = wayTo(station, packet.to.address);
    if (own !== undefined) this.#deliver(packet, own, undefined);
    else if (way !== undefined) this.#leave({ ...packet, ttl: packet.ttl - 1 }, way);
    else {
      station.because(NET_RULES.noRoute);
      this.#fail(packet, station, 'network');
    }
  }

  /** Tells the sender of a datagram that nothing of ours listens on its port. */
  refuse(station: Station, packet: Packet): void {
    station.because(NET_RULES.portClosed);
    this.#fail(packet, station, 'port');
  }

  sendMacMessage(out: Interface, to: Mac, said: Pick<Packet, 'octets' | 'rule' | 'detail'>): void {
    const { octets } = said;
    const body: FrameBody = { kind: 'mac-message', octets };
    const isBroadcast = to === MAC_BROADCAST;
    const receiver = isBroadcast ? undefined : hearerWithMac(out, to);
    const crossing = { medium: out.segment, sender: out, receiver, isBroadcast, octets: octets.length };
    this.#crossing.cross(
      { ...crossing, body, packet: { ...said, number: this.#crossing.nextPacket() } },
      (crossed, at) => {
        const heard = isBroadcast ? hearers(out) : receiver === undefined ? [] : [receiver];
        const up = heard.filter((own) => own.station.isUp);
        const isHeard = (own: Interface): boolean =>
          !isBroadcast || !this.#crossing.isCut(out, own, crossed, body);
        if (!isBroadcast && up.length === 0) out.station.because(NET_RULES.unheard);
        this.#tap.frame(crossed, { at, fate: up.length > 0 || isBroadcast ? 'delivered' : 'unheard' }, body);
        for (const own of up) if (isHeard(own)) own.station.macMessage(octets, out.spec.mac, own);
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
    this.#crossing.cross({ ...crossing, isBroadcast: true, body, packet: undefined }, (crossed, at) => {
      this.#tap.frame(crossed, { at, fate: 'delivered' }, body);
      for (const holder of hearers(out))
        if (holder.station.isUp && holder.has(address) && !this.#crossing.isCut(out, holder, crossed, body))
          this.#answerProbe(holder, out, address);
    });
  }

  /** How long a stream's octets take from a station to an address, loss being turned into delay; undefined without a way. */
  streamDelay(station: Station, to: Ip, octets: number): number | undefined {
    const hops = hopsTo(station, to);
    if (hops === undefined) return undefined;
    let delayUs = 0;
    for (const { medium, ...ends } of hops) delayUs += this.#crossing.streamDelay(medium, ends, octets);
    return delayUs;
  }

  #answerProbe(holder: Interface, asker: Interface, address: Ipv4): void {
    const ends = { senderMac: holder.spec.mac, senderIp: address, targetMac: asker.spec.mac, targetIp: ANY };
    const body: FrameBody = { kind: 'arp', operation: 'reply', ...ends };
    const crossing = { medium: holder.segment, sender: holder, receiver: asker, octets: 28 };
    this.#crossing.cross({ ...crossing, isBroadcast: false, body, packet: undefined }, (crossed, at) => {
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

  #originate(station: Station, packetFrom: (address: Ip) => Packet, to: Target): void {
    const own = station.interfaces.find((candidate) => candidate.has(to.address));
    if (own !== undefined) {
      this.#deliver(packetFrom(to.source ?? to.address), own, undefined);
      return;
    }
    const way = wayTo(station, to.address);
    if (way === undefined) {
      station.because(NET_RULES.noRoute);
      this.#fail(packetFrom(to.source ?? ANY), station, 'network');
      return;
    }
    this.#leave(packetFrom(to.source ?? way.out.sourceFor(to.address)), way);
  }

  #towards(packet: Packet, out: Interface, nextHop: Ip): void {
    if (!this.#exits.acts(out.segment)) {
      if (packet.error === undefined) this.#exits.leave(packet, out, 'unicast');
      return;
    }
    const path = pathOnLink(out.segment, nextHop);
    if (path !== undefined && mayHear(out, path.receiver)) {
      this.#along(packet, path.media, { sender: out, receiver: path.receiver });
      return;
    }
    this.#await(packet, out);
  }

  /** Keeps a datagram while nobody answers for its next address, of all that wait the newest. */
  #await(packet: Packet, out: Interface): void {
    const alarm = new Alarm(() => {
      this.#awaiting.delete(alarm);
      out.station.because(NET_RULES.noNeighbour);
      this.#fail(packet, out.station, 'host');
    });
    if (this.#awaiting.size >= AWAITING_MAX)
      for (const oldest of this.#awaiting) {
        this.#awaiting.delete(oldest);
        this.#schedule.set(oldest, NEVER);
        out.station.because(NET_RULES.neighbourQueueFull);
        break;
      }
    this.#awaiting.add(alarm);
    this.#schedule.set(alarm, after(this.#now(), NEIGHBOUR_WAIT_US));
  }

  /** Crosses one medium after the other up to a host. */
  #along(
    packet: Packet,
    media: readonly Medium[],
    ends: { readonly sender: Interface; readonly receiver: Interface },
  ): void {
    const [medium, ...rest] = media;
    if (medium === undefined) return;
    const body = bodyOf(packet);
    const octets = HEADER_OCTETS + packet.octets.length;
    this.#crossing.cross({ medium, ...ends, isBroadcast: false, body, packet, octets }, (crossed, at) => {
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
    if (!station.isUp) {
      crossed.sender?.station.because(NET_RULES.unheard);
      this.#tap.frame(crossed, { ...end, fate: 'unheard' }, bodyOf(packet));
    } else if (station.spec.inspects === true) {
      this.#tap.frame(crossed, { ...end, fate: 'delivered' }, bodyOf(packet));
      this.#inspect(packet, receiver);
    } else if (station.interfaces.some((own) => own.has(packet.to.address))) {
      this.#deliver(packet, receiver, crossed);
    } else {
      this.#tap.frame(crossed, { ...end, fate: 'delivered' }, bodyOf(packet));
      this.#pass(packet, receiver, crossed.sender?.spec.mac);
    }
  }

  /** Not for this host: a router lets its service decide, others drop it. */
  #pass(packet: Packet, receiver: Interface, hardware: Mac | undefined): void {
    const { station } = receiver;
    if (!station.spec.forwards) {
      station.because(NET_RULES.notOurs);
    } else if (packet.ttl <= 1) {
      // RFC 1812 §5.3.1.
      station.because(NET_RULES.timeExceeded);
      this.#fail(packet, station, 'time');
    } else if (packet.error === undefined) station.transit(packet, receiver, hardware);
    else this.forward(station, packet);
  }

  /** A router that inspects decides about all, for others or for itself. */
  #inspect(packet: Packet, receiver: Interface): void {
    const { station } = receiver;
    if (packet.ttl > 1 || station.interfaces.some((own) => own.has(packet.to.address))) {
      station.inspect(packet, receiver);
      return;
    }
    // RFC 1812 §5.3.1.
    station.because(NET_RULES.timeExceeded);
    this.#fail(packet, station, 'time');
  }

  #deliver(packet: Packet, last: Interface, crossed: Crossed | undefined): void {
    if (packet.error === undefined) {
      this.#exits.arrive(packet, last, crossed);
      return;
    }
    if (crossed !== undefined)
      this.#tap.frame(crossed, { at: this.#now(), fate: 'delivered' }, bodyOf(packet));
    const { reason } = packet.error;
    const of = packet.error.of.asSent ?? packet.error.of;
    this.#schedule.at(this.#now(), () => {
      // RFC 1122 §3.2.2.4: a time exceeded is passed on too; for the sender it is a network out of reach.
      of.origin.unreachable(reason === 'time' ? 'network' : reason, of);
    });
  }

  #toHardware(packet: Packet, out: Interface, hardware: Mac): void {
    const receiver = hearerWithMac(out, hardware);
    if (!this.#exits.acts(out.segment) || (receiver === undefined && this.#exits.joins(out.segment))) {
      this.#exits.leave(packet, out, 'no-address');
      return;
    }
    const body = bodyOf(packet);
    const octets = HEADER_OCTETS + packet.octets.length;
    const crossing = { medium: out.segment, sender: out, receiver, isBroadcast: false, body, packet, octets };
    this.#crossing.cross(crossing, (crossed, at) => {
      const heard = receiver?.station.isUp === true;
      if (!heard) out.station.because(NET_RULES.unheard);
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
    // What a modem says goes up the cable; nobody else on it hears that.
    if (out.station.spec.forwards && this.#exits.joins(out.segment))
      this.#exits.leave(packet, out, 'broadcast');
    const body = bodyOf(packet);
    const octets = HEADER_OCTETS + packet.octets.length;
    const crossing = { medium: out.segment, sender: out, receiver: undefined, isBroadcast: true };
    this.#crossing.cross({ ...crossing, body, packet, octets }, (crossed, at) => {
      this.#tap.frame(crossed, { at, fate: 'delivered' }, body);
      for (const own of hearers(out))
        if (own.station.isUp && own.station.hasPort(packet.to.port))
          if (!this.#crossing.isCut(out, own, crossed, body)) own.station.datagram(packet, own, out.spec.mac);
    });
  }

  /** Tells the sender of a datagram that it did not arrive: by ICMP from `station`, at once when that is itself. */
  #fail(packet: Packet, station: Station, reason: ErrorReason): void {
    // RFC 1122 §3.2.2: never about an error, nor to nobody.
    if (packet.error !== undefined) return;
    if (station === packet.origin) {
      this.#schedule.at(this.#now(), () => {
        station.unreachable(reason === 'time' ? 'network' : reason, packet);
      });
      return;
    }
    const sender = packet.from.address;
    if (sender === ANY) return;
    const own = station.interfaces.some((candidate) => candidate.has(packet.to.address));
    const to = { address: sender, port: 0, source: own ? packet.to.address : undefined };
    const failed = { ...packet, identification: packet.number };
    const icmpFrom = (address: Ip): Packet => ({
      number: this.#crossing.nextPacket(),
      from: { address, port: 0 },
      to: { address: sender, port: 0 },
      ttl: TTL,
      octets: this.#readsErrors ? encodeUnreachable(failed, reason, address) : NO_OCTETS,
      origin: station,
      rule: undefined,
      detail: undefined,
      error: { reason, of: packet },
    });
    // An error about an error's way is not told either.
    if (wayTo(station, sender) !== undefined) this.#originate(station, icmpFrom, to);
  }
}
