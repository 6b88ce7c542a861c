import { Reader } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';

/** The BER that TLVs 10, 11, 38.6 and 54.2 carry: tags of RFC 2578 §7.1 and X.690. */
export const Tag = {
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  objectId: 0x06,
  sequence: 0x30,
  ipAddress: 0x40,
  counter32: 0x41,
  gauge32: 0x42,
  timeTicks: 0x43,
} as const;

export interface VarBind {
  readonly oid: string;
  readonly tag: number;
  /** The content octets of the value. */
  readonly value: Uint8Array;
}

/** One VarBind: `30 l 06 .. tag ..` (RFC 3416 §3). */
export function decodeVarBind(octets: Uint8Array): VarBind {
  const outer = new Reader(octets);
  const inner = element(outer, Tag.sequence, 'VarBind');
  outer.done('VarBind');
  const oid = readOid(element(inner, Tag.objectId, 'VarBind name'));
  const tag = inner.u8('VarBind value');
  const content = inner.inner(lengthAt(inner, 'VarBind value'), 'VarBind value');
  inner.done('VarBind');
  return { oid, tag, value: content.take(content.left, 'VarBind value') };
}

export function encodeVarBind({ oid, tag, value }: VarBind): Uint8Array {
  return wrap(Tag.sequence, [encodeOid(oid), wrap(tag, [value])]);
}

/** A whole OBJECT IDENTIFIER element, tag and length included; text `1.3.6.1`. */
export function decodeOid(octets: Uint8Array): string {
  const reader = new Reader(octets);
  const oid = readOid(element(reader, Tag.objectId, 'object identifier'));
  reader.done('object identifier');
  return oid;
}

/** `oid` is one that `isOid` took. */
export function encodeOid(oid: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = oid.split('.').map(Number);
  const content: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift(0x80 | (left % 128));
    content.push(...groups);
  }
  return wrap(Tag.objectId, [Uint8Array.from(content)]);
}

/** At least two arcs, the first 0 to 2, each below 2^32 (RFC 2578 §3.5), 128 of them at most. */
export function isOid(text: string): boolean {
  if (!/^\d{1,10}(\.\d{1,10}){1,127}$/.test(text)) return false;
  const arcs = text.split('.');
  const [first = 3, second = 0] = arcs.map(Number);
  if (first > 2 || (first < 2 && second > 39)) return false;
  return arcs.every((arc) => Number(arc) < 2 ** 32 && String(Number(arc)) === arc);
}

/** A two's complement INTEGER of one to five octets; undefined when longer or empty. */
export function decodeInteger(content: Uint8Array): number | undefined {
  if (content.length === 0 || content.length > 5) return undefined;
  let value = (content[0] ?? 0) >= 0x80 ? -1 : 0;
  for (const octet of content) value = value * 256 + octet;
  return value;
}

/** The shortest two's complement form (X.690 §8.3.2). */
export function encodeInteger(value: number): Uint8Array {
  const octets: number[] = [];
  let left = value;
  for (;;) {
    const low = ((left % 256) + 256) % 256;
    octets.unshift(low);
    left = Math.floor(left / 256);
    if ((left === 0 && low < 0x80) || (left === -1 && low >= 0x80)) return Uint8Array.from(octets);
  }
}

function element(reader: Reader, tag: number, field: string): Reader {
  const at = reader.offset;
  if (reader.u8(field) !== tag) throw new DecodeError('malformed', `${field}: tag`, at);
  return reader.inner(lengthAt(reader, field), field);
}

function lengthAt(reader: Reader, field: string): number {
  const first = reader.u8(`${field}: length`);
  if (first < 0x80) return first;
  if (first === 0x81) return reader.u8(`${field}: length`);
  if (first === 0x82) return reader.u16(`${field}: length`);
  throw new DecodeError('unsupported', `${field}: length`, reader.offset - 1);
}

function readOid(content: Reader): string {
  const arcs: number[] = [];
  while (content.left > 0) {
    let arc = 0;
    for (;;) {
      const octet = content.u8('object identifier');
      arc = arc * 128 + (octet & 0x7f);
      if (arc >= 2 ** 32) throw new DecodeError('malformed', 'object identifier', content.offset - 1);
      if (octet < 0x80) break;
    }
    if (arcs.length > 0) arcs.push(arc);
    else if (arc < 80) arcs.push(Math.floor(arc / 40), arc % 40);
    else arcs.push(2, arc - 80);
  }
  if (arcs.length === 0) throw new DecodeError('truncated', 'object identifier', content.offset);
  return arcs.join('.');
}

function wrap(tag: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const header =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >>> 8, length & 255];
  const octets = new Uint8Array(header.length + length);
  octets.set(header);
  let at = header.length;
  for (const part of parts) {
    octets.set(part, at);
    at += part.length;
  }
  return octets;
}
