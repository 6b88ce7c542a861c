import {
  formatIpv4,
  formatMac,
  ipOctets,
  ipv4At,
  ipv6At,
  isIpv4,
  macAt,
  parseIp,
  parseMac,
  writeMac,
} from '../../core/address.ts';
import { equalOctets, fromHex, toHex, u16At, u32At } from '../../core/bytes.ts';
import { ConfigError, DecodeError } from '../../core/errors.ts';
import type { Plain } from '../../core/service.ts';
import { utf8Octets, utf8Text } from '../../core/text.ts';
import type { TlvKind } from './registry.ts';
import {
  decodeInteger,
  decodeOid,
  decodeVarBind,
  encodeInteger,
  encodeOid,
  encodeVarBind,
  isOid,
  Tag,
} from './snmp.ts';

export type LeafKind = Exclude<TlvKind, 'nested'>;

/** How one kind is read for people, and written; reading gives undefined where the octets are not of the kind. */
interface Form {
  read(octets: Uint8Array): Plain | undefined;
  write(plain: Plain, path: string): Uint8Array;
}

const FORMS: Readonly<Record<LeafKind, Form>> = {
  u8: {
    read: (octets) => (octets.length === 1 ? octets[0] : undefined),
    write: (plain, path) => Uint8Array.of(whole(plain, 255, path)),
  },
  u16: {
    read: (octets) => (octets.length === 2 ? u16At(octets, 0) : undefined),
    write: (plain, path) => u16(whole(plain, 65535, path)),
  },
  u32: {
    read: (octets) => (octets.length === 4 ? u32At(octets, 0) : undefined),
    write: (plain, path) => u32(whole(plain, 2 ** 32 - 1, path)),
  },
  flag: {
    read: (octets) => (octets.length !== 1 ? undefined : (FLAGS[octets[0] ?? 0] ?? octets[0])),
    write: (plain, path) =>
      Uint8Array.of(typeof plain === 'boolean' ? Number(plain) : whole(plain, 255, path)),
  },
  text: { read: readableText, write: (plain, path) => utf8Octets(text(plain, path)) },
  'z-text': {
    read: (octets) => (octets.at(-1) === 0 ? readableText(octets.subarray(0, -1)) : undefined),
    write: (plain, path) => Uint8Array.of(...utf8Octets(text(plain, path)), 0),
  },
  ipv4: {
    read: (octets) => (octets.length === 4 ? formatIpv4(ipv4At(octets, 0)) : undefined),
    write: (plain, path) => address(plain, 'IPv4', path),
  },
  ipv6: {
    read: (octets) => (octets.length === 16 ? ipv6At(octets, 0) : undefined),
    write: (plain, path) => address(plain, 'IPv6', path),
  },
  mac: { read: (octets) => (octets.length === 6 ? formatMac(macAt(octets, 0)) : undefined), write: mac },
  'ipv4-list': {
    read: (octets) => each(octets, 4, (at) => formatIpv4(ipv4At(octets, at))),
    write: (plain, path) => list(plain, path, (item, at) => address(item, 'IPv4', at)),
  },
  'ipv6-list': {
    read: (octets) => each(octets, 16, (at) => ipv6At(octets, at)),
    write: (plain, path) => list(plain, path, (item, at) => address(item, 'IPv6', at)),
  },
  'u16-list': {
    read: (octets) => each(octets, 2, (at) => u16At(octets, at)),
    write: (plain, path) => list(plain, path, (item, at) => u16(whole(item, 65535, at))),
  },
  'ipv4-port': {
    read: (octets) =>
      octets.length === 6 ? `${formatIpv4(ipv4At(octets, 0))}:${u16At(octets, 4)}` : undefined,
    write: addressAndPort,
  },
  oid: { read: describeOid, write: oid },
  'write-control': { read: describeWriteControl, write: writeControl },
  'var-bind': { read: describeVarBind, write: varBind },
  hex: { read: (octets) => toHex(octets), write: hex },
};

const FLAGS = [false, true];

/** For people; what does not fit its kind, or would not come back octet for octet, is `{ hex }`. */
export function describeValue(kind: LeafKind, octets: Uint8Array): Plain {
  const plain = describeOrNothing(kind, octets);
  if (plain !== undefined && equalOctets(valueFromPlain(kind, plain, ''), octets)) return plain;
  return { hex: toHex(octets) };
}

