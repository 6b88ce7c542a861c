import { fromBase64, toBase64 } from '../codec/dns/base64.ts';
import type { Name } from '../codec/dns/name.ts';
import { formatName } from '../codec/dns/name.ts';
import { type ResourceRecord, readRecord } from '../codec/dns/record.ts';
import { Reader, Writer } from '../core/bytes.ts';
import { DecodeError } from '../core/errors.ts';
import type { Plain, Row } from '../core/service.ts';
import type { ZoneChange } from './zone-change.ts';
import { recordOctets } from './zone-history.ts';

/** A change of a zone, by its log and the serial it starts from; and a whole zone, in pieces by the copy and number. */
const CHANGE_TABLE = 'zone-change';
const COPY_TABLE = 'zone-copy';
/** Which log and which copy of a zone count. */
const HEAD_TABLE = 'zone-journal';
/** When a copy was last known to be the primary's. */
const REFRESH_TABLE = 'zone-refresh';
/** What signs a zone, and since when. */
const SIGNED_TABLE = 'zone-signed';
export const ZONE_TABLES: readonly string[] = [
  CHANGE_TABLE,
  COPY_TABLE,
  HEAD_TABLE,
  REFRESH_TABLE,
  SIGNED_TABLE,
];

/** What counts of all that is written down of a zone: one row, so that it changes between two moments. */
export interface JournalHead {
  /** The number of the log whose changes lead on from the copy, or from the file. */
  readonly log: number;
  /** The number of the copy. */
  readonly copy: number;
  /** Its pieces; 0: there is none, and changes lead on from the file. */
  readonly pieces: number;
}

export function headRow(apex: Name, { log, copy, pieces }: JournalHead): Row {
  const zone = formatName(apex);
  return { table: HEAD_TABLE, key: zone, value: { zone, log, copy, pieces } };
}

export function changeRow(apex: Name, log: number, change: ZoneChange): Row {
  return {
    table: CHANGE_TABLE,
    key: changeKey(apex, log, change.serialBefore),
    value: {
      zone: formatName(apex),
      log,
      before: change.serialBefore,
      after: change.serialAfter,
      removed: packRecords(change.removed),
      added: packRecords(change.added),
    },
  };
}

export function changeGone(apex: Name, log: number, serialBefore: number): Row {
  return { table: CHANGE_TABLE, key: changeKey(apex, log, serialBefore), value: null };
}

/** The first log and the first copy have the keys of before there were others. */
function changeKey(apex: Name, log: number, serialBefore: number): string {
  return log === 0 ? `${formatName(apex)} ${serialBefore}` : `${formatName(apex)} ${log}/${serialBefore}`;
}

/** A piece of a whole zone. */
export interface CopyPiece {
  readonly copy: number;
  readonly serial: number;
  /** From 0. */
  readonly index: number;
  readonly records: readonly ResourceRecord[];
}

export function pieceRow(apex: Name, { copy, serial, index, records }: CopyPiece): Row {
  return {
    table: COPY_TABLE,
    key: pieceKey(apex, copy, index),
    value: { zone: formatName(apex), copy, serial, index, records: packRecords(records) },
  };
}

export function pieceGone(apex: Name, copy: number, index: number): Row {
  return { table: COPY_TABLE, key: pieceKey(apex, copy, index), value: null };
}

function pieceKey(apex: Name, copy: number, index: number): string {
  return copy === 0 ? `${formatName(apex)} ${index}` : `${formatName(apex)} ${copy}/${index}`;
}

export function refreshRow(apex: Name, at: number): Row {
  const zone = formatName(apex);
  return { table: REFRESH_TABLE, key: zone, value: { zone, at } };
}

/** The keys of a zone and their terms, as a digest of them, and since when it is signed so: seconds since 1970. */
export interface SignedAs {
  readonly fingerprint: string;
  readonly at: number;
}

export function signedRow(apex: Name, { fingerprint, at }: SignedAs): Row {
  const zone = formatName(apex);
  return { table: SIGNED_TABLE, key: zone, value: { zone, fingerprint, at } };
}

/** What the rows of one zone say. */
export interface RestoredZone {
  readonly head: JournalHead;
  /** Of the log that counts, in any order. */
  readonly changes: readonly ZoneChange[];
  /** The copy that counts, where all of its pieces are there. */
  readonly copy: { readonly serial: number; readonly records: readonly ResourceRecord[] } | undefined;
  /** Rows of logs and copies that do not count, to be taken out: left by who was killed before it could. */
  readonly leftovers: readonly Row[];
  /** The highest numbers that any log and any copy have. */
  readonly highest: { readonly log: number; readonly copy: number };
  readonly refreshedAt: number | undefined;
  readonly signedAs: SignedAs | undefined;
}

type Value = { readonly [key: string]: Plain };

interface ZoneRow {
  readonly table: string;
  readonly key: string;
  readonly value: Value;
}

