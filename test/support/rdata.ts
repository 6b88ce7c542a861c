import { Reader, toHex } from '../../src/core/bytes.ts';
import { toName } from '../../src/codec/dns/name.ts';
import { decodeRdata, formatRdata } from '../../src/codec/dns/rdata/shape.ts';
import { shapeOf } from '../../src/codec/dns/rdata/table.ts';
import { parseRdataText } from '../../src/codec/dns/zone-text.ts';

const ORIGIN = toName('example.com');

/** The octets of a text as hexadecimal digits; a mistake is thrown. */
export function wireOf(type: number, text: string): string {
  return toHex(parseRdataText(type, text, ORIGIN));
}

/** The text of rdata that came from the wire. */
export function textOf(type: number, octets: Uint8Array): string {
  const shape = shapeOf(type);
  return formatRdata(shape, decodeRdata(shape, new Reader(octets)));
}
