import { hexDigit, int32At, u16At, writeInt32 } from './bytes.ts';
import { bug } from './errors.ts';

declare const ipv4Brand: unique symbol;
declare const ipv6Brand: unique symbol;
declare const macBrand: unique symbol;

/** The four octets as one signed 32-bit number: compare with `===`, order with `compareIpv4`. */
export type Ipv4 = number & { readonly [ipv4Brand]: true };

/** The text of RFC 5952, which is unique for an address: compare with `===`. */
export type Ipv6 = string & { readonly [ipv6Brand]: true };

/** Either family; `typeof` tells which. */
export type Ip = Ipv4 | Ipv6;

/** A 48-bit hardware address as one number, 0 to 2^48 - 1. */
export type Mac = number & { readonly [macBrand]: true };

export interface Endpoint {
  readonly address: Ip;
  readonly port: number;
}

export const ANY = 0 as Ipv4;
export const BROADCAST = -1 as Ipv4;
export const ANY6 = '::' as Ipv6;
export const MAC_BROADCAST = 0xffff_ffff_ffff as Mac;

export function isIpv4(address: Ip): address is Ipv4 {
  return typeof address === 'number';
}

export function ipv4(value: number): Ipv4 {
  return (value | 0) as Ipv4;
}

export function ipv4At(octets: Uint8Array, offset: number): Ipv4 {
  return int32At(octets, offset) as Ipv4;
}

export function writeIpv4(octets: Uint8Array, offset: number, address: Ipv4): void {
  writeInt32(octets, offset, address);
}

/** By the order of the octets, as unsigned. */
export function compareIpv4(a: Ipv4, b: Ipv4): number {
  return (a >>> 0) - (b >>> 0);
}

/** Whether it names many hosts: 255.255.255.255, or a multicast address of either family. */
export function isGroup(address: Ip): boolean {
  return isIpv4(address) ? address === BROADCAST || address >>> 28 === 0xe : address.startsWith('ff');
}

export function parseIpv4(text: string): Ipv4 | undefined {
  let value = 0;
  let parts = 0;
  let part = -1;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - ZERO;
    if (digit === DOT - ZERO) {
      if (part < 0) return undefined;
      value = (value << 8) | part;
      parts++;
      part = -1;
      continue;
    }
    // No leading zero: to some it means octal.
    if (digit < 0 || digit > 9 || part === 0) return undefined;
    part = part < 0 ? digit : part * 10 + digit;
    if (part > 255) return undefined;
  }
  return parts === 3 && part >= 0 ? (((value << 8) | part) as Ipv4) : undefined;
}

const ZERO = 0x30;
const DOT = 0x2e;

export function formatIpv4(address: Ipv4): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

export function ipv6At(octets: Uint8Array, offset: number): Ipv6 {
  const groups = Array.from({ length: 8 }, (_, index) => u16At(octets, offset + index * 2));
  return formatGroups(groups);
}

/** The 16 octets of an address. */
export function ipv6Octets(address: Ipv6): Uint8Array {
  const groups = parseGroups(address) ?? bug(`not an IPv6 address: ${address}`);
  const octets = new Uint8Array(16);
  groups.forEach((group, index) => {
    octets[index * 2] = group >>> 8;
    octets[index * 2 + 1] = group;
  });
  return octets;
}

export function parseIpv6(text: string): Ipv6 | undefined {
  const groups = parseGroups(text);
  return groups && formatGroups(groups);
}

export function parseIp(text: string): Ip | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

export function formatIp(address: Ip): string {
  return isIpv4(address) ? formatIpv4(address) : address;
}

export function formatEndpoint({ address, port }: Endpoint): string {
  return isIpv4(address) ? `${formatIpv4(address)}:${port}` : `[${address}]:${port}`;
}

/** 4 or 16 octets. */
export function ipOctets(address: Ip): Uint8Array {
  if (!isIpv4(address)) return ipv6Octets(address);
  const octets = new Uint8Array(4);
  writeIpv4(octets, 0, address);
  return octets;
}

export function macAt(octets: Uint8Array, offset: number): Mac {
  return (u16At(octets, offset) * 0x1_0000_0000 + (int32At(octets, offset + 2) >>> 0)) as Mac;
}

export function writeMac(octets: Uint8Array, offset: number, address: Mac): void {
  const high = Math.floor(address / 0x1_0000_0000);
  octets[offset] = high >>> 8;
  octets[offset + 1] = high;
  writeInt32(octets, offset + 2, address | 0);
}

export function toMac(value: number): Mac {
  if (!Number.isInteger(value) || value < 0 || value > MAC_BROADCAST) bug(`not a hardware address: ${value}`);
  return value as Mac;
}

/** Six pairs of hex digits joined by colons or dashes. */
export function parseMac(text: string): Mac | undefined {
  if (text.length !== MAC_CHARACTERS) return undefined;
  let value = 0;
  for (let index = 0; index < MAC_CHARACTERS; index++) {
    const code = text.charCodeAt(index);
    if (index % 3 === 2) {
      if (code !== COLON && code !== DASH) return undefined;
      continue;
    }
    // Capital letters have the bit of small ones clear; digits have it set.
    const digit = code <= 0x39 ? code - ZERO : (code | 0x20) - 0x57;
    if (digit < 0 || digit > 15 || (code > 0x39 && digit < 10)) return undefined;
    value = value * 16 + digit;
  }
  return value as Mac;
}

