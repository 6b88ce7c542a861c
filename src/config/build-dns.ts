import { utf8Octets } from '../core/text.ts';
import { SECOND } from '../core/time.ts';
import { AccessList, type AccessEntry } from '../store/access.ts';
import { buildDnssec } from './build-dnssec.ts';
import { buildGeography } from './build-geography.ts';
import { buildRouting, type RoutingSurroundings } from './build-routing.ts';
import { buildChecks } from './build-checks.ts';
import { expandPolicies, type PlainDnsFile, type PlainZoneFile } from './shorthand.ts';
import { buildZone } from './build-zone.ts';
import { buildKeys, buildZonePeers } from './build-zone-peers.ts';
import type { Findings, Path } from './findings.ts';
import type { DnsServiceConfig, ServiceCommon } from './scenario.ts';
import type { RateLimitConfig, TlsConfig } from './dns-settings.ts';
import type { DnsFile } from './schema-services.ts';

const NSID_OCTETS_MAX = 128;

export function buildDns(
  written: DnsFile,
  common: ServiceCommon,
  findings: Findings,
  path: Path,
): DnsServiceConfig {
  const file = expandPolicies(written, findings, path);
  const geography = buildGeography(file, findings, path);
  const checks = checkNames(file);
  const keys = buildKeys(file.keys, findings, [...path, 'keys']);
  const signed = Object.entries(file.zones).flatMap(([apex, zone]) =>
    zone.dnssec === undefined ? [] : [apex],
  );
  checkCopies(file, findings, path);
  const zones = Object.entries(file.zones).map(([apex, zone]) => ({
    ...buildZone(apex, zone, common.addresses, findings, [...path, 'zones', apex]),
    routing: buildRouting(
      zone.routing,
      {
        apex,
        checks,
        geography,
        records: recordsOf(zone),
        ...travelOf(zone),
      },
      findings,
      [...path, 'zones', apex, 'routing'],
    ),
    dnssec: buildDnssec(zone.dnssec, { apex, signed }, findings, [...path, 'zones', apex, 'dnssec']),
    peers: buildZonePeers(zone, keys, findings, [...path, 'zones', apex]),
    // A copy is what its primary says, right or wrong.
    check: zone.check ?? (zone.primaries === undefined ? 'strict' : 'lenient'),
    allowQuery: buildAccess(zone['allow-query']),
  }));
  const secrets = file['cookie-secret-file'];
  if (secrets !== undefined && file.cookies === 'off')
    findings.addAtKey(path, 'cookie-secret-file', 'cookies are off', 'keep one of the two');
  // It goes into replies of 512 octets beside a question of 260, OPT and a cookie.
  if (file.nsid !== undefined && utf8Octets(file.nsid).length > NSID_OCTETS_MAX)
    findings.add([...path, 'nsid'], 'the name is too long', `write at most ${NSID_OCTETS_MAX} octets`);
  return {
    ...common,
    ...buildChecks(file, findings, path),
    kind: 'dns',
    zones,
    keys,
    allowQuery: buildAccess(file['allow-query']),
    nsid: file.nsid,
    udpOctetsMax: file['udp-size'],
    cookies: file.cookies ?? 'offered',
    cookieSecrets:
      secrets === undefined ? undefined : findings.file(secrets, 'file', [...path, 'cookie-secret-file']),
    rateLimit: buildRateLimit(file['rate-limit']),
    geography,
    tls: buildTls(file.tls, findings, [...path, 'tls']),
  };
}

/** What secondaries get of the zone's policies. */
function travelOf(zone: PlainZoneFile): Pick<RoutingSurroundings, 'isTransferred' | 'isRefusedSigned'> {
  const isTransferred = zone['allow-transfer'] !== undefined;
  const isSigned = zone.dnssec !== undefined;
  return {
    isTransferred,
    isRefusedSigned: isTransferred && isSigned && zone.dnssec?.['transferred-policies'] === undefined,
  };
}

/** Policies are not transferred. */
function checkCopies({ zones }: PlainDnsFile, findings: Findings, path: Path): void {
  for (const [apex, zone] of Object.entries(zones))
    if (zone.routing !== undefined && zone.primaries !== undefined)
      findings.addAtKey(
        [...path, 'zones', apex],
        'routing',
        'a copy of another server’s zone has its records and no policies',
        'write the policies where the zone is made, or take primaries: away',
      );
}

/** In the order of the file, which numbers them. */
function checkNames(file: PlainDnsFile): readonly string[] {
  return Object.keys(file.checks ?? {});
}

function recordsOf({ records }: PlainZoneFile): RoutingSurroundings['records'] {
  return (
    records && Object.entries(records).flatMap(([owner, list]) => list.map(({ type }) => ({ owner, type })))
  );
}

function buildAccess(
  list: readonly { readonly entries: readonly AccessEntry[] }[] | undefined,
): AccessList | undefined {
  return list && new AccessList(list.flatMap(({ entries }) => entries));
}

function buildRateLimit(file: DnsFile['rate-limit']): RateLimitConfig | undefined {
  return (
    file && {
      perSecond: file['per-second'],
      windowSeconds: file.window === undefined ? undefined : file.window / SECOND,
      slip: file.slip,
      ipv4Length: file['ipv4-prefix'],
      ipv6Length: file['ipv6-prefix'],
      flowsMax: file.flows === undefined ? undefined : 2 ** Math.ceil(Math.log2(file.flows)),
    }
  );
}

function buildTls(file: DnsFile['tls'], findings: Findings, path: Path): TlsConfig | undefined {
  return (
    file && {
      certificate: findings.file(file['certificate-file'], 'file', [...path, 'certificate-file']),
      key: findings.file(file['key-file'], 'file', [...path, 'key-file']),
      port: file.port ?? 853,
    }
  );
}
