import type { Name } from '../codec/dns/name.ts';
import { formatName } from '../codec/dns/name.ts';
import { ConfigError } from '../core/errors.ts';
import type { Rule } from '../core/rules.ts';
import { TRANSFER } from '../core/rules/transfer.ts';
import { UPDATE } from '../core/rules/update.ts';
import type { Row } from '../core/service.ts';
import { type Steps, runSteps } from '../core/steps.ts';
import { type Instant, toInstant } from '../core/time.ts';
import type { PeerList } from '../store/access.ts';
import { type TransferRecords, wholeRecords } from '../engine/dns/transfer/outgoing.ts';
import type { Peer } from '../engine/dns/transfer/requests.ts';
import type { Secondary } from '../engine/dns/transfer/secondary.ts';
import type { SignedCopies } from '../engine/dnssec/copies.ts';
import type { Reasons } from '../store/routing.ts';
import { isNewerSerial } from '../store/serial.ts';
import type { Zone } from '../store/zone.ts';
import { type ZoneBuildOptions, ZoneBuilder } from '../store/zone-builder.ts';
import { type ZoneChange, changeZone, diffZonesSteps, joinChanges } from '../store/zone-change.ts';
import { ZoneHistory } from '../store/zone-history.ts';
import { ZoneJournal } from '../store/zone-journal.ts';
import { type RestoredZone, type SignedAs, signedRow } from '../store/zone-rows.ts';
import type { ServedZone } from '../store/zone-set.ts';
import { refittedSteps } from './zone-refit.ts';

/** What a server does for a zone beyond answering: who may have it, change it, and who is told. */
export interface ZoneDuties {
  readonly apex: Name;
  /** Left out: nobody. */
  readonly allowTransfer?: PeerList | undefined;
  readonly allowUpdate?: PeerList | undefined;
  /** Beside the primaries. */
  readonly allowNotify?: PeerList | undefined;
  /** Who is told of new versions; `servers`: those of the NS records whose addresses the zone has, too. */
  readonly notify: readonly Peer[];
  readonly notifyServers?: 'servers' | undefined;
  /** Whose copy it is; empty: it is ours. */
  readonly primaries: readonly Peer[];
  readonly build: ZoneBuildOptions;
  /** Of a zone that is signed when it is asked, and transferred. */
  readonly copies?: SignedCopies | undefined;
}

/** Names of a zone up to which a new file is compared with the version before, so that IXFR can tell the difference. */
const COMPARED_NODES_MAX = 20_000;

/** What a reload came to: whether secondaries are to hear of a new version, and its rows. */
export interface Inherited {
  readonly isNew: boolean;
  readonly rows: readonly Row[];
}

/** One zone with its versions: what is served, what is written down, what secondaries can be told. */
export class ZoneKeep {
  readonly duties: ZoneDuties;
  readonly place: ServedZone;
  history = new ZoneHistory();
  /** What is written down. */
  journal: ZoneJournal;
  secondary: Secondary | undefined;
  /** The zone as the file has it; undefined for a copy. */
  readonly file: Zone | undefined;
  /** At a reload the file was passed over, since what updates had made was newer. */
  hasKeptUpdates = false;
  /** The edition of a signed zone that its secondaries were told of, and when it ends; undefined: none yet, or look again. */
  told: { readonly since: number; readonly until: Instant } | undefined;
  /** What signs the zone, and since when. */
  signedAs: SignedAs | undefined;
  /** When a copy was last known to be its primary's, before a reload. */
  confirmedAt: Instant | undefined;
  /** What a reload brought is being made ready: no updates are made meanwhile, and a copy is not refreshed. */
  isInheriting = false;
  /** The file that the versions served at a reload began with. */
  #former: Zone | undefined;

  constructor(duties: ZoneDuties, place: ServedZone) {
    this.duties = duties;
    this.place = place;
    this.file = place.zone;
    this.journal = new ZoneJournal(duties.apex);
  }

  /** All of it as a secondary needs it. */
  wholeRecords(zone: Zone, now: Instant, reasons: Reasons): TransferRecords {
    const { copies } = this.duties;
    if (copies === undefined) return wholeRecords(zone);
    reasons.because(TRANSFER.signed);
    return copies.records(zone, now);
  }

  /** What signs the zone is what it was, or another from now on, in seconds since 1970; gives the row that says so. */
  beginEditions(before: SignedAs | undefined, seconds: number): Row[] {
    const { copies, apex } = this.duties;
    if (copies === undefined) return [];
    const { fingerprint } = copies;
    const isSame = before?.fingerprint === fingerprint;
    this.signedAs = isSame ? before : { fingerprint, at: seconds };
    copies.editions.changedAt = this.signedAs.at;
    return isSame ? [] : [signedRow(apex, this.signedAs)];
  }

  get isCopy(): boolean {
    return this.duties.primaries.length > 0;
  }

  /** A version that changes lead to is served now: its rows, but for those of a change that are on the disk already. */
  advance(zone: Zone, changes: readonly ZoneChange[], written: 'written' | 'new'): Row[] {
    this.place.zone = zone;
    const rows: Row[] = [];
    for (const change of changes) {
      this.history.push(change);
      if (written === 'new') rows.push(...this.journal.rowsOf(change));
      this.journal.logged(change, zone);
    }
    if (this.history.isOver) this.history.trim();
    return rows;
  }

  /** A version that came whole is served now. */
  supersede(zone: Zone): void {
    this.place.zone = zone;
    this.history.clear();
    this.journal.replace(zone);
  }

