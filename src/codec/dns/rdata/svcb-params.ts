import {
  ipv4At,
  formatIpv4,
  ipv6At,
  ipv6Octets,
  parseIpv4,
  parseIpv6,
  writeIpv4,
} from '../../../core/address.ts';
import { u16At } from '../../../core/bytes.ts';
import { utf8Octets } from '../../../core/text.ts';
import { fromBase64, toBase64 } from '../base64.ts';

/** The registry of RFC 9460 §14.3.2; dohpath is RFC 9461 §5, ohttp RFC 9540 §4. */
const KEYS = [
  'mandatory',
  'alpn',
  'no-default-alpn',
  'port',
  'ipv4hint',
  'ech',
  'ipv6hint',
  'dohpath',
  'ohttp',
];

export const SvcParamKey = {
  MANDATORY: 0,
  ALPN: 1,
  NO_DEFAULT_ALPN: 2,
  PORT: 3,
  IPV4HINT: 4,
  ECH: 5,
  IPV6HINT: 6,
} as const;

/** RFC 9460 §2.1: `keyNNNNN` without leading zeros; 65535 is reserved (§14.3.2). */
export function svcParamKey(text: string): number | undefined {
  const known = KEYS.indexOf(text);
  if (known >= 0) return known;
  const number = Number(/^key(0|[1-9]\d{0,4})$/.exec(text)?.[1] ?? Number.NaN);
  return number < 0xffff ? number : undefined;
}

export function svcParamName(key: number): string {
  return KEYS[key] ?? `key${key}`;
}

/** How a value is written and read; a text gives undefined where it is wrong. */
interface ValueForm {
  readonly expected: string;
  /** `octets` are the value with the escapes of a character-string undone. */
  parse(octets: Uint8Array): Uint8Array | undefined;
  /** Whether octets from the wire are such a value; what is not is shown, and kept, as octets. */
  check(value: Uint8Array): boolean;
  /** The value, with `\` and `,` of list items escaped, as octets of a character-string. */
  format(value: Uint8Array): Uint8Array;
}

const text = (octets: Uint8Array): string => String.fromCharCode(...octets);

/** RFC 9460 Appendix A.1: items between commas, of at least one octet; `\,` and `\\` stand for themselves. */
function splitList(octets: Uint8Array): Uint8Array[] | undefined {
  const items: number[][] = [[]];
  for (let index = 0; index < octets.length; index++) {
    const octet = octets[index] ?? 0;
    if (octet === 0x2c) items.push([]);
    else if (octet !== 0x5c) items.at(-1)?.push(octet);
    else {
      const next = octets[++index];
      if (next !== 0x2c && next !== 0x5c) return undefined;
      items.at(-1)?.push(next);
    }
  }
  return items.some((item) => item.length === 0) ? undefined : items.map((item) => Uint8Array.from(item));
}

/** Items of `size` octets each. */
function list(
  expected: string,
  size: number,
  form: { parse(item: string): Uint8Array | undefined; format(item: Uint8Array): string },
): ValueForm {
  return {
    expected,
    parse: (octets) => {
      const items = splitList(octets)?.map((item) => form.parse(text(item)));
      if (items === undefined) return undefined;
      const value = new Uint8Array(items.length * size);
      for (const [index, item] of items.entries()) {
        if (item === undefined) return undefined;
        value.set(item, index * size);
      }
      return value;
    },
    check: (value) => value.length > 0 && value.length % size === 0,
    format: (value) => {
      const items: string[] = [];
      for (let at = 0; at < value.length; at += size) items.push(form.format(value.subarray(at, at + size)));
      return utf8Octets(items.join(','));
    },
  };
}

