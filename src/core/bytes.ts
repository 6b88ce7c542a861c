import { BugError, DecodeError } from './errors.ts';

/** Big-endian fields in wire order. The only place where lengths are checked: a field that does not fit is a `DecodeError`. */
export class Reader {
  octets: Uint8Array;
  /** The next octet to be read. */
  offset: number;
  end: number;

  constructor(octets: Uint8Array, offset = 0, end: number = octets.length) {
    if (offset < 0 || end > octets.length || offset > end)
      throw new BugError('a reader outside of its octets');
    this.octets = octets;
    this.offset = offset;
    this.end = end;
  }

  /** Begins anew with other octets: for who reads so many messages that a reader for each would show. */
  restart(octets: Uint8Array, offset: number): void {
    if (offset > octets.length) throw new BugError('a reader outside of its octets');
    this.octets = octets;
    this.offset = offset;
    this.end = octets.length;
  }

  get left(): number {
    return this.end - this.offset;
  }

  u8(field: string): number {
    this.#need(1, field);
    return this.octets[this.offset++]!;
  }

  u16(field: string): number {
    this.#need(2, field);
    const at = this.offset;
    this.offset = at + 2;
    return u16At(this.octets, at);
  }

  u32(field: string): number {
    this.#need(4, field);
    const at = this.offset;
    this.offset = at + 4;
    return u32At(this.octets, at);
  }

  /** A view, not a copy: valid as long as the octets are. */
  take(count: number, field: string): Uint8Array {
    this.#need(count, field);
    const at = this.offset;
    this.offset = at + count;
    return this.octets.subarray(at, at + count);
  }

  skip(count: number, field: string): void {
    this.#need(count, field);
    this.offset += count;
  }

  /** A reader over the next `count` octets, whose offsets still count from the start of the message. */
  inner(count: number, field: string): Reader {
    this.#need(count, field);
    const at = this.offset;
    this.offset = at + count;
    return new Reader(this.octets, at, at + count);
  }

  /** Nothing may follow. */
  done(field: string): void {
    if (this.offset !== this.end)
      throw new DecodeError('malformed', `${field}: ${this.left} octets too many`, this.offset);
  }

  #need(count: number, field: string): void {
    if (count > this.end - this.offset) throw new DecodeError('truncated', field, this.offset);
  }
}

/**
 * Writes big-endian fields in wire order into octets that the caller owns, from `offset` on. Running over the end is a
 * `BugError`: whoever encodes knows its bound first. It never leaves an octet unwritten between start and `offset`.
 */
export class Writer {
  octets: Uint8Array;
  offset: number;

  constructor(octets: Uint8Array, offset = 0) {
    this.octets = octets;
    this.offset = offset;
  }

  /** Starts over, for one scratch buffer reused by a service. */
  reset(offset = 0): this {
    this.offset = offset;
    return this;
  }

  get left(): number {
    return this.octets.length - this.offset;
  }

  u8(value: number): void {
    this.#need(1);
    this.octets[this.offset++] = value;
  }

  u16(value: number): void {
    this.#need(2);
    this.octets[this.offset++] = value >>> 8;
    this.octets[this.offset++] = value;
  }

  u32(value: number): void {
    this.#need(4);
    this.octets[this.offset++] = value >>> 24;
    this.octets[this.offset++] = value >>> 16;
    this.octets[this.offset++] = value >>> 8;
    this.octets[this.offset++] = value;
  }

  bytes(source: Uint8Array, start = 0, end: number = source.length): void {
    const count = end - start;
    this.#need(count);
    if (count < 40) {
      // A loop beats `set` on a few octets.
      for (let index = start; index < end; index++) this.octets[this.offset++] = source[index]!;
      return;
    }
    this.octets.set(start === 0 && end === source.length ? source : source.subarray(start, end), this.offset);
    this.offset += count;
  }

  fill(count: number, value: number): void {
    this.#need(count);
    this.octets.fill(value, this.offset, this.offset + count);
    this.offset += count;
  }

  /** Overwrites a length or count written before its value was known. */
  patchU16(offset: number, value: number): void {
    this.octets[offset] = value >>> 8;
    this.octets[offset + 1] = value;
  }

  /** What was written from `start`, as a view. */
  written(start = 0): Uint8Array {
    return this.octets.subarray(start, this.offset);
  }

  #need(count: number): void {
    if (count > this.octets.length - this.offset)
      throw new BugError(`a writer of ${this.octets.length} octets is full`);
  }
}

/** Reads where the caller has checked the length. */
export function u16At(octets: Uint8Array, offset: number): number {
  return (octets[offset]! << 8) | octets[offset + 1]!;
}

/** 0 to 2^32 - 1; reads where the caller has checked the length. */
export function u32At(octets: Uint8Array, offset: number): number {
  return int32At(octets, offset) >>> 0;
}

/** The same 32 bits as a signed number: the form of `Ipv4`. */
export function int32At(octets: Uint8Array, offset: number): number {
  return (
    (octets[offset]! << 24) | (octets[offset + 1]! << 16) | (octets[offset + 2]! << 8) | octets[offset + 3]!
  );
}

export function writeInt32(octets: Uint8Array, offset: number, value: number): void {
  octets[offset] = value >>> 24;
  octets[offset + 1] = value >>> 16;
  octets[offset + 2] = value >>> 8;
  octets[offset + 3] = value;
}

export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

export function toHex(octets: Uint8Array, separator = ''): string {
  let text = '';
  let index = 0;
  // Eight at a time: text that grows by two characters is a chain of pieces in memory.
  if (separator === '') for (; index + 8 <= octets.length; index += 8) text += eightHex(octets, index);
  for (; index < octets.length; index++) {
    if (index > 0) text += separator;
    text += HEX[octets[index]!]!;
  }
  return text;
}

function eightHex(octets: Uint8Array, at: number): string {
  const first = int32At(octets, at);
  const second = int32At(octets, at + 4);
  return String.fromCharCode(
    hexDigit(first >>> 28),
    hexDigit(first >>> 24),
    hexDigit(first >>> 20),
    hexDigit(first >>> 16),
    hexDigit(first >>> 12),
    hexDigit(first >>> 8),
    hexDigit(first >>> 4),
    hexDigit(first),
    hexDigit(second >>> 28),
    hexDigit(second >>> 24),
    hexDigit(second >>> 20),
    hexDigit(second >>> 16),
    hexDigit(second >>> 12),
    hexDigit(second >>> 8),
    hexDigit(second >>> 4),
    hexDigit(second),
  );
}

/** The code of the digit for the low four bits. */
export function hexDigit(bits: number): number {
  const digit = bits & 15;
  return digit < 10 ? 0x30 + digit : 0x57 + digit;
}

/** Hex digits in pairs, with any of space, colon, dash between; undefined when the text is something else. */
export function fromHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/[\s:-]/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  const octets = new Uint8Array(digits.length / 2);
  for (let index = 0; index < octets.length; index++)
    octets[index] = parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  return octets;
}

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));