  /** Goes on from what was written down in an earlier life. */
  restore(restored: RestoredZone, reasons: Reasons): void {
    const changes = inOrder(restored.changes);
    this.journal.restore(restored, changes);
    try {
      const rule = this.#replay(restored, changes);
      if (rule !== undefined) tell(rule, this.duties.apex, reasons);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      tell(this.#leaveOut(), this.duties.apex, reasons);
    }
  }

  #replay(restored: RestoredZone, changes: readonly ZoneChange[]): Rule | undefined {
    const start = this.#startOf(restored);
    if (start === undefined) return undefined;
    const chain = chainFrom(start.serial, changes);
    const reached = chain.at(-1)?.serialAfter ?? start.serial;
    const end = changes.at(-1)?.serialAfter ?? start.serial;
    // A copy is brought to its primary's version from wherever it is.
    if (reached !== end && !this.isCopy) {
      if (!isNewerSerial(start.serial, end)) return this.#leaveOut();
      this.journal.forget('now');
      return UPDATE.fileWins;
    }
    const [first, ...more] = chain;
    this.place.zone =
      first === undefined ? start : changeZone(start, joinChanges(first, ...more), this.duties.build);
    for (const change of reached === end ? changes : chain) {
      this.history.push(change);
      if (this.history.isOver) this.history.trim();
    }
    return first === undefined && start === this.file ? undefined : UPDATE.replayed;
  }

  /** What was written down does not fit to the file; until there are updates to this one, it may come back. */
  #leaveOut(): Rule {
    this.history.clear();
    this.journal.forget('first-change');
    return UPDATE.journalBroken;
  }

  /** Takes over at a reload: the versions that were made since, unless the file is newer. Until it has ended, what was served still is. */
  *inheritSteps(before: ZoneKeep): Steps<Inherited> {
    this.isInheriting = true;
    this.journal = before.journal;
    this.history = before.history;
    this.signedAs = before.signedAs;
    this.confirmedAt = before.secondary?.confirmedAt ?? before.confirmedAt;
    // Looked at again: what signs may be another.
    this.told = before.told && { ...before.told, until: toInstant(0) };
    // One that has not ended has served its predecessor's version.
    this.#former = before.isInheriting ? before.#former : before.file;
    this.place.zone = before.place.zone;
    for (;;) {
      const inherited = yield* this.#succeedSteps();
      if (inherited === undefined) continue;
      this.isInheriting = false;
      return inherited;
    }
  }

  /** Undefined: an update came meanwhile, and all is to be done once more. */
  *#succeedSteps(): Steps<Inherited | undefined> {
    const { file } = this;
    const { build } = this.duties;
    const was = this.place.zone;
    if (was === undefined || (file !== undefined && file === this.#former)) {
      this.place.zone = was ?? file;
      return { isNew: false, rows: [] };
    }
    if (file !== undefined && isNewerSerial(file.serial, was.serial)) {
      if (Math.max(file.nodeCount, was.nodeCount) > COMPARED_NODES_MAX) return this.#forget(file, 'new');
      const change = yield* diffZonesSteps(was, file);
      if (this.place.zone !== was) return undefined;
      return { isNew: true, rows: this.advance(file, [change], 'new') };
    }
    // No updates are at stake: the file is what the person wants.
    if (file !== undefined && was === this.#former) return this.#forget(file, 'same');
    const refitted = yield* refittedSteps(was, file, build);
    if (this.place.zone !== was) return undefined;
    this.place.zone = refitted;
    if (file === undefined) return { isNew: false, rows: [] };
    this.hasKeptUpdates = true;
    this.journal.secure(was);
    return { isNew: false, rows: [] };
  }

  #startOf({ copy, changes }: RestoredZone): Zone | undefined {
    if (copy === undefined || (this.file !== undefined && !isNewerSerial(copy.serial, this.file.serial)))
      return changes.length === 0 ? undefined : this.file;
    const builder = new ZoneBuilder({ ...this.duties.build, apex: this.duties.apex });
    const place = { file: this.duties.build.file, line: 1, column: 1 };
    for (const record of copy.records) builder.add(record, place);
    const zone = builder.build();
    // Policies are the file's: a copy has the records of their sets alone.
    return this.file === undefined ? zone : runSteps(refittedSteps(zone, this.file, this.duties.build));
  }

  /** The file is what counts from now on. */
  #forget(file: Zone, version: 'new' | 'same'): Inherited {
    this.place.zone = file;
    this.history.clear();
    this.journal.forget('now');
    return { isNew: version === 'new', rows: [] };
  }
}

/** The changes that lead on from a version, each from where the one before ended. */
function chainFrom(serial: number, changes: readonly ZoneChange[]): readonly ZoneChange[] {
  const bySerial = new Map(changes.map((change) => [change.serialBefore, change]));
  const chain: ZoneChange[] = [];
  for (let next = bySerial.get(serial); next !== undefined; next = bySerial.get(next.serialAfter)) {
    chain.push(next);
    bySerial.delete(next.serialBefore);
  }
  return chain;
}

function inOrder(changes: readonly ZoneChange[]): readonly ZoneChange[] {
  return changes.toSorted((a, b) => (isNewerSerial(a.serialBefore, b.serialBefore) ? 1 : -1));
}

function tell(rule: Rule, apex: Name, reasons: Reasons): void {
  reasons.because(rule, reasons.explains ? formatName(apex) : undefined);
}
