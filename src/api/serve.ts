import { setTimeout as sleep } from 'node:timers/promises';
import { type Endpoint, formatIp, type Ip } from '../core/address.ts';
import type { HostSpec, Topology, Trace } from '../core/driver.ts';
import { ConfigError, EnvironmentError } from '../core/errors.ts';
import type { Limits } from '../core/limits.ts';
import type { Plain } from '../core/service.ts';
import { nearest } from '../core/text.ts';
import { describeServers, otherDhcpServers } from '../driver/real/dhcp-probe.ts';
import { RealDriver } from '../driver/real/driver.ts';
import { LeaseDb, writtenBy } from '../driver/real/lease-db.ts';
import type { MappingRow } from '../driver/real/mapping.ts';
import { interfaceNamed, interfaceRisen } from '../driver/real/system.ts';
import { placeLinkLocal } from '../driver/real/zones.ts';
import { type Account, becomeUser, findAccount } from '../driver/real/user.ts';
import { controllerOf, ControlSocket, controlPath } from './control.ts';
import { Metrics } from './metrics.ts';
import { type MetricsServer, showMetrics } from './metrics-server.ts';
import { type Configuration, Reloader, type ReloaderOptions, type ReloadOutcome } from './reload.ts';
import { hostsElsewhere, type TrunkInterfaces } from './serve-trunks.ts';
import { controlVerbs } from './verbs.ts';

export interface ServeOptions {
  /** All of the scenario's hosts, made with `epoch`. */
  readonly topology: Topology;
  /** The date of the driver's zero: 0 at first, moved when the machine's clock is set. Left out: services tell dates as it was at the start. */
  readonly epoch?: { us: number } | undefined;
  /** Where topology and limits come from, and how they are read again for a reload: throws what a start would. Left out: it stays. */
  readonly source?: { readonly file: string; readonly read: () => Promise<Configuration> } | undefined;
  /** Names of hosts or groups to run; left out, the servers. */
  readonly only?: readonly string[] | undefined;
  /** Where leases are kept and the control socket is; left out, leases are in memory and nothing controls. */
  readonly stateFolder?: string | undefined;
  /** Where DHCP answers broadcasts; the hosts then have the addresses of the file. */
  readonly interface?: string | undefined;
  /** Cables that go on over an interface: their hosts that do not run here are another headend's. */
  readonly trunks?: TrunkInterfaces | undefined;
  /** Addresses to bind instead; left out with no `interface`, loopback. */
  readonly listen?: readonly Ip[] | undefined;
  /** The interfaces of link-local addresses among them. */
  readonly zones?: ReadonlyMap<Ip, string> | undefined;
  /** `NAME[:GROUP]` to become when all is bound; root only. */
  readonly user?: string | undefined;
  /** Refuses to start when another DHCP server answers on the interface. */
  readonly polite?: boolean | undefined;
  /** Left out, the defaults. */
  readonly limits?: Limits | undefined;
  /** Where metrics are shown by HTTP; left out, nowhere, and nothing is measured. */
  readonly metrics?: Endpoint | undefined;
  readonly trace?: readonly Trace[] | undefined;
  /** Told what the person should know, once each. */
  readonly notice?: ((text: string) => void) | undefined;
  /** Told how each reload ended, whoever asked for it. */
  readonly reloaded?: ((outcome: ReloadOutcome) => void) | undefined;
  /** Told when a service throws. */
  readonly bug?: ((error: unknown) => void) | undefined;
}

/** Servers that run. */
export interface Serving {
  readonly driver: RealDriver;
  /** Those that ran at the start. */
  readonly hosts: readonly HostSpec[];
  /** Which endpoint of this machine is which of the file. */
  readonly endpoints: readonly MappingRow[];
  readonly controlPath: string | undefined;
  readonly metrics: Endpoint | undefined;
  /** Asks as the control socket does: `leases`, `modems`, `pools`, `checks`, `check`, `awaited`, `health`, `reload`. */
  ask(verb: string, args?: Readonly<Record<string, Plain>>): Promise<Plain>;
  /** Rejects when there is no `source` to read again. */
  reload(): Promise<ReloadOutcome>;
  /** Takes on nothing new, gives what was begun `graceMs` to end (left out, 5 seconds), settles, then closes all. */
  stop(graceMs?: number): Promise<void>;
}

