import { maskIp, parseIpv4, prefixContains, type Ipv4, type Prefix } from '../../core/address.ts';
import type { DraftRange } from '../draft.ts';
import type { Notes, Origin } from '../notes.ts';
import type { Line } from './lines.ts';
import { setTag, tagTest, type TagTest } from './tags.ts';

/** One `dhcp-range`. */
export interface Range {
  readonly origin: Origin;
  readonly subnet: Prefix;
  readonly range: DraftRange | undefined;
  readonly leaseSeconds: number;
  readonly tests: readonly TagTest[];
  readonly own: ReadonlySet<string>;
}

/** dnsmasq's own default. */
const LEASE_SECONDS = 3_600;
const ENDLESS_SECONDS = 0xffff_ffff;

/** `dhcp-range=[tag:x,][set:y,]first[,last or mode][,mask[,broadcast]][,time]`; undefined after a note. */
export function readRange({ parts, origin, value }: Line, notes: Notes): Range | undefined {
  const tests = parts.flatMap(({ text }) => tagTest(text) ?? []);
  const own = new Set(parts.flatMap(({ text }) => setTag(text) ?? []));
  const rest = parts.map(({ text }) => text).filter((text) => !/^(?:tag|net|set|interface):/.test(text));
  const refuse = (why: string): undefined => {
    notes.warn(origin, `the range "${value}" was not taken over`, why);
    return undefined;
  };
  // The older form begins with a tag or an interface.
  if (rest[0] !== undefined && parseIpv4(rest[0]) === undefined && !rest[0].includes(':')) {
    const word = rest.shift() ?? '';
    own.add(word);
  }
  const first = parseIpv4(rest.shift() ?? '');
  if (first === undefined) return refuse('headend serves DHCPv4: it is an IPv4 address');
  const last = takeAddress(rest);
  const mode = rest.find((word) => /^(?:static|proxy|ra-only|slaac|ra-names|off-link)$/.test(word));
  if (mode !== undefined && mode !== 'static') return refuse(`headend has no mode ${mode}`);
  const words = rest.filter((word) => word !== 'static');
  const mask = takeAddress(words);
  takeAddress(words);
  const leaseSeconds = words[0] === undefined ? LEASE_SECONDS : secondsOf(words[0]);
  if (leaseSeconds === undefined || words.length > 1) return refuse('its parts are not understood');
  const subnet = networkOf(first, last ?? first, mask);
  if (subnet === undefined) return refuse('its network is not understood');
  if (last !== undefined && !prefixContains(subnet, last)) return refuse('it is not in one network');
  if (mask === undefined)
    notes.say(
      origin,
      `the range does not say the length of its network: /${subnet.length} was taken`,
      'write it behind the range',
    );
  const isRange = mode === undefined && last !== undefined && first >>> 0 <= last >>> 0;
  if (!isRange && mode === undefined) return refuse('it is two addresses, the lower first');
  return {
    origin,
    subnet,
    range: isRange ? { first, last: last ?? first, origin } : undefined,
    leaseSeconds: Math.max(leaseSeconds, LEASE_SECONDS_MIN),
    tests,
    own,
  };
}

/** dnsmasq gives no shorter lease. */
export const LEASE_SECONDS_MIN = 120;

function takeAddress(words: string[]): Ipv4 | undefined {
  const address = parseIpv4(words[0] ?? '');
  if (address !== undefined) words.shift();
  return address;
}

/** `45m`, `12h`, `2d`, `1w`, `infinite`, or seconds. */
export function secondsOf(text: string): number | undefined {
  if (text === 'infinite' || text === 'deprecated') return ENDLESS_SECONDS;
  const [, digits, unit] = /^(\d{1,9})([smhdw])?$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const each = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }[(unit ?? 's').toLowerCase()] ?? 1;
  return Math.min(Number(digits) * each, ENDLESS_SECONDS);
}

/** Without a mask: /24, as most are, or shorter where the range does not fit. */
function networkOf(first: Ipv4, last: Ipv4, mask: Ipv4 | undefined): Prefix | undefined {
  if (mask !== undefined) {
    const length = Math.clz32(~mask);
    const isMask = mask === (length === 0 ? 0 : -1 << (32 - length));
    return isMask ? { address: maskIp(first, length), length } : undefined;
  }
  const common = Math.min(Math.clz32(first ^ last), 24);
  return common < 8 ? undefined : { address: maskIp(first, common), length: common };
}
