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
  /** The command that joins them when it is given the same `--interface`; `serve --only`: with another headend. */
  readonly by: 'run --mode live' | 'serve' | 'serve --only';
  /** Devices that are there: real, or another headend's. */
  readonly real: readonly string[];
  /** Who of the file meets them there, and the address that the interface must have for it; null: any will do. */
  readonly here: readonly { readonly host: string; readonly address: string | null }[];
}

/** Nothing is opened or looked at to find out; throws `UsageError` for a flag that no command would take. */
export function joinedParts(
  scenario: Scenario,
  topology: Topology,
  flags: readonly string[],
): readonly JoinedPart[] {
  const served = flags.flatMap((text) => {
    const [where, name] = plugIn(text);
    return where === undefined ? servedParts(topology, name) : trunkParts(topology, where, name);
  });
  if (flags.length > 0 && !hasLiveDevices(scenario) && served.length === 0)
    throw new UsageError(
      '--interface joins nothing: no device of this file is real, no host answers DHCP, no cable has that name',
    );
  return [...livePlugs(topology, flags), ...served];
}

function livePlugs(topology: Topology, flags: readonly string[]): readonly JoinedPart[] {
  if (flags.length === 0) return [];
  const there = topology.hosts.flatMap((spec) => {
    const { live } = spec;
    if (live === undefined || live.kind === 'server' || live.interface === '') return [];
    return [{ spec, on: live.interface, kind: live.kind }];
  });
  const needs = guestNeeds(
    topology,
    there.filter(({ kind }) => kind === 'guest'),
  );
  const parts = new Map<string, JoinedPart>();
  for (const { spec, on, kind } of there)
    for (const { segment } of spec.interfaces) {
      const key = `${on} ${segment}`;
      const here = needs.flatMap(({ host, address, on: near }) =>
        near === on && isOn(topology, host, segment) ? [{ host, address: cidr(address) }] : [],
      );
      const real = [...(parts.get(key)?.real ?? []), spec.name];
      const met = kind === 'headend' && here.length === 0 ? routersOn(topology, segment) : here;
      parts.set(key, { interface: on, segment, by: 'run --mode live', real, here: met });
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

/** A cable that goes on in another headend. */
function trunkParts({ hosts, segments }: Topology, where: string, name: string): readonly JoinedPart[] {
  if (!segments.some((segment) => segment.name === where && segment.kind === 'cable')) return [];
  // Under `serve` what is real is as much outside as anybody else.
  const on = hosts.filter(
    ({ live, interfaces }) =>
      (live === undefined || live.kind === 'headend') && interfaces.some((own) => own.segment === where),
  );
  const here = [...new Set(on.map(({ group }) => group))].map((host) => ({ host, address: null }));
  return [{ interface: name, segment: where, by: 'serve --only', real: [], here }];
}

function addressesOn(host: HostSpec, segment: string): JoinedPart['here'] {
  const [first] = host.interfaces
    .filter((own) => own.segment === segment)
    .flatMap(({ addresses }) => addresses.filter(({ address }) => isIpv4(address)));
  return first === undefined ? [] : [{ host: host.name, address: cidr(first) }];
}

function routersOn({ hosts }: Topology, segment: string): JoinedPart['here'] {
  const routers = hosts.filter(
    ({ forwards, interfaces }) => forwards && interfaces.some((own) => own.segment === segment),
  );
  return routers.map(({ name }) => ({ host: name, address: null }));
}

function isOn({ hosts }: Topology, host: string, segment: string): boolean {
  return hosts.some(
    ({ name, interfaces }) => name === host && interfaces.some((own) => own.segment === segment),
  );
}

function cidr({ address, prefixLength }: InterfaceSpec['addresses'][number]): string {
  return `${formatIp(address)}/${prefixLength}`;
}
