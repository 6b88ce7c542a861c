import { type Fault, isFault } from '../config/fault.ts';
import { formatEndpoint, formatIp, formatMac } from '../core/address.ts';
import type { HostSpec, Topology } from '../core/driver.ts';
import { commandFor, guestNeeds, relayNeeds } from '../driver/real/outside/needs.ts';
import { NEVER } from '../core/time.ts';
import { formatDuration } from '../report/line.ts';
import { connections } from '../topology/behind.ts';
import { liveMapping } from './live.ts';
import { hasLiveDevices, plugsOfFlags } from './live-places.ts';
import { loadCells, loadScenario } from './load-scenario.ts';
import type { LoadedScenario, LoadOptions } from './load-scenario.ts';
import { joinedParts, type JoinedPart } from './plan-interfaces.ts';
import { virtualTopology } from './virtual-topology.ts';

/** What a run or `serve` of a file would start; nothing is opened to find out. */
export interface Plan {
  readonly scenario: string;
  readonly about: string;
  readonly seed: number;
  readonly duration_us: number;
  /** With the values that this plan has; a run of the matrix has those of its cell. */
  readonly params: LoadedScenario['params'];
  /** All cells; empty without a matrix. */
  readonly matrix: readonly LoadedScenario['cell'][];
  readonly segments: readonly { readonly name: string; readonly kind: string }[];
  readonly hosts: readonly PlannedHost[];
  readonly timeline: readonly { readonly at_us: number; readonly what: string }[];
  readonly expectations: readonly string[];
  /** A rough guess: what a boot, a lease or a lookup takes. */
  readonly packets_estimated: number;
  /** Live mode: which loopback endpoint stands for which of the scenario. */
  readonly live: readonly { readonly host: string; readonly endpoint: string; readonly bound: string }[];
  /** What is real in live mode, where it is, and what this machine must have for it. */
  readonly real: readonly RealPart[];
  /** What the interfaces named join; empty where none is named. */
  readonly joined: readonly JoinedPart[];
  /** What `serve` needs that not every user has. */
  readonly rights: readonly string[];
}

export interface RealPart {
  readonly host: string;
  /** An interface of this machine, or the endpoints elsewhere. */
  readonly where: string;
  /** Commands of root's that give this machine the addresses which it needs; those that it has need none. */
  readonly needs: readonly string[];
}

export interface PlannedHost {
  readonly name: string;
  readonly kind: string;
  /** The modem that it is connected to. */
  readonly behind?: string | undefined;
  readonly interfaces: readonly {
    readonly segment: string;
    readonly mac: string;
    readonly addresses: readonly string[];
  }[];
  readonly udp: readonly number[];
  readonly tcp: readonly number[];
}

const DHCP_PORT = 67;

/** Crossings, counted in the flagship: ranging 4, DHCP 8, ARP 2, time 4, TFTP 6, registration 3. */
const PACKETS_PER_MODEM = 27;
const PACKETS_PER_HOST = 10;

/** `interfaces` as of `--interface`. */
export function planScenario(path: string, options: LoadOptions, interfaces: readonly string[] = []): Plan {
  const loaded = loadScenario(path, options);
  const { scenario, params } = loaded;
  const cells = loadCells(path, options).map(({ cell }) => cell);
  const plugs = hasLiveDevices(scenario) ? plugsOfFlags(scenario, interfaces) : undefined;
  const topology = virtualTopology(loaded, { plugs });
  const behind = new Map(connections(scenario).map(({ computer, modem }) => [computer, modem]));
  const modems = topology.hosts.filter(({ kind }) => kind === 'cable-modem').length;
  return {
    scenario: scenario.name,
    about: scenario.about,
    seed: scenario.seed,
    duration_us: scenario.durationUs,
    params,
    matrix: Object.keys(loaded.cell).length === 0 ? [] : cells,
    segments: topology.segments.map(({ name, kind }) => ({ name, kind })),
    hosts: topology.hosts.map((host) => plannedHost(host, behind.get(host.name))),
    timeline: scenario.timeline.map((action) => ({ at_us: action.at, what: actionText(action) })),
    expectations: scenario.expectations.map(({ text }) => text),
    packets_estimated: modems * PACKETS_PER_MODEM + (topology.hosts.length - modems) * PACKETS_PER_HOST,
    live: liveMapping(topology).map(({ host, protocol, scenario: endpoint, real }) => ({
      host,
      endpoint: `${protocol} ${formatEndpoint(endpoint)}`,
      bound: formatEndpoint(real),
    })),
    real: realParts(topology),
    joined: joinedParts(scenario, topology, interfaces),
    rights: rightsOf(topology),
  };
}

