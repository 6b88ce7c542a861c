import type { BindFacts, Facts, FileFacts, Wanted, WantedPort } from '../../analysis/doctor/facts.ts';
import type { Finding } from '../../analysis/doctor/finding.ts';
import { judge } from '../../analysis/doctor/judge.ts';
import type { Ip } from '../../core/address.ts';
import { ANY, formatEndpoint, isIpv4 } from '../../core/address.ts';
import type { HostSpec } from '../../core/driver.ts';
import { EnvironmentError } from '../../core/errors.ts';
import { VXLAN_PORT } from '../../codec/frame/vxlan.ts';
import { RealDriver } from '../../driver/real/driver.ts';
import type { MappingRow } from '../../driver/real/mapping.ts';
import type { ServeWhere } from '../../driver/real/place.ts';
import { useOf } from '../port-use.ts';
import type { LoadOptions } from '../scenario.ts';
import { tryBinds } from './binds.ts';
import { readFile, type ReadFile } from './file.ts';
import { collectFilters } from './filters.ts';
import { collectMachine } from './machine.ts';
import { splitInterfaces } from '../serve-trunks.ts';
import { collectInterfaces, collectOtherServers, collectRoutes, nameInterfaces } from './network.ts';
import { collectState, tryDurable } from './state.ts';

export type { Finding } from '../../analysis/doctor/finding.ts';

/** What `serve` would be called with. */
export interface ExamineOptions {
  /** The scenario file; left out, all servers of headend on all addresses. */
  readonly file?: string | undefined;
  readonly only?: readonly string[] | undefined;
  readonly interfaces?: readonly string[] | undefined;
  readonly listen?: readonly Ip[] | undefined;
  readonly stateFolder?: string | undefined;
  /** How the file is read. */
  readonly load?: LoadOptions | undefined;
}

type PlannedBind = Pick<BindFacts, 'protocol' | 'endpoint' | 'use'>;

/** Looks at the machine the way `serve` would use it; opens what it would open, and leaves nothing behind. */
export async function examine(options: ExamineOptions = {}): Promise<readonly Finding[]> {
  const interfaces = collectInterfaces();
  const { named, trunks } = splitInterfaces(options.interfaces ?? []);
  const names = nameInterfaces(named, interfaces);
  const carriers = nameInterfaces([...new Set(trunks.values())], interfaces);
  const read =
    options.file === undefined
      ? undefined
      : readFile(options.file, { load: options.load ?? {}, only: options.only });
  const plan = planOf(read, names, options);
  const wanted = { ...plan.wanted, trunks: carriers };
  const carried = carriers.length === 0 ? [] : [TRUNK_BIND];
  const facts: Facts = {
    machine: await collectMachine(),
    wanted,
    file: fileFacts(read),
    interfaces,
    binds: await tryBinds([...plan.binds, ...carried]),
    routes: await collectRoutes(wanted, interfaces),
    filters: await collectFilters(),
    state: options.stateFolder === undefined ? undefined : await collectState(options.stateFolder),
    durable: await tryDurable(options.stateFolder),
    otherServers: await collectOtherServers(wanted, interfaces),
  };
  return judge(facts);
}

function fileFacts(read: ReadFile | FileFacts['mistakes'] | undefined): FileFacts | undefined {
  if (read === undefined) return undefined;
  return 'facts' in read ? read.facts : { mistakes: read, unserved: [], zones: [], servedCount: 0 };
}

interface Plan {
  readonly wanted: Wanted;
  readonly binds: readonly PlannedBind[];
}

const DHCP_PORT = 67;
const TRUNK_BIND: PlannedBind = {
  protocol: 'udp',
  endpoint: { address: ANY, port: VXLAN_PORT },
  use: 'cables to another headend',
};
const TFTP_PORT = 69;

