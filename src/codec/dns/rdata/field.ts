import { type Reader, type Writer, fromHex, toHex } from '../../../core/bytes.ts';
import {
  formatIpv4,
  ipv4At,
  ipv6At,
  ipv6Octets,
  parseIpv4,
  parseIpv6,
  writeIpv4,
} from '../../../core/address.ts';
import { DecodeError } from '../../../core/errors.ts';
import { latin1Text } from '../../../core/text.ts';
import { MAX_NAME_OCTETS, expandName, formatName, readName } from '../name.ts';
import { parseDuration } from '../duration.ts';
import type { Words } from '../words.ts';

/**
 * One field of a record's rdata: how it is read from a message and from text, and how it is shown. Stored rdata is the wire form with names expanded, so an unknown type
 * and a known one are kept alike, and two records are the same when their octets are.
 */
export interface Field {
  readonly name: string;
  /** Its length, where that is always the same. */
  readonly fixedOctets?: number;
  /** A name that is compressed when sent. */
  readonly isCompressed?: boolean;
  /** From a message to stored octets. */
  decode(reader: Reader, into: Writer): void;
  /** From a master file to stored octets. */
  parse(words: Words, into: Writer): void;
  /** From stored octets to a master file; undefined: only RFC 3597 §5 can say them. */
  format(stored: Reader): string | undefined;
}

export function u8(name: string): Field {
  return {
    name,
    fixedOctets: 1,
    decode: (reader, into) => into.u8(reader.u8(name)),
    parse: (words, into) => into.u8(words.number(0xff, name)),
    format: (stored) => String(stored.u8(name)),
  };
}

export function u16(name: string): Field {
  return {
    name,
    fixedOctets: 2,
    decode: (reader, into) => into.u16(reader.u16(name)),
    parse: (words, into) => into.u16(words.number(0xffff, name)),
    format: (stored) => String(stored.u16(name)),
  };
}

export function u32(name: string): Field {
  return {
    name,
    fixedOctets: 4,
    decode: (reader, into) => into.u32(reader.u32(name)),
    parse: (words, into) => into.u32(words.number(0xffff_ffff, name)),
    format: (stored) => String(stored.u32(name)),
  };
}

/** Seconds in 32 bits, which a person may also write as `1h30m`. */
export function seconds(name: string): Field {
  return {
    ...u32(name),
    parse: (words, into) => {
      const word = words.take(name);
      const value = parseDuration(word.text);
      into.u32(value ?? words.fail(word, `${name}: seconds, or a time such as 1h30m`));
    },
  };
}

export function ipv4Address(name: string): Field {
  return {
    name,
    decode: (reader, into) => into.bytes(reader.take(4, name)),
    parse: (words, into) => {
      const word = words.take(name);
      const address = parseIpv4(word.text) ?? words.fail(word, 'an IPv4 address such as 192.0.2.1');
      const octets = new Uint8Array(4);
      writeIpv4(octets, 0, address);
      into.bytes(octets);
    },
    format: (stored) => formatIpv4(ipv4At(stored.take(4, name), 0)),
  };
}

export function ipv6Address(name: string): Field {
  return {
    name,
    decode: (reader, into) => into.bytes(reader.take(16, name)),
    parse: (words, into) => {
      const word = words.take(name);
      const address = parseIpv6(word.text) ?? words.fail(word, 'an IPv6 address such as 2001:db8::1');
      into.bytes(ipv6Octets(address));
    },
    format: (stored) => ipv6At(stored.take(16, name), 0),
  };
}

/** A name that may be compressed: in types of RFC 1035 only (RFC 3597 §4). */
export function compressedName(name: string): Field {
  return { ...plainName(name), isCompressed: true };
}

/** A name never compressed when sent; one that came compressed is expanded all the same. */
export function plainName(name: string): Field {
  const expanded = new Uint8Array(MAX_NAME_OCTETS);
  return {
    name,
    decode: (reader, into) => into.bytes(expanded, 0, expandName(reader, expanded, name)),
    parse: (words, into) => into.bytes(words.name(name).octets),
    format: (stored) => formatName(readName(stored, name)),
  };
}