const SERVER_KINDS: ReadonlySet<string> = new Set(['dhcp', 'tftp', 'tod', 'dns', 'ftp', 'resolver']);
/** Devices that do nothing until they are switched on. */
const POWERED_KINDS: ReadonlySet<string> = new Set(['cable-modem', 'host', 'stub', 'population']);
const DHCP_PORT = 67;
const NO_SOURCE = 'these servers were not made from a file';
/** A transfer whose client acknowledges is over by then; service managers wait longer (systemd: 90 s). */
const GRACE_MS = 5_000;
/** How often a reload looks whether its zones are ready. */
const READY_LOOK_MS = 20;

/** Starts the servers of a scenario on real ports; rejects with `EnvironmentError` and leaves nothing open. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const hosts = chooseHosts(options.topology, options.only);
  const account = options.user === undefined ? undefined : findAccount(options.user);
  const beside = await lookAround(options, hosts);
  const store = options.stateFolder === undefined ? undefined : await openStore(options.stateFolder, options);
  const control = options.stateFolder === undefined ? undefined : controlPath(options.stateFolder);
  const metrics = options.metrics === undefined ? undefined : new Metrics();
  const driver = await startDriver(options, hosts, store, metrics);
  let running = hosts;
  const powerOn = (those: readonly HostSpec[]): void => {
    for (const host of those)
      if (POWERED_KINDS.has(host.kind)) driver.command(driver.now, host.name, 'power-on', {});
  };
  const reloader = makeReloader(options, driver, hosts, (now, fresh) => {
    running = now;
    powerOn(now.filter(({ name }) => fresh.has(name)));
  });
  const { source } = options;
  const verbs = controlVerbs({ driver, hosts: () => running, store, reloader, file: source?.file, beside });
  const socket = control === undefined ? undefined : new ControlSocket(control, verbs);
  tellUnbound(options, hosts, driver);
  let page: MetricsServer | undefined;
  const stop = async (graceMs = GRACE_MS): Promise<void> => {
    await page?.close();
    await socket?.close();
    await reloader?.settled;
    await driver.stop(graceMs);
  };
  try {
    await socket?.open();
    if (metrics !== undefined && options.metrics !== undefined)
      page = await showMetrics(options.metrics, metrics, {
        driver,
        diskFailure: () => store?.failure,
        pools: () => verbs.get('pools')?.({}) ?? Promise.resolve([]),
        checks: () => verbs.get('checks')?.({}) ?? Promise.resolve([]),
      });
    if (account !== undefined) await become(account, options);
  } catch (error) {
    await stop(0);
    throw error;
  }
  powerOn(hosts);
  return {
    driver,
    hosts,
    endpoints: driver.mapping(),
    controlPath: socket?.path,
    metrics: page && options.metrics && { address: options.metrics.address, port: page.port },
    ask: (verb, args = {}) =>
      verbs.get(verb)?.(args) ?? Promise.reject(new ConfigError('verb', verb, [...verbs.keys()].join(', '))),
    reload: () =>
      reloader?.reload() ?? Promise.reject(new EnvironmentError(NO_SOURCE, 'serve a file to reload it')),
    stop,
  };
}

/** Leases were once kept under the first service at an address; now they are under the DHCP server there. */
async function openStore(folder: string, { topology: { hosts }, notice }: ServeOptions): Promise<LeaseDb> {
  const other = await controllerOf(folder);
  if (other !== undefined) throw writtenBy(folder, other);
  const store = new LeaseDb(folder);
  const names = new Set(hosts.map(({ name }) => name));
  for (const { name, kind, services = [] } of hosts)
    for (const former of kind.split('+').includes('dhcp') ? services : []) {
      if (names.has(former)) continue;
      const count = store.adopt(former, name);
      if (count > 0) notice?.(`${count} leases kept under ${former} before are those of ${name} now`);
    }
  return store;
}

/** What only root may read is found out now, not at the first reload. */
async function become(account: Account, { stateFolder, source }: ServeOptions): Promise<void> {
  becomeUser(account, stateFolder);
  await source?.read();
}

function makeReloader(
  options: ServeOptions,
  driver: RealDriver,
  hosts: readonly HostSpec[],
  swapped: ReloaderOptions['swapped'],
): Reloader | undefined {
  const { source, only, trunks } = options;
  if (source === undefined) return undefined;
  return new Reloader(hosts, options.limits, {
    driver,
    read: source.read,
    choose: (topology) => chooseHosts(topology, only),
    elsewhere: (topology, chosen) => hostsElsewhere(topology, chosen, trunks ?? new Map()),
    swapped,
    ready: (those) => zonesReady(driver, those),
    told: (outcome) => options.reloaded?.(outcome),
    bindRemedy:
      options.user === undefined ? undefined : `restart serve, which binds before it becomes ${options.user}`,
  });
}

