import type { Ipv4, Prefix } from '../../../core/address.ts';
import {
  formatIp,
  formatPrefix,
  ipv4At,
  isIpv4,
  maskIp,
  parseIpv4,
  parsePrefix,
} from '../../../core/address.ts';
import { bug } from '../../../core/errors.ts';

/** One route of option 121: RFC 3442. */
export interface ClasslessRoute {
  readonly to: Prefix;
  /** 0.0.0.0: on the link itself. */
  readonly router: Ipv4;
}

/** Undefined when the octets are not whole routes. Bits beyond a prefix's length are cleared, as the client must. */
export function routesOf(octets: Uint8Array): readonly ClasslessRoute[] | undefined {
  const routes: ClasslessRoute[] = [];
  let at = 0;
  while (at < octets.length) {
    const length = octets[at] ?? 0;
    const significant = (length + 7) >> 3;
    if (length > 32 || at + 1 + significant + 4 > octets.length) return undefined;
    const destination = new Uint8Array(4);
    destination.set(octets.subarray(at + 1, at + 1 + significant));
    routes.push({
      to: { address: maskIp(ipv4At(destination, 0), length), length },
      router: ipv4At(octets, at + 1 + significant),
    });
    at += 1 + significant + 4;
  }
  return routes;
}

export function encodeRoutes(routes: readonly ClasslessRoute[]): Uint8Array {
  const octets: number[] = [];
  for (const { to, router } of routes) {
    const { address, length } = to;
    if (!isIpv4(address)) bug('option 121 carries IPv4 routes');
    const destination = [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255];
    octets.push(length, ...destination.slice(0, (length + 7) >> 3));
    octets.push(router >>> 24, (router >>> 16) & 255, (router >>> 8) & 255, router & 255);
  }
  return Uint8Array.from(octets);
}

/** `10.0.0.0/8 via 10.9.0.1`. */
export function formatRoute({ to, router }: ClasslessRoute): string {
  return `${formatPrefix(to)} via ${formatIp(router)}`;
}

export function parseRoute(text: string): ClasslessRoute | undefined {
  const [prefix = '', via, router = '', ...rest] = text.trim().split(/\s+/);
  const to = parsePrefix(prefix);
  const address = parseIpv4(router);
  if (to === undefined || !isIpv4(to.address) || via !== 'via' || address === undefined || rest.length > 0)
    return undefined;
  return { to, router: address };
}
