import {
  ALWAYS,
  contains,
  equals,
  is,
  isThere,
  optionField,
  relayField,
  type Expression,
  type Operand,
} from '../conditions.ts';
import { toHex } from '../../core/bytes.ts';
import { optionSpec } from '../../codec/dhcp/registry.ts';
import { utf8Octets } from '../../core/text.ts';
import type { Notes } from '../notes.ts';
import { optionCodeOf } from '../option-names.ts';
import { hexOctets } from '../option-values.ts';
import type { Line, Part } from './lines.ts';

/** The tags of a list such as `tag:a,!b`: each must be set, or not set. */
export interface TagTest {
  readonly tag: string;
  readonly isSet: boolean;
}

const NEVER: Expression = { kind: 'never' };
const DEPTH_MAX = 16;

/** Who gets which tag, over the whole file. */
export class Tags {
  /** By tag: it is set when one of these is so; undefined among them: nobody can say. */
  readonly #sources = new Map<string, (Expression | undefined)[]>();
  readonly #known: Expression[] = [];
  readonly #aliases = new Map<string, TagTest[][]>();
  readonly #interfaces = new Set<string>();

  add(tag: string, expression: Expression | undefined): void {
    const list = this.#sources.get(tag) ?? [];
    this.#sources.set(tag, list);
    list.push(expression);
  }

  /** A client that `dhcp-host` names. */
  addKnown(expression: Expression): void {
    this.#known.push(expression);
  }

  /** All requests come in by an interface: where there is one, its tag is always set. */
  addInterface(name: string): void {
    this.#interfaces.add(name);
  }

  /** `tag-if=set:a,tag:b,tag:!c` */
  addAlias(tag: string, tests: readonly TagTest[]): void {
    const list = this.#aliases.get(tag) ?? [];
    this.#aliases.set(tag, list);
    list.push([...tests]);
  }

  /** When all of the tests hold for a client of a range that sets `own`; undefined: a scenario cannot say. */
  expressionOf(tests: readonly TagTest[], own: ReadonlySet<string>, depth = 0): Expression | undefined {
    const of: Expression[] = [];
    for (const { tag, isSet } of tests) {
      const expression = this.#tag(tag, own, depth);
      if (expression === undefined) return undefined;
      of.push(isSet ? expression : { kind: 'not', of: expression });
    }
    return { kind: 'and', of: [ALWAYS, ...of] };
  }

