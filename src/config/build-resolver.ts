import { Name, parseName } from '../codec/dns/name.ts';
import { parseIp, type Ip } from '../core/address.ts';
import { SECOND } from '../core/time.ts';
import { AccessList } from '../store/access.ts';
import { interfaceAddress } from './addresses.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import { quote } from './mistakes.ts';
import { readQuestion } from './question.ts';
import type { AttackerDeviceConfig, PopulationDeviceConfig, ResolverServiceConfig } from './resolver.ts';
import type { ServiceCommon, ServiceConfig } from './scenario.ts';
import type { AttackerFile, PopulationFile } from './schema-resolver.ts';
import type { ResolverFile, ServicesFile } from './schema-services.ts';

const DAY = 86_400;
const HOUR = 3_600;
const CACHE_SIZE = 100_000;
/** RFC 8767 §5. */
const STALE_AFTER_US = 1_800_000;
const REPORT_US = 60 * SECOND;
/** What one host can keep open questions for. */
const RATE_MAX = 10_000;

export function buildResolver(
  file: ResolverFile,
  common: ServiceCommon,
  services: ServicesFile,
  findings: Findings,
  path: Path,
): ResolverServiceConfig {
  const subnet = file['client-subnet'];
  const [ttlMin, ttlMax] = [seconds(file['min-ttl'], 0), seconds(file['max-ttl'], DAY)];
  if (ttlMin > ttlMax)
    findings.add([...path, 'min-ttl'], 'it is more than max-ttl', 'write the lesser of the two here');
  const port = file['source-port'] ?? 'random';
  if (file['serve-stale'] === undefined && file['stale-after'] !== undefined)
    findings.addAtKey(path, 'stale-after', 'nothing stale is served', 'write serve-stale: too');
  return {
    ...common,
    kind: 'resolver',
    roots: file.roots.flatMap((text, index) => {
      const key = findings.has([...path, 'upstream']) ? 'upstream' : 'roots';
      const at = findings.has([...path, key, index]) ? [...path, key, index] : [...path, key];
      return serverAddress(text, addressesInFile(services, ['dns']), findings, at);
    }),
    allowQuery: file['allow-query'] && new AccessList(file['allow-query'].flatMap(({ entries }) => entries)),
    cache: {
      entriesMax: file['cache-size'] ?? CACHE_SIZE,
      ttlMin,
      ttlMax,
      negativeTtlMax: seconds(file['max-negative-ttl'], HOUR),
      staleSeconds: seconds(file['serve-stale'], 0),
      staleAfterUs: file['stale-after'] ?? STALE_AFTER_US,
      prefetches: file.prefetch ?? false,
    },
    minimises: file['qname-minimisation'] ?? 'relaxed',
    fixedPort: port === 'random' ? undefined : port,
    usesCookies: file.cookies ?? true,
    trustAnchors: buildAnchors(file, services, findings, [...path, 'trust-anchors']),
    networks: subnet && { ipv4Length: subnet.ipv4 ?? 24, ipv6Length: subnet.ipv6 ?? 56 },
  };
}

function buildAnchors(
  file: ResolverFile,
  services: ServicesFile,
  findings: Findings,
  path: Path,
): readonly string[] {
  const anchors = file['trust-anchors'] ?? [];
  const signed = Object.values(services).flatMap((service) =>
    service !== undefined && 'zones' in service
      ? Object.entries(service.zones).flatMap(([apex, { dnssec }]) => (dnssec === undefined ? [] : [apex]))
      : [],
  );
  for (const anchor of anchors)
    if (!signed.includes(anchor))
      findings.add(
        path,
        `${quote(anchor)} is not signed in this file`,
        didYouMean(anchor, signed, 'signed here are'),
      );
  return anchors;
}