/** What there is to look at when no file says what is served. */
const ALL_PORTS: readonly WantedPort[] = (
  [
    ['udp', 53],
    ['tcp', 53],
    ['udp', DHCP_PORT],
    ['udp', TFTP_PORT],
    ['udp', 37],
    ['tcp', 37],
  ] as const
).map(([protocol, port]) => ({
  protocol,
  port,
  use: useOf(port) ?? '',
  movesOn: port === TFTP_PORT,
}));

function planOf(
  read: ReadFile | FileFacts['mistakes'] | undefined,
  names: readonly string[],
  { listen }: ExamineOptions,
): Plan {
  if (read === undefined || !('facts' in read)) {
    const wanted = {
      interfaces: names,
      isReachable: true,
      hasFile: false,
      ports: ALL_PORTS,
      addresses: [],
      subnets: [],
    };
    return {
      wanted,
      binds: ALL_PORTS.map((one) => ({ ...one, endpoint: { address: ANY, port: one.port } })),
    };
  }
  const rows = mappingOf(read, names[0], listen);
  const isReachable = rows.some(({ real }) => !isLoopback(real.address));
  const addresses = new Map(
    rows
      .filter(({ real }) => isReachable && real.address !== ANY)
      .map(({ host, real }) => [
        real.address,
        { host, address: real.address, prefixLength: prefixOf(read.hosts, real.address) },
      ]),
  );
  const wanted = {
    interfaces: names,
    isReachable,
    hasFile: true,
    ports: portsOf(read, rows),
    addresses: [...addresses.values()],
    subnets: read.subnets,
  };
  return { wanted, binds: bindsOf(read, rows, names[0]) };
}

/** Where `serve` would put each endpoint; an interface that cannot be had is told of elsewhere. */
function mappingOf(
  { topology, hosts }: ReadFile,
  name: string | undefined,
  listen: readonly Ip[] | undefined,
): readonly MappingRow[] {
  const where: ServeWhere = { listen: listen ?? (name === undefined ? undefined : 'configured') };
  const make = (place: ServeWhere): readonly MappingRow[] =>
    new RealDriver({ topology: { ...topology, hosts }, place }).mapping();
  try {
    return make({ ...where, interface: name });
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return make(where);
  }
}

function portsOf({ services }: ReadFile, rows: readonly MappingRow[]): readonly WantedPort[] {
  const ports = new Map<string, WantedPort>();
  for (const { protocol, scenario, host } of rows) {
    const { port } = scenario;
    const movesOn =
      port === TFTP_PORT && services.some((service) => service.kind === 'tftp' && !service.singlePort);
    ports.set(`${protocol}/${port}`, { protocol, port, use: useOf(port) ?? host, movesOn });
  }
  return [...ports.values()];
}

/** With an interface, DHCP hears on all addresses, alone: that says more than the one address. */
function bindsOf(
  { hosts }: ReadFile,
  rows: readonly MappingRow[],
  name: string | undefined,
): readonly PlannedBind[] {
  const binds = new Map<string, PlannedBind>();
  for (const { host, protocol, real } of rows) {
    const use = useOf(real.port) ?? host;
    const isRelay = hosts.find((one) => one.name === host)?.forwards === true;
    const hears = name !== undefined && protocol === 'udp' && real.port === DHCP_PORT && !isRelay;
    for (const endpoint of hears ? [{ address: ANY, port: DHCP_PORT }] : [real])
      binds.set(`${protocol} ${formatEndpoint(endpoint)}`, { protocol, endpoint, use });
    // An address that is not there is one that nothing can be opened on, whatever the port.
    if (hears)
      binds.set(`${protocol} ${formatEndpoint({ ...real, port: 0 })}`, {
        protocol,
        endpoint: { ...real, port: 0 },
        use,
      });
  }
  return [...binds.values()];
}

function prefixOf(hosts: readonly HostSpec[], address: Ip): number | undefined {
  return hosts
    .flatMap(({ interfaces }) => interfaces)
    .flatMap((own) => own.addresses)
    .find((own) => own.address === address)?.prefixLength;
}

function isLoopback(address: Ip): boolean {
  return isIpv4(address) ? address >>> 24 === 127 : address === '::1';
}
