import { type ResourceRecord, formatRecord } from '../codec/dns/record.ts';
import { Class, Type } from '../codec/dns/registry.ts';
import { ConfigError } from '../core/errors.ts';
import { type Steps, runSteps } from '../core/steps.ts';
import { NameTable } from './name-table.ts';
import type { RRset, Zone } from './zone.ts';
import { type ZoneBuildOptions, ZoneBuilder } from './zone-builder.ts';

/** From one version of a zone to another, as IXFR tells it: RFC 1995 §4. The SOA records are among what went and what came. */
export interface ZoneChange {
  readonly serialBefore: number;
  readonly serialAfter: number;
  readonly removed: readonly ResourceRecord[];
  readonly added: readonly ResourceRecord[];
}

/** Every record of a zone, the SOA first. */
export function* zoneRecords(zone: Zone): Generator<ResourceRecord> {
  for (const rrset of zone.rrsets()) yield* recordsOf(rrset);
}

/** A changed TTL is a record that went and one that came: RFC 1995 §4 knows no other change. */
export function diffZones(before: Zone, after: Zone): ZoneChange {
  const old = new Map(Array.from(zoneRecords(before), (record) => [recordKey(record), record]));
  const added: ResourceRecord[] = [];
  for (const record of zoneRecords(after)) if (!old.delete(recordKey(record))) added.push(record);
  return {
    serialBefore: before.serial,
    serialAfter: after.serial,
    removed: Array.from(old.values()),
    added,
  };
}

/** Owners in a step: about a millisecond's work. */
const STEP_RECORDS = 2_048;

/** The zone after a change; `ConfigError` where the change removes what is not there, or the zone would be ill-formed. */
export function* changeZoneSteps(zone: Zone, change: ZoneChange, options: ZoneBuildOptions): Steps<Zone> {
  const removed = new NameTable<Set<string>>();
  for (const record of change.removed) {
    const keys = removed.getName(record.owner);
    if (keys === undefined) removed.set(record.owner, new Set([recordKey(record)]));
    else keys.add(recordKey(record));
  }
  const builder = new ZoneBuilder({ ...options, apex: zone.apex });
  const place = { file: options.file, line: 1, column: 1 };
  let count = 0;
  // Only the records of owners that lose some are looked at closely.
  for (const record of zoneRecords(zone)) {
    if (++count % STEP_RECORDS === 0) yield;
    const keys = removed.getName(record.owner);
    if (keys === undefined || !keys.delete(recordKey(record))) builder.add(record, place);
  }
  for (const keys of removed.values())
    for (const key of keys) throw new ConfigError(options.file, key, 'a record of the version before');
  for (const record of change.added) builder.add(record, place);
  for (const { rrsets } of zone.nodes())
    for (const { owner, type, routing } of rrsets)
      if (routing !== undefined) builder.route(owner, type, routing);
  return yield* builder.buildSteps();
}

export function changeZone(zone: Zone, change: ZoneChange, options: ZoneBuildOptions): Zone {
  return runSteps(changeZoneSteps(zone, change, options));
}

/** Changes one after the other as one: what came and went again in between is in neither list. */
export function joinChanges(first: ZoneChange, ...more: readonly ZoneChange[]): ZoneChange {
  if (more.length === 0) return first;
  const removed = new Map<string, ResourceRecord>();
  const added = new Map<string, ResourceRecord>();
  let serialAfter = first.serialAfter;
  for (const change of [first, ...more]) {
    for (const record of change.removed)
      if (!added.delete(recordKey(record))) removed.set(recordKey(record), record);
    for (const record of change.added)
      if (!removed.delete(recordKey(record))) added.set(recordKey(record), record);
    ({ serialAfter } = change);
  }
  const { serialBefore } = first;
  return { serialBefore, serialAfter, removed: [...removed.values()], added: [...added.values()] };
}

function* recordsOf({ owner, type, ttl, rdatas }: RRset): Generator<ResourceRecord> {
  for (const rdata of rdatas) yield { owner, type, class: Class.IN, ttl, rdata };
}

/** Names without case, other data as it is; the TTL counts, but for signatures, which have that of what they cover. */
function recordKey(record: ResourceRecord): string {
  const text = formatRecord(record);
  const end = text.indexOf(' ');
  return `${record.owner.key}${record.type === Type.RRSIG ? text.slice(text.indexOf(' ', end + 1)) : text.slice(end)}`;
}
