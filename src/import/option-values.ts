import { formatIpv4, ipOctets, ipv4, maskIp, parseIp, parseIpv4, type Ipv4 } from '../core/address.ts';
import { equalOctets, fromHex, toHex } from '../core/bytes.ts';
import { ConfigError } from '../core/errors.ts';
import type { Plain } from '../core/service.ts';
import { utf8Octets } from '../core/text.ts';
import { encodeSearchNames } from '../codec/dhcp/option/search.ts';
import { optionSpec, type OptionKind } from '../codec/dhcp/registry.ts';
import { describeOptionValue, parseOption } from '../codec/dhcp/value.ts';

/** One value as another server's file writes it. */
export interface ValueWord {
  readonly text: string;
  /** In quotes: text, whatever it looks like. */
  readonly quoted: boolean;
}

/** The value of an option as a scenario file has it; a text says what is wrong with the words. */
export type ValueOrFault = { readonly value: Plain; readonly fault?: undefined } | { readonly fault: string };

/** Reads the words of an option that headend knows by its own kind. */
export function standardValue(code: number, words: readonly ValueWord[]): ValueOrFault {
  const value = plainOf(optionSpec(code).kind, words);
  if (value === undefined) return { fault: `${named(code)} does not take ${shown(words)}` };
  return checkedValue(code, value);
}

/** What is given as octets; as the option's own kind has it, where that is the same octets. */
export function octetsValue(code: number, octets: Uint8Array): ValueOrFault {
  const described = describeOptionValue(code, octets);
  const own = typeof described === 'string' && optionSpec(code).kind === 'octets' ? undefined : described;
  if (own !== undefined && isSame(code, own, octets)) return checkedValue(code, own);
  return checkedValue(code, { hex: toHex(octets) });
}

