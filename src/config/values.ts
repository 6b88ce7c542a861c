import { z } from 'zod';
import {
  ANY,
  ANY6,
  isIpv4,
  parseIp,
  parseIpv4,
  parsePrefix,
  type Ip,
  type Ipv4,
  type Prefix,
} from '../core/address.ts';
import { compareIpv4, parseMac, type Mac } from '../core/address.ts';
import type { AccessEntry } from '../store/access.ts';
import { quote } from './mistakes.ts';
import type { AddressRange } from './scenario.ts';
import { parseMacTemplate, type MacTemplate } from './template.ts';
import * as units from './units.ts';

interface ScalarKind<T> {
  readonly expected: string;
  readonly parse: (text: string) => T | undefined;
  /** A shape for editors; left out, any text. */
  readonly pattern?: string;
  /** Why a value of this very form is refused, when there is more to say. */
  readonly explain?: (value: unknown) => string | undefined;
}

/** A text with a meaning of its own. The issue's message is the finding, `params.hint` the remedy. */
function scalar<T>({ expected, parse, pattern, explain }: ScalarKind<T>): z.ZodType<T, string> {
  return z
    .custom<string>()
    .transform((value, context): T => {
      const parsed = typeof value === 'string' && value.length <= 1000 ? parse(value) : undefined;
      if (parsed !== undefined) return parsed;
      const missing = value === undefined || value === null;
      const message = missing ? 'is missing' : (explain?.(value) ?? `${quote(value)} will not do`);
      context.addIssue({ code: 'custom', message, params: { hint: `write ${expected}` } });
      return z.NEVER;
    })
    .meta({
      type: 'string',
      ...(pattern === undefined ? {} : { pattern }),
    });
}

const noUnit = (value: unknown): string | undefined =>
  typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value))
    ? `${quote(value)} has no unit`
    : undefined;

export const duration = scalar<number>({
  expected: units.DURATION_EXPECTED,
  parse: units.parseDurationUs,
  pattern: '^([0-9]+([.][0-9]+)?(us|ms|s|m|h|d))+$',
  explain: noUnit,
});

export const signedDuration = scalar<number>({
  expected: units.SIGNED_DURATION_EXPECTED,
  parse: units.parseSignedDurationUs,
  pattern: '^-?([0-9]+([.][0-9]+)?(us|ms|s|m|h|d))+$',
  explain: noUnit,
});

export const skew = scalar<number>({
  expected: units.SKEW_EXPECTED,
  parse: units.parseSkew,
  pattern: '^-?[0-9]+([.][0-9]+)?ppm$',
  explain: noUnit,
});

export const ratio = scalar<number>({
  expected: units.RATIO_EXPECTED,
  parse: units.parseRatio,
  pattern: '^[0-9]{1,3}([.][0-9]{1,9})?%$',
  explain: (value) => noUnit(value)?.replace('has no unit', 'has no % sign'),
});

export const rate = scalar<number>({
  expected: units.RATE_EXPECTED,
  parse: units.parseRate,
  pattern: '^[0-9]+([.][0-9]+)?/s$',
  explain: noUnit,
});

export const bandwidth = scalar<number>({
  expected: units.BANDWIDTH_EXPECTED,
  parse: units.parseBandwidth,
  explain: noUnit,
});

/** What a live run is allowed beside a deadline. */
export interface Tolerance {
  readonly us: number;
  readonly ratio: number;
}

export const tolerance = scalar<Tolerance>({
  expected: 'a duration, a percentage, or both, such as 50ms, 10% or "50ms + 10%"',
  parse: (text) => {
    const [, late, share] = /^([\d.a-z]+)?(?:(?:^|\s*\+\s*)([\d.]+%))?$/.exec(text) ?? [];
    const us = late === undefined ? 0 : units.parseDurationUs(late);
    const part = share === undefined ? 0 : units.parseRatio(share);
    if (us === undefined || part === undefined || (late ?? share) === undefined) return undefined;
    return { us, ratio: part };
  },
  explain: noUnit,
});

const OCTET_HINT = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d+(\.\d+){3}$/.test(value)
    ? `${quote(value)} is no address: each of the four numbers is 0 to 255, without a zero before it`
    : undefined;

export const ipv4 = scalar<Ipv4>({
  expected: 'an IPv4 address such as 10.0.0.67',
  parse: parseIpv4,
  explain: OCTET_HINT,
});

export const ip = scalar<Ip>({
  expected: 'an address such as 10.0.0.67 or "fd00::67"',
  parse: parseIp,
  explain: OCTET_HINT,
});

