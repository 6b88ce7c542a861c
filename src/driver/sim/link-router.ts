import type { HostSpec, LinkSpec, SegmentSpec, Topology } from '../../core/driver.ts';
import { toMac } from '../../core/address.ts';
import type { Effects, Input, Service } from '../../core/service.ts';
import { NEVER } from '../../core/time.ts';
import type { Instant } from '../../core/time.ts';

/** Locally administered addresses, out of the way of those that scenarios give. */
const FIRST_MAC = 0x02_fe_00_00_00_00;

/** Lets every datagram go on. */
class LinkRouter implements Service {
  handle(input: Input, _now: Instant, effects: Effects): void {
    if (input.kind === 'transit') effects.forward();
  }

  deadline(): Instant {
    return NEVER;
  }
}

export const LINK_KIND = 'link';

/**
 * A link becomes a segment of its own between two routers that have no addresses, so that a crossing of it is like any
 * other: hop by hop, with its own quality and faults, and in the capture.
 */
export function addLinkRouters(topology: Topology): Topology {
  if (topology.links.length === 0) return topology;
  const segments: SegmentSpec[] = [...topology.segments];
  const hosts: HostSpec[] = [...topology.hosts];
  topology.links.forEach((link, index) => {
    segments.push({ name: link.name, kind: 'ethernet', quality: link.quality });
    link.between.forEach((segment, end) => hosts.push(routerOf(link, segment, index * 4 + end * 2)));
  });
  return { segments, links: topology.links, hosts };
}

function routerOf(link: LinkSpec, segment: string, number: number): HostSpec {
  const face = (name: string, offset: number): HostSpec['interfaces'][number] => ({
    segment: name,
    mac: toMac(FIRST_MAC + number + offset),
    addresses: [],
  });
  return {
    name: `${link.name}@${segment}`,
    kind: LINK_KIND,
    group: link.name,
    interfaces: [face(segment, 0), face(link.name, 1)],
    routes: [],
    forwards: true,
    udpPorts: [],
    tcpPorts: [],
    create: () => new LinkRouter(),
  };
}
