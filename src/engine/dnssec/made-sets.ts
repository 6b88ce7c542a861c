import type { Name } from '../../codec/dns/name.ts';
import { Type } from '../../codec/dns/registry.ts';
import { type Epoch, type Instant, SECOND } from '../../core/time.ts';
import type { Asker, Choice, Routing } from '../../store/routing.ts';
import { RRset, type Zone } from '../../store/zone.ts';
import { DigestType, type Digests, type ZoneKey, dsRdata } from './key.ts';
import type { KeySchedule } from './schedule.ts';

/** Seconds since 1970 of a moment. */
export function secondsAt(now: Instant, epoch: Epoch): number {
  return Math.floor((epoch.us + now) / SECOND);
}

/** Records of a set, each with the key that it is of. */
export type KeyedRecords = ReadonlyMap<ZoneKey, readonly Uint8Array[]>;

export interface TimedSet {
  readonly owner: Name;
  readonly type: number;
  readonly ttl: number;
  readonly records: KeyedRecords;
  /** Whose records stand there at a moment. */
  readonly present: (seconds: number) => readonly ZoneKey[];
}

/** A set whose records come and go with keys. */
export class TimedRouting implements Routing {
  readonly #set: TimedSet;
  readonly #epoch: Epoch;
  /** By the keys that are there: so many sets as there are moments when something changes, at most. */
  readonly #made = new Map<string, RRset>();

  constructor(set: TimedSet, epoch: Epoch) {
    this.#set = set;
    this.#epoch = epoch;
  }

  choose(_zone: Zone, { now }: Asker): Choice {
    return this.at(secondsAt(now, this.#epoch)) ?? 'no-data';
  }

  /** What stands there at a moment, in seconds since 1970. */
  at(seconds: number): RRset | undefined {
    const keys = this.#set.present(seconds);
    if (keys.length === 0) return undefined;
    const id = keys.map(({ tag, algorithm }) => `${tag}/${algorithm}`).join(' ');
    const known = this.#made.get(id);
    if (known !== undefined) return known;
    const { owner, type, ttl, records } = this.#set;
    const rdatas = keys.flatMap((key) => records.get(key) ?? []);
    const made = new RRset(owner, type, ttl, rdatas);
    this.#made.set(id, made);
    return made;
  }
}

/** The set as a zone has it: all that may ever stand there, and who chooses. */
function timedSet(set: TimedSet, epoch: Epoch): RRset {
  const all = Array.from(set.records.values()).flat();
  return new RRset(set.owner, set.type, set.ttl, all, { routing: new TimedRouting(set, epoch) });
}

/** What stands at the top of a zone because it is signed: DNSKEY, and what asks the parent for DS (RFC 7344 §3). */
export function apexSets(
  apex: Name,
  ttl: number,
  schedule: KeySchedule,
  digests: Digests,
  epoch: Epoch,
): RRset[] {
  const { keys } = schedule;
  const published = (seconds: number): readonly ZoneKey[] => schedule.published(seconds);
  const wanted = (seconds: number): readonly ZoneKey[] => schedule.wanted(seconds);
  const roots = keys.filter(({ role }) => role !== 'zsk');
  const dnskeys = new Map(keys.map((key) => [key, [key.rdata]]));
  const cdnskeys = new Map(roots.map((key) => [key, [key.rdata]]));
  const cdss = new Map(roots.map((key) => [key, dsRecords(apex, key, digests)]));
  const sets: TimedSet[] = [
    { owner: apex, type: Type.DNSKEY, ttl, records: dnskeys, present: published },
    { owner: apex, type: Type.CDS, ttl, records: cdss, present: wanted },
    { owner: apex, type: Type.CDNSKEY, ttl, records: cdnskeys, present: wanted },
  ];
  return sets.filter(({ records }) => records.size > 0).map((set) => plainOrTimed(set, schedule, epoch));
}

function plainOrTimed(set: TimedSet, schedule: KeySchedule, epoch: Epoch): RRset {
  if (schedule.isTimed) return timedSet(set, epoch);
  return new RRset(set.owner, set.type, set.ttl, Array.from(set.records.values()).flat());
}

/** The DS of one key, by SHA-256: RFC 8624 §3.3 asks for it, and for no other. */
export function dsRecords(apex: Name, { rdata }: ZoneKey, digests: Digests): readonly Uint8Array[] {
  const ds = dsRdata(apex, rdata, DigestType.SHA256, digests);
  return ds === undefined ? [] : [ds];
}

/** A child of a signed zone, signed in the same file. */
export interface SignedChild {
  readonly apex: Name;
  readonly schedule: KeySchedule;
  /** `follow`: the parent reads CDS and does as it says (RFC 8078 §2); a number: it stays with what it was told then. */
  readonly ds: 'follow' | number;
}

export function dsSet(
  { apex, schedule, ds }: SignedChild,
  ttl: number,
  digests: Digests,
  epoch: Epoch,
): RRset {
  const roots = schedule.keys.filter(({ role }) => role !== 'zsk');
  const records = new Map(roots.map((key) => [key, dsRecords(apex, key, digests)]));
  if (ds !== 'follow') {
    const rdatas = schedule.wanted(ds).flatMap((key) => records.get(key) ?? []);
    return new RRset(apex, Type.DS, ttl, rdatas);
  }
  const present = (seconds: number): readonly ZoneKey[] => schedule.wanted(seconds);
  return plainOrTimed({ owner: apex, type: Type.DS, ttl, records, present }, schedule, epoch);
}