/** An address, and the length of its network where the file gives one. */
export interface AddressText {
  readonly address: Ip;
  readonly prefixLength: number | undefined;
}

export const addressWithLength = scalar<AddressText>({
  expected: 'an address such as 10.0.0.67, or with the length of its network: 10.0.0.67/24',
  parse: parseAddressText,
  explain: OCTET_HINT,
});

function parseAddressText(text: string): AddressText | undefined {
  const [before = '', after, more] = text.split('/');
  const address = parseIp(before);
  if (address === undefined || more !== undefined) return undefined;
  if (after === undefined) return { address, prefixLength: undefined };
  const prefixLength = /^\d{1,3}$/.test(after) ? Number(after) : Infinity;
  return prefixLength <= (isIpv4(address) ? 32 : 128) ? { address, prefixLength } : undefined;
}

/** An address alone is a network of one. */
export const network = scalar<Prefix>({
  expected: 'a network such as 10.9.0.0/18 or "fd00::/48", or one address',
  parse: parseNetwork,
  explain: OCTET_HINT,
});

/** An address alone is a network of one. */
export function parseNetwork(text: string): Prefix | undefined {
  const address = parseIp(text);
  return address === undefined ? parsePrefix(text) : { address, length: isIpv4(address) ? 32 : 128 };
}

/** One entry of a list of who may do something; `any` is both families. */
export const accessEntry = scalar<{ readonly entries: readonly AccessEntry[] }>({
  expected: 'a network such as 10.9.0.0/18, one address, any or none; "!" before it keeps out',
  parse: (text) => {
    const verdict = text.startsWith('!') ? 'deny' : 'allow';
    const name = verdict === 'deny' ? text.slice(1) : text;
    if (name === 'none') return { entries: [] };
    if (name === 'any')
      return { entries: [ANY, ANY6].map((address) => ({ verdict, prefix: { address, length: 0 } })) };
    const prefix = parseNetwork(name);
    return prefix && { entries: [{ verdict, prefix }] };
  },
  explain: OCTET_HINT,
});

export const subnet = scalar<Prefix>({
  expected: 'an IPv4 network such as 10.9.0.0/18, from /8 to /30',
  parse: (text) => {
    const prefix = parsePrefix(text);
    return prefix && isIpv4(prefix.address) && prefix.length >= 8 && prefix.length <= 30 ? prefix : undefined;
  },
  explain: (value) => {
    const parts = typeof value === 'string' ? parseAddressText(value) : undefined;
    if (parts?.prefixLength === undefined) return undefined;
    return `${quote(value)} is no network: bits are set after the first ${parts.prefixLength}, or the length is out of bounds`;
  },
});

export const prefix = scalar<Prefix>({
  expected: 'a network such as 10.9.0.0/18 or 0.0.0.0/0',
  parse: parsePrefix,
});

/** The port is undefined where the text has none. */
export interface EndpointText {
  readonly address: Ip;
  readonly port: number | undefined;
}

export const endpoint = scalar<EndpointText>({
  expected: 'an address with or without a port, such as 192.0.2.7, 192.0.2.7:6969 or "[2001:db8::7]:6969"',
  parse: (text) => {
    const whole = parseIp(text);
    if (whole !== undefined) return { address: whole, port: undefined };
    const [, six, four, portText] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? [];
    const address = parseIp(six ?? four ?? '');
    const port = Number(portText);
    return address === undefined || port < 1 || port > 65_535 ? undefined : { address, port };
  },
  explain: OCTET_HINT,
});

export const range = scalar<AddressRange>({
  expected: 'two IPv4 addresses, the lower first, such as 10.9.16.1-10.9.16.99',
  parse: (text) => {
    const [first, last] = text.split('-').map((part) => parseIpv4(part.trim()));
    if (text.split('-').length !== 2 || first === undefined || last === undefined) return undefined;
    return compareIpv4(first, last) <= 0 ? { first, last } : undefined;
  },
});

const readAsSomethingElse = (value: unknown): string | undefined =>
  typeof value === 'string' ? undefined : `YAML read this as ${quote(value)}, which is no text`;

export const mac = scalar<Mac>({
  expected: 'a hardware address in quotes, such as "00:10:18:00:00:01"',
  parse: parseMac,
  explain: readAsSomethingElse,
});

export const macTemplate = scalar<MacTemplate>({
  expected:
    'a hardware address in quotes: "00:10:18:00:00:01", or for a group "00:10:18:00:00:{n:02x}", "00:10:18:{n:06x}"',
  parse: parseMacTemplate,
  explain: readAsSomethingElse,
});

