import { ANY, BROADCAST, isIpv4, prefixContains } from '../../core/address.ts';
import type { Ip, Ipv4 } from '../../core/address.ts';
import type { RouteSpec } from '../../core/driver.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import type { Target } from '../../core/service.ts';
import type { Areas } from './areas.ts';
import type { Crossing } from './crossing.ts';
import { EVENT } from './events.ts';
import { ICMP, UDP } from './frames.ts';
import type { Frame } from './frames.ts';
import { encodeError } from './icmp-error.ts';
import type { ErrorReason } from '../../codec/frame/unreachable.ts';
import type { Neighbours, Undeliverable } from './neighbours.ts';
import { onLink } from './plant.ts';
import type { Shard } from './shard.ts';

const NONE = -1;
/** RFC 1122 §3.2.1.7 leaves it open; RFC 1340 recommends 64. */
const TTL = 64;

/** Sends what hosts send: chooses the way out, the source, the next hop. */
export class Output implements Undeliverable {
  readonly #shard: Shard;
  readonly #crossing: Crossing;
  readonly #neighbours: Neighbours;
  readonly #areas: Areas;
  /** What `#route` found. */
  #iface = NONE;
  #nextHop: Ip = ANY;

  constructor(
    shard: Shard,
    ways: { readonly crossing: Crossing; readonly neighbours: Neighbours; readonly areas: Areas },
  ) {
    this.#shard = shard;
    this.#crossing = ways.crossing;
    this.#neighbours = ways.neighbours;
    this.#areas = ways.areas;
  }

  /** A new UDP datagram of a host; takes the frame, whose octets and rule are set. */
  sendUdp(host: number, port: number, to: Target, frame: Frame): void {
    frame.kind = UDP;
    frame.packet = this.#shard.nextPacket();
    frame.ttl = TTL;
    frame.fromPort = port;
    frame.to = to.address;
    frame.toPort = to.port;
    if (frame.length > 65_507) this.#drop(frame, host, NET_RULES.tooLong);
    else if (to.hardware !== undefined || this.#isGroup(host, to)) this.#sendOnLink(host, to, frame);
    else this.originate(host, frame, to.source);
  }

  /** A datagram of this host's own whose `to` is set; sets `from` where `source` leaves it open. */
  originate(host: number, frame: Frame, source: Ip | undefined): void {
    const { plant, wheel, now } = this.#shard;
    const { to } = frame;
    if (plant.interfaceWith(host, to) !== NONE) {
      frame.from = source ?? to;
      wheel.push(now, EVENT.local, host, frame.number);
      return;
    }
    if (!this.#route(host, to)) {
      frame.from = source ?? this.#anySource(host, to);
      this.#shard.because(host, NET_RULES.noRoute);
      this.fail(frame, host, 'network');
      return;
    }
    frame.from = source ?? plant.sourceFor(this.#iface, to) ?? this.#anySource(host, to);
    this.#leave(frame, this.#iface, this.#nextHop);
  }

  /** Lets a datagram of somebody else go on. */
  forward(host: number, frame: Frame): void {
    frame.rule = undefined;
    frame.detail = undefined;
    this.pass(host, frame);
  }

  /** As `forward`, with what the frame says of its reason; a router that inspects may be the addressee itself. */
  pass(host: number, frame: Frame): void {
    const { to } = frame;
    if (this.#shard.plant.inspects(host) && this.#shard.plant.interfaceWith(host, to) !== NONE) {
      this.#shard.wheel.push(this.#shard.now, EVENT.local, host, frame.number);
      return;
    }
    frame.ttl--;
    if (this.#areas.isLinkRouter(host)) {
      const way = this.#areas.leave(host, to);
      if (way === undefined) this.#shard.pool.free(frame);
      else if (way.receiver === NONE) this.#neighbours.send(frame, way.iface, to);
      else this.#crossing.toInterface(frame, way.iface, way.receiver);
    } else if (this.#route(host, to)) {
      this.#leave(frame, this.#iface, this.#nextHop);
    } else {
      this.#shard.because(host, NET_RULES.noRoute);
      this.fail(frame, host, 'network');
    }
  }

  /** Tells the sender of a UDP datagram that it did not arrive, and frees the frame. */
  fail(frame: Frame, host: number, reason: ErrorReason): void {
    if (frame.kind === UDP && frame.from !== ANY) this.#tell(frame, host, reason);
    this.#shard.pool.free(frame);
  }

  /** As `fail` for a closed port, but the frame stays with the caller. */
  refuse(frame: Frame, host: number): void {
    if (frame.from !== ANY) this.#tell(frame, host, 'port');
  }

  #tell(frame: Frame, host: number, reason: ErrorReason): void {
    const { plant, pool } = this.#shard;
    const sender = frame.from;
    const own = plant.interfaceWith(host, sender) !== NONE;
    // RFC 1122 §3.2.2: the destination address of the datagram, where it was ours.
    const isToUs = plant.interfaceWith(host, frame.to) !== NONE;
    const source = own ? sender : isToUs ? frame.to : this.sourceFor(host, sender);
    if (source === undefined) return;
    const octets = encodeError(frame, reason, source);
    const error = pool.take(octets, octets.length);
    error.kind = ICMP;
    error.packet = this.#shard.nextPacket();
    error.led = frame.led;
    error.ttl = TTL;
    error.fromPort = 0;
    error.toPort = 0;
    error.to = sender;
    this.originate(host, error, source);
  }

  /** The address that this host sends to `to` from. */
  sourceFor(host: number, to: Ip): Ip | undefined {
    const { plant } = this.#shard;
    if (plant.interfaceWith(host, to) !== NONE) return to;
    return this.#route(host, to)
      ? (plant.sourceFor(this.#iface, to) ?? this.#anySource(host, to))
      : undefined;
  }

  /** A broadcast, a group, or a client that may not answer ARP yet: straight on to the link. */
  #sendOnLink(host: number, to: Target, frame: Frame): void {
    const { plant } = this.#shard;
    const iface = this.#wayOut(host, to);
    frame.from = to.source ?? plant.sourceFor(iface, to.address) ?? ANY;
    if (to.hardware !== undefined) this.#crossing.toHardware(frame, iface, to.hardware);
    else this.#crossing.toEveryone(frame, iface);
  }

  #wayOut(host: number, to: Target): number {
    const { plant } = this.#shard;
    if (to.via !== undefined) return plant.interfaceOf(host, to.via);
    if (to.source !== undefined) {
      const own = plant.interfaceWith(host, to.source);
      if (own !== NONE) return own;
    }
    if (to.address !== BROADCAST && this.#route(host, to.address)) return this.#iface;
    return plant.hosts.first(host);
  }

  /** Whether it is for all on one of our links. */
  #isGroup(host: number, to: Target): boolean {
    const { plant } = this.#shard;
    const end = plant.hosts.end(host);
    for (let iface = plant.hosts.first(host); iface < end; iface++)
      if (plant.isBroadcast(iface, to.address)) return true;
    return false;
  }

  #leave(frame: Frame, iface: number, nextHop: Ip): void {
    const { plant } = this.#shard;
    if (plant.isBroadcast(iface, nextHop)) {
      this.#crossing.toEveryone(frame, iface);
      return;
    }
    if (this.#areas.exist && nextHop === frame.to) {
      const router = this.#areas.routerFor(plant.interfaces.segment(iface), nextHop);
      if (router !== NONE) {
        this.#crossing.toInterface(frame, iface, router);
        return;
      }
    }
    this.#neighbours.send(frame, iface, nextHop);
  }

