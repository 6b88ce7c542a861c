import type { Ip } from '../../core/address.ts';
import { maskIp, prefixContains } from '../../core/address.ts';
import type { RouteSpec } from '../../core/driver.ts';
import type { InterfaceAddress } from '../../core/service.ts';

/** `wayOut` for an address of the router's own, and for one that it knows no way to. */
export const OWN = -1;
export const NO_WAY = -2;

/** Which interface a destination is behind, as the driver will find it: the longest prefix, then a default router. */
export class Ways {
  readonly #interfaces: readonly { readonly addresses: readonly InterfaceAddress[] }[];
  readonly #routes: readonly RouteSpec[];

  constructor(
    interfaces: readonly { readonly addresses: readonly InterfaceAddress[] }[],
    routes: readonly RouteSpec[],
  ) {
    this.#interfaces = interfaces;
    this.#routes = routes;
  }

  wayOut(to: Ip): number {
    let best = NO_WAY;
    let length = -1;
    for (const [index, { addresses }] of this.#interfaces.entries()) {
      for (const { address, prefixLength } of addresses) {
        if (address === to) return OWN;
        const prefix = { address: maskIp(address, prefixLength), length: prefixLength };
        if (prefixLength <= length || !prefixContains(prefix, to)) continue;
        length = prefixLength;
        best = index;
      }
    }
    for (const route of this.#routes) {
      if (route.to.length <= length || !prefixContains(route.to, to)) continue;
      length = route.to.length;
      best = route.via;
    }
    if (best !== NO_WAY) return best;
    const byRouter = this.#interfaces.findIndex(({ addresses }) =>
      addresses.some(({ router }) => router !== undefined && typeof router === typeof to),
    );
    return byRouter < 0 ? NO_WAY : byRouter;
  }
}
