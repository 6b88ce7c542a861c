import type { Writer } from '../../../core/bytes.ts';
import { DecodeError } from '../../../core/errors.ts';
import { Type } from '../registry.ts';
import type { Words } from '../words.ts';
import type { Field } from './field.ts';
import { rdataShape } from './shape.ts';

/** Thousandths of a second of arc from the equator and the prime meridian: RFC 1876 §2. */
const MIDDLE = 2 ** 31;
const DEGREE = 3_600_000;
const MINUTE = 60_000;
const SECOND = 1_000;
/** Centimetres below the reference spheroid that altitudes count from: RFC 1876 §2. */
const ALTITUDE_BASE = 10_000_000;
const OCTETS = 16;

/** The fields of version 0, all of them in one, since what may be left out depends on what is there: RFC 1876 §3. */
const location: Field = {
  name: 'location',
  decode: (reader, into) => {
    const version = reader.octets[reader.offset];
    if (reader.left === 0 || (version === 0 && reader.left !== OCTETS))
      throw new DecodeError('malformed', 'location', reader.offset);
    into.bytes(reader.take(reader.left, 'location'));
  },
  parse: (words, into) => {
    const latitude = angle(words, { positive: 'N', negative: 'S', degreesMax: 90 });
    const longitude = angle(words, { positive: 'E', negative: 'W', degreesMax: 180 });
    const altitude = metres(words, 'altitude', { least: -100_000, most: 42_849_672.95 }) + ALTITUDE_BASE;
    // RFC 1876 §3: 1 m, 10,000 m and 10 m when left out.
    const sizes = [0x12, 0x16, 0x13].map((plain, index) =>
      words.left === 0
        ? plain
        : precision(words, ['size', 'horizontal precision', 'vertical precision'][index] ?? ''),
    );
    write(into, sizes, [latitude, longitude, altitude]);
  },
  format: (stored) => formatLocation(stored.take(stored.left, 'location')),
};

/** RFC 1876 §2. */
export const LOC = rdataShape(Type.LOC, [location]);

function write(into: Writer, sizes: readonly number[], places: readonly number[]): void {
  into.u8(0);
  for (const size of sizes) into.u8(size);
  for (const place of places) into.u32(place);
}

interface Axis {
  readonly positive: string;
  readonly negative: string;
  readonly degreesMax: number;
}

/** `d [m [s]]` and a letter. */
function angle(words: Words, { positive, negative, degreesMax }: Axis): number {
  const expected = `degrees, minutes, seconds and ${positive} or ${negative}`;
  let total = words.number(degreesMax, `degrees of ${positive} or ${negative}`) * DEGREE;
  for (const unit of [MINUTE, SECOND]) {
    const next = words.peek()?.text.toUpperCase();
    if (next === positive || next === negative) break;
    const word = words.take(expected);
    const pattern = unit === SECOND ? /^\d{1,2}(\.\d{1,3})?$/ : /^\d{1,2}$/;
    if (!pattern.test(word.text) || Number(word.text) >= 60) words.fail(word, expected);
    total += Math.round(Number(word.text) * unit);
  }
  const letter = words.take(expected);
  const sign = letter.text.toUpperCase();
  if (total > degreesMax * DEGREE || (sign !== positive && sign !== negative)) words.fail(letter, expected);
  return sign === positive ? MIDDLE + total : MIDDLE - total;
}

/** Metres with two decimals as centimetres. */
function metres(
  words: Words,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const word = words.take(`${name} in metres`);
  const value = Number(/^(-?\d{1,8}(?:\.\d{1,2})?)m?$/i.exec(word.text)?.[1] ?? Number.NaN);
  if (!(value >= least && value <= most))
    words.fail(word, `${name} in metres, ${least} to ${most}, such as 10m`);
  return Math.round(value * 100);
}

/** Base and power of ten of some centimetres, the digits behind the first given up: RFC 1876 §2. */
function precision(words: Words, name: string): number {
  let base = metres(words, name, { least: 0, most: 90_000_000 });
  let power = 0;
  for (; base > 9; power++) base = Math.floor(base / 10);
  return (base << 4) | power;
}

/** Undefined: another version, or values that the text cannot say. */
function formatLocation(octets: Uint8Array): string | undefined {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  if (octets.length !== OCTETS || octets[0] !== 0) return undefined;
  const latitude = formatAngle(view.getUint32(4), { positive: 'N', negative: 'S', degreesMax: 90 });
  const longitude = formatAngle(view.getUint32(8), { positive: 'E', negative: 'W', degreesMax: 180 });
  const sizes = Array.from(octets.subarray(1, 4), formatPrecision);
  if (latitude === undefined || longitude === undefined || sizes.includes(undefined)) return undefined;
  // Two decimals, as others show it.
  const altitude = `${((view.getUint32(12) - ALTITUDE_BASE) / 100).toFixed(2)}m`;
  return `${latitude} ${longitude} ${altitude} ${sizes.join(' ')}`;
}

function formatAngle(value: number, { positive, negative, degreesMax }: Axis): string | undefined {
  const total = Math.abs(value - MIDDLE);
  if (total > degreesMax * DEGREE) return undefined;
  const degrees = Math.floor(total / DEGREE);
  const minutes = Math.floor((total % DEGREE) / MINUTE);
  const seconds = (total % MINUTE) / SECOND;
  return `${degrees} ${minutes} ${seconds.toFixed(3)} ${value >= MIDDLE ? positive : negative}`;
}

function formatPrecision(octet: number): string | undefined {
  const base = octet >>> 4;
  const power = octet & 15;
  if (base > 9 || power > 9 || (base === 0 && power > 0)) return undefined;
  return formatCentimetres(base * 10 ** power);
}

function formatCentimetres(value: number): string {
  return value % 100 === 0 ? `${value / 100}m` : `${(value / 100).toFixed(2)}m`;
}
