import { DEPTH_MAX, joined, type ConditionSource } from '../boolean-parser.ts';
import { hexOctets } from '../option-values.ts';
import {
  contains,
  equals,
  isThere,
  macField,
  optionField,
  relayField,
  startsWith,
  type Expression,
  type Operand,
} from '../conditions.ts';
import { literalOctets, optionName, type DhcpdDefinitions } from './options.ts';
import type { Token } from './tree.ts';

/** What is not in the request: `known`, and classes by name have no place in an expression. */
export interface Facts {
  readonly known: Expression | undefined;
}

/** A condition of dhcpd, after `if` or `match if`. Undefined: it asks something that a scenario cannot. */
export function parseCondition(
  tokens: readonly Token[],
  definitions: DhcpdDefinitions,
  facts: Facts,
): Expression | undefined {
  const parser = new ConditionParser(tokens, definitions, facts);
  const expression = joined(parser);
  return parser.isAtEnd ? expression : undefined;
}

/** A data expression, after `match`: what subclasses give the values of. */
export function parseData(tokens: readonly Token[], definitions: DhcpdDefinitions): Operand | undefined {
  const parser = new ConditionParser(tokens, definitions, { known: undefined });
  const operand = parser.data(0);
  return parser.isAtEnd && operand !== undefined && !('ascii' in operand) ? operand : undefined;
}

/** `binary-to-ascii(16, 8, ":", x)`: octets as text, compared as the octets. */
interface Ascii {
  readonly ascii: Operand;
}

const SUBOPTIONS: Readonly<Record<string, number>> = {
  'circuit-id': 1,
  'agent-circuit-id': 1,
  'remote-id': 2,
  'agent-remote-id': 2,
  'subscriber-id': 6,
};

class ConditionParser implements ConditionSource {
  readonly #tokens: readonly Token[];
  readonly #definitions: DhcpdDefinitions;
  readonly #facts: Facts;
  #at = 0;

  constructor(tokens: readonly Token[], definitions: DhcpdDefinitions, facts: Facts) {
    this.#tokens = tokens;
    this.#definitions = definitions;
    this.#facts = facts;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  condition(): Expression | undefined {
    if (this.took('exists')) return this.#exists();
    if (this.took('known')) return this.#facts.known;
    return this.#comparison();
  }

  #exists(): Expression | undefined {
    const operand = this.#optionNamed(this.#next()?.text);
    return operand && isThere(operand);
  }

  #comparison(): Expression | undefined {
    const left = this.data(0);
    const mark = this.#next()?.text;
    if (left === undefined) return undefined;
    if (mark === '~=' || mark === '~~') return this.#pattern(left, mark);
    if (mark !== '=' && mark !== '!=') return undefined;
    const right = this.data(0);
    const same = right && sameness(left, right);
    return same === undefined || mark === '=' ? same : { kind: 'not', of: same };
  }

  /** Patterns that are a text, perhaps at the start. */
  #pattern(left: Operand | Ascii, mark: string): Expression | undefined {
    const token = this.#next();
    if ('ascii' in left || token?.kind !== 'text') return undefined;
    const text = token.text.replace(/^\^/, '').replace(/\.\*$/, '');
    // `~~` does not look at case, a scenario does.
    const hasCase = mark === '~~' && /[a-z]/i.test(text);
    if (hasCase || !/^[\w /:=,-]+$/.test(text)) return undefined;
    return token.text.startsWith('^') ? startsWith(left, text) : contains(left, text);
  }

  data(depth: number): Operand | Ascii | undefined {
    const token = this.#next();
    if (token === undefined || depth > DEPTH_MAX) return undefined;
    if (token.kind === 'text') return octetsOperand(literalOctets(token));
    switch (token.text.toLowerCase()) {
      case 'option':
      case 'config-option':
        return this.#optionNamed(this.#next()?.text);
      case 'hardware':
        return macField(1);
      case 'substring':
        return this.#part(depth, 'substring');
      case 'suffix':
        return this.#part(depth, 'suffix');
      case 'binary-to-ascii':
        return this.#ascii(depth);
      case 'encode-int':
        return this.#encoded();
      default:
        return octetsOperand(literalOctets(token));
    }
  }

  #optionNamed(text: string | undefined): Operand | undefined {
    const option = optionName(text ?? '');
    if (option.space === 'agent') {
      const code = Object.hasOwn(SUBOPTIONS, option.name) ? SUBOPTIONS[option.name] : undefined;
      return code === undefined ? undefined : relayField(code);
    }
    const code = option.space === 'dhcp' ? this.#definitions.codeOf(option) : undefined;
    return code === undefined ? undefined : optionField(code);
  }

  #part(depth: number, kind: 'substring' | 'suffix'): Operand | undefined {
    if (!this.took('(')) return undefined;
    const of = this.data(depth + 1);
    if (of === undefined || 'ascii' in of || !this.took(',')) return undefined;
    const first = Number(this.#next()?.text);
    if (kind === 'suffix')
      return this.took(')') && first > 0 && Number.isInteger(first)
        ? { kind: 'part', of, start: -first, length: first }
        : undefined;
    if (!this.took(',')) return undefined;
    const length = Number(this.#next()?.text);
    if (!this.took(')') || !Number.isInteger(first) || first < 0 || !(length > 0)) return undefined;
    return { kind: 'part', of, start: first, length };
  }

  #ascii(depth: number): Ascii | undefined {
    if (!this.took('(')) return undefined;
    const base = this.#next()?.text;
    if (!this.took(',')) return undefined;
    const width = this.#next()?.text;
    if (!this.took(',')) return undefined;
    const separator = this.#next();
    if (!this.took(',')) return undefined;
    const of = this.data(depth + 1);
    if (of === undefined || 'ascii' in of || !this.took(')')) return undefined;
    return base === '16' && width === '8' && separator?.text === ':' ? { ascii: of } : undefined;
  }

  #encoded(): Operand | undefined {
    if (!this.took('(')) return undefined;
    const value = Number(this.#next()?.text);
    if (!this.took(',')) return undefined;
    const bits = Number(this.#next()?.text);
    if (!this.took(')') || ![8, 16, 32].includes(bits) || !(value >= 0 && value < 2 ** bits))
      return undefined;
    return octetsOperand(hexOctets(`0x${value.toString(16).padStart(bits / 4, '0')}`));
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  took(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.kind === 'text' || token.text.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }
}

function octetsOperand(octets: Uint8Array | undefined): Operand | undefined {
  return octets && { kind: 'octets', octets };
}

function sameness(left: Operand | Ascii, right: Operand | Ascii): Expression | undefined {
  if ('ascii' in left && 'ascii' in right) return equals(left.ascii, right.ascii);
  if ('ascii' in right) return sameness(right, left);
  if (!('ascii' in left)) return 'ascii' in right ? undefined : equals(left, right);
  if (right.kind !== 'octets') return undefined;
  // 0:10:18 is written without the zeros before it.
  const octets = hexOctets(String.fromCharCode(...right.octets.subarray(0, 1_000)));
  return octets && equals(left.ascii, { kind: 'octets', octets });
}