function isSame(code: number, value: Plain, octets: Uint8Array): boolean {
  try {
    return equalOctets(parseOption(optionSpec(code).name, value, 'option').octets, octets);
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

function checkedValue(code: number, value: Plain): ValueOrFault {
  try {
    const { octets } = parseOption(optionSpec(code).name, value, 'option');
    return octets.length === 0 || octets.length <= OPTION_OCTETS_MAX
      ? { value }
      : { fault: `${named(code)} has ${octets.length} octets, more than fit` };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { fault: `${named(code)} takes ${error.expected}` };
  }
}

/** Several options of one code in a reply are one value (RFC 3396), but a reply of 576 octets has no room for more. */
const OPTION_OCTETS_MAX = 300;

function named(code: number): string {
  return `option ${code} (${optionSpec(code).name})`;
}

function shown(words: readonly ValueWord[]): string {
  const text = words.map((word) => word.text).join(', ');
  return words.length === 0 ? 'no value' : `"${text.length > 60 ? `${text.slice(0, 57)}...` : text}"`;
}

function plainOf(kind: OptionKind, words: readonly ValueWord[]): Plain | undefined {
  const [first] = words;
  if (kind === 'flag') return true;
  if (first === undefined) return undefined;
  const texts = words.map(({ text }) => text);
  switch (kind) {
    case 'ip':
      return texts.length === 1 ? first.text : undefined;
    case 'ips':
    case 'ip-pairs':
      return texts;
    case 'u8':
    case 'u16':
    case 'u32':
    case 'i32':
      return texts.length === 1 ? numberOf(first.text) : undefined;
    case 'u8s':
    case 'u16s':
    case 'codes':
      return allOf(texts, numberOf);
    case 'bool':
      return texts.length === 1 ? booleanOf(first.text) : undefined;
    case 'text':
      return texts.join(',');
    case 'names':
      return texts.map((text) => text.replace(/\.$/, ''));
    case 'routes':
      return routesOf(texts);
    default:
      return octetsOf(words);
  }
}

function allOf<T>(texts: readonly string[], read: (text: string) => T | undefined): T[] | undefined {
  const values = texts.map(read).filter((value) => value !== undefined);
  return values.length === texts.length ? values : undefined;
}

function numberOf(text: string): number | undefined {
  return /^-?(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(text) ? Number(text) : undefined;
}

function booleanOf(text: string): boolean | undefined {
  if (/^(?:true|on|yes|1)$/i.test(text)) return true;
  return /^(?:false|off|no|0)$/i.test(text) ? false : undefined;
}

/** `10.0.0.0/8 - 10.9.0.1`, or network and router one after the other. */
function routesOf(texts: readonly string[]): Plain | undefined {
  const words = texts.flatMap((text) => text.split(/\s*-\s*|\s+/)).filter((word) => word !== '');
  if (words.length % 2 !== 0) return undefined;
  const routes: string[] = [];
  for (let index = 0; index < words.length; index += 2) {
    const [, network = '', length = '32'] = /^([\d.]+)(?:\/(\d{1,2}))?$/.exec(words[index] ?? '') ?? [];
    const address = parseIpv4(network);
    if (address === undefined || Number(length) > 32) return undefined;
    const masked = maskIp(address, Number(length)) as Ipv4;
    routes.push(`${formatIpv4(masked)}/${length} via ${words[index + 1]}`);
  }
  return routes;
}

/** Hex as `01:02`, `0x0102` or `0102`; what is in quotes is text. */
function octetsOf(words: readonly ValueWord[]): Plain | undefined {
  const octets: number[] = [];
  for (const { text, quoted } of words) {
    const some = quoted ? utf8Octets(text) : hexOctets(text);
    if (some === undefined) return undefined;
    octets.push(...some);
  }
  return octets.length === 0 ? undefined : { hex: toHex(Uint8Array.from(octets)) };
}

/** `1:2:a`, `0x01020a`, `01 02 0a`. */
export function hexOctets(text: string): Uint8Array | undefined {
  if (text.length > 4_096) return undefined;
  if (/^[0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2})*$/i.test(text))
    return fromHex(
      text
        .split(/[:-]/)
        .map((part) => part.padStart(2, '0'))
        .join(''),
    );
  const digits = text.replace(/^0x/i, '').replace(/\s+/g, '');
  return digits === '' ? undefined : fromHex(digits);
}

/** The type that another server's own definition gives an option. */
export type CustomType = 'ip' | 'ip6' | 'u8' | 'u16' | 'u32' | 'bool' | 'text' | 'octets' | 'name' | 'empty';

export interface CustomShape {
  /** In order; a value that has more words repeats the last when `isArray`. */
  readonly types: readonly CustomType[];
  readonly isArray: boolean;
}

/** The octets of a value of a type that a file defines; undefined when the words do not fit it. */
export function customOctets(
  { types, isArray }: CustomShape,
  words: readonly ValueWord[],
): Uint8Array | undefined {
  if (words.length < types.length && types[0] !== 'empty') return undefined;
  if (words.length > types.length && (!isArray || types.length === 0)) return undefined;
  const octets: number[] = [];
  for (const [index, word] of words.entries()) {
    const type = types[index < types.length ? index : index % types.length];
    const some = type && customField(type, word);
    if (some === undefined) return undefined;
    octets.push(...some);
  }
  return Uint8Array.from(octets);
}

function customField(type: CustomType, { text, quoted }: ValueWord): Uint8Array | undefined {
  switch (type) {
    case 'ip': {
      const address = parseIpv4(text);
      return address === undefined ? undefined : ipOctets(address);
    }
    case 'ip6': {
      const address = parseIp(text);
      return typeof address === 'string' ? ipOctets(address) : undefined;
    }
    case 'u8':
      return integer(text, 1);
    case 'u16':
      return integer(text, 2);
    case 'u32':
      return integer(text, 4);
    case 'bool': {
      const value = booleanOf(text);
      return value === undefined ? undefined : Uint8Array.of(value ? 1 : 0);
    }
    case 'text':
      return utf8Octets(text);
    case 'octets':
      return quoted ? utf8Octets(text) : hexOctets(text);
    case 'name':
      return encodeSearchNames([text.replace(/\.$/, '')]);
    case 'empty':
      return new Uint8Array(0);
  }
}

function integer(text: string, octets: 1 | 2 | 4): Uint8Array | undefined {
  const value = numberOf(text);
  if (value === undefined || value >= 256 ** octets || value < -(256 ** octets) / 2) return undefined;
  return ipOctets(ipv4(value)).subarray(4 - octets);
}
