import { dirname, join } from 'node:path';
import { type ZoneRemark } from '../analysis/zone-remark.ts';
import { lintZone } from '../analysis/zone-lint.ts';
import { Name, compareNames, parseName } from '../codec/dns/name.ts';
import { type ResourceRecord, formatRecord } from '../codec/dns/record.ts';
import { Class, Type } from '../codec/dns/registry.ts';
import { type Place, parseZoneText } from '../codec/dns/zone-text.ts';
import { equalOctets } from '../core/bytes.ts';
import { ConfigError } from '../core/errors.ts';
import { ZONE } from '../core/rules/zone.ts';
import type { PolicyGroup } from '../policy/dns/group.ts';
import { portableCrypto } from '../crypto/portable.ts';
import type { Zone } from '../store/zone.ts';
import { type LoadZoneOptions, ZoneBuilder, forgivenTtl, loadZone } from '../store/zone-builder.ts';
import { type ZoneChange, diffZones, zoneRecords } from '../store/zone-change.ts';
import type { Severity, ZoneFinding } from '../store/zone-finding.ts';
import { readBeside } from './beside.ts';
import { UsageError } from './failure.ts';
import { readText } from './files.ts';
import { loadScenario, type LoadOptions } from './load-scenario.ts';

/** As much as a scenario's zone may have. */
const ZONE_OCTETS_MAX = 64 * 1024 * 1024;

const sha1 = portableCrypto.sha1;

export interface ZoneReading {
  /** The zone's name; left out, the file's $ORIGIN and the owner of its SOA say it. */
  readonly origin?: string | undefined;
}

/** The zone of a master file, strictly; throws `ConfigError` with the place. */
export function readZone(path: string, reading: ZoneReading = {}): Zone {
  return loadZone(readText(path, ZONE_OCTETS_MAX), { ...optionsOf(path, reading), sha1 });
}

function optionsOf(
  path: string,
  { origin }: ZoneReading,
): Pick<LoadZoneOptions, 'file' | 'origin' | 'include'> {
  const name = origin === undefined ? undefined : parseName(origin);
  if (name !== undefined && !(name instanceof Name))
    throw new UsageError(`--origin: ${JSON.stringify(origin)}: it takes ${name.fault}`);
  return { file: path, origin: name, include: (file) => readBeside(path, file) };
}

export interface ZoneReport {
  /** Undefined where there is no zone to speak of. */
  readonly zone: Zone | undefined;
  /** By their places, those of the whole zone last. */
  readonly findings: readonly ZoneFinding[];
  readonly counts: Readonly<Record<Severity, number>>;
}

/** Reads a zone as leniently as can be, and says all that is wrong or could be better. `nowSeconds`: since 1970, for signatures. */
export function checkZone(path: string, nowSeconds: number, reading: ZoneReading = {}): ZoneReport {
  return checkText(readText(path, ZONE_OCTETS_MAX), optionsOf(path, reading), nowSeconds);
}

/** A zone of a scenario, and what there is to say about it. */
export interface ScenarioZoneReport extends ZoneReport {
  /** The zone file, or where in the scenario its records stand. */
  readonly file: string;
}

/** The same for each zone of a scenario's name servers but the copies; throws `ScenarioError` for what makes no scenario. */
export function checkScenarioZones(
  path: string,
  nowSeconds: number,
  load: LoadOptions = {},
): readonly ScenarioZoneReport[] {
  const { scenario } = loadScenario(path, load);
  const zones = scenario.services.flatMap((service) => (service.kind === 'dns' ? service.zones : []));
  return zones.flatMap(({ apex, source, routing }) => {
    if (source.kind === 'copy') return [];
    const routed = routing.flatMap(policyRecords);
    if (source.kind === 'file') {
      const file = join(dirname(path), source.file.path);
      return {
        file,
        ...checkText(readText(file, ZONE_OCTETS_MAX), optionsOf(file, { origin: apex }), nowSeconds, routed),
      };
    }
    const file = `${path} ${source.at}`;
    const report = checkText(source.text, optionsOf(file, { origin: apex }), nowSeconds, routed);
    // Its lines are those of a text made of the records, which nobody sees.
    return { ...report, file, findings: report.findings.map((one) => ({ ...one, place: undefined })) };
  });
}

