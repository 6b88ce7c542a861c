import { REPORT_PORT } from '../codec/health-report.ts';
import type { DnsServiceConfig, ServiceConfig } from '../config/scenario.ts';
import { Random, streamKey } from '../core/random.ts';
import type { TlsSpec } from '../core/driver.ts';
import type { Service } from '../core/service.ts';
import { type BundlePart, Bundle } from '../service/bundle.ts';
import { DhcpService } from '../service/dhcp.ts';
import { DnsService } from '../service/dns.ts';
import { FtpService } from '../service/ftp.ts';
import { TftpService } from '../service/tftp.ts';
import { TodService } from '../service/tod.ts';
import { ZONE_TABLES } from '../store/zone-rows.ts';
import { healthMaker, hearsReports } from './checks.ts';
import { dhcpServerOptions } from './dhcp.ts';
import { dnsServerOptions } from './dns.ts';
import { buildFileTable } from './files.ts';
import type { ServerGroup } from './network.ts';
import { replayMaker } from './replay.ts';
import { resolverMaker } from './resolver.ts';
import type { World } from './world.ts';

export const PORTS: Readonly<
  Record<ServiceConfig['kind'], { readonly udp: readonly number[]; readonly tcp: readonly number[] }>
> = {
  dhcp: { udp: [67], tcp: [] },
  tftp: { udp: [69], tcp: [] },
  tod: { udp: [37], tcp: [37] },
  dns: { udp: [53], tcp: [53] },
  ftp: { udp: [], tcp: [21] },
  resolver: { udp: [53], tcp: [53] },
};

/** A resolver may ask from a port of its own, and a name server hears reports of its checks. */
function udpPortsOf(config: ServiceConfig): readonly number[] {
  const { udp } = PORTS[config.kind];
  if (config.place.kind === 'replay') return udp;
  if (config.kind === 'resolver' && config.fixedPort !== undefined) return [...udp, config.fixedPort];
  return config.kind === 'dns' && hearsReports(config) ? [...udp, REPORT_PORT] : udp;
}

/** Beside port 21 an FTP server waits on those of passive mode. */
function tcpPortsOf(config: ServiceConfig): readonly number[] {
  const { tcp } = PORTS[config.kind];
  if (config.place.kind === 'replay') return [];
  if (config.kind === 'dns' && config.tls !== undefined) return [...tcp, config.tls.port];
  if (config.kind !== 'ftp') return tcp;
  const { first, last } = config.passivePorts;
  return [...tcp, ...Array.from({ length: last - first + 1 }, (_, index) => first + index)];
}

/** The tables in which a service keeps what must survive a crash. */
const TABLES: Readonly<Record<ServiceConfig['kind'], readonly string[]>> = {
  dhcp: ['lease'],
  tftp: [],
  tod: [],
  dns: ZONE_TABLES,
  ftp: [],
  resolver: [],
};

/** The service of one server host, ready to be made again after a crash; what its files say is read once, here. */
export interface Server {
  readonly udpPorts: readonly number[];
  readonly tcpPorts: readonly number[];
  readonly tls: TlsSpec | undefined;
  readonly create: () => Service;
}

export function buildServer(group: ServerGroup, world: World): Server {
  const makers = group.services.flatMap((config) => partMakers(config, world));
  const [only] = makers;
  return {
    udpPorts: group.services.flatMap(udpPortsOf),
    tcpPorts: group.services.flatMap(tcpPortsOf),
    tls: tlsOf(group, world),
    create:
      only !== undefined && makers.length === 1 && world.reloads !== true
        ? () => only().service
        : () => new Bundle(makers.map((make) => make())),
  };
}

/** What one service of the file is at its host: a name server has its health checks beside it. */
function partMakers(config: ServiceConfig, world: World): (() => BundlePart)[] {
  const { name, kind, place } = config;
  if (place.kind === 'replay') {
    const udpPorts = PORTS[kind].udp;
    const replay = replayMaker(config, place, udpPorts, world);
    return [() => ({ name, service: replay(), udpPorts, tcpPorts: [], tables: [] })];
  }
  const ports = { udpPorts: PORTS[kind].udp, tcpPorts: tcpPortsOf(config), tables: TABLES[kind] };
  if (config.kind !== 'dns') {
    const make = serviceMaker(config, world);
    return [() => ({ name, service: make(), ...ports, udpPorts: udpPortsOf(config) })];
  }
  const options = dnsServerOptions(config, world);
  const random = (): Random => new Random(streamKey(world.seed, name));
  const dns = (): BundlePart => ({
    name,
    // Transfers and updates put other versions into the zones' places: each life has places of its own.
    service: new DnsService({ ...options, zones: options.zones.copy(), random: random() }),
    ...ports,
  });
  // There may be checks after a reload.
  if (config.checks.length === 0 && world.reloads !== true) return [dns];
  const health = healthMaker(config, options.health, world);
  const udpPorts = hearsReports(config) ? [REPORT_PORT] : [];
  return [dns, () => ({ name: `${name} checks`, service: health(), udpPorts, tcpPorts: [], tables: [] })];
}

/** Of the services at one address only a name server has TLS. */
function tlsOf({ services }: ServerGroup, { contents }: World): TlsSpec | undefined {
  for (const service of services)
    if (service.kind === 'dns' && service.tls !== undefined) {
      const { port, certificate, key } = service.tls;
      return { port, certificate: contents.octets(certificate), key: contents.octets(key) };
    }
  return undefined;
}

function serviceMaker(config: Exclude<ServiceConfig, DnsServiceConfig>, world: World): () => Service {
  const { epoch } = world;
  switch (config.kind) {
    case 'dhcp': {
      const options = dhcpServerOptions(config, world);
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
      return () => new TodService({ epoch });
    case 'resolver':
      return resolverMaker(config, world);
  }
}
