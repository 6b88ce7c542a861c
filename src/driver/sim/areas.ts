import { isIpv4, maskIp, maskOfLength } from '../../core/address.ts';
import type { Ip } from '../../core/address.ts';
import { LINK_KIND } from './link-router.ts';
import type { Plant } from './plant.ts';

const NONE = -1;

/** Where an address lives: a segment, and there perhaps the router that leads on to it. */
interface Home {
  readonly segment: number;
  /** An interface; -1: the host itself is on the segment. */
  readonly gateway: number;
}

interface PrefixHome extends Home {
  readonly address: Ip;
  readonly length: number;
}

/**
 * The ways over links, whose routers have no addresses of their own. They know what the file says and nothing that happens
 * later: the addresses and prefixes on each segment, and what stands behind the routers there.
 */
export class Areas {
  readonly #plant: Plant;
  readonly #exact = new Map<Ip, Home>();
  readonly #prefixes: PrefixHome[] = [];
  /** `segment * count + home` -> the router's interface on `segment` that leads towards `home`. */
  readonly #towards: Int32Array;
  readonly exist: boolean;

  constructor(plant: Plant) {
    this.#plant = plant;
    const count = plant.segments.length;
    this.exist = plant.specs.length > plant.namedHosts;
    this.#towards = new Int32Array(this.exist ? count * count : 0).fill(NONE);
    if (!this.exist) return;
    for (let home = 0; home < count; home++) this.#spread(home);
    for (let host = 0; host < plant.namedHosts; host++) this.#place(host);
    this.#prefixes.sort((a, b) => b.length - a.length);
  }

  /** The link's router on this segment that `to` is reached by; -1 when it is not behind a link. */
  routerFor(segment: number, to: Ip): number {
    const home = this.#homeOf(to);
    return home === undefined || home.segment === segment ? NONE : this.#hop(segment, home.segment);
  }

  /** The way out of a link's router: sets `iface` and `receiver` (-1: ask the link who has the address). */
  leave(host: number, to: Ip): { readonly iface: number; readonly receiver: number } | undefined {
    const { hosts, interfaces } = this.#plant;
    const home = this.#homeOf(to);
    if (home === undefined) return undefined;
    for (let iface = hosts.first(host); iface < hosts.end(host); iface++)
      if (interfaces.segment(iface) === home.segment) return { iface, receiver: home.gateway };
    for (let iface = hosts.first(host); iface < hosts.end(host); iface++) {
      const receiver = this.#hop(interfaces.segment(iface), home.segment);
      if (receiver !== NONE && this.#plant.interfaces.host(receiver) !== host) return { iface, receiver };
    }
    return undefined;
  }

  isLinkRouter(host: number): boolean {
    return host >= this.#plant.namedHosts;
  }

  #hop(segment: number, home: number): number {
    return this.#towards[segment * this.#plant.segments.length + home]!;
  }

  #homeOf(to: Ip): Home | undefined {
    const exact = this.#exact.get(to);
    if (exact !== undefined) return exact;
    return this.#prefixes.find(
      (prefix) => isIpv4(prefix.address) === isIpv4(to) && maskIp(to, prefix.length) === prefix.address,
    );
  }

  /** Breadth first from a home over the links; of equal ways the first in the file. */
  #spread(home: number): void {
    const plant = this.#plant;
    const seen = new Set([home]);
    for (const segment of seen) {
      for (const here of plant.segments[segment]!.routers) {
        const router = plant.interfaces.host(here);
        if (plant.spec(router).kind !== LINK_KIND || !this.isLinkRouter(router)) continue;
        for (let other = plant.hosts.first(router); other < plant.hosts.end(router); other++) {
          const beyond = plant.interfaces.segment(other);
          if (seen.has(beyond)) continue;
          seen.add(beyond);
          this.#towards[beyond * plant.segments.length + home] = other;
        }
      }
    }
  }

  #place(host: number): void {
    const plant = this.#plant;
    const spec = plant.spec(host);
    for (let iface = plant.hosts.first(host); iface < plant.hosts.end(host); iface++) {
      const segment = plant.interfaces.segment(iface);
      for (const { address, prefixLength } of spec.interfaces[plant.viaOf(iface)]!.addresses) {
        if (!this.#exact.has(address)) this.#exact.set(address, { segment, gateway: NONE });
        this.#add(address, prefixLength, { segment, gateway: NONE });
        if (spec.forwards) this.#leadOn(host, iface, { address, prefixLength });
      }
    }
  }

  /** What stands on one side of a router is reached through its other sides. */
  #leadOn(host: number, iface: number, own: { readonly address: Ip; readonly prefixLength: number }): void {
    const plant = this.#plant;
    const reachable = [...plant.segments[plant.interfaces.segment(iface)]!.routers].some((router) =>
      this.isLinkRouter(plant.interfaces.host(router)),
    );
    if (reachable) return;
    for (let other = plant.hosts.first(host); other < plant.hosts.end(host); other++) {
      if (other === iface) continue;
      const home = { segment: plant.interfaces.segment(other), gateway: other };
      this.#exact.set(own.address, home);
      this.#add(own.address, own.prefixLength, home);
      return;
    }
  }

  #add(address: Ip, length: number, home: Home): void {
    const network = isIpv4(address) ? ((address & maskOfLength(length)) as Ip) : maskIp(address, length);
    const known = this.#prefixes.findIndex((one) => one.address === network && one.length === length);
    if (known === NONE) this.#prefixes.push({ ...home, address: network, length });
    else if (home.gateway !== NONE) this.#prefixes[known] = { ...home, address: network, length };
  }
}
