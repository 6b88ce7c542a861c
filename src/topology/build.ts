import type { ProberDeviceConfig, WebDeviceConfig } from '../config/checks.ts';
import type { AttackerDeviceConfig, PopulationDeviceConfig } from '../config/resolver.ts';
import type { ClientDeviceConfig, RouterDeviceConfig } from '../config/router.ts';
import type {
  CableModemDeviceConfig,
  CmtsDeviceConfig,
  DeviceConfig,
  HostDeviceConfig,
} from '../config/scenario.ts';
import type { FileReference } from '../config/place.ts';
import { memberName } from '../config/template.ts';
import { toHex } from '../core/bytes.ts';
import type { HostSpec, Topology } from '../core/driver.ts';
import { bug } from '../core/errors.ts';
import { doorOf } from './door.ts';
import { WebService } from '../service/web.ts';
import { proberMaker } from './checks.ts';
import { cmtsMaker } from './cmts.ts';
import { endHost } from './end-host.ts';
import { withFaults } from './faults.ts';
import { hostWith } from './host-with.ts';
import { hostMaker } from './hosts.ts';
import { ModemGroup, ModemHost } from './modems.ts';
import { buildNetwork, hostMac, type Network, type ServerGroup } from './network.ts';
import { attackerMaker, populationMaker } from './resolver.ts';
import { guestHost, serverSpec } from './live.ts';
import { clientMaker, clientPorts, routerMaker } from './routers.ts';
import { buildServer } from './servers.ts';
import type { World } from './world.ts';

/** The hosts of a scenario with their services, in the file's order: servers, then devices. */
export function buildTopology(world: World): Topology {
  const { scenario } = world;
  const network = buildNetwork(scenario);
  const hosts: HostSpec[] = network.servers.map((group, number) => ({
    ...serverHost(group, network, world),
    number,
  }));
  for (const device of scenario.devices) {
    const first = hosts.length;
    addDevice(device, hosts, { network, world });
    if (world.reloads !== true) continue;
    const revision = revisionOf(device, world);
    for (let index = first; index < hosts.length; index++)
      hosts[index] = hostWith(hosts[index] ?? bug('hosts are counted'), { revision });
  }
  return { segments: network.segments, links: network.links, hosts: withFaults(hosts, network, world) };
}

/** What a device is made from: all that the file says of it but the places, and what the files hold that it names. */
function revisionOf(device: DeviceConfig, { contents, crypto }: World): string {
  // How many there are is said by their names.
  return JSON.stringify({ ...device, count: undefined }, (key, value: unknown) => {
    if (key === 'place' || key === 'at') return undefined;
    return isFile(value) ? toHex(crypto.md5(contents.octets(value))) : value;
  });
}

function isFile(value: unknown): value is FileReference {
  return typeof value === 'object' && value !== null && 'place' in value && 'path' in value;
}

interface Site {
  readonly network: Network;
  readonly world: World;
}

function serverHost(group: ServerGroup, network: Network, world: World): HostSpec {
  const { name, services, interfaces } = group;
  return {
    name,
    kind: services.map(({ kind }) => kind).join('+'),
    group: name,
    services: services.map((service) => service.name),
    interfaces,
    routes: network.routes.routesOf({ interfaces, forwards: false }),
    forwards: false,
    ...(serverSpec(group) ?? buildServer(group, world)),
    ...doorOf(services),
  };
}

function addDevice(device: DeviceConfig, hosts: HostSpec[], site: Site): void {
  switch (device.kind) {
    case 'cmts':
      hosts.push({ ...cmtsHost(device, site), number: hosts.length });
      return;
    case 'cable-modem': {
      if (isElsewhere(device, site.world)) {
        for (let index = 0; index < (device.count ?? 1); index++)
          hosts.push({ ...guestHost(device, index, site), number: hosts.length });
        return;
      }
      const group = new ModemGroup(device, site.world);
      for (let index = 0; index < (device.count ?? 1); index++)
        hosts.push(new ModemHost(group, { index, number: hosts.length }));
      return;
    }
    case 'router':
      hosts.push({ ...routerHost(device, site), number: hosts.length });
      return;
    case 'population':
    case 'attacker':
      hosts.push({ ...namesHost(device, site), number: hosts.length });
      return;
    case 'client':
      for (let index = 0; index < (device.count ?? 1); index++)
        hosts.push({ ...clientHost(device, index, site), number: hosts.length });
      return;
    case 'web':
    case 'prober':
      for (let index = 0; index < (device.count ?? 1); index++)
        hosts.push({ ...targetHost(device, index, site), number: hosts.length });
      return;
    default:
      for (let index = 0; index < (device.count ?? 1); index++)
        hosts.push({
          ...(isElsewhere(device, site.world) ? guestHost : plainHost)(device, index, site),
          number: hosts.length,
        });
  }
}

