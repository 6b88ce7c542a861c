import type { Ipv4 } from '../../core/address.ts';
import { formatIpv4, ipOctets, ipv4At, parseIpv4 } from '../../core/address.ts';
import { fromHex, int32At, toHex, u16At, u32At } from '../../core/bytes.ts';
import { ConfigError } from '../../core/errors.ts';
import type { Plain } from '../../core/service.ts';
import { showOctets, utf8Octets } from '../../core/text.ts';
import { MESSAGE_TYPE_NAMES } from './codes.ts';
import type { DhcpOption } from './fields.ts';
import { encodeCcc } from './option/ccc.ts';
import { encodeRoutes, parseRoute } from './option/routes.ts';
import { encodeSearchNames } from './option/search.ts';
import { describeShaped } from './shaped.ts';
import type { OptionKind } from './registry.ts';
import { nearestOption, optionNamed, optionSpec } from './registry.ts';

/** An option's value as plain data, hostile text escaped; hex where the octets do not fit the option's kind. */
export function describeOptionValue(code: number, octets: Uint8Array): Plain {
  return describeKind(optionSpec(code).kind, octets) ?? toHex(octets);
}

function describeKind(kind: OptionKind, octets: Uint8Array): Plain | undefined {
  const { length } = octets;
  switch (kind) {
    case 'ip':
      return length === 4 ? formatIpv4(ipv4At(octets, 0)) : undefined;
    case 'ips':
    case 'ip-pairs':
      return length > 0 && length % 4 === 0
        ? groups(octets, 4, (at) => formatIpv4(ipv4At(octets, at)))
        : undefined;
    case 'u8':
      return length === 1 ? octets[0] : undefined;
    case 'u8s':
    case 'codes':
      return [...octets];
    case 'u16':
      return length === 2 ? u16At(octets, 0) : undefined;
    case 'u16s':
      return length % 2 === 0 ? groups(octets, 2, (at) => u16At(octets, at)) : undefined;
    case 'u32':
      return length === 4 ? u32At(octets, 0) : undefined;
    case 'i32':
      return length === 4 ? int32At(octets, 0) : undefined;
    case 'bool':
      return length === 1 && (octets[0] ?? 2) < 2 ? octets[0] === 1 : undefined;
    case 'flag':
      return length === 0 ? true : undefined;
    case 'text':
      return showOctets(octets);
    case 'message-type':
      return length === 1 ? (MESSAGE_TYPE_NAMES[octets[0] ?? 0] ?? octets[0]) : undefined;
    case 'octets':
      return undefined;
    default:
      return describeShaped(kind, octets);
  }
}

function groups<T>(octets: Uint8Array, size: number, read: (offset: number) => T): T[] {
  return Array.from({ length: octets.length / size }, (_, index) => read(index * size));
}

/**
 * An option of a file, `time-servers: [10.0.0.37]`, as it goes on the wire. `{ hex: 0a00 }` gives any option any octets.
 * Throws `ConfigError` under `path`, which is the option's own.
 */
export function parseOption(name: string, value: Plain, path: string): DhcpOption {
  const spec = optionNamed(name);
  if (spec === undefined) {
    const meant = nearestOption(name);
    throw new ConfigError(
      path,
      name,
      `the name of a DHCP option${meant === undefined ? '' : ` (did you mean ${meant}?)`} or its number`,
    );
  }
  return { code: spec.code, octets: parseOptionValue(spec.kind, value, path) };
}

function parseOptionValue(kind: OptionKind, value: Plain, path: string): Uint8Array {
  const octets = hexValue(value) ?? encodeKind(kind, value, path);
  if (octets === undefined) throw new ConfigError(path, JSON.stringify(value), EXPECTED[kind]);
  return octets;
}

const HEX_EXPECTED = 'hex digits in pairs';
const EXPECTED: Readonly<Record<OptionKind, string>> = {
  ip: 'an IPv4 address such as 10.0.0.37',
  ips: 'one IPv4 address or a list of them',
  'ip-pairs': 'a list of IPv4 addresses, two by two',
  u8: 'a whole number from 0 to 255',
  u8s: 'a list of whole numbers from 0 to 255',
  codes: 'a list of option codes from 1 to 254',
  u16: 'a whole number from 0 to 65535',
  u16s: 'a list of whole numbers from 0 to 65535',
  u32: 'a whole number from 0 to 4294967295',
  i32: 'a whole number from -2147483648 to 2147483647',
  bool: 'true or false',
  flag: 'true',
  text: 'a text of at least one character',
  octets: HEX_EXPECTED,
  'client-id': HEX_EXPECTED,
  vendor: HEX_EXPECTED,
  'relay-agent': HEX_EXPECTED,
  enterprises: HEX_EXPECTED,
  'message-type': 'a DHCP message type such as DISCOVER',
  names: 'one domain name or a list of them',
  routes: 'a list of routes such as "10.0.0.0/8 via 10.9.0.1"',
  ccc: 'an object such as { dhcp-server: 10.1.1.7 }',
};

