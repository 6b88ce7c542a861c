import { encodeSuboptions, type Suboption } from '../../codec/dhcp/option/suboptions.ts';
import { encodeEnterprises } from '../../codec/dhcp/option/vivso.ts';
import { optionSpec } from '../../codec/dhcp/registry.ts';
import { ipOctets, parseIpv4 } from '../../core/address.ts';
import { utf8Octets } from '../../core/text.ts';
import { contains, optionField, type Expression } from '../conditions.ts';
import type { Told, ToldOption } from '../draft.ts';
import type { Notes, Origin } from '../notes.ts';
import { hexOctets, octetsValue, standardValue, type ValueOrFault } from '../option-values.ts';
import { isLine } from '../told-check.ts';
import type { Line, Part } from './lines.ts';
import { optionOf, tagTest, type TagTest } from './tags.ts';

/** What the lines of one set of tags tell. */
export interface TaggedTold extends Told {
  readonly origin: Origin;
  readonly tests: readonly TagTest[];
  /** Who else it is for: `vendor:`. */
  readonly also: Expression | undefined;
}

interface Group {
  readonly origin: Origin;
  readonly tests: readonly TagTest[];
  readonly also: Expression | undefined;
  readonly options: Map<number, ToldOption>;
  server: Told['server'];
  file: string | undefined;
  readonly vendor: Suboption[];
  readonly enterprises: Map<number, Suboption[]>;
}

const VENDOR_OPTIONS = 43;
const END = 255;
const VENDOR_SPECIFIC = 125;
const VENDOR_CLASS = 60;
/** `server-ip-address`, which is no option but the field siaddr. */
const SERVER_ADDRESS = 'option:server-ip-address';

/** All that `dhcp-option` and `dhcp-boot` tell, by tags. */
export class TaggedOptions {
  readonly #groups = new Map<string, Group>();
  readonly #notes: Notes;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** The untagged first, then by tags in the file's order. */
  groups(): readonly TaggedTold[] {
    const list = [...this.#groups.values()].map((group) => this.#toldOf(group));
    return [...list.filter(isForAll), ...list.filter((each) => !isForAll(each))];
  }

  takeOption(line: Line, isForced: boolean): void {
    const { origin, parts } = line;
    const tests: TagTest[] = [];
    let rest = parts;
    let encapsulation: string | undefined;
    for (;;) {
      const word = rest[0]?.text ?? '';
      const test = tagTest(word);
      if (test !== undefined) tests.push(test);
      else if (/^(?:encap|vi-encap|vendor):/.test(word)) encapsulation = word;
      else break;
      rest = rest.slice(1);
    }
    // The older form has its tags bare before the option.
    while (rest.length > 0 && !isOptionWord(rest[0]?.text ?? '')) {
      const word = rest[0]?.text ?? '';
      if (!/^[!#]?[a-z][\w-]*$/i.test(word)) break;
      tests.push(/^[!#]/.test(word) ? { tag: word.slice(1), isSet: false } : { tag: word, isSet: true });
      rest = rest.slice(1);
    }
    const [first, ...values] = rest;
    const word = first?.text ?? '';
    if (word.startsWith('option6:'))
      return this.#notes.warn(origin, 'a DHCPv6 option was left out', 'headend serves DHCPv4');
    if (isForced)
      this.#notes.say(
        origin,
        'headend does not force options on clients',
        'it sends an option to who asks for it in option 55, and all to who sends no option 55',
      );
    const vendorClass = /^vendor:(.*)$/.exec(encapsulation ?? '')?.[1];
    const also = vendorClass ? contains(optionField(VENDOR_CLASS), vendorClass) : undefined;
    const group = this.#group(origin, tests, also);
    if (encapsulation !== undefined) return this.#encapsulated(group, encapsulation, word, values, origin);
    if (word === SERVER_ADDRESS) {
      const address = parseIpv4(values[0]?.text ?? '');
      if (address !== undefined) group.server = address;
      else this.#notes.warn(origin, 'server-ip-address was not taken over', 'write an IPv4 address');
      return;
    }
    const code = optionOf(word);
    if (code === undefined)
      return this.#notes.warn(origin, `the option "${word}" was not taken over`, 'no such option is known');
    // An option without a value is one that is not sent.
    if (values.length === 0 && optionSpec(code).kind !== 'flag') {
      group.options.set(code, { value: null, origin });
      return;
    }
    const made = valueOf(code, values);
    if (made.fault === undefined) group.options.set(code, { value: made.value, origin });
    else this.#notes.warn(origin, `the option "${word}" was not taken over`, made.fault);
  }

  /** `dhcp-boot=[tag:x,]file[,server name[,server address]]` */
  takeBoot({ origin, parts }: Line): void {
    const tests = parts.flatMap(({ text }) => tagTest(text) ?? []);
    const [file, name, server] = parts.filter(({ text }) => tagTest(text) === undefined);
    const group = this.#group(origin, tests, undefined);
    if (file !== undefined && isLine(file.text)) group.file = file.text;
    const text = server?.text ?? '';
    const address = parseIpv4(text);
    if (text !== '' && address === undefined)
      this.#notes.warn(
        origin,
        `the boot server "${text}" was not taken over`,
        'write its address: headend asks no DNS',
      );
    if (name !== undefined && name.text !== '')
      this.#notes.warn(
        origin,
        'the name of the boot server was not taken over',
        'headend leaves the field sname empty',
      );
    // Without an address it is dnsmasq itself.
    if (text === '' || address !== undefined) group.server = address ?? SELF;
  }

  #encapsulated(
    group: Group,
    encapsulation: string,
    word: string,
    values: readonly Part[],
    origin: Origin,
  ): void {
    const [kind, number = ''] = encapsulation.split(':');
    const code = Number(word);
    const octets = Uint8Array.from(values.flatMap((value) => [...untypedOctets(value)]));
    const isCode = Number.isInteger(code) && code >= 1 && code <= 254 && octets.length <= 255;
    if (isCode && (kind === 'vendor' || (kind === 'encap' && Number(number) === VENDOR_OPTIONS))) {
      group.vendor.push({ code, octets });
      return;
    }
    const enterprise = Number(number);
    if (isCode && kind === 'vi-encap' && enterprise >= 1 && enterprise <= 0xffff_ffff) {
      const list = group.enterprises.get(enterprise) ?? [];
      group.enterprises.set(enterprise, list);
      list.push({ code, octets });
      return;
    }
    this.#notes.warn(origin, `the option "${encapsulation},${word}" was not taken over`);
  }

  #group(origin: Origin, tests: readonly TagTest[], also: Expression | undefined): Group {
    const key = JSON.stringify([tests, also ?? null]);
    const found = this.#groups.get(key) ?? {
      origin,
      tests,
      also,
      options: new Map<number, ToldOption>(),
      server: undefined,
      file: undefined,
      vendor: [],
      enterprises: new Map<number, Suboption[]>(),
    };
    this.#groups.set(key, found);
    return found;
  }

  #toldOf({ origin, tests, also, options, server, file, vendor, enterprises }: Group): TaggedTold {
    const whole = new Map(options);
    // dnsmasq ends them, as boot loaders want it: RFC 2132 §8.4.
    if (vendor.length > 0)
      this.#add(whole, VENDOR_OPTIONS, Uint8Array.of(...encodeSuboptions(vendor), END), origin);
    if (enterprises.size > 0) {
      const list = [...enterprises].map(([enterprise, each]) => ({
        enterprise,
        octets: encodeSuboptions(each),
      }));
      if (list.every(({ octets }) => octets.length <= 255))
        this.#add(whole, VENDOR_SPECIFIC, encodeEnterprises(list), origin);
      else this.#notes.warn(origin, 'option 125 was not taken over', 'it has more octets than fit');
    }
    return { origin, tests, also, options: whole, server, file };
  }

  #add(options: Map<number, ToldOption>, code: number, octets: Uint8Array, origin: Origin): void {
    const made = octetsValue(code, octets);
    if (made.fault === undefined) options.set(code, { value: made.value, origin });
    else this.#notes.warn(origin, `option ${code} was not taken over`, made.fault);
  }
}

