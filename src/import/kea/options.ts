import { encodeSuboptions, type Suboption } from '../../codec/dhcp/option/suboptions.ts';
import { encodeEnterprises } from '../../codec/dhcp/option/vivso.ts';
import { optionSpec } from '../../codec/dhcp/registry.ts';
import { utf8Octets } from '../../core/text.ts';
import type { Told, ToldOption } from '../draft.ts';
import type { Notes, Origin } from '../notes.ts';
import { optionCodeOf } from '../option-names.ts';
import {
  customOctets,
  hexOctets,
  octetsValue,
  standardValue,
  type CustomShape,
  type CustomType,
  type ValueOrFault,
  type ValueWord,
} from '../option-values.ts';
import type { KeaObject } from './object.ts';

const VENDOR_SPACE = 'vendor-encapsulated-options-space';
const VENDOR_OPTIONS = 43;
const VENDOR_SPECIFIC = 125;

const TYPES: Readonly<Record<string, CustomType>> = {
  'ipv4-address': 'ip',
  'ipv6-address': 'ip6',
  uint8: 'u8',
  int8: 'u8',
  uint16: 'u16',
  int16: 'u16',
  uint32: 'u32',
  int32: 'u32',
  boolean: 'bool',
  string: 'text',
  binary: 'octets',
  fqdn: 'name',
  empty: 'empty',
};

interface Definition {
  readonly code: number;
  readonly shape: CustomShape | undefined;
  readonly encapsulates: string | undefined;
}

/** The definitions of a file's own options, by space and name. */
export class KeaDefinitions {
  readonly #byName = new Map<string, Definition>();
  readonly #byCode = new Map<string, Definition>();

  add(definition: KeaObject, notes: Notes): void {
    const name = definition.text('name');
    const code = definition.number('code');
    const type = definition.text('type') ?? '';
    const space = definition.text('space') ?? 'dhcp4';
    const isArray = definition.bool('array') ?? false;
    const records = definition.text('record-types') ?? '';
    const encapsulates = definition.text('encapsulate');
    definition.done();
    if (name === undefined || code === undefined)
      return notes.warn(definition.origin, 'the definition was not taken over', 'it has a name and a code');
    const names = type === 'record' ? records.split(',').map((each) => each.trim()) : [type];
    const types = names.map((each) => (Object.hasOwn(TYPES, each) ? TYPES[each] : undefined));
    const whole = types.filter((each) => each !== undefined);
    const shape = whole.length === types.length ? { types: whole, isArray } : undefined;
    const made = { code, shape, encapsulates };
    this.#byName.set(`${space} ${name}`, made);
    this.#byCode.set(`${space} ${code}`, made);
  }

