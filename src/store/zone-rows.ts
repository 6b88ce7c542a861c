import { fromBase64, toBase64 } from '../codec/dns/base64.ts';
import type { Name } from '../codec/dns/name.ts';
import { formatName } from '../codec/dns/name.ts';
import { type ResourceRecord, readRecord } from '../codec/dns/record.ts';
import { Reader, Writer } from '../core/bytes.ts';
import { DecodeError } from '../core/errors.ts';
import type { Plain, Row } from '../core/service.ts';
import type { ZoneChange } from './zone-change.ts';
import { recordOctets } from './zone-history.ts';

/** A change of a zone, by the serial it starts from; and a whole zone, in pieces by number. */
const CHANGE_TABLE = 'zone-change';
const COPY_TABLE = 'zone-copy';
/** When a copy was last known to be the primary's. */
const REFRESH_TABLE = 'zone-refresh';
/** What signs a zone, and since when. */
const SIGNED_TABLE = 'zone-signed';
export const ZONE_TABLES: readonly string[] = [CHANGE_TABLE, COPY_TABLE, REFRESH_TABLE, SIGNED_TABLE];

/** Octets of records in one row of a whole zone. */
const PIECE_OCTETS = 262_144;

export function changeRow(apex: Name, change: ZoneChange): Row {
  return {
    table: CHANGE_TABLE,
    key: changeKey(apex, change),
    value: {
      zone: formatName(apex),
      before: change.serialBefore,
      after: change.serialAfter,
      removed: packRecords(change.removed),
      added: packRecords(change.added),
    },
  };
}

export function changeGone(apex: Name, change: ZoneChange): Row {
  return { table: CHANGE_TABLE, key: changeKey(apex, change), value: null };
}

function changeKey(apex: Name, { serialBefore }: ZoneChange): string {
  return `${formatName(apex)} ${serialBefore}`;
}

/** The rows of a whole zone; those of a longer one of before, `piecesBefore` of them, are taken out. */
export function copyRows(
  apex: Name,
  { serial, records }: { readonly serial: number; readonly records: Iterable<ResourceRecord> },
  piecesBefore: number,
): readonly Row[] {
  const pieces: string[] = [];
  let piece: ResourceRecord[] = [];
  let octets = 0;
  const flush = (): void => {
    pieces.push(packRecords(piece));
    piece = [];
    octets = 0;
  };
  for (const record of records) {
    piece.push(record);
    octets += recordOctets(record);
    if (octets >= PIECE_OCTETS) flush();
  }
  if (piece.length > 0) flush();
  const zone = formatName(apex);
  const rows: Row[] = pieces.map((packed, index) => ({
    table: COPY_TABLE,
    key: `${zone} ${index}`,
    value: { zone, serial, index, of: pieces.length, records: packed },
  }));
  for (let index = pieces.length; index < piecesBefore; index++)
    rows.push({ table: COPY_TABLE, key: `${zone} ${index}`, value: null });
  return rows;
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
  readonly changes: readonly ZoneChange[];
  /** The records of a copy all of whose pieces are there. */
  readonly copy:
    | { readonly serial: number; readonly records: readonly ResourceRecord[]; readonly pieces: number }
    | undefined;
  readonly refreshedAt: number | undefined;
  readonly signedAs: SignedAs | undefined;
}

type Value = { readonly [key: string]: Plain };

/** Gathers rows of zones in any order. */
export class ZoneRows {
  readonly #rows = new Map<string, { table: string; value: Value }[]>();

  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  add({ table, value }: Row): void {
    const zone = value?.['zone'];
    if (value === null || typeof zone !== 'string') return;
    const rows = this.#rows.get(zone);
    if (rows === undefined) this.#rows.set(zone, [{ table, value }]);
    else rows.push({ table, value });
  }

  /** What is kept of a zone; rows that cannot be read are left out. */
  of(apex: Name): RestoredZone | undefined {
    const rows = this.#rows.get(formatName(apex));
    if (rows === undefined) return undefined;
    const valuesOf = (table: string): Value[] =>
      rows.filter((row) => row.table === table).map(({ value }) => value);
    const [refresh] = valuesOf(REFRESH_TABLE);
    const [signed] = valuesOf(SIGNED_TABLE);
    return {
      changes: valuesOf(CHANGE_TABLE).flatMap((value) => readChange(value) ?? []),
      copy: readCopy(valuesOf(COPY_TABLE)),
      refreshedAt: numberOf(refresh?.['at']),
      signedAs: signed && readSigned(signed),
    };
  }
}

function readChange(value: Value): ZoneChange | undefined {
  const serialBefore = numberOf(value['before']);
  const serialAfter = numberOf(value['after']);
  const removed = unpackRecords(value['removed']);
  const added = unpackRecords(value['added']);
  if (serialBefore === undefined || serialAfter === undefined) return undefined;
  return removed && added && { serialBefore, serialAfter, removed, added };
}

function readCopy(values: readonly Value[]): RestoredZone['copy'] {
  const [first] = values;
  const serial = numberOf(first?.['serial']);
  const pieces = numberOf(first?.['of']);
  if (serial === undefined || pieces !== values.length) return undefined;
  const records: ResourceRecord[] = [];
  const inOrder = values.toSorted((a, b) => Number(a['index']) - Number(b['index']));
  for (const [index, value] of inOrder.entries()) {
    const piece = unpackRecords(value['records']);
    if (piece === undefined || value['serial'] !== serial || value['index'] !== index) return undefined;
    for (const record of piece) records.push(record);
  }
  return { serial, records, pieces };
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