/** Large zones take over in pieces, and are served as before until they have. */
async function zonesReady(driver: RealDriver, hosts: readonly HostSpec[]): Promise<void> {
  for (const { name, kind } of hosts) {
    if (!kind.split('+').includes('dns')) continue;
    for (;;) {
      const unready = await driver.ask(name, 'unready', {});
      if (!Array.isArray(unready) || unready.length === 0) break;
      await sleep(READY_LOOK_MS);
    }
  }
}

/** The hosts of the file that are to run, in its order. */
export function chooseHosts(topology: Topology, only: readonly string[] | undefined): readonly HostSpec[] {
  const { hosts } = topology;
  if (only === undefined) return hosts.filter(isServer);
  const names = new Set(hosts.flatMap(namesOf));
  for (const wanted of only) {
    if (names.has(wanted)) continue;
    const near = nearest(wanted, names);
    const hint = near === undefined ? [...names].slice(0, 10).join(', ') : `did you mean ${near}?`;
    throw new ConfigError('--only', wanted, `the name of a host or a group of the file: ${hint}`);
  }
  const chosen = hosts.filter((host) => namesOf(host).some((name) => only.includes(name)));
  const router = chosen.find(({ inspects }) => inspects === true);
  if (router !== undefined)
    throw new ConfigError(
      '--only',
      router.name,
      'servers, a CMTS, its modems: a router acts in headend run, in real networks the kernel routes',
    );
  return chosen;
}

function namesOf({ name, group, services = [] }: HostSpec): readonly string[] {
  return [name, group, ...services];
}

function isServer({ kind }: HostSpec): boolean {
  return kind.split('+').every((part) => SERVER_KINDS.has(part));
}

async function startDriver(
  options: ServeOptions,
  hosts: readonly HostSpec[],
  store: LeaseDb | undefined,
  meter: Metrics | undefined,
): Promise<RealDriver> {
  const { trace, notice, bug, listen, limits, epoch } = options;
  try {
    const elsewhere = hostsElsewhere(options.topology, hosts, options.trunks ?? new Map());
    const topology = { ...options.topology, hosts: [...hosts, ...elsewhere] };
    const place = { listen, interface: options.interface };
    const driver = new RealDriver({ topology, place, store, limits, meter, trace, notice, bug, epoch });
    await driver.start();
    return driver;
  } catch (error) {
    await store?.close();
    throw error;
  }
}

/** Looks at the interfaces that were named, and for other servers before anybody is answered; gives those that were found. */
async function lookAround(options: ServeOptions, hosts: readonly HostSpec[]): Promise<readonly string[]> {
  for (const [address, zone] of options.zones ?? []) {
    await interfaceRisen(zone);
    placeLinkLocal(address, zone);
  }
  const name = options.interface;
  if (name === undefined) return [];
  await interfaceRisen(name);
  // Throws when it is not there, before anything else is tried on it.
  interfaceNamed(name);
  const answersDhcp = hosts.some((host) => host.udpPorts.includes(DHCP_PORT) && !host.forwards);
  return answersDhcp ? findOthers(options, name) : [];
}

async function findOthers(options: ServeOptions, name: string): Promise<readonly string[]> {
  const polite = options.polite === true;
  try {
    const servers = await otherDhcpServers(name);
    if (servers.length === 0) return [];
    const found = describeServers(name, servers);
    if (polite) throw new EnvironmentError(found, 'stop it, or serve without --polite beside it');
    options.notice?.(`${found}: clients take whichever offer comes first`);
    return servers.map(formatIp);
  } catch (error) {
    if (polite || !(error instanceof EnvironmentError)) throw error;
    options.notice?.(`could not look for other DHCP servers: ${error.message}`);
    return [];
  }
}

/** A server that nobody can reach should not be silent about it. */
function tellUnbound(options: ServeOptions, hosts: readonly HostSpec[], driver: RealDriver): void {
  const bound = new Set(driver.mapping().map(({ host }) => host));
  for (const host of hosts)
    if (isServer(host) && !bound.has(host.name))
      options.notice?.(
        `${host.name} is bound nowhere: --listen names no address that its protocol is spoken on`,
      );
}
