import { formatPrefix, type Ip, isIpv4, maskIp, type Prefix } from '../core/address.ts';
import type { InterfaceSpec, LinkSpec, RouteSpec } from '../core/driver.ts';

/** What routing needs to know of a host. */
export interface RoutedHost {
  readonly interfaces: readonly InterfaceSpec[];
  readonly forwards: boolean;
  /** The interface whose side does not know of the others: the outside of a router that translates. */
  readonly outside?: number | undefined;
}

/** One way out of a segment: through a router's interface there, or over a link. */
interface Exit {
  readonly to: string;
  /** The router's addresses on the segment that is left; undefined for a link, which routes by itself. */
  readonly by: InterfaceSpec | undefined;
}

/**
 * The routes of a plant whose routers know it all: for each host the shortest way to every prefix that is not on its own
 * links. Of equal ways the one through what stands first in the file is taken.
 */
export class RoutePlan {
  readonly #exits = new Map<string, Exit[]>();
  readonly #prefixes = new Map<string, Prefix[]>();

  constructor(hosts: readonly RoutedHost[], links: readonly LinkSpec[]) {
    for (const host of hosts) {
      for (const from of host.interfaces) {
        for (const address of from.addresses) this.#addPrefix(from.segment, prefixOf(address));
        if (!host.forwards || host.interfaces.indexOf(from) === host.outside) continue;
        for (const to of host.interfaces)
          if (to !== from) this.#addExit(from.segment, { to: to.segment, by: from });
      }
    }
    for (const { between } of links) {
      this.#addExit(between[0], { to: between[1], by: undefined });
      this.#addExit(between[1], { to: between[0], by: undefined });
    }
  }

  /** The routes of one host, in the order of distance. */
  routesOf(host: RoutedHost): readonly RouteSpec[] {
    const routes: RouteSpec[] = [];
    const known = new Set<string>();
    for (const own of host.interfaces)
      for (const address of own.addresses) known.add(formatPrefix(prefixOf(address)));
    if (!host.forwards) this.#addOwnSegments(host, known, routes);
    const seen = new Set(host.interfaces.map((own) => own.segment));
    // Breadth first: each entry is a segment reached, and how the host leaves towards it.
    const queue: { segment: string; via: number; first: Exit | undefined }[] = host.interfaces.map(
      (own, via) => ({
        segment: own.segment,
        via,
        first: undefined,
      }),
    );
    for (const { segment, via, first } of queue) {
      for (const exit of this.#exits.get(segment) ?? []) {
        if (seen.has(exit.to) || host.interfaces.includes(exit.by as InterfaceSpec)) continue;
        seen.add(exit.to);
        const leave = first ?? exit;
        queue.push({ segment: exit.to, via, first: leave });
        for (const prefix of this.#prefixes.get(exit.to) ?? []) {
          const key = formatPrefix(prefix);
          const nextHop = leave.by && routerAddress(leave.by, prefix.address);
          if (known.has(key) || (leave.by !== undefined && nextHop === undefined)) continue;
          known.add(key);
          routes.push({ to: prefix, via, nextHop });
        }
      }
    }
    return routes;
  }

  /** Who stands on the same segment is reached without a router, whatever its network. */
  #addOwnSegments(host: RoutedHost, known: Set<string>, routes: RouteSpec[]): void {
    for (const [via, { segment }] of host.interfaces.entries())
      for (const prefix of this.#prefixes.get(segment) ?? []) {
        const key = formatPrefix(prefix);
        if (known.has(key)) continue;
        known.add(key);
        routes.push({ to: prefix, via });
      }
  }

  #addExit(segment: string, exit: Exit): void {
    const exits = this.#exits.get(segment);
    if (exits === undefined) this.#exits.set(segment, [exit]);
    else exits.push(exit);
  }

  #addPrefix(segment: string, prefix: Prefix): void {
    const prefixes = this.#prefixes.get(segment);
    if (prefixes === undefined) this.#prefixes.set(segment, [prefix]);
    else if (!prefixes.some((known) => known.address === prefix.address && known.length === prefix.length))
      prefixes.push(prefix);
  }
}

function prefixOf({ address, prefixLength }: { address: Ip; prefixLength: number }): Prefix {
  return { address: maskIp(address, prefixLength), length: prefixLength };
}

/** The router's own address of the destination's family on the link that leads to it. */
function routerAddress(by: InterfaceSpec, destination: Ip): Ip | undefined {
  return by.addresses.find(({ address }) => isIpv4(address) === isIpv4(destination))?.address;
}
