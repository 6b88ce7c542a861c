import type { CableModemDeviceConfig, HostDeviceConfig } from '../config/scenario.ts';
import { memberMac, memberName } from '../config/template.ts';
import type { HostSpec, InterfaceSpec } from '../core/driver.ts';
import { hostMac, type Network } from './network.ts';

const NONE: readonly never[] = [];

/** What a host at the end of a wire is to the network, whoever makes its service. `isFixed`: the file gives it its address. */
export interface EndHost {
  readonly isFixed: boolean;
  readonly spec: Omit<HostSpec, 'create' | 'udpPorts'>;
}

export function endHost(
  device: CableModemDeviceConfig | HostDeviceConfig,
  index: number,
  network: Network,
): EndHost {
  const name = memberName(device.name, device.count, index);
  const mac = device.kind === 'cable-modem' ? memberMac(device.mac, index) : hostMac(device, index);
  const dynamic: readonly InterfaceSpec[] = [{ segment: device.on, mac, addresses: NONE }];
  const fixed = network.fixed.get(name);
  const interfaces = fixed ?? dynamic;
  return {
    isFixed: fixed !== undefined,
    spec: {
      name,
      kind: device.kind,
      group: device.name,
      interfaces,
      routes: fixed === undefined ? NONE : network.routes.routesOf({ interfaces, forwards: false }),
      forwards: false,
      tcpPorts: NONE,
    },
  };
}
