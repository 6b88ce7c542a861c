import type { HostSpec } from '../core/driver.ts';

/** A host that is the same but for what is named; key by key, since what a host is may be made when it is asked for. */
export function hostWith(host: HostSpec, change: Partial<HostSpec>): HostSpec {
  const same: { readonly [Key in keyof Required<HostSpec>]: HostSpec[Key] } = {
    name: host.name,
    number: host.number,
    kind: host.kind,
    group: host.group,
    services: host.services,
    interfaces: host.interfaces,
    routes: host.routes,
    forwards: host.forwards,
    inspects: host.inspects,
    udpPorts: host.udpPorts,
    tcpPorts: host.tcpPorts,
    tls: host.tls,
    capacity: host.capacity,
    limiter: host.limiter,
    flushUs: host.flushUs,
    revision: host.revision,
    live: host.live,
    isDormant: host.isDormant,
    create: () => host.create(),
  };
  return { ...same, ...change };
}