/** What another headend runs is elsewhere in a live run, where interfaces are known; under `serve` this may be that other. */
function isElsewhere({ live }: CableModemDeviceConfig | HostDeviceConfig, { plugs }: World): boolean {
  return live !== undefined && (live.who === 'real' || plugs !== undefined);
}

function cmtsHost(device: CmtsDeviceConfig, { network, world }: Site): HostSpec {
  const interfaces = network.fixed.get(device.name) ?? bug(`${device.name} has no interfaces`);
  return {
    name: device.name,
    kind: 'cmts',
    group: device.name,
    interfaces,
    routes: network.routes.routesOf({ interfaces, forwards: true }),
    forwards: true,
    udpPorts: [67],
    tcpPorts: [],
    create: cmtsMaker(device, interfaces, world),
  };
}

function routerHost(device: RouterDeviceConfig, { network }: Site): HostSpec {
  const interfaces = network.fixed.get(device.name) ?? bug(`${device.name} has no interfaces`);
  // What the file says comes first: of two routes of one length the first is taken.
  const routes = [...device.routes, ...network.routes.routesOf({ interfaces, forwards: true })];
  return {
    name: device.name,
    kind: 'router',
    group: device.name,
    interfaces,
    routes,
    forwards: true,
    inspects: true,
    udpPorts: NONE,
    tcpPorts: NONE,
    create: routerMaker(device, { interfaces, routes }),
  };
}

function clientHost(device: ClientDeviceConfig, index: number, { network }: Site): HostSpec {
  const name = memberName(device.name, device.count, index);
  const interfaces = network.fixed.get(name) ?? bug(`${name} has no interfaces`);
  return {
    name,
    kind: 'client',
    group: device.name,
    interfaces,
    routes: network.routes.routesOf({ interfaces, forwards: false }),
    forwards: false,
    udpPorts: NONE,
    tcpPorts: clientPorts(device),
    create: clientMaker(device),
  };
}

/** A web server, or a prober. */
function targetHost(
  device: WebDeviceConfig | ProberDeviceConfig,
  index: number,
  { network, world }: Site,
): HostSpec {
  const name = memberName(device.name, device.count, index);
  const interfaces = network.fixed.get(name) ?? bug(`${name} has no interfaces`);
  return {
    name,
    kind: device.kind,
    group: device.name,
    interfaces,
    routes: network.routes.routesOf({ interfaces, forwards: false }),
    forwards: false,
    udpPorts: NONE,
    tcpPorts: device.kind === 'web' ? device.ports : NONE,
    create: device.kind === 'web' ? () => new WebService(device.answer) : proberMaker(device, index, world),
  };
}

/** Those who ask many names, or answer what they were not asked. */
function namesHost(
  device: PopulationDeviceConfig | AttackerDeviceConfig,
  { network, world }: Site,
): HostSpec {
  const { name, kind } = device;
  const interfaces = network.fixed.get(name) ?? bug(`${name} has no interfaces`);
  return {
    name,
    kind,
    group: name,
    interfaces,
    routes: network.routes.routesOf({ interfaces, forwards: false }),
    forwards: false,
    udpPorts: kind === 'attacker' ? [53] : NONE,
    tcpPorts: NONE,
    create:
      device.kind === 'population' ? populationMaker(device, world.seed) : attackerMaker(device, world.seed),
  };
}

const NONE: readonly never[] = [];
const CLIENT_PORTS: readonly number[] = [68];

function plainHost(device: HostDeviceConfig, index: number, { network, world }: Site): HostSpec {
  const { isFixed, spec } = endHost(device, index, network);
  return {
    ...spec,
    udpPorts: [...(isFixed ? NONE : CLIENT_PORTS), ...device.echoes],
    create: hostMaker(device, { name: spec.name, mac: hostMac(device, index) }, world),
  };
}
