import { Name, parseName } from '../codec/dns/name.ts';
import { ScenarioError } from '../config/mistakes.ts';
import type { DnsServiceConfig, ServiceConfig, ZoneConfig } from '../config/scenario.ts';
import { ConfigError } from '../core/errors.ts';
import { Random, streamKey } from '../core/random.ts';
import type { Service } from '../core/service.ts';
import { utf8Text } from '../core/text.ts';
import { type BundlePart, Bundle } from '../service/bundle.ts';
import { DhcpService } from '../service/dhcp.ts';
import { DnsService } from '../service/dns.ts';
import { FtpService } from '../service/ftp.ts';
import { TftpService } from '../service/tftp.ts';
import { TodService } from '../service/tod.ts';
import type { Zone } from '../store/zone.ts';
import { loadZone } from '../store/zone-builder.ts';
import { ZoneSet } from '../store/zone-set.ts';
import { dhcpServerOptions } from './dhcp.ts';
import { buildFileTable, type Making } from './files.ts';
import type { ServerGroup } from './network.ts';

/** What services are made with beyond the scenario. */
export interface World extends Making {
  readonly seed: number;
  /** The driver's zero in microseconds since 1970: the scenario's epoch in the simulation, 0 on real sockets. */
  readonly epochUs: number;
  /**
   * Whether a reload may come: even a lone service is then bundled, so that one that is not alone can succeed it, and devices
   * have revisions. Left out: no.
   */
  readonly reloads?: boolean | undefined;
}

const PORTS: Readonly<
  Record<ServiceConfig['kind'], { readonly udp: readonly number[]; readonly tcp: readonly number[] }>
> = {
  dhcp: { udp: [67], tcp: [] },
  tftp: { udp: [69], tcp: [] },
  tod: { udp: [37], tcp: [37] },
  dns: { udp: [53], tcp: [53] },
  ftp: { udp: [], tcp: [21] },
};

/** Beside port 21 an FTP server waits on those of passive mode. */
function tcpPortsOf(config: ServiceConfig): readonly number[] {
  const { tcp } = PORTS[config.kind];
  if (config.kind !== 'ftp') return tcp;
  const { first, last } = config.passivePorts;
  return [...tcp, ...Array.from({ length: last - first + 1 }, (_, index) => first + index)];
}

/** The tables in which a service keeps what must survive a crash. */
const TABLES: Readonly<Record<ServiceConfig['kind'], readonly string[]>> = {
  dhcp: ['lease'],
  tftp: [],
  tod: [],
  dns: [],
  ftp: [],
};

/** The service of one server host, ready to be made again after a crash; what its files say is read once, here. */
export interface Server {
  readonly udpPorts: readonly number[];
  readonly tcpPorts: readonly number[];
  readonly create: () => Service;
}

export function buildServer(group: ServerGroup, world: World): Server {
  const makers = group.services.map((config) => ({ config, make: serviceMaker(config, world) }));
  const [only] = makers;
  return {
    udpPorts: group.services.flatMap(({ kind }) => PORTS[kind].udp),
    tcpPorts: group.services.flatMap(tcpPortsOf),
    create:
      only !== undefined && makers.length === 1 && world.reloads !== true
        ? only.make
        : () => new Bundle(makers.map(({ config, make }) => partOf(config, make()))),
  };
}

function partOf(config: ServiceConfig, service: Service): BundlePart {
  const { name, kind } = config;
  return { name, service, udpPorts: PORTS[kind].udp, tcpPorts: tcpPortsOf(config), tables: TABLES[kind] };
}

function serviceMaker(config: ServiceConfig, world: World): () => Service {
  const { epochUs, seed } = world;
  const random = (): Random => new Random(streamKey(seed, config.name));
  switch (config.kind) {
    case 'dhcp': {
      const options = dhcpServerOptions(config, epochUs);
      return () => new DhcpService(options);
    }
    case 'tftp': {
      const files = buildFileTable(config, world);
      const { limits, singlePort } = config;
      return () =>
        new TftpService({
          files,
          singlePort,
          blksizeMax: limits.blksize,
          windowsizeMax: limits.windowsize,
          transfersMax: limits.sessions,
          transfersPerSourceMax: limits.perSource,
        });
    }
    case 'ftp': {
      const files = buildFileTable(config, world);
      const { passivePorts } = config;
      return () => new FtpService({ files, passivePorts });
    }
    case 'tod':
      return () => new TodService({ epochUs });
    case 'dns': {
      const zones = buildZones(config, world);
      return () => new DnsService({ zones, random: random() });
    }
  }
}

function buildZones(config: DnsServiceConfig, world: World): ZoneSet {
  return new ZoneSet(config.zones.map((zone) => buildZone(zone, config.name, world)));
}

function buildZone({ apex, source }: ZoneConfig, name: string, { contents, crypto, scenario }: World): Zone {
  const origin = nameAt(`services.${name}.zones`, apex);
  if (source.kind === 'text') return loadZone(source.text, { file: source.at, origin, sha1: crypto.sha1 });
  try {
    const { file } = source;
    return loadZone(utf8Text(contents.octets(file)), {
      file: file.path,
      origin,
      sha1: crypto.sha1,
      include: contents.beside && ((path) => contents.beside?.(file, path) ?? { fault: 'no $INCLUDE' }),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw zoneMistake(error, scenario.fileName);
  }
}

/** A zone file's mistake has its place in its path, as `lab.zone:3:7`. */
function zoneMistake({ path, found, expected }: ConfigError, fileName: string): ScenarioError {
  const place = /^(.*):(\d+):(\d+)$/.exec(path);
  const hint = `expected ${expected}`;
  if (place === null)
    return new ScenarioError(fileName, [{ line: 1, column: 1, path, message: found, hint }]);
  const [, file = '', line, column] = place;
  return new ScenarioError(file, [
    { line: Number(line), column: Number(column), path: '', message: found, hint },
  ]);
}

/** A name of the file; throws `ConfigError` under `path`. */
export function nameAt(path: string, text: string): Name {
  const name = parseName(text);
  if (name instanceof Name) return name;
  throw new ConfigError(path, text, `a domain name: it takes ${name.fault}`);
}
