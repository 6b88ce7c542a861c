import type { Name } from '../codec/dns/name.ts';
import type { ResourceRecord } from '../codec/dns/record.ts';
import { bug } from '../core/errors.ts';
import type { Row, SettledInput } from '../core/service.ts';
import { type Instant, NEVER, SECOND, after, toInstant } from '../core/time.ts';
import type { Zone } from './zone.ts';
import { type ZoneChange, zoneRecords } from './zone-change.ts';
import { changeOctets, recordOctets } from './zone-history.ts';
import {
  type JournalHead,
  type RestoredZone,
  changeGone,
  changeRow,
  headRow,
  pieceGone,
  pieceRow,
} from './zone-rows.ts';

export interface ZoneJournalLimits {
  /** Of records in one row of a whole zone: a millisecond's work or two. */
  readonly pieceOctets: number;
  /** Of changes after which a zone is written down whole, however small it is. */
  readonly logOctetsMin: number;
  /** And for each name of a larger one: about what its records take, so that writing it costs an update as much as its own row. */
  readonly logOctetsPerName: number;
  /** Rows that are taken out in one go. */
  readonly goneRows: number;
}

const LIMITS: ZoneJournalLimits = {
  pieceOctets: 16_384,
  logOctetsMin: 1_048_576,
  logOctetsPerName: 32,
  goneRows: 512,
};

/** When a disk that refused is tried again. */
const RETRY_US = SECOND;

/** The first log is the file's. */
const FILE_ALONE: JournalHead = { log: 0, copy: 0, pieces: 0 };

/** A whole zone on its way to the disk, while updates go on. */
interface Snapshot {
  readonly copy: number;
  readonly serial: number;
  readonly records: Iterator<ResourceRecord>;
  pieces: number;
  /** Changes and their octets that came since it began. */
  changesSince: number;
  octetsSince: number;
}

/** Rows that were handed out. */
interface Flight {
  readonly rows: readonly Row[];
  /** Of which copy they are a piece. */
  readonly copy?: number | undefined;
  /** What counts when they are on the disk. */
  readonly head?: JournalHead | undefined;
}

/** Rows of no use any more, made when they are taken out. */
interface Leaving {
  readonly count: number;
  /** From 0. */
  rowAt(index: number): Row;
  taken: number;
}

/**
 * What is on the disk of one zone: a copy of a version, or its file alone, and the log of changes that lead on from there. When the log has
 * become more than the zone, the zone is written anew beside the old copy, a piece at a time; one row then says that it counts, and what
 * it replaces is taken out. Who is killed in between finds the old copy with all changes.
 */
export class ZoneJournal {
  readonly #apex: Name;
  readonly #limits: ZoneJournalLimits;
  /** What counts, as the disk has it. */
  #head = FILE_ALONE;
  /** The serials that the changes of the head's log start from, once another log is written. */
  #headSerials: number[] = [];
  /** The log that changes go to: another one than the head's until a head says so. */
  #log = 0;
  /** The serials that its changes start from, the oldest first. */
  #serials: number[] = [];
  /** Of its changes since the copy began. */
  #octets = 0;
  #logsMade = 0;
  #copiesMade = 0;
  #snapshot: Snapshot | undefined;
  /** A head without a copy that is to be written: soon, or with the first change, before which the old log may be wanted again. */
  #headDue: 'no' | 'soon' | 'with-change' = 'no';
  /** Rows that are written with the next copy's head, and not before. */
  #withHead: Row[] = [];
  readonly #gone: Leaving[] = [];
  #flight: Flight | undefined;
  #isFlying = false;
  #retryAt = toInstant(0);

  constructor(apex: Name, limits: ZoneJournalLimits = LIMITS) {
    this.#apex = apex;
    this.#limits = limits;
  }

  /** Goes on with what an earlier life has left; its changes in order, the oldest first. */
  restore({ head, leftovers, highest }: RestoredZone, changes: readonly ZoneChange[]): void {
    this.#head = head;
    this.#log = head.log;
    this.#logsMade = highest.log;
    this.#copiesMade = highest.copy;
    this.#serials = changes.map(({ serialBefore }) => serialBefore);
    this.#octets = changes.reduce((sum, change) => sum + changeOctets(change), 0);
    this.#discard(leftovers.length, (index) => leftovers[index] ?? bug('leftovers are counted'));
  }

