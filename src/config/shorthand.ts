import { formatEndpoint, formatIp, isIpv4, type Ip } from '../core/address.ts';
import type { Findings, Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { CheckFile } from './schema-checks.ts';
import type { PolicyRecordFile, RecordFile } from './schema-dns.ts';
import type { ResolverDeviceFile } from './schema-resolver.ts';
import type { GroupFile } from './schema-routing.ts';
import type { DnsFile, ResolverFile } from './schema-services.ts';

/** A device of kind `resolver` as the service that it is. */
export function resolverOf({
  on,
  ip,
  router,
  upstream,
  cache,
}: ResolverDeviceFile): ResolverFile & { kind: 'resolver' } {
  return {
    kind: 'resolver',
    on,
    ip: [ip],
    router,
    roots: upstream,
    'cache-size': cache?.size,
    'min-ttl': cache?.['min-ttl'],
    'max-ttl': cache?.['max-ttl'],
    'max-negative-ttl': cache?.['max-negative-ttl'],
    // Its servers are not the root's: they are told the whole name, and asked for nothing above it.
    'qname-minimisation': 'off',
  };
}

/** A zone of a file whose records are all plain. */
export type PlainZoneFile = Omit<DnsFile['zones'][string], 'records'> & {
  records?: Record<string, RecordFile[]> | undefined;
};

export type PlainDnsFile = Omit<DnsFile, 'zones'> & {
  zones: Record<string, PlainZoneFile>;
};

/** Records with a policy as the groups of `routing:` and the `checks:` that they are. */
export function expandPolicies(file: DnsFile, findings: Findings, path: Path): PlainDnsFile {
  const checks: Record<string, CheckFile> = { ...file.checks };
  const zones = Object.entries(file.zones).map(([apex, zone]): [string, PlainZoneFile] => {
    const records: Record<string, RecordFile[]> = {};
    const routing: Record<string, GroupFile[]> = { ...zone.routing };
    for (const [owner, list] of Object.entries(zone.records ?? {})) {
      for (const [index, record] of list.entries()) {
        if (!('policy' in record)) {
          (records[owner] ??= []).push(record);
          continue;
        }
        const own = [...path, 'zones', apex, 'records', owner];
        const at = findings.has([...own, index]) ? [...own, index] : own;
        routing[owner] = [...(routing[owner] ?? []), groupOf(record, owner, checks, findings, at)];
      }
    }
    const hasRecords =
      zone.records !== undefined && (Object.keys(records).length > 0 || zone.routing === undefined);
    const hasRouting = Object.keys(routing).length > 0;
    return [
      apex,
      { ...zone, records: hasRecords ? records : undefined, routing: hasRouting ? routing : undefined },
    ];
  });
  const hasChecks = Object.keys(checks).length > 0;
  return { ...file, checks: hasChecks ? checks : undefined, zones: Object.fromEntries(zones) };
}

function groupOf(
  record: PolicyRecordFile,
  owner: string,
  checks: Record<string, CheckFile>,
  findings: Findings,
  path: Path,
): GroupFile {
  const { type, policy, ttl, targets, check } = record;
  const probe = check && probeOf(check.probe, findings, [...path, 'check', 'probe']);
  const made = targets.flatMap((address, index): [string, GroupFile['targets'][string]][] => {
    if (isIpv4(address) !== (type === 'A')) {
      const at = findings.has([...path, 'targets', index])
        ? [...path, 'targets', index]
        : [...path, 'targets'];
      const hint = `write type: ${type === 'A' ? 'AAAA' : 'A'}, or another address`;
      findings.add(at, `${formatIp(address)} is no data of type ${type}`, hint);
      return [];
    }
    const id = `t${index + 1}`;
    if (check === undefined || probe === undefined) return [[id, { data: [formatIp(address)] }]];
    const name = `${owner.replace(/[^A-Za-z0-9-]/g, '-')}-${formatIp(address)}`;
    checks[name] = checkOf(check, probe, address);
    return [[id, { data: [formatIp(address)], check: name }]];
  });
  return { type, policy, ttl, targets: Object.fromEntries(made) };
}

const SECOND_US = 1_000_000;

interface ProbeText {
  readonly kind: string;
  readonly port: number;
}

function probeOf(text: string, findings: Findings, path: Path): ProbeText | undefined {
  const [, kind, number] = /^(udp|tcp|http)\/(\d{1,5})$/.exec(text) ?? [];
  const port = Number(number);
  if (kind !== undefined && port >= 1 && port <= 65_535) return { kind, port };
  findings.add(path, `${quote(text)} is no probe`, 'write udp/7, tcp/80 or http/80');
  return undefined;
}

function checkOf(
  check: NonNullable<PolicyRecordFile['check']>,
  { kind, port }: ProbeText,
  address: Ip,
): CheckFile {
  const timeout = check.timeout ?? 2 * SECOND_US;
  const common = {
    to: formatEndpoint({ address, port }),
    every: check.every ?? 10 * SECOND_US,
    // One success makes it forget failures: so many in a row.
    threshold: { up: check['recover-after'] ?? 3, ok: 1, down: check['fail-after'] ?? 3 },
    'hold-down': check['hold-down'],
    initial: check.initial,
  };
  switch (kind) {
    case 'udp':
      return { kind, ...common, 'answer-within': timeout };
    case 'tcp':
      return { kind, ...common, 'connect-within': timeout };
    default:
      return { kind: 'http', ...common, 'connect-within': timeout, 'answer-within': timeout };
  }
}
