import { type Reader, equalOctets, fromHex, toHex } from '../../../core/bytes.ts';
import { DecodeError } from '../../../core/errors.ts';
import { fromBase32Hex, toBase32Hex } from '../base32.ts';
import { fromBase64, toBase64 } from '../base64.ts';
import { formatDate, parseDate } from '../date.ts';
import { typeName, typeNumber } from '../registry.ts';
import { type Field, putBounded, u16, u32 } from './field.ts';

/** Octets to the end of the rdata in base 64, at least `least` of them. */
export function base64Rest(name: string, least: number): Field {
  return {
    name,
    decode: (reader, into) => {
      if (reader.left < least) throw new DecodeError('truncated', name, reader.offset);
      into.bytes(reader.take(reader.left, name));
    },
    parse: (words, into) => {
      if (least === 0 && words.left === 0) return;
      const { text, first } = words.rest(`${name}: base 64`);
      const octets = fromBase64(text);
      if (octets === undefined || octets.length < least)
        words.fail(first, `${name}: base 64 with its padding`);
      else putBounded(words, into, octets, name);
    },
    format: (stored) => toBase64(stored.take(stored.left, name)),
  };
}

/** Seconds since 1970 in 32 bits, written as `YYYYMMDDHHmmSS`: RFC 4034 §3.2. */
export function date(name: string): Field {
  return {
    ...u32(name),
    parse: (words, into) => {
      const word = words.take(name);
      into.u32(parseDate(word.text) ?? words.fail(word, `${name}: YYYYMMDDHHmmSS, or seconds since 1970`));
    },
    format: (stored) => formatDate(stored.u32(name)),
  };
}

/** The number of a type, written as its name: RFC 4034 §3.2. */
export function rrType(name: string): Field {
  return {
    ...u16(name),
    parse: (words, into) => {
      const word = words.take(name);
      into.u16(typeNumber(word.text) ?? words.fail(word, `${name}: a type such as A or TYPE731`));
    },
    format: (stored) => typeName(stored.u16(name)),
  };
}

/** One octet of length and as many octets, in hexadecimal; `-` for none: RFC 5155 §3.3. */
export function salt(name: string): Field {
  return {
    name,
    decode: (reader, into) => {
      const length = reader.u8(name);
      into.u8(length);
      into.bytes(reader.take(length, name));
    },
    parse: (words, into) => {
      const word = words.take(name);
      const octets = word.text === '-' ? new Uint8Array(0) : fromHex(word.text);
      if (octets === undefined || octets.length > 255 || word.text === '')
        return words.fail(word, `${name}: at most 255 octets as hexadecimal digits, or -`);
      into.u8(octets.length);
      into.bytes(octets);
    },
    format: (stored) => toHex(stored.take(stored.u8(name), name)).toUpperCase() || '-',
  };
}

/** One octet of length and a hash of as many, in base 32: RFC 5155 §3.3. */
export function nextHash(name: string): Field {
  return {
    name,
    decode: (reader, into) => {
      const at = reader.offset;
      const length = reader.u8(name);
      if (length === 0) throw new DecodeError('malformed', name, at);
      into.u8(length);
      into.bytes(reader.take(length, name));
    },
    parse: (words, into) => {
      const word = words.take(name);
      const octets = fromBase32Hex(word.text);
      if (octets === undefined || octets.length === 0 || octets.length > 255)
        return words.fail(word, `${name}: a hash in base 32 (0-9 and a-v)`);
      into.u8(octets.length);
      into.bytes(octets);
    },
    format: (stored) => toBase32Hex(stored.take(stored.u8(name), name)).toUpperCase(),
  };
}

const WINDOW_OCTETS_MAX = 32;

/** The types that are there, as blocks of bits: RFC 4034 §4.1.2; none at all in an NSEC3 (RFC 5155 §3.2.1). */
export function typeBitmap(name: string): Field {
  return {
    name,
    decode: (reader, into) => {
      const start = reader.offset;
      checkBitmap(reader, name);
      into.bytes(reader.octets, start, reader.offset);
    },
    parse: (words, into) => {
      const types: number[] = [];
      while (words.left > 0) {
        const word = words.take(name);
        types.push(typeNumber(word.text) ?? words.fail(word, `${name}: types such as A or TYPE731`));
      }
      into.bytes(bitmapOf(types));
    },
    format: (stored) => {
      const octets = stored.take(stored.left, name);
      const types = Array.from(bitmapTypes(octets));
      return equalOctets(bitmapOf(types), octets) ? types.map(typeName).join(' ') : undefined;
    },
  };
}

function checkBitmap(reader: Reader, name: string): void {
  let last = -1;
  while (reader.left > 0) {
    const at = reader.offset;
    const window = reader.u8(name);
    const length = reader.u8(name);
    if (window <= last || length === 0 || length > WINDOW_OCTETS_MAX)
      throw new DecodeError('malformed', name, at);
    last = window;
    reader.skip(length, name);
  }
}

/** The blocks for some types, in any order. */
export function bitmapOf(types: readonly number[]): Uint8Array {
  const windows = new Map<number, Uint8Array>();
  for (const type of types.toSorted((a, b) => b - a)) {
    // The highest type of a window comes first and gives its length.
    const bits = windows.get(type >>> 8) ?? new Uint8Array(((type & 255) >>> 3) + 1);
    windows.set(type >>> 8, bits);
    bits[(type & 255) >>> 3] = (bits[(type & 255) >>> 3] ?? 0) | (0x80 >>> (type & 7));
  }
  return Uint8Array.from(
    Array.from(windows)
      .toReversed()
      .flatMap(([window, bits]) => [window, bits.length, ...bits]),
  );
}

/** The types of checked blocks, in order. */
export function* bitmapTypes(octets: Uint8Array): Generator<number> {
  for (let at = 0; at < octets.length; at += 2 + (octets[at + 1] ?? 0)) {
    const bits = octets.subarray(at + 2, at + 2 + (octets[at + 1] ?? 0));
    for (const [index, octet] of bits.entries())
      for (let bit = 0; bit < 8; bit++)
        if ((octet & (0x80 >>> bit)) !== 0) yield ((octets[at] ?? 0) << 8) | (index << 3) | bit;
  }
}