const MAC_CHARACTERS = 17;

const COLON = 0x3a;
const DASH = 0x2d;

/** In one piece: a text put together from parts is a chain of them in memory, and there is one a lease. */
export function formatMac(address: Mac): string {
  const high = Math.floor(address / 0x1_0000_0000);
  const low = address | 0;
  return String.fromCharCode(
    hexDigit(high >>> 12),
    hexDigit(high >>> 8),
    COLON,
    hexDigit(high >>> 4),
    hexDigit(high),
    COLON,
    hexDigit(low >>> 28),
    hexDigit(low >>> 24),
    COLON,
    hexDigit(low >>> 20),
    hexDigit(low >>> 16),
    COLON,
    hexDigit(low >>> 12),
    hexDigit(low >>> 8),
    COLON,
    hexDigit(low >>> 4),
    hexDigit(low),
  );
}

/** The first `length` bits of an address; the rest are zero. */
export interface Prefix {
  readonly address: Ip;
  /** 0 to 32, or 0 to 128. */
  readonly length: number;
}

/** `10.9.0.0/18`; undefined when malformed or when bits beyond the length are set. */
export function parsePrefix(text: string): Prefix | undefined {
  const parts = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = parts?.[1] === undefined ? undefined : parseIp(parts[1]);
  const length = Number(parts?.[2]);
  if (address === undefined || length > (isIpv4(address) ? 32 : 128)) return undefined;
  return maskIp(address, length) === address ? { address, length } : undefined;
}

export function formatPrefix({ address, length }: Prefix): string {
  return `${formatIp(address)}/${length}`;
}

export function maskOfLength(length: number): Ipv4 {
  return (length === 0 ? 0 : -1 << (32 - length)) as Ipv4;
}

/** The address with all but its first `length` bits cleared. */
export function maskIp(address: Ip, length: number): Ip {
  if (isIpv4(address)) return (address & maskOfLength(length)) as Ipv4;
  const octets = ipv6Octets(address);
  for (let index = 0; index < 16; index++) {
    const bits = Math.min(Math.max(length - index * 8, 0), 8);
    octets[index] = (octets[index] ?? 0) & (0xff00 >>> bits);
  }
  return ipv6At(octets, 0);
}

export function prefixContains(prefix: Prefix, address: Ip): boolean {
  if (isIpv4(prefix.address) !== isIpv4(address)) return false;
  return maskIp(address, prefix.length) === prefix.address;
}

/** The address `count` places on; past the last one it begins again at zero. `count` is 0 to 2^31. */
export function addToIp(address: Ip, count: number): Ip {
  if (isIpv4(address)) return ipv4(address + count);
  const octets = ipv6Octets(address);
  let carry = count;
  for (let index = 15; index >= 0 && carry > 0; index--) {
    const sum = (octets[index] ?? 0) + carry;
    octets[index] = sum & 255;
    carry = Math.floor(sum / 256);
  }
  return ipv6At(octets, 0);
}

/** The last address of an IPv4 prefix: its directed broadcast. */
export function broadcastOf(prefix: Prefix): Ipv4 {
  if (!isIpv4(prefix.address)) bug('IPv6 has no broadcast');
  return (prefix.address | ~maskOfLength(prefix.length)) as Ipv4;
}

function parseGroups(text: string): number[] | undefined {
  const zoneless = /^([0-9a-fA-F:]*?)(?:(\d+\.\d+\.\d+\.\d+))?$/.exec(text);
  if (zoneless === null) return undefined;
  let head = zoneless[1] ?? '';
  if (zoneless[2] !== undefined) {
    const tail = parseIpv4(zoneless[2]);
    if (tail === undefined || !head.endsWith(':')) return undefined;
    head += `${(tail >>> 16).toString(16)}:${(tail & 0xffff).toString(16)}`;
  }
  const halves = head.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (left === undefined) return undefined;
  const missing = 8 - left.length - (right?.length ?? 0);
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  const words = [...left, ...Array.from({ length: missing }, () => '0'), ...(right ?? [])];
  if (!words.every((word) => /^[0-9a-fA-F]{1,4}$/.test(word))) return undefined;
  return words.map((word) => parseInt(word, 16));
}

/** RFC 5952 §4: the longest run of two or more zero groups, the first of equals, becomes `::`. */
function formatGroups(groups: readonly number[]): Ipv6 {
  let best = { at: 0, count: 1 };
  for (let at = 0; at < 8; at++) {
    let count = 0;
    while (at + count < 8 && groups[at + count] === 0) count++;
    if (count > best.count) best = { at, count };
  }
  const words = groups.map((group) => group.toString(16));
  if (best.count < 2) return words.join(':') as Ipv6;
  return `${words.slice(0, best.at).join(':')}::${words.slice(best.at + best.count).join(':')}` as Ipv6;
}
