import { Reader, Writer, fromHex, toHex } from '../../../core/bytes.ts';
import { DecodeError } from '../../../core/errors.ts';
import type { Words } from '../words.ts';
import type { Field } from './field.ts';

/** The rdata of one type: its fields in wire order. */
export interface RdataShape {
  readonly type: number;
  readonly fields: readonly Field[];
  /** Octets before the names that are compressed when sent. */
  readonly octetsBefore: number;
  /** How many names, one after the other, are compressed when sent: RFC 3597 §4. */
  readonly compressedNames: number;
}

export function rdataShape(type: number, fields: readonly Field[]): RdataShape {
  const first = fields.findIndex((field) => field.isCompressed === true);
  const before = first < 0 ? [] : fields.slice(0, first);
  return {
    type,
    fields,
    octetsBefore: before.reduce((sum, field) => sum + (field.fixedOctets ?? 0), 0),
    compressedNames: fields.filter((field) => field.isCompressed === true).length,
  };
}

/** Rdata of 65,535 octets, and two names that came compressed. */
const scratch = new Writer(new Uint8Array(0xffff + 2 * 255));

/** The stored form of rdata that fills `reader`; a shape left out is an unknown type, kept as it came (RFC 3597 §3). */
export function decodeRdata(shape: RdataShape | undefined, reader: Reader): Uint8Array {
  if (shape === undefined) return reader.take(reader.left, 'rdata').slice();
  scratch.reset();
  for (const field of shape.fields) field.decode(reader, scratch);
  reader.done('rdata');
  if (scratch.offset > 0xffff) throw new DecodeError('malformed', 'rdata over 65535 octets', reader.offset);
  return scratch.written().slice();
}

/** The stored form of rdata that a person wrote; `\#` is taken for every type (RFC 3597 §5). */
export function parseRdata(shape: RdataShape | undefined, words: Words): Uint8Array {
  const first = words.peek();
  if (first?.text === '\\#' && !first.quoted) return parseGeneric(shape, words);
  if (shape === undefined)
    return words.fail(words.take('\\# LENGTH HEX'), '\\# LENGTH HEX for a type unknown here');
  scratch.reset();
  for (const field of shape.fields) field.parse(words, scratch);
  words.done();
  return scratch.written().slice();
}

export function formatRdata(shape: RdataShape | undefined, rdata: Uint8Array): string {
  // None at all: a record of an UPDATE that stands for any (RFC 2136 §2.5.2).
  if (shape === undefined || rdata.length === 0) return formatGeneric(rdata);
  const stored = new Reader(rdata);
  const texts: string[] = [];
  for (const field of shape.fields) {
    const text = field.format(stored);
    if (text === undefined) return formatGeneric(rdata);
    if (text !== '') texts.push(text);
  }
  return texts.join(' ');
}

/** RFC 3597 §5: `\#`, the length, the octets in hexadecimal. */
function formatGeneric(rdata: Uint8Array): string {
  return rdata.length === 0 ? '\\# 0' : `\\# ${rdata.length} ${toHex(rdata).toUpperCase()}`;
}

function parseGeneric(shape: RdataShape | undefined, words: Words): Uint8Array {
  words.take('\\#');
  const length = words.number(0xffff, 'the length of the rdata in octets');
  const { text, first } =
    words.left === 0 ? { text: '', first: undefined } : words.rest('hexadecimal digits');
  const octets = fromHex(text);
  if (octets === undefined || octets.length !== length)
    return words.failLast(`${length} octets as pairs of hexadecimal digits`);
  if (shape === undefined) return octets;
  try {
    return decodeRdata(shape, new Reader(octets));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return first === undefined ? words.failLast(error.message) : words.fail(first, error.message);
  }
}
