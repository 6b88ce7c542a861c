import { optionSpec } from '../../codec/dhcp/registry.ts';
import type { Notes } from '../notes.ts';
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
import type { Statement, Token } from './tree.ts';

export interface OptionName {
  /** `dhcp` for those of no other space. */
  readonly space: string;
  readonly name: string;
}

interface Definition {
  readonly code: number;
  readonly shape: CustomShape | undefined;
  readonly encapsulates: string | undefined;
}

const TYPES: Readonly<Record<string, CustomType>> = {
  'ip-address': 'ip',
  'ip6-address': 'ip6',
  'integer 8': 'u8',
  'integer 16': 'u16',
  'integer 32': 'u32',
  boolean: 'bool',
  text: 'text',
  string: 'octets',
  'domain-name': 'name',
  'domain-list': 'name',
  zerolen: 'empty',
};

/** `agent.circuit-id` is of the space agent. */
export function optionName(text: string): OptionName {
  const dot = text.indexOf('.');
  return dot === -1
    ? { space: 'dhcp', name: text.toLowerCase() }
    : { space: text.slice(0, dot).toLowerCase(), name: text.slice(dot + 1).toLowerCase() };
}

/** The options and spaces that a file defines. */
export class DhcpdDefinitions {
  readonly #definitions = new Map<string, Definition>();

  /** Whether the statement defines something: `option space PXE;`, `option arch code 93 = unsigned integer 16;`. */
  define({ tokens, origin }: Statement, notes: Notes): boolean {
    const texts = tokens.map(({ text }) => text);
    if (texts[1]?.toLowerCase() === 'space') return true;
    if (texts[2]?.toLowerCase() !== 'code') return false;
    const { space, name } = optionName(texts[1] ?? '');
    const code = Number(texts[3]);
    const equals = texts.indexOf('=');
    if (!Number.isInteger(code) || code < 1 || code > 254 || equals === -1) {
      notes.warn(origin, `the definition of "${texts[1]}" was not taken over`, 'a code is 1 to 254');
      return true;
    }
    const type = texts.slice(equals + 1).map((text) => text.toLowerCase());
    const encapsulates = type[0] === 'encapsulate' ? type[1] : undefined;
    this.#definitions.set(`${space} ${name}`, { code, shape: shapeOf(type), encapsulates });
    return true;
  }

  codeOf({ space, name }: OptionName): number | undefined {
    const own = this.#definitions.get(`${space} ${name}`)?.code;
    if (own !== undefined) return own;
    const numbered = Number(/^unknown-(\d{1,3})$/.exec(name)?.[1]);
    if (numbered >= 1 && numbered <= 254) return numbered;
    return space === 'dhcp' ? optionCodeOf('dhcpd', name) : undefined;
  }

  /** The option that a space's options are put into. */
  encapsulatorOf(space: string): number | undefined {
    for (const { code, encapsulates } of this.#definitions.values()) if (encapsulates === space) return code;
    return undefined;
  }

  /** The value of an option of the space `dhcp`. */
  value(option: OptionName, code: number, tokens: readonly Token[]): ValueOrFault {
    const words = wordsOf(tokens);
    if (words === undefined) return { fault: 'its value is computed' };
    const definition = this.#definitions.get(`${option.space} ${option.name}`);
    if (definition === undefined)
      return optionSpec(code).name === `option-${code}` ? ofNoType(code, words) : standardValue(code, words);
    const octets = definition.shape && customOctets(definition.shape, words);
    return octets === undefined
      ? { fault: 'its value does not fit its definition' }
      : octetsValue(code, octets);
  }

  /** The octets of an option of another space. */
  octets(option: OptionName, tokens: readonly Token[]): Uint8Array | undefined {
    const words = wordsOf(tokens);
    const shape = this.#definitions.get(`${option.space} ${option.name}`)?.shape;
    const octets = words && shape && customOctets(shape, words);
    return octets !== undefined && octets.length <= 255 ? octets : undefined;
  }
}

function ofNoType(code: number, words: readonly ValueWord[]): ValueOrFault {
  const parts = words.map(({ text, quoted }) =>
    quoted ? Uint8Array.from(text, (each) => each.charCodeAt(0)) : hexOctets(text),
  );
  const whole = parts.filter((part) => part !== undefined);
  if (whole.length < parts.length) return { fault: 'its value is neither text nor octets' };
  return octetsValue(code, Uint8Array.from(whole.flatMap((part) => [...part])));
}

function shapeOf(type: readonly string[]): CustomShape | undefined {
  let words = type.filter((word) => word !== '{' && word !== '}' && word !== 'signed' && word !== 'unsigned');
  let isArray = false;
  if (words[0] === 'array' && words[1] === 'of') {
    isArray = true;
    words = words.slice(2);
  }
  const types: CustomType[] = [];
  for (const part of words.join(' ').split(',')) {
    const text = part
      .trim()
      .replace(/^(?:array of )/, '')
      .replace(/ compressed$/, '');
    const known = Object.hasOwn(TYPES, text) ? TYPES[text] : undefined;
    if (known === undefined) return undefined;
    types.push(known);
  }
  return { types, isArray };
}

/** The values of a statement; undefined where there is more than values. */
function wordsOf(tokens: readonly Token[]): readonly ValueWord[] | undefined {
  const words: ValueWord[] = [];
  for (const { kind, text } of tokens) {
    if (kind === 'mark' && text !== ',') return undefined;
    if (kind !== 'mark') words.push({ text, quoted: kind === 'text' });
  }
  return words;
}

/** A literal of dhcpd as octets: text in quotes, or hex with colons. */
export function literalOctets({ kind, text }: Token): Uint8Array | undefined {
  if (kind === 'text') return Uint8Array.from(text, (each) => each.charCodeAt(0));
  return /^[0-9a-f]{1,2}(?::[0-9a-f]{1,2})*$/i.test(text) ? hexOctets(text) : undefined;
}
