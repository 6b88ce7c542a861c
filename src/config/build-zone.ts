import { formatIp, isIpv4 } from '../core/address.ts';
import type { InterfaceAddress } from '../core/service.ts';
import { SECOND } from '../core/time.ts';
import type { Findings, Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { ZoneConfig } from './scenario.ts';
import type { DnsFile } from './schema-services.ts';
import { pathText } from './source.ts';

type ZoneFile = DnsFile['zones'][string];

/** A zone of a file of its own, or of the records written here, as master-file text (RFC 1035 §5.1). */
export function buildZone(
  apex: string,
  file: ZoneFile,
  addresses: readonly InterfaceAddress[],
  findings: Findings,
  path: Path,
): ZoneConfig {
  if (file.file !== undefined) {
    for (const key of ['records', 'negative-ttl'] as const)
      if (file[key] !== undefined)
        findings.addAtKey(path, key, 'the zone comes from a file', 'keep one of the two');
    return {
      apex,
      source: { kind: 'file', file: findings.file(file.file, 'file', [...path, 'file']) },
    };
  }
  if (file.records === undefined)
    findings.add(path, `the zone ${quote(apex)} has nothing in it`, 'add file: or records:');
  const text = zoneText(apex, file, addresses);
  return { apex, source: { kind: 'text', text, at: pathText(path) } };
}

/** SOA timers of a zone that nobody transfers: a day, two hours, six weeks. */
const REFRESH_SECONDS = 86_400;
const RETRY_SECONDS = 7_200;
const EXPIRE_SECONDS = 3_600_000;
const TTL_SECONDS = 300;
const NEGATIVE_SECONDS = 60;

function zoneText(apex: string, file: ZoneFile, addresses: readonly InterfaceAddress[]): string {
  const origin = apex.endsWith('.') ? apex : `${apex}.`;
  const records = Object.entries(file.records ?? {});
  const has = (owner: string, type: string): boolean =>
    records.some(([name, list]) => name === owner && list.some((one) => one.type.toUpperCase() === type));
  const negative = Math.round((file['negative-ttl'] ?? NEGATIVE_SECONDS * SECOND) / SECOND);
  const lines = [`$ORIGIN ${origin}`, `$TTL ${TTL_SECONDS}`];
  if (!has('@', 'SOA'))
    lines.push(
      `@ ${negative} SOA ns hostmaster 1 ${REFRESH_SECONDS} ${RETRY_SECONDS} ${EXPIRE_SECONDS} ${negative}`,
    );
  if (!has('@', 'NS')) {
    lines.push('@ NS ns');
    if (!has('ns', 'A') && !has('ns', 'AAAA') && !has('ns', 'CNAME'))
      for (const { address } of addresses)
        lines.push(`ns ${isIpv4(address) ? 'A' : 'AAAA'} ${formatIp(address)}`);
  }
  for (const [owner, list] of records)
    for (const { type, ttl, data } of list) {
      const seconds = ttl === undefined ? '' : `${Math.round(ttl / SECOND)} `;
      for (const each of data) lines.push(`${owner} ${seconds}${type.toUpperCase()} ${each}`);
    }
  return `${lines.join('\n')}\n`;
}
