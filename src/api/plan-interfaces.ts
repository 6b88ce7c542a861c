import type { Scenario } from '../config/scenario.ts';
import { formatIp, isIpv4 } from '../core/address.ts';
import type { HostSpec, InterfaceSpec, Topology } from '../core/driver.ts';
import { guestNeeds } from '../driver/real/outside/needs.ts';
import { DHCP_SERVER_PORT } from '../driver/real/wants.ts';
import { UsageError } from './failure.ts';
import { hasLiveDevices, plugIn } from './live-places.ts';

/** What `--interface` joins: a segment of the file and an interface of this machine. */
export interface JoinedPart {
  readonly interface: string;
  readonly segment: string;
  /** The command that joins them when it is given the same `--interface`. */
  readonly by: 'run --mode live' | 'serve';
  /** Real devices that are there. */
  readonly real: readonly string[];
  /** Who of the file meets them there, and the address that the interface must have for it. */
  readonly here: readonly { readonly host: string; readonly address: string }[];
}

/** Nothing is opened or looked at to find out; throws `UsageError` for a flag that no command would take. */
export function joinedParts(
  scenario: Scenario,
  topology: Topology,
  flags: readonly string[],
): readonly JoinedPart[] {
  const named = flags.flatMap((text) => {
    const [where, name] = plugIn(text);
    return where === undefined ? [name] : [];
  });
  const served = named.flatMap((name) => servedParts(topology, name));
  if (flags.length > 0 && !hasLiveDevices(scenario) && served.length === 0)
    throw new UsageError('--interface joins nothing: no device of this file is real, no host answers DHCP');
  return [...livePlugs(topology, flags), ...served];
}

function livePlugs(topology: Topology, flags: readonly string[]): readonly JoinedPart[] {
  if (flags.length === 0) return [];
  const guests = topology.hosts.flatMap((spec) =>
    spec.live?.kind === 'guest' && spec.live.interface !== '' ? [{ spec, on: spec.live.interface }] : [],
  );
  const needs = guestNeeds(topology, guests);
  const parts = new Map<string, JoinedPart>();
  for (const { spec, on } of guests)
    for (const { segment } of spec.interfaces) {
      const key = `${on} ${segment}`;
      const here = needs.flatMap(({ host, address, on: near }) =>
        near === on && isOn(topology, host, segment) ? [{ host, address: cidr(address) }] : [],
      );
      const real = [...(parts.get(key)?.real ?? []), spec.name];
      parts.set(key, { interface: on, segment, by: 'run --mode live', real, here });
    }
  return [...parts.values()];
}

/** Where `serve` would hear clients of that interface: at its servers' segments, and on the cables of CMTSs. */
function servedParts({ hosts, segments }: Topology, name: string): readonly JoinedPart[] {
  return segments.flatMap(({ name: segment, kind }): readonly JoinedPart[] => {
    const here = hosts.filter(
      ({ live, udpPorts, forwards }) =>
        live === undefined && udpPorts.includes(DHCP_SERVER_PORT) && forwards === (kind === 'cable'),
    );
    const there = here.flatMap((host) => addressesOn(host, segment));
    return there.length === 0 ? [] : [{ interface: name, segment, by: 'serve', real: [], here: there }];
  });
}

function addressesOn(host: HostSpec, segment: string): JoinedPart['here'] {
  const [first] = host.interfaces
    .filter((own) => own.segment === segment)
    .flatMap(({ addresses }) => addresses.filter(({ address }) => isIpv4(address)));
  return first === undefined ? [] : [{ host: host.name, address: cidr(first) }];
}

function isOn({ hosts }: Topology, host: string, segment: string): boolean {
  return hosts.some(
    ({ name, interfaces }) => name === host && interfaces.some((own) => own.segment === segment),
  );
}

function cidr({ address, prefixLength }: InterfaceSpec['addresses'][number]): string {
  return `${formatIp(address)}/${prefixLength}`;
}