/** RFC 9460 §8: keys in ascending order, none twice, not itself. */
const mandatory: ValueForm = {
  expected: 'keys of this record with commas between, none twice',
  parse: (octets) => {
    const keys = splitList(octets)?.map((item) => svcParamKey(text(item)) ?? 0);
    const sorted = keys?.toSorted((a, b) => a - b);
    return sorted && isAscending(sorted) && sorted[0] !== 0
      ? Uint8Array.from(sorted.flatMap((key) => [key >>> 8, key & 255]))
      : undefined;
  },
  check: (value) =>
    value.length > 0 && value.length % 2 === 0 && isAscending(mandatoryKeys(value)) && u16At(value, 0) !== 0,
  format: (value) => utf8Octets(mandatoryKeys(value).map(svcParamName).join(',')),
};

export function mandatoryKeys(value: Uint8Array): number[] {
  return Array.from({ length: value.length >>> 1 }, (_, index) => u16At(value, index * 2));
}

function isAscending(keys: readonly number[]): boolean {
  return keys.every((key, index) => index === 0 || key > (keys[index - 1] ?? 0));
}

/** RFC 9460 §7.1.1: protocol names, each with its length. */
const alpn: ValueForm = {
  expected: 'protocols such as h2,h3 of 1 to 255 octets each',
  parse: (octets) => {
    const items = splitList(octets);
    if (items === undefined || items.some((item) => item.length > 255)) return undefined;
    return Uint8Array.from(items.flatMap((item) => [item.length, ...item]));
  },
  check: (value) => {
    let at = 0;
    while (at < value.length && (value[at] ?? 0) > 0) at += 1 + (value[at] ?? 0);
    return at === value.length && at > 0;
  },
  format: (value) => {
    const octets: number[] = [];
    for (let at = 0; at < value.length; at += 1 + (value[at] ?? 0)) {
      if (at > 0) octets.push(0x2c);
      for (const octet of value.subarray(at + 1, at + 1 + (value[at] ?? 0))) {
        if (octet === 0x2c || octet === 0x5c) octets.push(0x5c);
        octets.push(octet);
      }
    }
    return Uint8Array.from(octets);
  },
};

const empty: ValueForm = {
  expected: 'no value',
  parse: (octets) => (octets.length === 0 ? octets : undefined),
  check: (value) => value.length === 0,
  format: (value) => value,
};

const port: ValueForm = {
  expected: 'a port, 0 to 65535',
  parse: (octets) => {
    const value = /^\d{1,5}$/.test(text(octets)) ? Number(text(octets)) : 65_536;
    return value > 65_535 ? undefined : Uint8Array.of(value >>> 8, value & 255);
  },
  check: (value) => value.length === 2,
  format: (value) => utf8Octets(String(u16At(value, 0))),
};

/** RFC 9848 §3. */
const ech: ValueForm = {
  expected: 'an ECHConfigList in base 64',
  parse: (octets) => (octets.length === 0 ? undefined : fromBase64(text(octets))),
  check: (value) => value.length > 0,
  format: (value) => utf8Octets(toBase64(value)),
};

/** RFC 9461 §5: a URI template with the variable dns. */
const dohpath: ValueForm = {
  expected: 'a URI template such as /dns-query{?dns}',
  parse: (octets) => (/^\/.*\{\?(?:.*,)?dns(?:,.*)?\}/.test(text(octets)) ? octets : undefined),
  check: (value) => value.length > 0,
  format: (value) => value,
};

const octetsOnly: ValueForm = {
  expected: 'octets',
  parse: (octets) => octets,
  check: () => true,
  format: (value) => value,
};

const FORMS: readonly ValueForm[] = [
  mandatory,
  alpn,
  empty,
  port,
  list('IPv4 addresses with commas between', 4, {
    parse: (item) => {
      const address = parseIpv4(item);
      if (address === undefined) return undefined;
      const octets = new Uint8Array(4);
      writeIpv4(octets, 0, address);
      return octets;
    },
    format: (item) => formatIpv4(ipv4At(item, 0)),
  }),
  ech,
  list('IPv6 addresses with commas between', 16, {
    parse: (item) => {
      const address = parseIpv6(item);
      return address && ipv6Octets(address);
    },
    format: (item) => ipv6At(item, 0),
  }),
  dohpath,
  empty,
];

export function svcParamForm(key: number): ValueForm {
  return FORMS[key] ?? octetsOnly;
}
