import { formatIp, ipOctets, ipv6Octets, isIpv4, parseIp, type Ip } from '../../core/address.ts';
import { toHex } from '../../core/bytes.ts';
import { ConfigError } from '../../core/errors.ts';
import { Name, parseName } from '../../codec/dns/name.ts';
import { typeNumber } from '../../codec/dns/registry.ts';
import { parseRdataText } from '../../codec/dns/zone-text.ts';
import type { DraftRecord, DraftZone } from '../draft.ts';
import type { Notes, Origin } from '../notes.ts';
import type { Line } from './lines.ts';
import { secondsOf } from './ranges.ts';

interface Found extends DraftRecord {
  /** In small letters, without the final dot. */
  readonly owner: string;
}

/** The keys that are records. */
export const RECORD_KEYS: ReadonlySet<string> = new Set([
  'address',
  'host-record',
  'cname',
  'mx-host',
  'srv-host',
  'txt-record',
  'ptr-record',
  'naptr-record',
  'caa-record',
  'dns-rr',
]);

/** More would not fit in a scenario. */
const RECORDS_MAX = 20_000;

/** Collects the records of a file, and puts them into zones. */
export class RecordCollector {
  readonly #records: Found[] = [];
  readonly #apexes = new Map<string, Origin>();
  readonly #notes: Notes;
  #left = RECORDS_MAX;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** A domain that the file says is its own: `domain=`, `local=/x/`, `auth-zone=`. */
  addApex(text: string, origin: Origin): void {
    const apex = nameOf(text);
    if (apex !== undefined && isApex(apex) && !this.#apexes.has(apex)) this.#apexes.set(apex, origin);
  }

  take(line: Line): void {
    const { key, parts, origin } = line;
    const texts = parts.map(({ text }) => text);
    switch (key) {
      case 'address':
        return this.#address(line);
      case 'host-record':
        return this.#hostRecord(texts, origin);
      case 'cname':
        return this.#cname(texts, origin);
      case 'mx-host': {
        const [name = '', target = name, preference = '1'] = texts;
        return this.#add(origin, name, 'MX', `${preference} ${absolute(target)}`);
      }
      case 'srv-host': {
        const [name = '', target = '', port = '1', priority = '0', weight = '0'] = texts;
        return this.#add(origin, name, 'SRV', `${priority} ${weight} ${port} ${absolute(target)}`);
      }
      case 'txt-record': {
        const strings = parts.slice(1).map(({ text }) => quoted(text));
        return this.#add(origin, texts[0] ?? '', 'TXT', strings.length === 0 ? '""' : strings.join(' '));
      }
      case 'ptr-record':
        return this.#add(origin, texts[0] ?? '', 'PTR', absolute(texts[1] ?? ''));
      default:
        return this.#otherRecord(key, texts, origin);
    }
  }

  #otherRecord(key: string, texts: readonly string[], origin: Origin): void {
    const [name = '', a = '', b = '', c = '', d = '', e = '', f = ''] = texts;
    if (key === 'naptr-record')
      return this.#add(
        origin,
        name,
        'NAPTR',
        `${a} ${b} ${quoted(c)} ${quoted(d)} ${quoted(e)} ${absolute(f)}`,
      );
    if (key === 'caa-record')
      return this.#add(origin, name, 'CAA', `${a} ${b} ${quoted(texts.slice(3).join(','))}`);
    const hex = b.replace(/[:\s]/g, '');
    return this.#add(origin, name, `TYPE${a}`, `\\# ${hex.length / 2} ${hex}`.trimEnd());
  }

  /** `address=/a.example/b.example/192.0.2.1`: the names and all below them. */
  #address({ value, origin }: Line): void {
    const parts = value.split('/');
    const text = parts.at(-1) ?? '';
    const address = parseIp(text);
    const names = parts.slice(1, -1);
    if (parts[0] !== '' || names.length === 0 || address === undefined) {
      const hint =
        text === '' || text === '#' ? 'headend answers what is in its zones' : 'it is /name/address';
      return this.#notes.warn(origin, `"address=${value}" was not taken over`, hint);
    }
    for (const name of names) {
      if (name === '#' || name === '') {
        this.#notes.warn(
          origin,
          `"address=${value}" was not taken over for all names`,
          'headend answers what is in its zones',
        );
        continue;
      }
      const type = isIpv4(address) ? 'A' : 'AAAA';
      this.#add(origin, name.replace(/^\*\./, ''), type, formatIp(address));
      this.#add(origin, `*.${name.replace(/^\*\./, '')}`, type, formatIp(address));
    }
  }

  /** `host-record=name,name,192.0.2.1,2001:db8::1,ttl`: addresses, and the name of each address. */
  #hostRecord(texts: readonly string[], origin: Origin): void {
    const addresses = texts.map((text) => parseIp(text)).filter((address) => address !== undefined);
    const last = texts.at(-1) ?? '';
    const ttl = /^\d+$/.test(last) && texts.length > 1 ? secondsOf(last) : undefined;
    const names = texts.filter((text, index) => {
      return parseIp(text) === undefined && !(ttl !== undefined && index === texts.length - 1);
    });
    for (const address of addresses) {
      const type = isIpv4(address) ? 'A' : 'AAAA';
      for (const name of names) this.#add(origin, name, type, formatIp(address), ttl);
      const [first] = names;
      if (first !== undefined) this.#add(origin, reverseOf(address), 'PTR', absolute(first), ttl);
    }
    if (addresses.length === 0 || names.length === 0)
      this.#notes.warn(origin, 'the host-record was not taken over', 'it has names and addresses');
  }

  #cname(texts: readonly string[], origin: Origin): void {
    const last = texts.at(-1) ?? '';
    const ttl = /^\d+$/.test(last) && texts.length > 2 ? secondsOf(last) : undefined;
    const names = ttl === undefined ? texts : texts.slice(0, -1);
    const target = names.at(-1) ?? '';
    if (names.length < 2)
      this.#notes.warn(origin, 'the cname was not taken over', 'it is an alias and a target');
    for (const alias of names.slice(0, -1)) this.#add(origin, alias, 'CNAME', absolute(target), ttl);
  }

  #add(origin: Origin, name: string, type: string, data: string, ttlSeconds?: number): void {
    const owner = nameOf(name);
    const fault = owner === undefined ? `"${name}" is no name that can be written here` : faultOf(type, data);
    if (owner === undefined || fault !== undefined)
      return this.#notes.warn(origin, `a record of type ${type} was left out`, fault ?? '');
    if (this.#left-- <= 0)
      return this.#notes.warn(
        origin,
        'a record was left out',
        `more than ${RECORDS_MAX} belong into a zone file`,
      );
    this.#records.push({ origin, owner, type, ttlSeconds, data });
  }

  /** The zones, shallow names first: a name below another one's zone goes there. */
  zones(negativeSeconds: number | undefined): readonly DraftZone[] {
    const zones = new Map<
      string,
      { readonly origin: Origin; readonly records: Map<string, DraftRecord[]> }
    >();
    const aliases = new Set(this.#records.flatMap(({ type, owner }) => (type === 'CNAME' ? [owner] : [])));
    const shallowFirst = this.#records.toSorted((a, b) => labels(a.owner) - labels(b.owner));
    for (const record of shallowFirst) {
      const { owner, origin } = record;
      const apex = this.#apexOf(owner, zones, aliases);
      if (apex === undefined) {
        this.#notes.warn(origin, `the record of "${owner}" was left out`, 'it is in no domain of its own');
        continue;
      }
      const zone = zones.get(apex) ?? { origin: this.#apexes.get(apex) ?? origin, records: new Map() };
      zones.set(apex, zone);
      this.#put(zone.records, owner === apex ? '@' : owner.slice(0, -apex.length - 1), record);
    }
    return [...zones].map(([apex, { origin, records }]) => ({ origin, apex, negativeSeconds, records }));
  }

  #put(records: Map<string, DraftRecord[]>, owner: string, record: Found): void {
    const list = records.get(owner) ?? [];
    if (list.some(({ type, data }) => type === record.type && data === record.data)) return;
    const isAlias = record.type === 'CNAME';
    const clash = list.length > 0 && (isAlias || list.some(({ type }) => type === 'CNAME'));
    if (clash || (isAlias && owner === '@') || list.length >= RECORDS_PER_NAME_MAX)
      return this.#notes.warn(
        record.origin,
        `the record of type ${record.type} of "${record.owner}" was left out`,
        'an alias has no other records: RFC 1034 §3.6.2',
      );
    // One RRset has one TTL: RFC 2181 §5.2.
    const same = list.find(({ type }) => type === record.type);
    records.set(owner, [...list, same === undefined ? record : { ...record, ttlSeconds: same.ttlSeconds }]);
  }

  #apexOf(
    owner: string,
    zones: ReadonlyMap<string, unknown>,
    aliases: ReadonlySet<string>,
  ): string | undefined {
    const parts = owner.split('.');
    const above = parts.map((_, index) => parts.slice(index).join('.'));
    const known = above.find((name) => (zones.has(name) || this.#apexes.has(name)) && isApex(name));
    if (known !== undefined) return known;
    // address=/ad.example/ is a zone of its own; what is one name in a domain is in the zone of the domain.
    const reverse = /^(?:\d+\.)+in-addr\.arpa$/.test(owner) ? parts.slice(1).join('.') : undefined;
    if (reverse !== undefined) return reverse;
    const own = owner.startsWith('*.') ? owner.slice(2) : owner;
    const hasWildcard = this.#records.some((record) => record.owner === `*.${own}`);
    const parent = own.split('.').slice(1).join('.');
    const apex = hasWildcard || labels(own) <= 2 ? own : parent;
    if (apex === own && aliases.has(own)) return labels(own) > 1 && isApex(parent) ? parent : undefined;
    return isApex(apex) ? apex : undefined;
  }
}

const RECORDS_PER_NAME_MAX = 100;

function labels(name: string): number {
  return name.split('.').length;
}

/** As a zone may be called in a scenario. */
function isApex(name: string): boolean {
  return /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/.test(name) && name.length <= 253;
}

function nameOf(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '');
  const isPlain = /^[a-z0-9_*.-]{1,253}$/.test(name) && !/^\.|\.\.|\*[^.]|[^.]\*/.test(name) && name !== '*';
  return isPlain && parseName(name) instanceof Name ? name : undefined;
}

function absolute(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}

/** A character string of a zone file: RFC 1035 §5.1. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function faultOf(type: string, data: string): string | undefined {
  const number = typeNumber(type);
  if (number === undefined || /[\0-\x1f\x7f]/.test(data) || data.length > 1_000)
    return 'it cannot be written here';
  try {
    parseRdataText(number, data);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `its data will not do: ${error.expected} is expected`;
  }
}

function reverseOf(address: Ip): string {
  if (isIpv4(address)) return `${[...ipOctets(address)].reverse().join('.')}.in-addr.arpa`;
  return `${toHex(ipv6Octets(address)).split('').reverse().join('.')}.ip6.arpa`;
}
