import { addToIp, type Ip } from '../core/address.ts';
import type { InterfaceSpec, LinkSpec, SegmentSpec } from '../core/driver.ts';
import type { InterfaceAddress } from '../core/service.ts';
import type { ProberDeviceConfig, WebDeviceConfig } from '../config/checks.ts';
import type { AttackerDeviceConfig, PopulationDeviceConfig } from '../config/resolver.ts';
import type { ClientDeviceConfig, RouterDeviceConfig } from '../config/router.ts';
import type { DeviceConfig, HostDeviceConfig, Scenario, ServiceConfig } from '../config/scenario.ts';
import { macOfName, memberMac, memberName } from '../config/template.ts';
import { RoutePlan, type RoutedHost } from './routes.ts';

/**
 * The services that stand at one address: one host. It is named after its DHCP server, which keeps its leases under that name,
 * else after the first of them.
 */
export interface ServerGroup {
  readonly name: string;
  readonly services: readonly ServiceConfig[];
  readonly interfaces: readonly InterfaceSpec[];
}

/** Where everything stands: segments, the interfaces of hosts with fixed addresses, and the routes between them. */
export interface Network {
  readonly segments: readonly SegmentSpec[];
  readonly links: readonly LinkSpec[];
  readonly servers: readonly ServerGroup[];
  /** By device name, for those whose addresses the file gives. */
  readonly fixed: ReadonlyMap<string, readonly InterfaceSpec[]>;
  readonly routes: RoutePlan;
}

export function buildNetwork(scenario: Scenario): Network {
  const servers = serverGroups(scenario.services);
  const fixed = new Map<string, readonly InterfaceSpec[]>();
  const routed: RoutedHost[] = servers.map(({ interfaces }) => ({ interfaces, forwards: false }));
  for (const device of scenario.devices) {
    for (let index = 0; index < (device.count ?? 1); index++) {
      const interfaces = fixedInterfaces(device, index);
      if (interfaces === undefined) break;
      fixed.set(memberName(device.name, device.count, index), interfaces);
      const forwards = device.kind === 'cmts' || device.kind === 'router';
      routed.push({
        interfaces,
        forwards,
        outside: device.kind === 'router' ? device.nat?.outside : undefined,
      });
    }
  }
  const { segments, links } = scenario;
  return { segments, links, servers, fixed, routes: new RoutePlan(routed, links) };
}

/** A CMTS's interface on the cable is number 0, its uplink number 1: service/cmts.ts counts on it. */
function fixedInterfaces(device: DeviceConfig, index: number): InterfaceSpec[] | undefined {
  if (device.kind === 'cmts')
    return [
      {
        segment: device.cable,
        mac: macOfName(`${device.name} ${device.cable}`),
        addresses: [device.giaddr, ...device.secondaries],
      },
      { segment: device.uplink, mac: macOfName(device.name), addresses: [device.uplinkAddress] },
    ];
  if (device.kind === 'router') return routerInterfaces(device);
  if (device.kind === 'cable-modem' || device.address === undefined) return undefined;
  const address = { ...device.address, address: addToIp(device.address.address, index) };
  return [{ segment: device.on, mac: hostMac(device, index), addresses: [address] }];
}

/** NAT's outer addresses are the router's own, so that it is asked for them by ARP. */
function routerInterfaces({ name, interfaces, nat }: RouterDeviceConfig): InterfaceSpec[] {
  return interfaces.map(({ name: own, on, addresses }, index) => {
    const extra = nat?.outside === index ? nat.pool : [];
    const added = extra.filter((address) => !addresses.some((one) => one.address === address));
    return {
      segment: on,
      mac: macOfName(index === 0 ? name : `${name} ${own}`),
      addresses: [...addresses, ...added.map((address) => ({ address, prefixLength: 32 }))],
    };
  });
}

/** A device of one interface on one segment. */
type Standing =
  | HostDeviceConfig
  | ClientDeviceConfig
  | WebDeviceConfig
  | ProberDeviceConfig
  | PopulationDeviceConfig
  | AttackerDeviceConfig;

/** The interface of a host or stub, whether its address is fixed or comes by DHCP. */
export function hostMac(device: Standing, index: number): InterfaceSpec['mac'] {
  return device.mac === undefined
    ? macOfName(memberName(device.name, device.count, index))
    : memberMac(device.mac, index);
}

function serverGroups(services: readonly ServiceConfig[]): ServerGroup[] {
  const groups: {
    name: string;
    services: ServiceConfig[];
    addresses: Map<string, Map<Ip, InterfaceAddress>>;
  }[] = [];
  for (const service of services) {
    const shared = groups.find(({ addresses }) =>
      service.addresses.some(({ address }) => addresses.get(service.on)?.has(address) ?? false),
    );
    const group = shared ?? {
      name: service.name,
      services: [],
      addresses: new Map<string, Map<Ip, InterfaceAddress>>(),
    };
    if (shared === undefined) groups.push(group);
    group.services.push(service);
    const known = group.addresses.get(service.on) ?? new Map<Ip, InterfaceAddress>();
    group.addresses.set(service.on, known);
    for (const address of service.addresses)
      if (!known.has(address.address)) known.set(address.address, address);
  }
  return groups.map(({ name: first, services: parts, addresses }) => {
    const name = parts.find(({ kind }) => kind === 'dhcp')?.name ?? first;
    return {
      name,
      services: parts,
      interfaces: [...addresses].map(([segment, known], index) => ({
        segment,
        mac: macOfName(index === 0 ? name : `${name} ${segment}`),
        addresses: [...known.values()],
      })),
    };
  });
}
