import { type Endpoint, formatIp, isIpv4 } from '../../../core/address.ts';
import type { HostSpec, Topology } from '../../../core/driver.ts';
import { EnvironmentError } from '../../../core/errors.ts';
import type { InterfaceAddress } from '../../../core/service.ts';
import { isOurs } from '../place.ts';
import { isCalled, machineInterfaces } from '../system.ts';
import { DHCP_SERVER_PORT } from '../wants.ts';

/** An address of the scenario that this machine must have, so that guests find it. */
export interface Need {
  readonly host: string;
  readonly address: InterfaceAddress;
  /** The interface of the guests next to it; undefined: it may be anywhere on this machine. */
  readonly on: string | undefined;
}

/** What guests talk to: servers, and the routers of their own segments. */
export function guestNeeds(
  { hosts }: Topology,
  guests: readonly { readonly spec: HostSpec; readonly on: string }[],
): readonly Need[] {
  const wires = new Map(
    guests.flatMap(({ spec, on }) => spec.interfaces.map(({ segment }) => [segment, on] as const)),
  );
  if (wires.size === 0) return [];
  return hosts.flatMap((host) => {
    if (host.live !== undefined) return [];
    return host.interfaces.flatMap(({ segment, addresses }) => {
      const on = wires.get(segment);
      const first = addresses.find(({ address }) => isIpv4(address));
      const isNear = on !== undefined && (host.forwards || host.services !== undefined);
      if (first === undefined || (!isNear && host.services === undefined)) return [];
      // A router's further addresses are those of networks that no guest may be in.
      const wanted = host.forwards ? [first] : addresses.filter(({ address }) => isIpv4(address));
      return wanted.map((address) => ({ host: host.name, address, on }));
    });
  });
}

/** RFC 2131 §4.1: a server answers a relay at its address, so this machine must have one that a real server is asked from. */
export function relayNeeds({ hosts }: Topology): readonly Need[] {
  const isAsked = hosts.some(
    ({ live, udpPorts }) => live?.kind === 'server' && udpPorts.includes(DHCP_SERVER_PORT),
  );
  if (!isAsked) return [];
  return hosts.flatMap((host) => {
    if (host.live !== undefined || !host.forwards || !host.udpPorts.includes(DHCP_SERVER_PORT)) return [];
    const own = host.interfaces.flatMap(({ addresses }) =>
      addresses.filter(({ address }) => isIpv4(address)).slice(0, 1),
    );
    const [address] = own;
    return address === undefined || own.some((one) => isOurs(one.address))
      ? []
      : [{ host: host.name, address, on: undefined }];
  });
}

/** What of it this machine lacks; interfaces that are not up have nothing. */
function missingOf(needs: readonly Need[]): readonly Need[] {
  const here = machineInterfaces();
  return needs.filter(({ address: { address }, on }) => {
    if (on === undefined) return !isOurs(address);
    const wire = here.find((one) => isCalled(one, on));
    return wire?.addresses.some((own) => own.address === address) !== true;
  });
}

/** Throws `EnvironmentError` with the commands that give this machine what it lacks. */
export function assertMet(needs: readonly Need[]): void {
  const missing = missingOf(needs);
  if (missing.length === 0) return;
  const whom = missing.map(
    ({ host, address: { address }, on }) =>
      `${host} at ${formatIp(address)}${on === undefined ? '' : ` on ${on}`}`,
  );
  throw new EnvironmentError(
    `real hosts would not find ${whom.join(', ')}: this machine does not have ${missing.length > 1 ? 'these addresses' : 'this address'}`,
    `as root: ${missing.map(commandFor).join('; ')}`,
  );
}

/** What gives this machine an address. */
export function commandFor({ address: { address, prefixLength }, on }: Need): string {
  return on === undefined
    ? `ip address add ${formatIp(address)}/32 dev lo`
    : `ip address add ${formatIp(address)}/${prefixLength} dev ${on}`;
}

/** The endpoints where guests are heard: the ports of what they need. */
export function endpointsOf(
  { hosts }: Topology,
  needs: readonly Need[],
  kind: 'udpPorts' | 'tcpPorts',
): readonly Endpoint[] {
  const ports = new Map(hosts.map((host) => [host.name, host[kind]]));
  return needs.flatMap(({ host, address: { address } }) =>
    (ports.get(host) ?? []).map((port) => ({ address, port })),
  );
}
