import type { Ipv4 } from '../../../core/address.ts';
import { formatIpv4, ipOctets, ipv4At, parseIpv4 } from '../../../core/address.ts';
import { toHex, u32At } from '../../../core/bytes.ts';
import { ConfigError } from '../../../core/errors.ts';
import type { Plain } from '../../../core/service.ts';
import { showOctets } from '../../../core/text.ts';
import { encodeName, nameAt } from './search.ts';
import type { Suboption } from './suboptions.ts';
import { encodeSuboptions } from './suboptions.ts';

/** CableLabs client configuration, option 122: RFC 3495 §5; 9 RFC 3594; 10 RFC 3634. */
const KINDS = {
  'dhcp-server': { code: 1, kind: 'ip' },
  'secondary-dhcp-server': { code: 2, kind: 'ip' },
  'provisioning-server': { code: 3, kind: 'server' },
  'as-backoff': { code: 4, kind: 'backoff' },
  'ap-backoff': { code: 5, kind: 'backoff' },
  'kerberos-realm': { code: 6, kind: 'name' },
  'ticket-granting': { code: 7, kind: 'bool' },
  'provisioning-timer-minutes': { code: 8, kind: 'u8' },
  'ticket-control': { code: 9, kind: 'u16' },
  'kdc-servers': { code: 10, kind: 'ips' },
} as const;

type Name = keyof typeof KINDS;
type Kind = (typeof KINDS)[Name]['kind'];
const NAMES = Object.keys(KINDS) as Name[];

/** RFC 3495 §5.2: the octet before the provisioning server says what it is. */
const TYPE_FQDN = 0;
const TYPE_IPV4 = 1;

/** One sub-option as plain data under its name; hex where it is not understood. */
export function describeCcc({ code, octets }: Suboption): readonly [name: string, value: Plain] {
  const name = NAMES.find((each) => KINDS[each].code === code);
  if (name === undefined) return [String(code), toHex(octets)];
  return [name, describeKind(KINDS[name].kind, octets) ?? toHex(octets)];
}

function describeKind(kind: Kind, octets: Uint8Array): Plain | undefined {
  switch (kind) {
    case 'ip':
      return octets.length === 4 ? formatIpv4(ipv4At(octets, 0)) : undefined;
    case 'ips':
      return octets.length % 4 === 0 ? addresses(octets) : undefined;
    case 'server':
      if (octets[0] === TYPE_IPV4 && octets.length === 5) return formatIpv4(ipv4At(octets, 1));
      return octets[0] === TYPE_FQDN ? wholeName(octets.subarray(1)) : undefined;
    case 'backoff':
      return octets.length === 12 ? [u32At(octets, 0), u32At(octets, 4), u32At(octets, 8)] : undefined;
    case 'name':
      return wholeName(octets);
    case 'bool':
      return octets.length === 1 ? octets[0] === 1 : undefined;
    case 'u8':
      return octets.length === 1 ? (octets[0] ?? 0) : undefined;
    default:
      return octets.length === 2 ? (octets[0] ?? 0) * 256 + (octets[1] ?? 0) : undefined;
  }
}

function addresses(octets: Uint8Array): string[] {
  return Array.from({ length: octets.length / 4 }, (_, index) => formatIpv4(ipv4At(octets, index * 4)));
}

function wholeName(octets: Uint8Array): string | undefined {
  const read = nameAt(octets, 0);
  return read?.next === octets.length
    ? showOctets(Uint8Array.from(read.name, (character) => character.charCodeAt(0)))
    : undefined;
}

/** `{ dhcp-server: 10.1.1.7, provisioning-server: mps.example }` as octets. Throws `ConfigError` under `path`. */
export function encodeCcc(value: { readonly [key: string]: Plain }, path: string): Uint8Array {
  const list: Suboption[] = [];
  for (const [key, plain] of Object.entries(value)) {
    const name = NAMES.find((each) => each === key);
    if (name === undefined) throw new ConfigError(`${path}.${key}`, key, `one of ${NAMES.join(', ')}`);
    const octets = encodeKind(KINDS[name].kind, plain);
    if (octets === undefined)
      throw new ConfigError(`${path}.${key}`, JSON.stringify(plain), EXPECTED[KINDS[name].kind]);
    list.push({ code: KINDS[name].code, octets });
  }
  return encodeSuboptions(list);
}

const EXPECTED: Readonly<Record<Kind, string>> = {
  ip: 'an IPv4 address',
  ips: 'a list of IPv4 addresses',
  server: 'an IPv4 address or a domain name',
  backoff: 'three numbers: nominal timeout, maximum timeout, retries',
  name: 'a domain name',
  bool: 'true or false',
  u8: 'a number from 0 to 255',
  u16: 'a number from 0 to 65535',
};

function encodeKind(kind: Kind, value: Plain): Uint8Array | undefined {
  const address: Ipv4 | undefined = typeof value === 'string' ? parseIpv4(value) : undefined;
  switch (kind) {
    case 'ip':
      return address === undefined ? undefined : ipOctets(address);
    case 'ips':
      return encodeAddresses(value);
    case 'server': {
      if (address !== undefined) return Uint8Array.of(TYPE_IPV4, ...ipOctets(address));
      const name = typeof value === 'string' ? encodeName(value) : undefined;
      return name && Uint8Array.of(TYPE_FQDN, ...name);
    }
    case 'backoff':
      return encodeBackoff(value);
    case 'name':
      return typeof value === 'string' ? encodeName(value) : undefined;
    case 'bool':
      return typeof value === 'boolean' ? Uint8Array.of(value ? 1 : 0) : undefined;
    case 'u8':
      return isWhole(value, 0xff) ? Uint8Array.of(value) : undefined;
    default:
      return isWhole(value, 0xffff) ? Uint8Array.of(value >> 8, value & 255) : undefined;
  }
}

function encodeAddresses(value: Plain): Uint8Array | undefined {
  const list = (Array.isArray(value) ? value : [value]) as readonly Plain[];
  const octets: number[] = [];
  for (const each of list) {
    const address = typeof each === 'string' ? parseIpv4(each) : undefined;
    if (address === undefined) return undefined;
    octets.push(...ipOctets(address));
  }
  return octets.length === 0 || octets.length > 252 ? undefined : Uint8Array.from(octets);
}

function encodeBackoff(value: Plain): Uint8Array | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const octets: number[] = [];
  for (const each of value as readonly Plain[]) {
    if (!isWhole(each, 0xffff_ffff)) return undefined;
    octets.push(each >>> 24, (each >>> 16) & 255, (each >>> 8) & 255, each & 255);
  }
  return Uint8Array.from(octets);
}

function isWhole(value: Plain, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}
