import { Name, parseName } from '../codec/dns/name.ts';
import { formatIp, isIpv4 } from '../core/address.ts';
import { ConfigError } from '../core/errors.ts';
import type { InterfaceAddress } from '../core/service.ts';
import { escapeText } from '../core/text.ts';
import { SECOND } from '../core/time.ts';
import { loadZone } from '../store/zone-builder.ts';
import type { Findings, Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { ZoneConfig } from './dns-settings.ts';
import type { PlainZoneFile } from './shorthand.ts';
import { pathText } from './source.ts';

type ZoneFile = PlainZoneFile;

/** A zone of a file of its own, or of the records written here, as master-file text (RFC 1035 §5.1). */
export function buildZone(
  apex: string,
  file: ZoneFile,
  addresses: readonly InterfaceAddress[],
  findings: Findings,
  path: Path,
): Pick<ZoneConfig, 'apex' | 'source'> {
  if (file.primaries !== undefined) {
    for (const key of ['file', 'records', 'negative-ttl'] as const)
      if (file[key] !== undefined)
        findings.addAtKey(path, key, 'the zone comes from its primaries', 'keep one of the two');
    return { apex, source: { kind: 'copy' } };
  }
  if (file.file !== undefined) {
    for (const key of ['records', 'negative-ttl'] as const)
      if (file[key] !== undefined)
        findings.addAtKey(path, key, 'the zone comes from a file', 'keep one of the two');
    return {
      apex,
      source: { kind: 'file', file: findings.file(file.file, 'file', [...path, 'file']) },
    };
  }
  if (file.records === undefined && file.routing === undefined)
    findings.add(path, `the zone ${quote(apex)} has nothing in it`, 'add file:, records: or primaries:');
  const lines = zoneLines(apex, file, addresses);
  checkZone({ apex, mode: file.check }, lines, findings, path);
  const text = `${lines.map((line) => line.text).join('\n')}\n`;
  return { apex, source: { kind: 'text', text, at: pathText(path) } };
}

/** A line of the zone's text, and what of the file it was made of. */
interface ZoneLine {
  readonly text: string;
  readonly from?: RecordSource | undefined;
}

interface RecordSource {
  readonly owner: string;
  /** Which of the owner's records, and which of its data. */
  readonly record: number;
  readonly data: number;
  /** Where in the line the data begin, from 0. */
  readonly dataAt: number;
}

interface Checked {
  readonly apex: string;
  readonly mode: ZoneFile['check'];
}

/** Reads the zone as it will be read, so that a mistake is shown where the person wrote it. */
function checkZone(
  { apex, mode }: Checked,
  lines: readonly ZoneLine[],
  findings: Findings,
  path: Path,
): void {
  const origin = parseName(apex);
  if (!(origin instanceof Name)) {
    findings.addAtKey(
      path.slice(0, -1),
      apex,
      `${quote(apex)} is no domain name`,
      `it takes ${origin.fault}`,
    );
    return;
  }
  try {
    loadZone(lines.map(({ text }) => text).join('\n'), { file: '', origin, mode });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [, line, column] = /:(\d+):(\d+)$/.exec(error.path) ?? [];
    const from = lines[Math.min(Number(line), lines.length) - 1]?.from;
    const message = `${escapeText(error.found)} will not do`;
    const hint = `write ${error.expected}`;
    if (from === undefined) findings.add(path, message, hint);
    else addAtRecord(from, Number(column) - 1 - from.dataAt, { message, hint }, findings, path);
  }
}

function addAtRecord(
  { owner, record, data }: RecordSource,
  offset: number,
  { message, hint }: { readonly message: string; readonly hint: string },
  findings: Findings,
  zone: Path,
): void {
  const one = [...zone, 'records', owner];
  const at = findings.has([...one, record]) ? [...one, record] : one;
  const list = [...at, 'data'];
  const inside = findings.has([...list, data]) ? [...list, data] : list;
  if (offset < 0) findings.add(at, message, hint);
  else findings.addInside(inside, offset, message, hint);
}

/** SOA timers of a zone that nobody transfers: a day, two hours, six weeks. */
const REFRESH_SECONDS = 86_400;
const RETRY_SECONDS = 7_200;
const EXPIRE_SECONDS = 3_600_000;
const TTL_SECONDS = 300;
const NEGATIVE_SECONDS = 60;

function zoneLines(apex: string, file: ZoneFile, addresses: readonly InterfaceAddress[]): ZoneLine[] {
  const origin = apex.endsWith('.') ? apex : `${apex}.`;
  const records = Object.entries(file.records ?? {});
  const has = (owner: string, type: string): boolean =>
    records.some(([name, list]) => name === owner && list.some((one) => one.type.toUpperCase() === type));
  const negative = Math.round((file['negative-ttl'] ?? NEGATIVE_SECONDS * SECOND) / SECOND);
  const lines: ZoneLine[] = [{ text: `$ORIGIN ${origin}` }, { text: `$TTL ${TTL_SECONDS}` }];
  if (!has('@', 'SOA'))
    lines.push({
      text: `@ ${negative} SOA ns hostmaster 1 ${REFRESH_SECONDS} ${RETRY_SECONDS} ${EXPIRE_SECONDS} ${negative}`,
    });
  if (!has('@', 'NS')) {
    lines.push({ text: '@ NS ns' });
    if (!has('ns', 'A') && !has('ns', 'AAAA') && !has('ns', 'CNAME'))
      for (const { address } of addresses)
        lines.push({ text: `ns ${isIpv4(address) ? 'A' : 'AAAA'} ${formatIp(address)}` });
  }
  for (const [owner, list] of records)
    for (const [record, { type, ttl, data }] of list.entries()) {
      const seconds = ttl === undefined ? '' : `${Math.round(ttl / SECOND)} `;
      const start = `${owner} ${seconds}${type.toUpperCase()} `;
      for (const [index, each] of data.entries())
        lines.push({ text: `${start}${each}`, from: { owner, record, data: index, dataAt: start.length } });
    }
  return lines;
}