/** `{ hex: "0a 00" }`. */
function hexValue(value: Plain): Uint8Array | undefined {
  if (!isObject(value) || Object.keys(value).length !== 1 || typeof value['hex'] !== 'string')
    return undefined;
  return fromHex(value['hex']);
}

function encodeKind(kind: OptionKind, value: Plain, path: string): Uint8Array | undefined {
  switch (kind) {
    case 'ip':
      return Array.isArray(value) ? undefined : encodeAddresses(value, 1);
    case 'ips':
      return encodeAddresses(value, 1);
    case 'ip-pairs':
      return encodeAddresses(value, 2);
    case 'u8':
      return encodeNumbers([value], 1, 0, 0xff);
    case 'u8s':
      return encodeNumbers(listOf(value), 1, 0, 0xff);
    case 'codes':
      return encodeNumbers(listOf(value), 1, 1, 254);
    case 'u16':
      return encodeNumbers([value], 2, 0, 0xffff);
    case 'u16s':
      return encodeNumbers(listOf(value), 2, 0, 0xffff);
    case 'u32':
      return encodeNumbers([value], 4, 0, 0xffff_ffff);
    case 'i32':
      return encodeNumbers([value], 4, -0x8000_0000, 0x7fff_ffff);
    case 'bool':
      return typeof value === 'boolean' ? Uint8Array.of(value ? 1 : 0) : undefined;
    case 'flag':
      return value === true ? new Uint8Array(0) : undefined;
    case 'text':
      return typeof value === 'string' && value !== '' ? utf8Octets(value) : undefined;
    case 'message-type': {
      const type = typeof value === 'string' ? MESSAGE_TYPE_NAMES.indexOf(value) : -1;
      return type === -1 ? undefined : Uint8Array.of(type);
    }
    case 'names':
      return encodeNames(value);
    case 'routes':
      return encodeRouteList(value);
    case 'ccc':
      return isObject(value) ? encodeCcc(value, path) : undefined;
    default:
      return typeof value === 'string' && value !== '' ? fromHex(value) : undefined;
  }
}

function isObject(value: Plain): value is { readonly [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: Plain): readonly Plain[] {
  return Array.isArray(value) ? (value as readonly Plain[]) : [value];
}

function encodeAddresses(value: Plain, multiple: number): Uint8Array | undefined {
  const addresses: Ipv4[] = [];
  for (const each of listOf(value)) {
    const address = typeof each === 'string' ? parseIpv4(each) : undefined;
    if (address === undefined) return undefined;
    addresses.push(address);
  }
  if (addresses.length === 0 || addresses.length % multiple !== 0) return undefined;
  return Uint8Array.from(addresses.flatMap((address) => [...ipOctets(address)]));
}

function encodeNumbers(
  list: readonly Plain[],
  octetsEach: 1 | 2 | 4,
  min: number,
  max: number,
): Uint8Array | undefined {
  const octets: number[] = [];
  for (const each of list) {
    if (typeof each !== 'number' || !Number.isInteger(each) || each < min || each > max) return undefined;
    for (let shift = (octetsEach - 1) * 8; shift >= 0; shift -= 8) octets.push((each >> shift) & 255);
  }
  return octets.length === 0 ? undefined : Uint8Array.from(octets);
}

function encodeNames(value: Plain): Uint8Array | undefined {
  const names = listOf(value);
  if (names.length === 0 || !names.every((name) => typeof name === 'string')) return undefined;
  return encodeSearchNames(names);
}

function encodeRouteList(value: Plain): Uint8Array | undefined {
  const routes = listOf(value).map((each) => (typeof each === 'string' ? parseRoute(each) : undefined));
  const whole = routes.filter((route) => route !== undefined);
  return whole.length === 0 || whole.length < routes.length ? undefined : encodeRoutes(whole);
}