function describeOrNothing(kind: LeafKind, octets: Uint8Array): Plain | undefined {
  try {
    return FORMS[kind].read(octets);
  } catch (error) {
    // BER that is not what it should be is kept as hex: it comes back as it was.
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** The octets of a person's value; `path` names its place in a `ConfigError`. */
export function valueFromPlain(kind: LeafKind, plain: Plain, path: string): Uint8Array {
  const raw = rawHex(plain);
  return raw === undefined ? FORMS[kind].write(plain, path) : hex(raw, path);
}

/** The digits in `{ hex: "01ff" }`, which stands for octets that do not fit their kind. */
export function rawHex(plain: Plain): Plain | undefined {
  return isMap(plain) && Object.keys(plain).length === 1 ? plain['hex'] : undefined;
}

function each(octets: Uint8Array, size: number, read: (at: number) => Plain): Plain | undefined {
  if (octets.length % size !== 0) return undefined;
  return Array.from({ length: octets.length / size }, (_, index) => read(index * size));
}

/** Text that a person can read and an editor keeps: UTF-8 without controls and without invisible characters. */
function readableText(octets: Uint8Array): string | undefined {
  const shown = utf8Text(octets);
  return /[\ufffd\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u.test(shown) ? undefined : shown;
}

function describeOid(octets: Uint8Array): Plain {
  return decodeOid(octets);
}

function describeWriteControl(octets: Uint8Array): Plain {
  return { oid: decodeOid(octets.subarray(0, -1)), control: octets.at(-1) ?? 0 };
}

function describeVarBind(octets: Uint8Array): Plain {
  const { oid: name, tag, value } = decodeVarBind(octets);
  return { oid: name, ...describeSnmp(tag, value) };
}

/** The word for each SNMP type, as it stands beside `oid`. */
const NUMERIC_TAGS = {
  integer: Tag.integer,
  counter32: Tag.counter32,
  gauge32: Tag.gauge32,
  'time-ticks': Tag.timeTicks,
} as const;

function describeSnmp(tag: number, value: Uint8Array): { readonly [word: string]: Plain } {
  for (const [word, numeric] of Object.entries(NUMERIC_TAGS)) {
    const number = tag === numeric ? decodeInteger(value) : undefined;
    if (number !== undefined) return { [word]: number };
  }
  if (tag === Tag.octetString) {
    const readable = readableText(value);
    return readable === undefined ? { 'hex-string': toHex(value) } : { string: readable };
  }
  if (tag === Tag.ipAddress && value.length === 4) return { ip: formatIpv4(ipv4At(value, 0)) };
  if (tag === Tag.null && value.length === 0) return { null: true };
  if (tag === Tag.objectId)
    return { 'object-id': decodeOid(Uint8Array.of(Tag.objectId, value.length, ...value)) };
  return { tag, hex: toHex(value) };
}

export function isMap(plain: Plain | undefined): plain is { readonly [key: string]: Plain } {
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain);
}

/** How a wrong value is quoted in a message: short, and on one line. */
export function quote(plain: Plain | undefined): string {
  const shown = JSON.stringify(plain) ?? 'nothing';
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}

function whole(plain: Plain | undefined, max: number, path: string, min = 0): number {
  if (typeof plain !== 'number' || !Number.isInteger(plain) || plain < min || plain > max)
    throw new ConfigError(path, quote(plain), `a whole number, ${min} to ${max}`);
  return plain;
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function text(plain: Plain | undefined, path: string): string {
  if (typeof plain !== 'string') throw new ConfigError(path, quote(plain), 'text (a number needs quotes)');
  return plain;
}

function hex(plain: Plain | undefined, path: string): Uint8Array {
  const octets = typeof plain === 'string' ? fromHex(plain) : undefined;
  if (octets === undefined)
    throw new ConfigError(path, quote(plain), 'pairs of hex digits in quotes, such as "01ff"');
  return octets;
}

function address(plain: Plain | undefined, family: 'IPv4' | 'IPv6', path: string): Uint8Array {
  const ip = typeof plain === 'string' ? parseIp(plain) : undefined;
  if (ip === undefined || isIpv4(ip) !== (family === 'IPv4'))
    throw new ConfigError(path, quote(plain), `an ${family} address`);
  return ipOctets(ip);
}

function mac(plain: Plain | undefined, path: string): Uint8Array {
  const parsed = typeof plain === 'string' ? parseMac(plain) : undefined;
  if (parsed === undefined)
    throw new ConfigError(path, quote(plain), 'a hardware address in quotes, such as "00:10:18:00:00:01"');
  const octets = new Uint8Array(6);
  writeMac(octets, 0, parsed);
  return octets;
}

function list(
  plain: Plain | undefined,
  path: string,
  item: (plain: Plain, path: string) => Uint8Array,
): Uint8Array {
  if (!Array.isArray(plain)) throw new ConfigError(path, quote(plain), 'a list');
  const parts = (plain as readonly Plain[]).map((one, index) => item(one, `${path}[${index}]`));
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function addressAndPort(plain: Plain | undefined, path: string): Uint8Array {
  const parts = /^([\d.]+):(\d{1,5})$/.exec(typeof plain === 'string' ? plain : '');
  const port = Number(parts?.[2]);
  if (parts?.[1] === undefined || port > 65535)
    throw new ConfigError(path, quote(plain), 'an IPv4 address and a port, such as 10.0.0.5:162');
  return Uint8Array.of(...address(parts[1], 'IPv4', path), ...u16(port));
}

function oid(plain: Plain | undefined, path: string): Uint8Array {
  return encodeOid(oidText(plain, path));
}

function oidText(plain: Plain | undefined, path: string): string {
  const dotted = typeof plain === 'string' ? plain.replace(/^\./, '') : '';
  if (!isOid(dotted))
    throw new ConfigError(path, quote(plain), 'an object identifier in numbers, such as 1.3.6.1.2.1.69');
  return dotted;
}

function writeControl(plain: Plain, path: string): Uint8Array {
  if (!isMap(plain)) throw new ConfigError(path, quote(plain), '{ oid, control }');
  only(plain, ['oid', 'control'], path);
  return Uint8Array.of(...oid(plain['oid'], `${path}.oid`), whole(plain['control'], 255, `${path}.control`));
}

const SNMP_WORDS = [...Object.keys(NUMERIC_TAGS), 'string', 'hex-string', 'ip', 'null', 'object-id'];

function varBind(plain: Plain, path: string): Uint8Array {
  if (!isMap(plain))
    throw new ConfigError(path, quote(plain), `{ oid, and one of ${SNMP_WORDS.join(', ')} }`);
  const name = oidText(plain['oid'], `${path}.oid`);
  if ('tag' in plain) {
    only(plain, ['oid', 'tag', 'hex'], path);
    const tag = whole(plain['tag'], 255, `${path}.tag`);
    return encodeVarBind({ oid: name, tag, value: hex(plain['hex'], `${path}.hex`) });
  }
  const words = Object.keys(plain).filter((key) => key !== 'oid');
  const word = words[0];
  if (word === undefined || words.length > 1 || !SNMP_WORDS.includes(word))
    throw new ConfigError(path, quote(plain), `an oid and exactly one of ${SNMP_WORDS.join(', ')}`);
  return encodeVarBind({ oid: name, ...snmpValue(word, plain[word], `${path}.${word}`) });
}

function snmpValue(
  word: string,
  plain: Plain | undefined,
  path: string,
): { readonly tag: number; readonly value: Uint8Array } {
  switch (word) {
    case 'integer':
      return { tag: Tag.integer, value: encodeInteger(whole(plain, 2 ** 31 - 1, path, -(2 ** 31))) };
    case 'string':
      return { tag: Tag.octetString, value: utf8Octets(text(plain, path)) };
    case 'hex-string':
      return { tag: Tag.octetString, value: hex(plain, path) };
    case 'ip':
      return { tag: Tag.ipAddress, value: address(plain, 'IPv4', path) };
    case 'null':
      if (plain !== true) throw new ConfigError(path, quote(plain), 'true');
      return { tag: Tag.null, value: new Uint8Array(0) };
    case 'object-id':
      return { tag: Tag.objectId, value: contentOf(oid(plain, path)) };
    default: {
      const tag = NUMERIC_TAGS[word as keyof typeof NUMERIC_TAGS];
      return { tag, value: encodeInteger(whole(plain, 2 ** 32 - 1, path)) };
    }
  }
}

/** The content of a short BER element. */
function contentOf(element: Uint8Array): Uint8Array {
  return element.subarray((element[1] ?? 0) < 0x80 ? 2 : (element[1] ?? 0) === 0x81 ? 3 : 4);
}

function only(plain: { readonly [key: string]: Plain }, keys: readonly string[], path: string): void {
  for (const key of Object.keys(plain))
    if (!keys.includes(key)) throw new ConfigError(`${path}.${key}`, 'an unknown key', keys.join(', '));
}
