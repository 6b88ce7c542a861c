import { type ResourceRecord, formatRecord } from '../codec/dns/record.ts';
import { Class, Type } from '../codec/dns/registry.ts';
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

/** The zone after a change. What the change removes and the zone does not have is passed over: a secondary checks that itself. */
export function changeZone(zone: Zone, change: ZoneChange, options: ZoneBuildOptions): Zone {
  const removed = new Set(change.removed.map(recordKey));
  const builder = new ZoneBuilder({ ...options, apex: zone.apex });
  const place = { file: options.file, line: 1, column: 1 };
  for (const record of zoneRecords(zone)) if (!removed.has(recordKey(record))) builder.add(record, place);
  for (const record of change.added) builder.add(record, place);
  for (const { rrsets } of zone.nodes())
    for (const { owner, type, routing } of rrsets)
      if (routing !== undefined) builder.route(owner, type, routing);
  return builder.build();
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
