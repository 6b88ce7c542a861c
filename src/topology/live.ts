import type { CableModemDeviceConfig, HostDeviceConfig } from '../config/scenario.ts';
import type { HostSpec, LiveSpec } from '../core/driver.ts';
import { bug } from '../core/errors.ts';
import { endHost } from './end-host.ts';
import type { Network, ServerGroup } from './network.ts';
import { PORTS } from './servers.ts';
import type { World } from './world.ts';

const NONE: readonly never[] = [];

/** A device that is real or another headend's, on the interface that `World.plugs` or the file gives it. */
export function guestHost(
  device: CableModemDeviceConfig | HostDeviceConfig,
  index: number,
  { network, world }: { readonly network: Network; readonly world: World },
): HostSpec {
  const { spec } = endHost(device, index, network);
  return {
    ...spec,
    udpPorts: NONE,
    live: {
      kind: device.live?.who === 'headend' ? 'headend' : 'guest',
      interface: world.plugs?.get(device.name) ?? device.live?.interface ?? '',
    },
    create: () => bug(`${spec.name} runs elsewhere`),
  };
}

/** What stands for services that are real; undefined where they are not. All at one address are, or none. */
export function serverSpec({
  name,
  services,
}: ServerGroup): Pick<HostSpec, 'udpPorts' | 'tcpPorts' | 'live' | 'create'> | undefined {
  const ports = new Map<number, number>();
  const udpPorts: number[] = [];
  const tcpPorts: number[] = [];
  let live: LiveSpec | undefined;
  for (const { kind, place } of services) {
    if (place.kind !== 'live') continue;
    const { address, port } = place.outside ?? { address: undefined, port: undefined };
    udpPorts.push(...PORTS[kind].udp);
    tcpPorts.push(...PORTS[kind].tcp);
    const [own] = [...PORTS[kind].udp, ...PORTS[kind].tcp];
    if (own !== undefined && port !== undefined) ports.set(own, port);
    live = {
      kind: 'server',
      address: address ?? (live?.kind === 'server' ? live.address : undefined),
      ports,
    };
  }
  return live && { udpPorts, tcpPorts, live, create: () => bug(`${name} is real`) };
}
