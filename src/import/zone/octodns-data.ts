import { utf8Octets } from '../../core/text.ts';
import type { Item } from './item.ts';

/** RFC 1035 §3.3: what one character-string holds. */
const STRING_OCTETS_MAX = 255;

/** How the members of a value stand in a master file, in its order; the first of several names that is there counts. */
const MEMBERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  MX: [
    ['preference', 'priority'],
    ['exchange', 'value'],
  ],
  SRV: [['priority'], ['weight'], ['port'], ['target']],
  SSHFP: [['algorithm'], ['fingerprint_type'], ['fingerprint']],
  TLSA: [['certificate_usage'], ['selector'], ['matching_type'], ['certificate_association_data']],
};

/** Left out in a value, they are this. */
const DEFAULTS: Readonly<Record<string, string>> = {
  certificate_usage: '0',
  selector: '0',
  matching_type: '0',
  flags: '0',
};

/** What stands in a value as a text of its own. */
const PLAIN: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME', 'DNAME', 'NS', 'PTR']);

/** One value of octoDNS's YAML as a master file has it; undefined: it lacks something, or nothing is known of the type. */
export function octodnsData(type: string, value: Item): string | undefined {
  if (PLAIN.has(type)) return value.text;
  const members = MEMBERS[type];
  if (members !== undefined) return joined(members.map((names) => member(value, names)));
  switch (type) {
    case 'TXT':
    case 'SPF':
      return value.text === undefined ? undefined : characterStrings(value.text);
    case 'CAA':
      return joined([member(value, ['flags']), member(value, ['tag']), quoted(value.get('value').word)]);
    case 'DS':
      return ds(value);
    case 'LOC':
      return loc(value);
    case 'NAPTR':
      return joined([
        member(value, ['order']),
        member(value, ['preference']),
        quoted(value.get('flags').word),
        quoted(value.get('service').word),
        quoted(value.get('regexp').word),
        member(value, ['replacement']),
      ]);
    case 'URI':
      return joined([
        member(value, ['priority']),
        member(value, ['weight']),
        quoted(value.get('target').word),
      ]);
    case 'SVCB':
    case 'HTTPS':
      return service(value);
    default:
      return undefined;
  }
}

/** Whether values of this type can be taken over at all. */
export function isKnownType(type: string): boolean {
  return (
    PLAIN.has(type) ||
    type in MEMBERS ||
    ['TXT', 'SPF', 'CAA', 'DS', 'LOC', 'NAPTR', 'URI', 'SVCB', 'HTTPS'].includes(type)
  );
}

function member(value: Item, names: readonly string[]): string | undefined {
  for (const name of names) {
    const word = value.get(name).word;
    if (word !== undefined && word !== '') return word;
  }
  return DEFAULTS[names[0] ?? ''];
}

function joined(words: readonly (string | undefined)[]): string | undefined {
  return words.includes(undefined) ? undefined : words.join(' ');
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `"${escaped(utf8Octets(text))}"`;
}

/** RFC 1035 §5.1: `\X` for what means something inside quotes, `\DDD` for what is not printable ASCII. */
function escaped(octets: Uint8Array): string {
  return Array.from(octets, (octet) => {
    if (octet === 0x22 || octet === 0x5c) return `\\${String.fromCharCode(octet)}`;
    if (octet >= 0x20 && octet < 0x7f) return String.fromCharCode(octet);
    return `\\${String(octet).padStart(3, '0')}`;
  }).join('');
}

/** A text of any length as strings of at most 255 octets; octoDNS writes `;` as `\;`. */
function characterStrings(text: string): string {
  const octets = utf8Octets(text.replaceAll('\\;', ';'));
  const strings: string[] = [];
  for (let at = 0; at === 0 || at < octets.length; at += STRING_OCTETS_MAX)
    strings.push(`"${escaped(octets.subarray(at, at + STRING_OCTETS_MAX))}"`);
  return strings.join(' ');
}

/** RFC 4034 §5.3. Before 1.0 octoDNS named the members as a DNSKEY's. */
function ds(value: Item): string | undefined {
  if (value.get('digest').isThere)
    return joined(['key_tag', 'algorithm', 'digest_type', 'digest'].map((name) => member(value, [name])));
  return joined(['flags', 'protocol', 'algorithm', 'public_key'].map((name) => value.get(name).word));
}

/** RFC 1876 §3. */
function loc(value: Item): string | undefined {
  const angle = (side: 'lat' | 'long'): (string | undefined)[] =>
    ['degrees', 'minutes', 'seconds', 'direction'].map((part) => value.get(`${side}_${part}`).word);
  const metres = ['altitude', 'size', 'precision_horz', 'precision_vert'].map((name) => {
    const word = value.get(name).word;
    return word === undefined ? undefined : `${word}m`;
  });
  return joined([...angle('lat'), ...angle('long'), ...metres]);
}

/** RFC 9460 §2.1. */
function service(value: Item): string | undefined {
  const parameters = value.get('svcparams').entries.map(([key, item]) => {
    const text = Array.isArray(item.value) ? item.list.map(({ word }) => word ?? '').join(',') : item.word;
    return text === undefined ? key : `${key}=${quoted(text)}`;
  });
  return joined([member(value, ['svcpriority']), member(value, ['targetname']), ...parameters]);
}
