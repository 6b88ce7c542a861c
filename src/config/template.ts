import { parseMac, toMac, type Mac } from '../core/address.ts';

/** The hardware addresses of a group: member n has `base` plus n. */
export interface MacTemplate {
  readonly base: Mac;
  /** Members that fit without running into the next octets. */
  readonly capacity: number;
}

/**
 * `00:10:18:00:00:01`, or with one `{n}`, `{n:02x}`, `{n:06x}` standing for the last two to twelve digits of member n's
 * number in hex, n from 0. `{n:06x}` gets the colons of its three octets. A text with `{n}` must leave whole octets.
 */
export function parseMacTemplate(text: string): MacTemplate | undefined {
  const whole = parseMac(text);
  if (whole !== undefined) return { base: whole, capacity: 1 };
  const parts = /^((?:[0-9a-f]{2}[:-]){0,5})\{n(?::0?(\d{1,2})x)?\}$/i.exec(text);
  if (parts === null) return undefined;
  const fixed = parts[1] ?? '';
  const digits = Number(parts[2] ?? '2');
  if (fixed.length / 3 + digits / 2 !== 6) return undefined;
  const base = parseMac(`${fixed}${Array.from({ length: digits / 2 }, () => '00').join(':')}`);
  return base === undefined ? undefined : { base, capacity: 16 ** digits };
}

export function memberMac(template: MacTemplate, index: number): Mac {
  return toMac(template.base + index);
}

/** The host names of a group: the name itself, or `name[0]`, `name[1]`, ... when it has a count. */
export function memberName(group: string, count: number | undefined, index: number): string {
  return count === undefined ? group : `${group}[${index}]`;
}

/** A hardware address made from a host's name, the same in every run: unicast, with the locally administered bit set. */
export function macOfName(name: string): Mac {
  let high = 0x811c9dc5;
  let low = 0x01000193;
  for (let index = 0; index < name.length; index++) {
    high = Math.imul(high ^ name.charCodeAt(index), 0x01000193);
    low = Math.imul(low ^ name.charCodeAt(index), 0x85ebca6b);
  }
  return toMac(0x02_00_00_00_00_00 + ((high >>> 24) & 0xff) * 0x1_0000_0000 + ((low ^ (high << 8)) >>> 0));
}