/** All that a policy may give, as records, each once; of aliases one (RFC 2181 §10.1). A name that only a policy answers for is there. */
function policyRecords({ owner, type, ttlSeconds, targets, place }: PolicyGroup): readonly Routed[] {
  const all = targets.flatMap(({ content }) => (content.kind === 'data' ? content.rdatas : []));
  const once = all.filter((rdata, index) => all.findIndex((other) => equalOctets(rdata, other)) === index);
  return (type === Type.CNAME ? once.slice(0, 1) : once).map((rdata) => ({
    record: { owner, type, class: Class.IN, ttl: ttlSeconds, rdata },
    place,
  }));
}

interface Routed {
  readonly record: ResourceRecord;
  readonly place: Place;
}

function checkText(
  text: string,
  options: Pick<LoadZoneOptions, 'file' | 'origin' | 'include'>,
  nowSeconds: number,
  routed: readonly Routed[] = [],
): ZoneReport {
  const findings: ZoneFinding[] = [];
  const places = new Map<string, Place>();
  const report = (finding: ZoneFinding): void => void findings.push(finding);
  const builder = new ZoneBuilder({
    file: options.file,
    apex: options.origin,
    mode: 'lenient',
    report,
    sha1,
  });
  let records = 0;
  const take = (record: ResourceRecord, place: Place): void => {
    records++;
    const key = placeKey(record.owner, record.type);
    if (!places.has(key)) places.set(key, place);
    builder.add(record, place);
  };
  const mistake = (error: ConfigError): void => report(unreadable(error));
  parseZoneText(text, { ...options, mistake, ttlOf: forgivenTtl(report) }, take);
  for (const { record, place } of routed) builder.add(record, place);
  let zone: Zone | undefined;
  try {
    zone = builder.build();
    for (const remark of lintZone(zone, nowSeconds)) report(placed(remark, places));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // Without a zone only what could be read is judged.
    report({ ...unreadable(error), rule: ZONE.soa, found: records === 0 ? 'no records' : error.found });
  }
  const counts = { error: 0, warning: 0, notice: 0 };
  for (const { severity } of findings) counts[severity]++;
  return { zone, findings: findings.toSorted(byPlace), counts };
}

function unreadable({ path, found, expected }: ConfigError): ZoneFinding {
  const [, file = path, line = '1', column = '1'] = /^(.*):(\d+):(\d+)$/.exec(path) ?? [];
  const place = { file, line: Number(line), column: Number(column) };
  return { severity: 'error', rule: ZONE.unreadable, place, found, expected };
}

function placed({ owner, type, ...finding }: ZoneRemark, places: ReadonlyMap<string, Place>): ZoneFinding {
  return { ...finding, place: places.get(placeKey(owner, type)) };
}

function placeKey(owner: Name, type: number): string {
  return `${type} ${owner.key}`;
}

function byPlace(a: ZoneFinding, b: ZoneFinding): number {
  if (a.place === undefined || b.place === undefined)
    return Number(a.place === undefined) - Number(b.place === undefined);
  if (a.place.file !== b.place.file) return a.place.file < b.place.file ? -1 : 1;
  return a.place.line - b.place.line || a.place.column - b.place.column;
}

/** The whole zone as a master file: absolute names in canonical order (RFC 4034 §6.1), the SOA first, one record a line. */
export function exportZone(zone: Zone): string {
  const sorted = Array.from(zoneRecords(zone), (record) => ({ record, text: formatRecord(record) })).sort(
    (a, b) =>
      rank(a.record) - rank(b.record) ||
      compareNames(a.record.owner, b.record.owner) ||
      a.record.type - b.record.type ||
      (a.text < b.text ? -1 : 1),
  );
  return sorted.map(({ text }) => `${text}\n`).join('');
}

function rank({ type }: ResourceRecord): number {
  return type === Type.SOA ? 0 : 1;
}

export interface ZoneDifference extends ZoneChange {
  /** The zones differ, and the later one's serial is not greater: secondaries would keep the former (RFC 1982 §3.2). */
  readonly isSerialStuck: boolean;
}

/** What went and what came from one version of a zone to another. Versions of two zones are no versions: `UsageError`. */
export function compareZones(before: Zone, after: Zone): ZoneDifference {
  if (!before.apex.equals(after.apex))
    throw new UsageError(
      `${before.apex.toString()} and ${after.apex.toString()} are two zones: compare versions of one`,
    );
  const change = diffZones(before, after);
  const step = (change.serialAfter - change.serialBefore) | 0;
  return { ...change, isSerialStuck: change.removed.length + change.added.length > 0 && step <= 0 };
}
