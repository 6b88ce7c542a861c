import type { Ip, Mac } from '../../core/address.ts';
import { isIpv4, prefixContains } from '../../core/address.ts';
import type { Interface, Medium, Segment, Station } from './plant.ts';

/** How a station sends towards an address. */
export interface Way {
  readonly out: Interface;
  readonly nextHop: Ip;
}

/** Who hears what an interface sends to all: on a cable what a modem says reaches routers (the CMTS) only. */
export function hearers(out: Interface): Interface[] {
  const upstreamOnly = out.segment.kind === 'cable' && !out.station.spec.forwards;
  return out.segment.interfaces.filter((own) => own !== out && (!upstreamOnly || own.station.spec.forwards));
}

/** On a cable modems hear the CMTS only, and only it hears them. */
export function mayHear(sender: Interface, receiver: Interface): boolean {
  if (sender.segment.kind !== 'cable' || receiver.segment !== sender.segment) return true;
  return sender.station.spec.forwards || receiver.station.spec.forwards;
}

export function hearerWithMac(out: Interface, mac: Mac): Interface | undefined {
  const found = out.segment.withMac(mac);
  return found !== undefined && mayHear(out, found) ? found : undefined;
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
export function pathOnLink(
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

/** One crossing of a medium; an end that is not of the scenario is undefined. */
export interface Hop {
  readonly medium: Medium;
  readonly sender: Interface | undefined;
  readonly receiver: Interface | undefined;
}

const HOPS_MAX = 64;

/** All crossings from a station to an address, through routers that are up; undefined where no way leads. */
export function hopsTo(
  station: Station,
  to: Ip,
): readonly (Hop & { readonly sender: Interface })[] | undefined {
  const hops: (Hop & { readonly sender: Interface })[] = [];
  let from = station;
  while (hops.length <= HOPS_MAX) {
    if (from.interfaces.some((own) => own.has(to))) return hops;
    const way = wayTo(from, to);
    const path = way && pathOnLink(way.out.segment, way.nextHop);
    if (way === undefined || path === undefined || !path.receiver.station.isUp) return undefined;
    for (const medium of path.media) hops.push({ medium, sender: way.out, receiver: path.receiver });
    from = path.receiver.station;
  }
  return undefined;
}
