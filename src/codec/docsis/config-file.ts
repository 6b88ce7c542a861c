import { Writer } from '../../core/bytes.ts';
import { assert, DecodeError } from '../../core/errors.ts';
import { END_OF_DATA, formOf, MTA_DELIMITER, PAD, TlvCursor, tlvHeaderOctets } from './tlv.ts';

/** One thing in a file's order: a TLV, or a run of pads. */
export type ConfigItem =
  | { readonly kind: 'tlv'; readonly type: number; readonly value: Uint8Array }
  | { readonly kind: 'pad'; readonly count: number };

/**
 * A modem's or MTA's configuration file, faithful to the octet: what is not known is kept, and so are pads, what
 * stands behind the end marker, and the lack of a marker, which files in the wild do.
 */
export interface ConfigFile {
  readonly items: readonly ConfigItem[];
  /** What follows 255: pads as a rule; undefined where the file ends without a marker. */
  readonly tail: Uint8Array | undefined;
}

export function decodeConfigFile(octets: Uint8Array): ConfigFile {
  if (octets.length === 0) throw new DecodeError('truncated', 'configuration file', 0);
  const items: ConfigItem[] = [];
  const cursor = new TlvCursor(octets, 0, octets.length, formOf(octets));
  let at = 0;
  for (;;) {
    const more = cursor.next();
    const padsEnd = more ? cursor.at : cursor.offset;
    if (padsEnd > at) items.push({ kind: 'pad', count: padsEnd - at });
    if (!more) break;
    items.push({ kind: 'tlv', type: cursor.type, value: octets.slice(cursor.start, cursor.end) });
    at = cursor.end;
  }
  const end = cursor.offset;
  return { items, tail: end < octets.length ? octets.slice(end + 1) : undefined };
}

export function encodeConfigFile(file: ConfigFile): Uint8Array {
  const first = file.items.find((item) => item.kind === 'tlv');
  const form = first?.type === MTA_DELIMITER ? 'mta' : 'file';
  let length = file.tail === undefined ? 0 : 1 + file.tail.length;
  for (const item of file.items)
    length += item.kind === 'pad' ? item.count : tlvHeaderOctets(item.type, form) + item.value.length;
  const writer = new Writer(new Uint8Array(length));
  for (const item of file.items) {
    if (item.kind === 'pad') {
      writer.fill(item.count, PAD);
      continue;
    }
    writer.u8(item.type);
    if (tlvHeaderOctets(item.type, form) === 3) writer.u16(item.value.length);
    else {
      assert(item.value.length <= 255, `TLV ${item.type} is longer than its length octet can say`);
      writer.u8(item.value.length);
    }
    writer.bytes(item.value);
  }
  if (file.tail !== undefined) {
    writer.u8(END_OF_DATA);
    writer.bytes(file.tail);
  }
  return writer.octets;
}

/** The first instance of a TLV. */
export function findTlv(file: ConfigFile, type: number): Uint8Array | undefined {
  for (const item of file.items) if (item.kind === 'tlv' && item.type === type) return item.value;
  return undefined;
}