/** 0.0.0.0 stands for dnsmasq's own address. */
const SELF = 0 as NonNullable<Told['server']>;

function isForAll({ tests, also }: TaggedTold): boolean {
  return tests.length === 0 && also === undefined;
}

function isOptionWord(text: string): boolean {
  return /^\d{1,3}$/.test(text) || /^option6?:/.test(text);
}

function valueOf(code: number, values: readonly Part[]): ValueOrFault {
  // An option without a kind of its own: what the value looks like decides.
  if (optionSpec(code).name === `option-${code}`)
    return octetsValue(code, Uint8Array.from(values.flatMap((value) => [...untypedOctets(value)])));
  return standardValue(code, values);
}

/** Dotted quads are addresses, numbers as few octets as they need, pairs of hex with colons octets, all else text. */
function untypedOctets({ text, quoted }: Part): Uint8Array {
  if (quoted) return utf8Octets(text);
  const address = parseIpv4(text);
  if (address !== undefined) return ipOctets(address);
  if (/^[0-9a-f]{2}(?::[0-9a-f]{2})+$/i.test(text)) return hexOctets(text) ?? utf8Octets(text);
  const [, digits, size] = /^(\d{1,10})([bsi])?$/.exec(text) ?? [];
  const number = Number(digits);
  if (digits === undefined || number > 0xffff_ffff) return utf8Octets(text);
  const octets = { b: 1, s: 2, i: 4 }[size ?? ''] ?? (number > 65_535 ? 4 : number > 255 ? 2 : 1);
  const hex = number
    .toString(16)
    .padStart(octets * 2, '0')
    .slice(-octets * 2);
  return hexOctets(`0x${hex}`) ?? utf8Octets(text);
}
