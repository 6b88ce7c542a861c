import type { CmtsDeviceConfig, Scenario } from '../config/scenario.ts';
import { memberMac } from '../config/template.ts';
import { formatIp, isIpv4, type Mac } from '../core/address.ts';
import type { InterfaceSpec } from '../core/driver.ts';
import { bug, ConfigError } from '../core/errors.ts';
import type { Service } from '../core/service.ts';
import { CmtsService } from '../service/cmts.ts';
import { connections } from './behind.ts';
import { buildSecret } from './files.ts';
import type { World } from './world.ts';

/** The maker of a CMTS with its relay agent; `interfaces` are the cable and the uplink, in this order. */
export function cmtsMaker(
  device: CmtsDeviceConfig,
  interfaces: readonly InterfaceSpec[],
  { scenario, contents, crypto, epoch }: World,
): () => Service {
  const mac = interfaces[0]?.mac ?? bug(`${device.name} has no cable`);
  const giaddr = device.giaddr.address;
  if (!isIpv4(giaddr))
    throw new ConfigError(`devices.${device.name}.giaddr`, formatIp(giaddr), 'an IPv4 address');
  const uplink = device.uplinkAddress.address;
  const relaySource = device.relaySource === 'uplink' && isIpv4(uplink) ? uplink : undefined;
  const helpers = device.helpers.filter(isIpv4);
  const secret = buildSecret(device.secret, contents);
  const { ranging } = device;
  const ranged = realModems(scenario, device.cable);
  const behind = new Map(connections(scenario, device.cable).map((each) => [each.mac, each.modemMac]));
  const common = { mac, giaddr, relaySource, helpers, secret, crypto, ranging, epoch };
  return () => new CmtsService({ ...common, ranged, behind });
}

/** Real modems on a cable: nobody ranges over an interface of this machine. */
function realModems({ devices }: Scenario, cable: string): readonly Mac[] {
  return devices.flatMap((device) =>
    device.kind === 'cable-modem' && device.on === cable && device.live?.who === 'real'
      ? Array.from({ length: device.count ?? 1 }, (_, index) => memberMac(device.mac, index))
      : [],
  );
}
