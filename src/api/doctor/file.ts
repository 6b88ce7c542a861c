import { dirname, resolve } from 'node:path';
import { realpathSync } from 'node:fs';
import type { BootFacts, CheckedZone, FileFacts, WantedSubnet } from '../../analysis/doctor/facts.ts';
import { formatMistake, ScenarioError } from '../../config/mistakes.ts';
import type {
  DhcpSubnetConfig,
  ProvisionConfig,
  ServiceConfig,
  TftpServiceConfig,
} from '../../config/scenario.ts';
import type { ZoneConfig } from '../../config/dns-settings.ts';
import { compareIpv4, type Ip, ipv4 } from '../../core/address.ts';
import type { HostSpec, Topology } from '../../core/driver.ts';
import { ConfigError } from '../../core/errors.ts';
import { escapeText, utf8Octets } from '../../core/text.ts';
import { portableCrypto } from '../../crypto/portable.ts';
import { MAC_WORD } from '../../policy/provision.ts';
import type { FileTable } from '../../store/file-table.ts';
import { buildFileTable } from '../../topology/files.ts';
import { FileError } from '../failure.ts';
import { prepareLive } from '../live.ts';
import type { ZoneFinding } from '../../store/zone-finding.ts';
import { type LoadedScenario, type LoadOptions, loadScenario } from '../scenario.ts';
import { chooseHosts } from '../serve.ts';
import { checkZone } from '../zone.ts';
import { unservedIn } from './tftp-folder.ts';

/** A scenario file that `serve` could start, as far as the file goes. */
export interface ReadFile {
  readonly topology: Topology;
  /** Those that `serve` would run. */
  readonly hosts: readonly HostSpec[];
  readonly services: readonly ServiceConfig[];
  readonly subnets: readonly WantedSubnet[];
  readonly facts: FileFacts;
}

/** Reads and checks all as `serve` does; a wrong file is told of, not thrown. */
export function readFile(
  path: string,
  { load, only }: { readonly load: LoadOptions; readonly only: readonly string[] | undefined },
): ReadFile | FileFacts['mistakes'] {
  try {
    const loaded = loadScenario(path, load);
    const { topology } = prepareLive(loaded, { real: 'none' });
    const hosts = chooseHosts(topology, only);
    const services = loaded.scenario.services.filter((service) => hosts.some((host) => isAt(service, host)));
    const tables = tftpTables(loaded);
    const left = topology.hosts.filter((host) => host.forwards && !hosts.includes(host));
    const subnets = services.flatMap((service) =>
      service.kind === 'dhcp' ? service.subnets.map((subnet) => subnetFacts(subnet, tables, left)) : [],
    );
    const served = tables.filter(({ service }) => services.includes(service));
    const facts: FileFacts = {
      mistakes: [],
      unserved: served.flatMap(({ service: { folder } }) => {
        if (folder === undefined) return [];
        const root = realpathSync(besideScenario(path, folder.path));
        return unservedIn(folder.path, root);
      }),
      zones: services.flatMap((service) =>
        service.kind === 'dns' ? service.zones.flatMap((zone) => zoneFacts(zone, path)) : [],
      ),
      servedCount: served.reduce((sum, { table }) => sum + table.count, 0),
    };
    return { topology, hosts, services, subnets, facts };
  } catch (error) {
    return mistakesOf(error);
  }
}

function mistakesOf(error: unknown): FileFacts['mistakes'] {
  if (error instanceof ScenarioError)
    return error.mistakes.map((mistake) => ({
      text: formatMistake(error.fileName, { ...mistake, hint: '' }),
      hint: mistake.hint,
    }));
  if (error instanceof ConfigError)
    return [{ text: `${error.path}: ${error.found}`, hint: `expected ${error.expected}` }];
  if (error instanceof FileError) return [{ text: error.message, hint: 'name a file that can be read' }];
  throw error;
}

function isAt({ on, addresses }: ServiceConfig, { interfaces }: HostSpec): boolean {
  return interfaces.some(
    (own) => own.segment === on && own.addresses.some(({ address }) => address === addresses[0]?.address),
  );
}

function hasAddress({ interfaces }: HostSpec, address: Ip): boolean {
  return interfaces.some(({ addresses }) => addresses.some((own) => own.address === address));
}

interface Served {
  readonly service: TftpServiceConfig;
  readonly table: FileTable;
}

function tftpTables({ scenario, contents }: LoadedScenario): readonly Served[] {
  return scenario.services.flatMap((service) =>
    service.kind === 'tftp'
      ? [{ service, table: buildFileTable(service, { scenario, contents, crypto: portableCrypto }) }]
      : [],
  );
}

function subnetFacts(
  subnet: DhcpSubnetConfig,
  tables: readonly Served[],
  routersLeft: readonly HostSpec[],
): WantedSubnet {
  const { at, relays, ranges, reservations, member } = subnet;
  const inRanges = ranges.reduce((sum, { first, last }) => sum + compareIpv4(last, first) + 1, 0);
  const boots = new Map<string, ProvisionConfig>();
  const more = [...subnet.classes, ...reservations].flatMap(({ tftp }) => tftp ?? []);
  for (const boot of [...subnet.tftp, ...more]) boots.set(`${boot.server} ${boot.siaddr} ${boot.file}`, boot);
  return {
    at,
    subnet: subnet.subnet,
    relays,
    behind: routersLeft.find((router) => relays.some((relay) => hasAddress(router, relay)))?.name,
    addressCount: inRanges + reservations.length,
    isForModems: member === 'modem' || (member === undefined && /^docsis/i.test(subnet.class ?? '')),
    boots: [...boots.values()].flatMap((boot) => bootFacts(boot, tables)),
  };
}

function zoneFacts({ apex, source }: ZoneConfig, scenarioPath: string): readonly CheckedZone[] {
  if (source.kind !== 'file') return [];
  const { path: file } = source.file;
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const { counts, findings } = checkZone(besideScenario(scenarioPath, file), nowSeconds, { origin: apex });
  const worst = counts.error > 0 ? 'error' : 'warning';
  const first = findings.find(({ severity }) => severity === worst);
  return [
    {
      apex,
      file,
      errors: counts.error,
      warnings: counts.warning,
      first: first === undefined ? '' : told(first),
    },
  ];
}

function told({ place, found, expected }: ZoneFinding): string {
  const where = place === undefined ? '' : `line ${place.line}: `;
  return escapeText(`${where}${found}: expected ${expected}`);
}

function besideScenario(scenarioPath: string, path: string): string {
  return resolve(dirname(resolve(scenarioPath)), ...path.split('/'));
}

/** For a file of each modem's own, that of some modem is looked for. */
const SOME_MAC = '020000000001';

function bootFacts(
  { server, file, siaddr }: ProvisionConfig,
  tables: readonly Served[],
): readonly BootFacts[] {
  // A server without a file, or a file without a server, is for a client that knows the rest.
  if (server === undefined || file === undefined) return [];
  const name = utf8Octets(file.replaceAll(MAC_WORD, SOME_MAC));
  const own = tables.filter(({ service }) => service.addresses.some(({ address }) => address === server));
  const isServed = own.some(({ table }) => table.find(name, ipv4(0)) !== undefined);
  const near = own.map(({ table }) => table.nearMiss(name)).find((miss) => miss !== undefined);
  const served = own.length === 0 ? undefined : isServed ? 'yes' : (near ?? 'no');
  return [{ server, file, hasSiaddr: siaddr !== 'none', served }];
}