export function buildPopulation(
  name: string,
  file: PopulationFile,
  services: readonly ServiceConfig[],
  findings: Findings,
  path: Path,
): PopulationDeviceConfig {
  findings.segment(file.on, [...path, 'on']);
  const known = addressesOf(services, ['dns', 'resolver']);
  const given = typeof file.resolvers === 'string' ? { [file.resolvers]: 1 } : file.resolvers;
  const at = [...path, 'resolvers'];
  const shares = Object.entries(given).flatMap(([text, ratio]) =>
    serverAddress(text, known, findings, at).map((resolver) => ({ resolver, ratio })),
  );
  const total = Object.values(given).reduce((sum, ratio) => sum + ratio, 0);
  if (Math.abs(total - 1) > 1e-6)
    findings.add(at, `the shares are ${Math.round(total * 1e4) / 100}% in all`, 'make them 100%');
  if (file.rate > RATE_MAX)
    findings.add([...path, 'rate'], 'one population cannot ask so much', `write at most ${RATE_MAX}/s`);
  return {
    name,
    kind: 'population',
    count: undefined,
    on: file.on,
    mac: undefined,
    address: interfaceAddress(file.ip, file.router),
    stubs: file.stubs,
    rate: file.rate,
    shares,
    asks: file.ask.map((text, index) => {
      const place = findings.has([...path, 'ask', index]) ? [...path, 'ask', index] : [...path, 'ask'];
      return readQuestion(text, findings, place);
    }),
    reportUs: Math.max(file.report ?? REPORT_US, SECOND),
  };
}

export function buildAttacker(
  name: string,
  file: AttackerFile,
  services: readonly ServiceConfig[],
  findings: Findings,
  path: Path,
): AttackerDeviceConfig {
  findings.segment(file.on, [...path, 'on']);
  const zone = parseName(file.zone);
  if (!(zone instanceof Name))
    findings.add([...path, 'zone'], `${quote(file.zone)} is no domain name`, `it takes ${zone.fault}`);
  if (file.every < 1_000)
    findings.add([...path, 'every'], 'the rounds have no time between them', 'write 1ms or more');
  const address = interfaceAddress(file.ip, file.router);
  const [resolver = address.address] = serverAddress(
    file.resolver,
    addressesOf(services, ['resolver']),
    findings,
    [...path, 'resolver'],
  );
  const [server = address.address] = serverAddress(file.server, addressesOf(services, ['dns']), findings, [
    ...path,
    'server',
  ]);
  return {
    name,
    kind: 'attacker',
    count: undefined,
    on: file.on,
    mac: undefined,
    address,
    resolver,
    server,
    zone: file.zone,
    port: file.port,
    packets: file.packets,
    everyUs: file.every,
    rounds: file.rounds,
  };
}

function addressesOf(
  services: readonly ServiceConfig[],
  kinds: readonly ServiceConfig['kind'][],
): Map<string, Ip> {
  const known = new Map<string, Ip>();
  for (const { name, kind, addresses } of services) {
    const [first] = addresses;
    if (kinds.includes(kind) && first !== undefined) known.set(name, first.address);
  }
  return known;
}

/** What is named may stand further down in the file. */
function addressesInFile(services: ServicesFile, kinds: readonly string[]): Map<string, Ip> {
  const known = new Map<string, Ip>();
  for (const [name, service] of Object.entries(services)) {
    const first = service?.ip[0];
    if (first !== undefined && kinds.includes(service?.kind ?? name)) known.set(name, first.address);
  }
  return known;
}

function seconds(us: number | undefined, otherwise: number): number {
  return us === undefined ? otherwise : Math.floor(us / SECOND);
}

/** The address of a name server or resolver, by its name here or as an address; none after a mistake. */
export function serverAddress(
  text: string,
  known: ReadonlyMap<string, Ip>,
  findings: Findings,
  path: Path,
): readonly Ip[] {
  const address = parseIp(text) ?? known.get(text);
  if (address !== undefined) return [address];
  const hint = didYouMean(text, known.keys(), 'write an address, or one of');
  findings.add(path, `${quote(text)} is no name server of this file and no address`, hint);
  return [];
}
