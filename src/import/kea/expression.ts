import { optionSpec } from '../../codec/dhcp/registry.ts';
import { utf8Octets } from '../../core/text.ts';
import { DEPTH_MAX, joined, type ConditionSource } from '../boolean-parser.ts';
import {
  ALWAYS,
  equals,
  is,
  isThere,
  macField,
  optionField,
  relayField,
  type Expression,
  type Operand,
} from '../conditions.ts';
import { hexOctets } from '../option-values.ts';
import { optionCodeOf } from '../option-names.ts';

/** What `member('name')` means; undefined: nobody can say. */
export type ClassLookup = (name: string) => Expression | undefined;

const TOKEN =
  /\s*(?:(0x[0-9a-fA-F]+)|('[^']*')|(==|[()[\],.+])|(-?\d+(?:\.\d+){3}|-?\d+)|([A-Za-z_][A-Za-z0-9_-]*))/y;
const TEXT_MAX = 20_000;

/** Kea's test of a client class. Undefined: it asks something that a scenario cannot. */
export function parseKeaTest(text: string, lookup: ClassLookup): Expression | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined) return undefined;
  const parser = new TestParser(tokens, lookup);
  const expression = joined(parser);
  return parser.isAtEnd ? expression : undefined;
}

function tokensOf(text: string): readonly string[] | undefined {
  if (text.length > TEXT_MAX) return undefined;
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = text.trimEnd();
  while (TOKEN.lastIndex < trimmed.length) {
    const found = TOKEN.exec(trimmed);
    if (found === null) {
      TOKEN.lastIndex = 0;
      return undefined;
    }
    tokens.push(found[0].trim());
  }
  return tokens;
}

class TestParser implements ConditionSource {
  readonly #tokens: readonly string[];
  readonly #lookup: ClassLookup;
  #at = 0;

  constructor(tokens: readonly string[], lookup: ClassLookup) {
    this.#tokens = tokens;
    this.#lookup = lookup;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  condition(): Expression | undefined {
    return this.took('member') ? this.#member() : this.#comparison();
  }

  #member(): Expression | undefined {
    if (!this.took('(')) return undefined;
    const name = this.#quoted();
    return name !== undefined && this.took(')') ? this.#lookup(name) : undefined;
  }

  #comparison(): Expression | undefined {
    const left = this.#operand(0);
    if (left === undefined) return undefined;
    if (this.took('.') && this.took('exists')) return isThere(left);
    if (!this.took('==')) return undefined;
    const right = this.#operand(0);
    return right && equals(left, right);
  }

  #operand(depth: number): Operand | undefined {
    if (depth > DEPTH_MAX) return undefined;
    const token = this.#tokens[this.#at++] ?? '';
    if (token.startsWith("'")) return { kind: 'octets', octets: utf8Octets(token.slice(1, -1)) };
    if (token.startsWith('0x')) {
      const octets = hexOctets(token.length % 2 === 0 ? token : `0x0${token.slice(2)}`);
      return octets && { kind: 'octets', octets };
    }
    switch (token) {
      case 'option':
        return this.#option();
      case 'relay4': {
        const code = Number(this.#subscript());
        return this.#form(relayField(code));
      }
      case 'pkt4':
        return this.took('.') && this.took('mac') ? macField() : undefined;
      case 'substring':
        return this.#substring(depth);
      default:
        return undefined;
    }
  }

  /** `option[60].hex`, `option[vendor-class-identifier].text`, `option[82].option[1].hex`. */
  #option(): Operand | undefined {
    const word = this.#subscript() ?? '';
    const code = /^\d+$/.test(word) ? Number(word) : optionCodeOf('kea', word);
    if (code === 82 && this.#tokens[this.#at + 1] === 'option') {
      this.#at += 2;
      return this.#form(relayField(Number(this.#subscript())));
    }
    if (code === undefined || code < 1 || code > 254) return undefined;
    // The text of an option that is no text is Kea's own description of it, which nobody compares with.
    const isOddText = this.#tokens[this.#at + 1] === 'text' && optionSpec(code).kind !== 'text';
    return isOddText ? undefined : this.#form(optionField(code));
  }

  /** `.hex` or `.text`; `.exists` is left for who compares. */
  #form(operand: Operand | undefined): Operand | undefined {
    if (this.#tokens[this.#at] === '.' && this.#tokens[this.#at + 1] === 'exists') return operand;
    if (!this.took('.')) return undefined;
    return this.took('hex') || this.took('text') ? operand : undefined;
  }

  #subscript(): string | undefined {
    if (!this.took('[')) return undefined;
    const word = this.#tokens[this.#at++];
    return this.took(']') ? word : undefined;
  }

  #substring(depth: number): Operand | undefined {
    if (!this.took('(')) return undefined;
    const of = this.#operand(depth + 1);
    if (of === undefined || !this.took(',')) return undefined;
    const start = Number(this.#tokens[this.#at++]);
    if (!this.took(',')) return undefined;
    const word = this.#tokens[this.#at++] ?? '';
    const length = word === 'all' ? Infinity : Number(word);
    if (!this.took(')') || !Number.isInteger(start) || !(length > 0)) return undefined;
    return { kind: 'part', of, start, length };
  }

  #quoted(): string | undefined {
    const token = this.#tokens[this.#at++];
    return token?.startsWith("'") === true ? token.slice(1, -1) : undefined;
  }

  took(word: string): boolean {
    if (this.#tokens[this.#at] !== word) return false;
    this.#at++;
    return true;
  }
}

const VENDOR_CLASS = 'VENDOR_CLASS_';

/** Classes that Kea makes itself; undefined for those that a scenario cannot ask for. */
export function builtInClass(name: string): Expression | undefined {
  if (name === 'ALL') return ALWAYS;
  if (!name.startsWith(VENDOR_CLASS)) return undefined;
  const value = name.slice(VENDOR_CLASS.length);
  return /^[\x20-\x7e]+$/.test(value) && !/[*?]/.test(value)
    ? is('vendor-class-identifier', value)
    : undefined;
}