/** RFC 1035 §3.3: one length octet and as many octets as it says. */
export function characterString(name: string): Field {
  return {
    name,
    decode: (reader, into) => {
      const length = reader.u8(name);
      into.u8(length);
      into.bytes(reader.take(length, name));
    },
    parse: (words, into) => {
      const octets = words.octets(name);
      if (octets.length > 255) words.failLast(`${name}: at most 255 octets in one string`);
      into.u8(octets.length);
      into.bytes(octets);
    },
    format: (stored) => quoteString(stored.take(stored.u8(name), name)),
  };
}

/** One character-string or more, to the end of the rdata. */
export function characterStrings(name: string): Field {
  const one = characterString(name);
  return {
    name,
    decode: (reader, into) => {
      do one.decode(reader, into);
      while (reader.left > 0);
    },
    parse: (words, into) => {
      do {
        if (into.offset > 0xffff - 256) words.failLast(`${name}: at most 65535 octets of rdata`);
        one.parse(words, into);
      } while (words.left > 0);
    },
    format: (stored) => {
      const texts: string[] = [];
      while (stored.left > 0) texts.push(quoteString(stored.take(stored.u8(name), name)));
      return texts.join(' ');
    },
  };
}

/** A character-string that a person writes as one bare word of letters and digits, such as the tag of CAA. */
export function tagString(name: string): Field {
  const quoted = characterString(name);
  return {
    ...quoted,
    parse: (words, into) => {
      const word = words.peek();
      if (word !== undefined && !/^[0-9A-Za-z]{1,255}$/.test(word.text))
        words.fail(word, `${name}: letters and digits`);
      quoted.parse(words, into);
    },
    format: (stored) => {
      const octets = stored.take(stored.u8(name), name);
      const text = latin1Text(octets);
      return /^[0-9A-Za-z]+$/.test(text) ? text : undefined;
    },
  };
}

/** Octets to the end of the rdata as one string, of any length, without a length octet. */
export function stringRest(name: string): Field {
  return {
    name,
    decode: (reader, into) => into.bytes(reader.take(reader.left, name)),
    parse: (words, into) => putBounded(words, into, words.octets(name), name),
    format: (stored) => quoteString(stored.take(stored.left, name)),
  };
}

/** Octets to the end of the rdata, in hexadecimal, at least `least` of them. */
export function hexRest(name: string, least: number): Field {
  return {
    name,
    decode: (reader, into) => {
      if (reader.left < least) throw new DecodeError('truncated', name, reader.offset);
      into.bytes(reader.take(reader.left, name));
    },
    parse: (words, into) => {
      const { text, first } = words.rest(`${name}: hexadecimal digits`);
      const octets = fromHex(text);
      if (octets === undefined || octets.length < least)
        words.fail(first, `${name}: hexadecimal digits in pairs`);
      else putBounded(words, into, octets, name);
    },
    format: (stored) => toHex(stored.take(stored.left, name)).toUpperCase(),
  };
}

/** Octets that a text made, where they fit into rdata (65,535 octets). */
export function putBounded(words: Words, into: Writer, octets: Uint8Array, name: string): void {
  if (into.offset + octets.length > 0xffff) words.failLast(`${name}: at most 65535 octets of rdata`);
  into.bytes(octets);
}

/** A character-string in quotes: `\"`, `\\`, and `\DDD` for all but printable ASCII (RFC 1035 §5.1). */
export function quoteString(octets: Uint8Array): string {
  let text = '"';
  for (const octet of octets) {
    if (octet === 0x22 || octet === 0x5c) text += `\\${String.fromCharCode(octet)}`;
    else if (octet < 0x20 || octet > 0x7e) text += `\\${String(octet).padStart(3, '0')}`;
    else text += String.fromCharCode(octet);
  }
  return `${text}"`;
}