  /** The longest prefix, then the default router (RFC 1122 §3.3.1.1), then a link; sets `#iface` and `#nextHop`. */
  #route(host: number, to: Ip): boolean {
    const { plant } = this.#shard;
    const start = plant.hosts.first(host);
    const end = plant.hosts.end(host);
    if (
      end - start === 1 &&
      isIpv4(to) &&
      !plant.hasRoutes(host) &&
      plant.interfaces.address(start) !== ANY
    ) {
      // One way out, as a modem has: on its link, or through its router.
      if (((plant.interfaces.address(start) ^ to) & plant.interfaces.mask(start)) === 0)
        return this.#found(start, to);
      if (!plant.hasOthers && plant.interfaces.router(start) !== ANY)
        return this.#found(start, plant.interfaces.router(start) as Ipv4);
    }
    const { routes } = plant.spec(host);
    let best = NONE;
    for (let iface = start; iface < end; iface++) {
      const length = this.#prefixLengthOn(iface, to);
      if (length > best && this.#found(iface, to)) best = length;
    }
    for (const route of routes) {
      if (route.to.length <= best || !prefixContains(route.to, to)) continue;
      best = route.to.length;
      this.#take(route, start, to);
    }
    return best !== NONE || this.#routeByRouter(start, end, to);
  }

  #routeByRouter(start: number, end: number, to: Ip): boolean {
    const { plant } = this.#shard;
    for (let iface = start; iface < end; iface++) {
      const router = isIpv4(to) ? plant.interfaces.router(iface) : ANY;
      if (router !== ANY) return this.#found(iface, router as Ipv4);
      for (const other of plant.others(iface))
        if (other.router !== undefined && isIpv4(other.router) === isIpv4(to))
          return this.#found(iface, other.router);
    }
    if (!this.#areas.exist) return false;
    for (let iface = start; iface < end; iface++)
      if (this.#areas.routerFor(plant.interfaces.segment(iface), to) !== NONE) return this.#found(iface, to);
    return false;
  }

  /** -1 when `to` is not on the interface's link. */
  #prefixLengthOn(iface: number, to: Ip): number {
    const { plant } = this.#shard;
    const mask = plant.interfaces.mask(iface);
    const own = plant.interfaces.address(iface);
    let best = NONE;
    if (isIpv4(to) && own !== ANY && ((own ^ to) & mask) === 0) best = lengthOf(mask);
    for (const other of plant.others(iface))
      if (other.prefixLength > best && onLink(other, to)) best = other.prefixLength;
    return best;
  }

  #take(route: RouteSpec, start: number, to: Ip): void {
    this.#found(start + route.via, route.nextHop ?? to);
  }

  #found(iface: number, nextHop: Ip): true {
    this.#iface = iface;
    this.#nextHop = nextHop;
    return true;
  }

  /** RFC 1122 §3.3.4.3: an address of another interface, where the way out has none of its own. */
  #anySource(host: number, to: Ip): Ip {
    const { plant } = this.#shard;
    for (let iface = plant.hosts.first(host); iface < plant.hosts.end(host); iface++) {
      const source = plant.sourceFor(iface, to);
      if (source !== undefined) return source;
    }
    return ANY;
  }

  #drop(frame: Frame, host: number, rule: (typeof NET_RULES)[keyof typeof NET_RULES]): void {
    this.#shard.because(host, rule);
    this.#shard.pool.free(frame);
  }
}

function lengthOf(mask: number): number {
  return mask === 0 ? 0 : 32 - lowBits(mask);
}

/** How many zero bits a mask ends in. */
function lowBits(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}