export const hex = scalar<string>({
  expected: 'octets as hex in quotes, such as "01:00:10:18:00:00:01"',
  parse: (text) => {
    const digits = text.replace(/[:\s-]/g, '').toLowerCase();
    return /^([0-9a-f]{2}){1,255}$/.test(digits) ? digits : undefined;
  },
  explain: readAsSomethingElse,
});

export const epoch = scalar<number>({
  expected: 'a date and time in UTC, such as 2026-01-01T00:00:00Z, from 1970 to 2105',
  parse: parseEpochUs,
});

/** Microseconds since 1970 of an RFC 3339 time in UTC, by the civil calendar; no clock is asked. */
export function parseEpochUs(text: string): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})Z$/.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  const monthDays = lengths[month - 1];
  if (monthDays === undefined || day < 1 || day > monthDays || hour > 23 || minute > 59 || second > 59)
    return undefined;
  if (year < 1970 || year > 2105) return undefined;
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 477;
  const monthsBefore = lengths.slice(0, month - 1).reduce((sum, length) => sum + length, 0);
  const days = (year - 1970) * 365 + leapDays + monthsBefore + day - 1;
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000;
}

/** A path as its author wrote it; whether it may be used is judged against its place in the file. */
export const path = scalar<string>({
  expected: 'the path of a file, from the folder of this scenario, such as ./files/gold.yaml',
  parse: (text) => (text.trim() !== '' && !/[\0-\x1f]/.test(text) ? text : undefined),
});

export const line = (expected: string) =>
  scalar<string>({
    expected,
    parse: (text) => (text !== '' && !/[\0-\x1f\x7f]/.test(text) ? text : undefined),
    explain: readAsSomethingElse,
  });

/** The names that a file gives to what it has. */
export const word = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/);

/** One value: what a param is. */
export type Single = string | number | boolean;

const isSingle = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

export const single = z
  .custom<Single>(isSingle, {
    error: (issue) => (issue.input === null ? 'is empty' : `${quote(issue.input)} is not one value`),
    params: { hint: 'write text, a number, true or false' },
  })
  .meta({ type: ['string', 'number', 'boolean'] as never });

/** One or a list; always a list afterwards. */
export function oneOrMany<T extends z.ZodType>(schema: T, most: number) {
  const list = z.array(schema).min(1).max(most);
  return z.union([schema, list]).transform((value): z.output<T>[] => {
    return Array.isArray(value) ? value : [value];
  });
}

/** An object whose unknown keys are mistakes; the issue's message carries the known ones for "did you mean". */
export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  });
}

/** Another name server as written: an address, a port behind `@`, a key's name behind `key`. */
export interface PeerText {
  readonly address: Ip;
  readonly port: number | undefined;
  readonly key: string | undefined;
}

export const peer = scalar<PeerText>({
  expected: 'a name server such as 10.0.0.53, 10.0.0.53@5353 or "10.0.0.53 key transfer.lab.example"',
  parse: (text) => {
    const [, host = '', portText, key] = /^([^@\s]+)(?:@(\d{1,5}))?(?: key (\S+))?$/.exec(text) ?? [];
    const address = parseIp(host);
    const port = portText === undefined ? undefined : Number(portText);
    if (address === undefined || (port !== undefined && (port < 1 || port > 65_535))) return undefined;
    return { address, port, key };
  },
  explain: OCTET_HINT,
});

/** Who may have or change a zone: `none` is nobody. */
export const peerEntry = scalar<
  readonly { readonly prefix: Prefix | undefined; readonly key: string | undefined }[]
>({
  expected:
    'a network such as 10.9.0.0/18, "key transfer.lab.example", both as "10.9.0.0/18 key NAME", any or none',
  parse: (text) => {
    const [, place, key] = /^(?!key\b)(\S+)(?: key (\S+))?$/.exec(text) ?? [];
    if (place === undefined) {
      const alone = /^key (\S+)$/.exec(text)?.[1];
      return alone === undefined ? undefined : [{ prefix: undefined, key: alone }];
    }
    if (place === 'none') return key === undefined ? [] : undefined;
    if (place === 'any') return [ANY, ANY6].map((address) => ({ prefix: { address, length: 0 }, key }));
    const prefixOf = parseNetwork(place);
    return prefixOf && [{ prefix: prefixOf, key }];
  },
  explain: OCTET_HINT,
});