  find(space: string, name: string | undefined, code: number | undefined): Definition | undefined {
    const own = name === undefined ? undefined : this.#byName.get(`${space} ${name}`);
    return own ?? (code === undefined ? undefined : this.#byCode.get(`${space} ${code}`));
  }
}

/** What one level's `option-data`, `next-server` and `boot-file-name` tell. */
export function toldBy(object: KeaObject, definitions: KeaDefinitions, notes: Notes): Told {
  const options = new Map<number, ToldOption>();
  const vendor: (Suboption & { readonly origin: Origin })[] = [];
  const enterprises = new Map<number, { readonly list: Suboption[]; readonly origin: Origin }>();
  for (const data of object.objects('option-data')) {
    const read = readData(data, definitions, notes);
    if (read === undefined) continue;
    const { space, code, value, origin } = read;
    if (space === 'dhcp4') options.set(code, { value, origin });
    else {
      const octets = hexOf(value);
      const enterprise = Number(/^vendor-(\d+)$/.exec(space)?.[1]);
      if (octets === undefined) notes.warn(origin, `the option of space "${space}" was not taken over`);
      else if (space === VENDOR_SPACE) vendor.push({ code, octets, origin });
      else if (enterprise > 0 && enterprise <= 0xffff_ffff) {
        const group = enterprises.get(enterprise) ?? { list: [], origin };
        enterprises.set(enterprise, group);
        group.list.push({ code, octets });
      } else
        notes.warn(origin, `the option of space "${space}" was not taken over`, 'headend does not know it');
    }
  }
  const [first] = vendor;
  if (first !== undefined) add(options, VENDOR_OPTIONS, encodeSuboptions(vendor), first.origin, notes);
  const [group] = enterprises.values();
  if (group !== undefined) {
    const list = [...enterprises].map(([enterprise, each]) => ({
      enterprise,
      octets: encodeSuboptions(each.list),
    }));
    if (list.every(({ octets }) => octets.length <= 255)) {
      add(options, VENDOR_SPECIFIC, encodeEnterprises(list), group.origin, notes);
      notes.say(
        group.origin,
        'option 125 is sent to who asks for it in option 55',
        'Kea looks into its own option 125',
      );
    } else notes.warn(group.origin, 'option 125 was not taken over', 'it has more octets than fit');
  }
  const name = object.text('server-hostname');
  if (name !== undefined)
    notes.warn(
      object.place('server-hostname'),
      '"server-hostname" was not taken over',
      'headend leaves the field sname empty; a name can go into option 66',
    );
  return { options, server: object.address('next-server'), file: object.text('boot-file-name') };
}

function add(
  options: Map<number, ToldOption>,
  code: number,
  octets: Uint8Array,
  origin: Origin,
  notes: Notes,
): void {
  const made = octetsValue(code, octets);
  if (made.fault === undefined) options.set(code, { value: made.value, origin });
  else notes.warn(origin, `option ${code} was not taken over`, made.fault);
}

function hexOf(value: unknown): Uint8Array | undefined {
  const isHex =
    typeof value === 'object' && value !== null && 'hex' in value && typeof value.hex === 'string';
  return isHex ? hexOctets(String(value.hex)) : undefined;
}

interface Data {
  readonly space: string;
  readonly code: number;
  readonly value: ToldOption['value'];
  readonly origin: Origin;
}

function readData(data: KeaObject, definitions: KeaDefinitions, notes: Notes): Data | undefined {
  const { origin } = data;
  const name = data.text('name');
  const given = data.number('code');
  const space = data.text('space') ?? 'dhcp4';
  const text = data.text('data') ?? '';
  const isCsv = data.bool('csv-format') ?? true;
  if (data.bool('always-send') === true)
    notes.warn(
      data.place('always-send'),
      '"always-send" was not taken over',
      'headend sends an option to who asks for it in option 55, and all to who sends no option 55',
    );
  if (data.bool('never-send') === true) {
    notes.warn(data.place('never-send'), 'the option with "never-send" was left out');
    return undefined;
  }
  data.done();
  const definition = definitions.find(space, name, given);
  const code =
    given ??
    definition?.code ??
    (space === 'dhcp4' && name !== undefined ? optionCodeOf('kea', name) : undefined);
  if (code === undefined || !Number.isInteger(code) || code < 1 || code > 254) {
    notes.warn(origin, `the option "${name ?? given}" was not taken over`, 'there is no such DHCP option');
    return undefined;
  }
  // Kea has option 43 without data, and fills it from its space.
  if (space === 'dhcp4' && text === '' && code === VENDOR_OPTIONS) return undefined;
  const made = isCsv ? fromCsv(space, code, text, definition) : fromOctets(space, code, text);
  if (made.fault === undefined) return { space, code, value: made.value, origin };
  notes.warn(origin, `the option "${name ?? code}" was not taken over`, made.fault);
  return undefined;
}

function fromCsv(
  space: string,
  code: number,
  text: string,
  definition: Definition | undefined,
): ValueOrFault {
  const words = splitCsv(text);
  if (definition === undefined) {
    if (space === 'dhcp4') {
      if (optionSpec(code).name === `option-${code}`) return fromOctets(space, code, text);
      return standardValue(code, words);
    }
    return fromOctets(space, code, text);
  }
  const octets = definition.shape && customOctets(definition.shape, words);
  if (octets === undefined) return { fault: 'its data do not fit its definition' };
  return space === 'dhcp4' ? octetsValue(code, octets) : anyOctets(octets);
}

/** Hex, or text in single quotes. */
function fromOctets(space: string, code: number, text: string): ValueOrFault {
  const quoted = /^\s*'(.*)'\s*$/s.exec(text)?.[1];
  const octets = quoted === undefined ? hexOctets(text.trim()) : utf8Octets(quoted);
  if (octets === undefined) return { fault: 'its data are neither hex nor text in single quotes' };
  return space === 'dhcp4' ? octetsValue(code, octets) : anyOctets(octets);
}

/** A sub-option's octets, still without a code of their own. */
function anyOctets(octets: Uint8Array): ValueOrFault {
  if (octets.length > 255) return { fault: `it has ${octets.length} octets, more than fit` };
  return { value: { hex: [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join('') } };
}

/** By commas that no backslash stands before. */
function splitCsv(text: string): readonly ValueWord[] {
  if (text === '') return [];
  return text.split(/(?<!\\),/).map((part) => ({ text: part.replaceAll('\\,', ',').trim(), quoted: false }));
}