  /** The rows that put a change on the disk, its own the last. */
  rowsOf(change: ZoneChange): readonly Row[] {
    const row = changeRow(this.#apex, this.#log, change);
    return this.#headDue === 'no' ? [row] : [headRow(this.#apex, this.#emptyHead), row];
  }

  /** A change whose rows are on the disk, or on their way, and which leads to `zone`. */
  logged(change: ZoneChange, zone: Zone): void {
    if (this.#headDue !== 'no') this.#counts(this.#emptyHead);
    this.#serials.push(change.serialBefore);
    const octets = changeOctets(change);
    this.#octets += octets;
    if (this.#snapshot !== undefined) {
      this.#snapshot.changesSince++;
      this.#snapshot.octetsSince += octets;
      return;
    }
    const { logOctetsMin, logOctetsPerName } = this.#limits;
    if (this.#octets > Math.max(logOctetsMin, zone.nodeCount * logOctetsPerName)) this.#begin(zone);
  }

  /** A change that was written down leads on from a version that is gone: its row, unless another has taken its place. */
  disown(row: Row): readonly Row[] {
    const isReplaced = this.#serials.some(
      (serialBefore) => changeGone(this.#apex, this.#log, serialBefore).key === row.key,
    );
    return isReplaced ? [] : [{ ...row, value: null }];
  }

  /** A version to which no change leads: what is on the disk counts until this one is there whole. */
  replace(zone: Zone): void {
    this.#beginLog();
    this.#begin(zone);
  }

  /** A version whose changes do not lead on from the file any more, since that is another: all of it is written. */
  secure(zone: Zone): void {
    if (this.#snapshot === undefined) this.#begin(zone);
  }

  /** The file is all there is, and nothing on the disk counts: from now on, or from the first change on. */
  forget(from: 'now' | 'first-change'): void {
    const hasNothing = this.#serials.length === 0 && this.#snapshot === undefined;
    if (this.#log === this.#head.log) {
      if (hasNothing && this.#head.pieces === 0) return;
      this.#beginLog();
    } else if (!hasNothing) this.#beginLog();
    this.#headDue = from === 'now' ? 'soon' : 'with-change';
  }

  /** Of a row that is only true of the version served: whether it may be written now, or comes with that version. */
  admits(row: Row): boolean {
    if (this.#snapshot === undefined || this.#log === this.#head.log) return true;
    this.#withHead = this.#withHead.filter(({ table }) => table !== row.table);
    this.#withHead.push(row);
    return false;
  }

  deadline(): Instant {
    if (this.#isFlying) return NEVER;
    if (this.#flight !== undefined) return this.#retryAt;
    const isOwing =
      this.#snapshot !== undefined ||
      this.#headDue === 'soon' ||
      this.#withHead.length + this.#gone.length > 0;
    return isOwing ? toInstant(0) : NEVER;
  }

  /** The next rows to be written, once the deadline has come. */
  next(): readonly Row[] {
    this.#isFlying = true;
    this.#flight ??= this.#made();
    return this.#flight.rows;
  }

  /** What became of them; the last `changesKept` changes are to stay on the disk, whatever copy there is. */
  settled(outcome: SettledInput['outcome'], changesKept: number, now: Instant): void {
    const flight = this.#flight ?? bug('rows that settle were handed out');
    const { copy, head } = flight;
    const isOfCopy = copy !== undefined && copy === this.#snapshot?.copy;
    this.#isFlying = false;
    if (outcome !== 'durable') {
      this.#retryAt = after(now, RETRY_US);
      // A head may be another by then, and what is left of a copy that was given up is taken out.
      if (isOfCopy || (copy === undefined && head === undefined)) return;
      this.#flight = undefined;
      if (copy !== undefined && head !== undefined) this.#discardPieces(head);
      return;
    }
    this.#flight = undefined;
    if (head === undefined) return;
    this.#counts(head);
    if (isOfCopy) this.#finish(changesKept);
  }

  get #emptyHead(): JournalHead {
    return { log: this.#log, copy: 0, pieces: 0 };
  }

  #begin(zone: Zone): void {
    this.#snapshot = {
      copy: ++this.#copiesMade,
      serial: zone.serial,
      records: zoneRecords(zone),
      pieces: 0,
      changesSince: 0,
      octetsSince: 0,
    };
  }

  #beginLog(): void {
    this.#giveUp();
    // What never counted is of no use at once.
    if (this.#log === this.#head.log) this.#headSerials = this.#serials;
    else this.#discardChanges(this.#log, this.#serials);
    this.#log = ++this.#logsMade;
    this.#serials = [];
    this.#octets = 0;
    this.#headDue = 'no';
    this.#withHead = [];
  }

  /** A copy that is not wanted any more; the one whose head is on its way may count yet. */
  #giveUp(): void {
    if (this.#snapshot === undefined) return;
    const { copy, pieces } = this.#snapshot;
    this.#snapshot = undefined;
    if (this.#flight?.copy !== copy || this.#flight.head === undefined) this.#discardPieces({ copy, pieces });
  }

  /** A head is on the disk: what the one before it said is of no use any more. */
  #counts(head: JournalHead): void {
    const before = this.#head;
    this.#head = head;
    if (head.log === this.#log) this.#headDue = 'no';
    if (before.copy !== head.copy || head.pieces === 0) this.#discardPieces(before);
    if (before.log === head.log) return;
    this.#discardChanges(before.log, this.#headSerials);
    this.#headSerials = [];
  }

  /** The copy is there: changes before it are only kept for secondaries. */
  #finish(changesKept: number): void {
    const { changesSince, octetsSince } = this.#snapshot ?? bug('the copy that is finished was begun');
    this.#snapshot = undefined;
    this.#octets = octetsSince;
    const count = this.#serials.length - Math.max(changesSince, changesKept);
    if (count > 0) this.#discardChanges(this.#log, this.#serials.splice(0, count));
  }

  #made(): Flight {
    const apex = this.#apex;
    const snapshot = this.#snapshot;
    if (this.#headDue === 'soon') return { rows: [headRow(apex, this.#emptyHead)], head: this.#emptyHead };
    if (snapshot === undefined)
      return { rows: this.#withHead.length > 0 ? this.#withHead.splice(0) : this.#goneRows() };
    const { copy, serial, records } = snapshot;
    const piece = takePiece(records, this.#limits.pieceOctets);
    const row = pieceRow(apex, { copy, serial, index: snapshot.pieces++, records: piece.records });
    if (!piece.isLast) return { rows: [row], copy };
    const head = { log: this.#log, copy, pieces: snapshot.pieces };
    return { rows: [row, headRow(apex, head), ...this.#withHead.splice(0)], copy, head };
  }

  #discardPieces({ copy, pieces }: Pick<JournalHead, 'copy' | 'pieces'>): void {
    this.#discard(pieces, (index) => pieceGone(this.#apex, copy, index));
  }

  #discardChanges(log: number, serials: readonly number[]): void {
    this.#discard(serials.length, (index) =>
      changeGone(this.#apex, log, serials[index] ?? bug('serials are counted')),
    );
  }

  #discard(count: number, rowAt: Leaving['rowAt']): void {
    if (count > 0) this.#gone.push({ count, rowAt, taken: 0 });
  }

  #goneRows(): readonly Row[] {
    const rows: Row[] = [];
    for (
      let [first] = this.#gone;
      first !== undefined && rows.length < this.#limits.goneRows;
      [first] = this.#gone
    ) {
      rows.push(first.rowAt(first.taken++));
      if (first.taken === first.count) this.#gone.shift();
    }
    return rows;
  }
}

/** Records for one row. */
function takePiece(
  from: Iterator<ResourceRecord>,
  octetsMax: number,
): {
  readonly records: readonly ResourceRecord[];
  readonly isLast: boolean;
} {
  const records: ResourceRecord[] = [];
  for (let octets = 0; octets < octetsMax;) {
    const step = from.next();
    if (step.done === true) return { records, isLast: true };
    records.push(step.value);
    octets += recordOctets(step.value);
  }
  return { records, isLast: false };
}