/** Stands for an interface that only the command line will name. */
const UNNAMED = 'NAME';

function realParts(topology: Topology): readonly RealPart[] {
  return topology.hosts.flatMap((spec): RealPart[] => {
    const { name, live, interfaces } = spec;
    if (live?.kind === 'guest') {
      const [segment = ''] = interfaces.map((own) => own.segment);
      const on = live.interface === '' ? UNNAMED : live.interface;
      const where = on === UNNAMED ? `where --interface ${segment}=${UNNAMED} says` : on;
      return [{ host: name, where, needs: guestNeeds(topology, [{ spec, on }]).map(commandFor) }];
    }
    if (live?.kind === 'headend') {
      const cable = interfaces[0]?.segment ?? '';
      const on = live.interface === '' ? `where --interface ${cable}=${UNNAMED} says` : live.interface;
      return [{ host: name, where: `${on}, run by another headend`, needs: [] }];
    }
    if (live?.kind !== 'server') return [];
    const ends = interfaces.flatMap(({ addresses }) =>
      addresses.flatMap(({ address }) =>
        [...new Set([...spec.udpPorts, ...spec.tcpPorts])].map((port) =>
          formatEndpoint({ address: live.address ?? address, port: live.ports.get(port) ?? port }),
        ),
      ),
    );
    const needs = spec.udpPorts.includes(DHCP_PORT) ? relayNeeds(topology).map(commandFor) : [];
    return [{ host: name, where: ends.join(', '), needs }];
  });
}

function plannedHost(
  { name, kind, interfaces, udpPorts, tcpPorts }: HostSpec,
  behind: string | undefined,
): PlannedHost {
  return {
    name,
    kind,
    behind,
    interfaces: interfaces.map(({ segment, mac, addresses }) => ({
      segment,
      mac: formatMac(mac),
      addresses: addresses.map(({ address, prefixLength }) => `${formatIp(address)}/${prefixLength}`),
    })),
    udp: udpPorts,
    tcp: tcpPorts,
  };
}

type Action = ReturnType<typeof loadScenario>['scenario']['timeline'][number];

function actionText(action: Action): string {
  if (isFault(action)) return faultText(action);
  const spread = 'spread' in action ? action.spread : undefined;
  const over = spread === undefined ? '' : ` over ${formatDuration(spread.overUs)}, ${spread.by}`;
  return `${action.do} ${action.who.text}${over}`;
}

function faultText(fault: Fault): string {
  const lasts = fault.until === NEVER ? '' : ` for ${formatDuration(fault.until - fault.at)}`;
  return `${fault.do} ${subjectOf(fault)} (${fault.id})${lasts}`;
}

function subjectOf(fault: Fault): string {
  if ('who' in fault) return fault.who.text;
  if (fault.do === 'rogue') return `on ${fault.server.on}`;
  const { where, from, to, packet, ways } = fault;
  const side = (names: typeof from): string => names?.map(({ text }) => text).join(', ') ?? 'anybody';
  const between =
    (from ?? to) === undefined ? undefined : `${side(from)} ${ways === 'both' ? '<' : ''}> ${side(to)}`;
  return [where, between, packet && `"${packet.text}"`].filter((part) => part !== undefined).join(' ');
}

/** What `serve` runs unless told. */
const SERVED: ReadonlySet<string> = new Set(['dhcp', 'tftp', 'tod', 'dns']);

function rightsOf({ hosts }: Topology): readonly string[] {
  const low = new Set(
    hosts
      .filter(({ kind, live }) => live === undefined && kind.split('+').every((part) => SERVED.has(part)))
      .flatMap(({ udpPorts, tcpPorts }) => [
        ...udpPorts.map((port) => ({ port, text: `udp/${port}` })),
        ...tcpPorts.map((port) => ({ port, text: `tcp/${port}` })),
      ])
      .filter(({ port }) => port < 1024)
      .map(({ text }) => text),
  );
  return low.size === 0
    ? []
    : [`ports under 1024: ${[...low].join(', ')} (headend doctor says whether you may)`];
}
