import type { ClientDeviceConfig, RouterDeviceConfig } from '../config/router.ts';
import type { InterfaceSpec, RouteSpec } from '../core/driver.ts';
import type { Service } from '../core/service.ts';
import { ClientService } from '../service/client.ts';
import { RouterService } from '../service/router.ts';

/** The maker of one router; `routes` are those of its host. */
export function routerMaker(
  device: RouterDeviceConfig,
  {
    interfaces,
    routes,
  }: { readonly interfaces: readonly InterfaceSpec[]; readonly routes: readonly RouteSpec[] },
): () => Service {
  const { stateful, entriesMax, timeouts, nat, helpers } = device;
  const places = device.interfaces.map(({ name, inbound, outbound }, index) => ({
    name,
    inbound,
    outbound,
    addresses: interfaces[index]?.addresses ?? [],
  }));
  return () =>
    new RouterService({ interfaces: places, routes, stateful, entriesMax, timeouts, nat, helpers });
}

/** Where an FTP client waits in active mode. Real ones take any port; a host here opens its ports when it is made. */
const FTP_CLIENT_PORT = 50_021;
const FORMS = {
  active: 'port',
  passive: 'pasv',
  'extended-active': 'eprt',
  'extended-passive': 'epsv',
} as const;

export function clientPorts({ protocol, mode }: ClientDeviceConfig): readonly number[] {
  return protocol === 'ftp' && mode.endsWith('active') ? [FTP_CLIENT_PORT] : [];
}

/** The maker of a host that fetches a file. */
export function clientMaker({ protocol, server, file, mode, patienceUs }: ClientDeviceConfig): () => Service {
  if (protocol === 'tftp') return () => new ClientService({ server, fetch: { protocol, file: file ?? '' } });
  const fetch = { protocol, file, form: FORMS[mode], dataPort: FTP_CLIENT_PORT, patienceUs };
  return () => new ClientService({ server, fetch });
}