  #tag(tag: string, own: ReadonlySet<string>, depth: number): Expression | undefined {
    if (own.has(tag)) return ALWAYS;
    if (tag === 'known') return { kind: 'or', of: [NEVER, ...this.#known] };
    if (this.#interfaces.has(tag)) return this.#interfaces.size === 1 ? ALWAYS : undefined;
    if (depth > DEPTH_MAX) return undefined;
    const of: (Expression | undefined)[] = [...(this.#sources.get(tag) ?? [])];
    for (const tests of this.#aliases.get(tag) ?? []) of.push(this.expressionOf(tests, own, depth + 1));
    const whole = of.filter((each) => each !== undefined);
    return whole.length === of.length ? { kind: 'or', of: [NEVER, ...whole] } : undefined;
  }
}

/** `tag:a`, `net:a` and the older `a`, of which `#` and `!` say not. */
export function tagTest(text: string): TagTest | undefined {
  const tag = /^(?:tag|net):(.+)$/.exec(text)?.[1];
  if (tag === undefined) return undefined;
  return /^[!#]/.test(tag) ? { tag: tag.slice(1), isSet: false } : { tag, isSet: true };
}

export function setTag(text: string): string | undefined {
  return /^set:(.+)$/.exec(text)?.[1];
}

/** The keys that set a tag by what a client sends. */
export const MATCHERS: ReadonlySet<string> = new Set([
  'dhcp-match',
  'dhcp-vendorclass',
  'dhcp-userclass',
  'dhcp-mac',
  'dhcp-circuitid',
  'dhcp-remoteid',
  'dhcp-subscrid',
  'tag-if',
  'dhcp-name-match',
]);

/** Takes a line that sets a tag. */
export function readMatcher({ key, parts, origin }: Line, tags: Tags, notes: Notes): void {
  const set = parts.flatMap(({ text }) => setTag(text) ?? []);
  const tests = parts.flatMap(({ text }) => tagTest(text) ?? []);
  const rest = parts.filter(({ text }) => setTag(text) === undefined && tagTest(text) === undefined);
  if (key === 'tag-if') {
    for (const tag of set) tags.addAlias(tag, tests);
    return;
  }
  // The older form has the tag bare: dhcp-mac=red,00:60:8C:*:*:*
  const tag = set[0] ?? rest.shift()?.text;
  const expression = rest.length === 0 ? undefined : expressionOf(key, rest);
  if (expression === undefined)
    notes.warn(origin, `who has the tag "${tag ?? ''}" was not understood`, 'write when: for it by hand');
  if (tag !== undefined) tags.add(tag, expression);
}

const VENDOR_CLASS = 60;
const USER_CLASS = 77;

function expressionOf(key: string, parts: readonly Part[]): Expression | undefined {
  const [first, second] = parts;
  if (first === undefined) return undefined;
  switch (key) {
    case 'dhcp-match':
      return matchOf(first.text, parts.slice(1));
    case 'dhcp-vendorclass':
      return second === undefined ? contains(optionField(VENDOR_CLASS), first.text) : undefined;
    case 'dhcp-userclass':
      return contains(optionField(USER_CLASS), first.text);
    case 'dhcp-mac':
      return macOf(first.text);
    case 'dhcp-circuitid':
      return same(relayField(1), first);
    case 'dhcp-remoteid':
      return same(relayField(2), first);
    case 'dhcp-subscrid':
      return same(relayField(6), first);
    default:
      return undefined;
  }
}

function same(operand: Operand | undefined, { text, quoted }: Part): Expression | undefined {
  const octets =
    quoted || !/^[0-9a-f]{1,2}(?::[0-9a-f]{1,2})+$/i.test(text) ? utf8Octets(text) : hexOctets(text);
  return operand && octets && equals(operand, { kind: 'octets', octets });
}

/** `option:client-arch,7`, `175`, `60,PXEClient`. */
function matchOf(word: string, values: readonly Part[]): Expression | undefined {
  const code = optionOf(word);
  const [value] = values;
  if (code === undefined || values.length > 1) return undefined;
  const field = optionField(code);
  if (value === undefined) return isThere(field);
  const octets = matchOctets(code, value);
  if (octets === undefined) return contains(field, value.text);
  return { kind: 'is', condition: { key: optionSpec(code).name, match: { 'hex-start': toHex(octets) } } };
}

/** Numbers and hex, as many octets as the option has for one; undefined: it is text. */
function matchOctets(code: number, { text, quoted }: Part): Uint8Array | undefined {
  if (quoted) return undefined;
  if (/^[0-9a-f]{2}(?::[0-9a-f]{2})+$/i.test(text)) return hexOctets(text);
  const number = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  if (number === undefined) return undefined;
  const { kind } = optionSpec(code);
  const octets =
    kind.startsWith('u16') || number > 255 ? (number > 65_535 ? 4 : 2) : /^[ui]32/.test(kind) ? 4 : 1;
  return hexOctets(`0x${number.toString(16).padStart(octets * 2, '0')}`);
}

/** By number or by name: `67`, `option:bootfile-name`. */
export function optionOf(word: string): number | undefined {
  const name = /^option:(.+)$/.exec(word)?.[1];
  if (name !== undefined) return optionCodeOf('dnsmasq', name);
  const code = /^\d{1,3}$/.test(word) ? Number(word) : 0;
  return code >= 1 && code <= 254 ? code : undefined;
}

/** `00:60:8C:*:*:*`: each star is an octet. */
export function macOf(text: string): Expression | undefined {
  const groups = text.toLowerCase().split(':');
  if (groups.length !== 6 || !groups.every((group) => /^(?:[0-9a-f]{1,2}|\*)$/.test(group))) return undefined;
  return is('mac', groups.map((group) => (group === '*' ? '??' : group.padStart(2, '0'))).join(':'));
}