/** Gathers rows of zones in any order. */
export class ZoneRows {
  readonly #rows = new Map<string, ZoneRow[]>();

  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  add({ table, key, value }: Row): void {
    const zone = value?.['zone'];
    if (value === null || typeof zone !== 'string') return;
    const rows = this.#rows.get(zone);
    if (rows === undefined) this.#rows.set(zone, [{ table, key, value }]);
    else rows.push({ table, key, value });
  }

  /** What is kept of a zone, once: its rows are let go. Those that cannot be read are left out. */
  take(apex: Name): RestoredZone | undefined {
    const rows = this.#rows.get(formatName(apex));
    if (rows === undefined) return undefined;
    this.#rows.delete(formatName(apex));
    const rowsOf = (table: string): ZoneRow[] => rows.filter((row) => row.table === table);
    const [changes, pieces] = [rowsOf(CHANGE_TABLE), rowsOf(COPY_TABLE)];
    const [refresh] = rowsOf(REFRESH_TABLE);
    const [signed] = rowsOf(SIGNED_TABLE);
    const head = readHead(rowsOf(HEAD_TABLE)[0], pieces);
    const isOfLog = ({ value }: ZoneRow): boolean => numbered(value, 'log') === head.log;
    const isOfCopy = ({ value }: ZoneRow): boolean => numbered(value, 'copy') === head.copy;
    const left = [...changes.filter((row) => !isOfLog(row)), ...pieces.filter((row) => !isOfCopy(row))];
    return {
      head,
      changes: changes.filter(isOfLog).flatMap(({ value }) => readChange(value) ?? []),
      copy: readCopy(
        pieces.filter(isOfCopy).map(({ value }) => value),
        head.pieces,
      ),
      leftovers: left.map(({ table, key }) => ({ table, key, value: null })),
      highest: {
        log: highestOf(head.log, changes, 'log'),
        copy: highestOf(head.copy, pieces, 'copy'),
      },
      refreshedAt: numberOf(refresh?.value['at']),
      signedAs: signed && readSigned(signed.value),
    };
  }
}

/** Before there were heads, each piece of the only copy said how many there are. */
function readHead(row: ZoneRow | undefined, pieces: readonly ZoneRow[]): JournalHead {
  if (row !== undefined)
    return {
      log: numbered(row.value, 'log'),
      copy: numbered(row.value, 'copy'),
      pieces: numbered(row.value, 'pieces'),
    };
  const first = pieces.find(({ value }) => numbered(value, 'copy') === 0);
  return { log: 0, copy: 0, pieces: first === undefined ? 0 : numbered(first.value, 'of') };
}

/** 0 where a row says nothing of it. */
function numbered(value: Value, field: string): number {
  return numberOf(value[field]) ?? 0;
}

function highestOf(least: number, rows: readonly ZoneRow[], field: string): number {
  return rows.reduce((highest, { value }) => Math.max(highest, numbered(value, field)), least);
}

function readChange(value: Value): ZoneChange | undefined {
  const serialBefore = numberOf(value['before']);
  const serialAfter = numberOf(value['after']);
  const removed = unpackRecords(value['removed']);
  const added = unpackRecords(value['added']);
  if (serialBefore === undefined || serialAfter === undefined) return undefined;
  return removed && added && { serialBefore, serialAfter, removed, added };
}

function readCopy(values: readonly Value[], pieces: number): RestoredZone['copy'] {
  const [first] = values;
  const serial = numberOf(first?.['serial']);
  if (serial === undefined || pieces !== values.length) return undefined;
  const records: ResourceRecord[] = [];
  const inOrder = values.toSorted((a, b) => Number(a['index']) - Number(b['index']));
  for (const [index, value] of inOrder.entries()) {
    const piece = unpackRecords(value['records']);
    if (piece === undefined || value['serial'] !== serial || value['index'] !== index) return undefined;
    for (const record of piece) records.push(record);
  }
  return { serial, records };
}

function readSigned({ fingerprint, at }: Value): SignedAs | undefined {
  if (typeof fingerprint !== 'string' || typeof at !== 'number') return undefined;
  return { fingerprint, at };
}

function numberOf(value: Plain | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Records as on the wire (RFC 1035 §4.1.3), uncompressed, in base 64. */
function packRecords(records: readonly ResourceRecord[]): string {
  const writer = new Writer(new Uint8Array(records.reduce((sum, record) => sum + recordOctets(record), 0)));
  for (const { owner, type, class: dnsClass, ttl, rdata } of records) {
    writer.bytes(owner.octets);
    writer.u16(type);
    writer.u16(dnsClass);
    writer.u32(ttl);
    writer.u16(rdata.length);
    writer.bytes(rdata);
  }
  return toBase64(writer.octets);
}

function unpackRecords(packed: Plain | undefined): ResourceRecord[] | undefined {
  const octets = typeof packed === 'string' ? fromBase64(packed) : undefined;
  if (octets === undefined) return undefined;
  const reader = new Reader(octets);
  const records: ResourceRecord[] = [];
  try {
    while (reader.left > 0) records.push(readRecord(reader));
    return records;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
