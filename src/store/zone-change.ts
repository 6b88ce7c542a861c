import type { Name } from '../codec/dns/name.ts';
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

/** About a millisecond's work. */
const STEP_RECORDS = 1_024;

/** Every record of a zone, the SOA first. */
export function* zoneRecords(zone: Zone): Generator<ResourceRecord> {
  for (const rrset of zone.rrsets()) yield* recordsOf(rrset);
}

/** A changed TTL is a record that went and one that came: RFC 1995 §4 knows no other change. */
export function* diffZonesSteps(before: Zone, after: Zone): Steps<ZoneChange> {
  const old = new Map<string, ResourceRecord>();
  const added: ResourceRecord[] = [];
  let count = 0;
  for (const record of zoneRecords(before)) {
    if (++count % STEP_RECORDS === 0) yield;
    old.set(recordKey(record), record);
  }
  for (const record of zoneRecords(after)) {
    if (++count % STEP_RECORDS === 0) yield;
    if (!old.delete(recordKey(record))) added.push(record);
  }
  return {
    serialBefore: before.serial,
    serialAfter: after.serial,
    removed: Array.from(old.values()),
    added,
  };
}

export function diffZones(before: Zone, after: Zone): ZoneChange {
  return runSteps(diffZonesSteps(before, after));
}

/** One name that a change is about, and the records that go, by their keys. */
interface Touched {
  readonly name: Name;
  readonly removed: Set<string>;
}

/**
 * The zone after a change; `ConfigError` where the change removes what is not there, or the zone would be ill-formed. The work is that of
 * the names changed: the rest of the zone is shared by both versions.
 */
export function* changeZoneSteps(zone: Zone, change: ZoneChange, options: ZoneBuildOptions): Steps<Zone> {
  const touched = yield* touchedSteps(zone, change, options);
  const builder = new ZoneBuilder({ ...options, apex: zone.apex });
  const place = { file: options.file, line: 1, column: 1 };
  let count = 0;
  for (const { name, removed } of touched.values())
    for (const rrset of zone.setsAt(name))
      for (const record of recordsOf(rrset)) {
        if (++count % STEP_RECORDS === 0) yield;
        // Only the records of names that lose some are looked at closely.
        if (removed.size === 0 || !removed.delete(recordKey(record))) builder.add(record, place);
      }
  for (const { removed } of touched.values())
    for (const key of removed) throw new ConfigError(options.file, key, 'a record of the version before');
  for (const record of change.added) {
    if (++count % STEP_RECORDS === 0) yield;
    builder.add(record, place);
  }
  for (const { name } of touched.values())
    for (const { owner, type, routing } of zone.node(name)?.rrsets ?? [])
      if (routing !== undefined) builder.route(owner, type, routing);
  const names = Array.from(touched.values(), ({ name }) => name);
  return yield* builder.changeSteps(zone, names);
}

/** The names of a change, that of the SOA, and those at which the signer puts sets. */
function* touchedSteps(
  { apex, soa }: Zone,
  { removed, added }: ZoneChange,
  { signer }: ZoneBuildOptions,
): Steps<NameTable<Touched>> {
  const touched = new NameTable<Touched>();
  const touch = (name: Name): Touched => {
    const known = touched.getName(name);
    if (known !== undefined) return known;
    const one = { name, removed: new Set<string>() };
    touched.set(name, one);
    return one;
  };
  touch(apex);
  for (const { owner } of signer?.sets(apex, { ttl: soa.ttl, rdata: soa.only }) ?? []) touch(owner);
  let count = 0;
  for (const record of removed) {
    if (++count % STEP_RECORDS === 0) yield;
    touch(record.owner).removed.add(recordKey(record));
  }
  for (const { owner } of added) if (owner.isSubdomainOf(apex)) touch(owner);
  return touched;
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
