import { optionSpec } from '../codec/dhcp/registry.ts';
import { toHex } from '../core/bytes.ts';
import { latin1Octets, latin1Text } from '../core/text.ts';

/** One thing asked of a client, as a scenario file has it under `when:`. */
export interface DraftCondition {
  /** An option's name, `circuit-id`, `remote-id`, `subscriber-id`, `mac` or `member`. */
  readonly key: string;
  readonly match: string | { readonly hex: string } | { readonly 'hex-start': string };
}

/** `when:` and `unless:`: any list, all of it. */
export interface DraftTest {
  readonly when: readonly (readonly DraftCondition[])[];
  readonly unless: readonly (readonly DraftCondition[])[];
}

/** A question about a client as another server's language asks it. */
export type Expression =
  | { readonly kind: 'is'; readonly condition: DraftCondition }
  | { readonly kind: 'always' | 'never' }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] };

/** What such a language compares: a field of the request, a part of one, or octets that stand in the file. */
export type Operand =
  | { readonly kind: 'field'; readonly key: string; readonly octetsBefore?: number }
  | {
      readonly kind: 'part';
      readonly of: Operand;
      /** From 0; negative: from the end. */
      readonly start: number;
      /** Infinity: to the end. */
      readonly length: number;
    }
  | { readonly kind: 'octets'; readonly octets: Uint8Array };

export function optionField(code: number): Operand {
  return { kind: 'field', key: optionSpec(code).name };
}

/** By sub-option of option 82; undefined for those that a scenario cannot ask for. */
export function relayField(code: number): Operand | undefined {
  const key = ({ 1: 'circuit-id', 2: 'remote-id', 6: 'subscriber-id' } as const)[code];
  return key === undefined ? undefined : { kind: 'field', key };
}

/** The hardware address; ISC's `hardware` has the octet of its type before it. */
export function macField(octetsBefore = 0): Operand {
  return { kind: 'field', key: 'mac', octetsBefore };
}

export const ALWAYS: Expression = { kind: 'always' };
const NEVER: Expression = { kind: 'never' };

export function isThere(operand: Operand): Expression | undefined {
  return operand.kind === 'field' ? is(operand.key, '*') : undefined;
}

/** `a = b`; undefined where a scenario cannot say it. */
export function equals(a: Operand, b: Operand): Expression | undefined {
  if (a.kind === 'octets') return b.kind === 'octets' ? undefined : equals(b, a);
  if (b.kind !== 'octets') return asMember(a, b) ?? asMember(b, a);
  if (a.kind === 'field') return matching(a, { start: 0, length: Infinity, octets: b.octets });
  const { of, start, length } = a;
  if (of.kind !== 'field' || !Number.isInteger(start) || length < 1) return undefined;
  return matching(of, { start, length, octets: b.octets });
}

/** A client whose own address is the remote id of its relay is the modem. */
function asMember(a: Operand, b: Operand): Expression | undefined {
  const isRemoteId = b.kind === 'field' && b.key === 'remote-id';
  return isRemoteId && isWholeMac(a) ? is('member', 'modem') : undefined;
}

function isWholeMac(operand: Operand): boolean {
  if (operand.kind === 'field') return operand.key === 'mac' && (operand.octetsBefore ?? 0) === 0;
  if (operand.kind !== 'part') return false;
  const { of, start, length } = operand;
  return of.kind === 'field' && of.key === 'mac' && start === (of.octetsBefore ?? 0) && length >= 6;
}

/** What fits in one option. */
const OPTION_OCTETS_MAX = 255;

interface Wanted {
  readonly start: number;
  readonly length: number;
  readonly octets: Uint8Array;
}

function matching(
  { key, octetsBefore = 0 }: Extract<Operand, { readonly kind: 'field' }>,
  { start, length, octets }: Wanted,
): Expression | undefined {
  if (octets.length === 0 || octets.length > OPTION_OCTETS_MAX || start > OPTION_OCTETS_MAX) return undefined;
  // A part of n octets is never more than n.
  if (octets.length > length) return NEVER;
  if (key === 'mac') return matchingMac({ start: start - octetsBefore, length, octets }, octetsBefore);
  const isOpen = octets.length === length;
  if (start < 0)
    return -start === octets.length && isText(octets) ? is(key, `*${latin1Text(octets)}`) : undefined;
  if (isText(octets)) return is(key, `${'?'.repeat(start)}${latin1Text(octets)}${isOpen ? '*' : ''}`);
  if (start !== 0) return undefined;
  const hex = toHex(octets);
  return { kind: 'is', condition: { key, match: isOpen ? { 'hex-start': hex } : { hex } } };
}

/** Hardware addresses are matched as text: `00:10:18:*`. */
function matchingMac({ start, length, octets }: Wanted, octetsBefore: number): Expression | undefined {
  // The type before the address: 1 is Ethernet, of which all addresses here are.
  const own = start < 0 ? octets.subarray(-start) : octets;
  if (start < 0 && (start !== -octetsBefore || octets[0] !== 1)) return undefined;
  const at = Math.max(start, 0);
  if (own.length === 0) return ALWAYS;
  const isWhole = at + own.length === 6;
  if (at + own.length > 6 || (!isWhole && octets.length < length)) return undefined;
  return is('mac', `${'??:'.repeat(at)}${toHex(own, ':')}${isWhole ? '' : ':*'}`);
}

/** `*text*`, for servers that ask whether an option has a text in it. */
export function contains(operand: Operand, text: string): Expression | undefined {
  const octets = latin1Octets(text);
  if (operand.kind !== 'field' || octets === undefined || !isText(octets)) return undefined;
  return octets.length > OPTION_OCTETS_MAX ? undefined : is(operand.key, `*${text}*`);
}

export function startsWith(operand: Operand, text: string): Expression | undefined {
  const octets = latin1Octets(text);
  if (operand.kind !== 'field' || octets === undefined || !isText(octets)) return undefined;
  return octets.length > OPTION_OCTETS_MAX ? undefined : is(operand.key, `${text}*`);
}

export function is(key: string, match: DraftCondition['match']): Expression {
  return { kind: 'is', condition: { key, match } };
}

/** Printable, and without what a pattern gives a meaning to. */
function isText(octets: Uint8Array): boolean {
  return octets.every((octet) => octet >= 0x20 && octet < 0x7f && octet !== 0x2a && octet !== 0x3f);
}

interface Term {
  readonly positive: readonly DraftCondition[];
  readonly negative: readonly DraftCondition[];
}

/** What `when:` of a scenario may have. */
const TERMS_MAX = 1_024;

/**
 * The tests that are true when the expression is: several where one `when:` and `unless:` cannot say it. Empty: it never is.
 * Undefined: a scenario cannot say it.
 */
export function testsOf(expression: Expression): readonly DraftTest[] | undefined {
  return plainTest(expression) ?? testsOfTerms(expression);
}

/** What holds and not what else holds, where that is all there is: one test. */
function plainTest(expression: Expression): readonly DraftTest[] | undefined {
  const parts = expression.kind === 'and' ? expression.of : [expression];
  const wanted = parts.filter(({ kind }) => kind !== 'not');
  const unwanted = parts.flatMap((part) => (part.kind === 'not' ? [part.of] : []));
  const when = termsOf({ kind: 'and', of: wanted }, true);
  const unless = termsOf({ kind: 'or', of: unwanted }, true);
  if (when === undefined || unless === undefined) return undefined;
  if ([...when, ...unless].some(({ negative }) => negative.length > 0)) return undefined;
  if (when.length === 0 || unless.some(({ positive }) => positive.length === 0)) return [];
  const isOpen = when.some(({ positive }) => positive.length === 0);
  return [
    {
      when: isOpen ? [] : when.map(({ positive }) => positive),
      unless: unless.map(({ positive }) => positive),
    },
  ];
}

function testsOfTerms(expression: Expression): readonly DraftTest[] | undefined {
  const terms = termsOf(expression, true);
  if (terms === undefined) return undefined;
  const groups = new Map<
    string,
    { readonly when: DraftCondition[][]; readonly negative: Term['negative'] }
  >();
  for (const { positive, negative } of terms) {
    const key = JSON.stringify(negative);
    const group = groups.get(key) ?? { when: [], negative };
    groups.set(key, group);
    group.when.push([...positive]);
  }
  return [...groups.values()].map(({ when, negative }) => ({
    // A list that asks nothing is true of everybody.
    when: when.some((all) => all.length === 0) ? [] : when,
    unless: negative.map((condition) => [condition]),
  }));
}

/** Whether a test is true of everybody. */
export function isOpenToAll({ when, unless }: DraftTest): boolean {
  return when.length === 0 && unless.length === 0;
}

/** The one test of an expression; `nobody`: it is never true. Undefined: a scenario cannot say it. */
export function testOf(expression: Expression | undefined): DraftTest | 'nobody' | undefined {
  const tests = expression && testsOf(expression);
  if (tests === undefined) return undefined;
  const [test, ...more] = tests;
  if (test === undefined) return 'nobody';
  return more.length === 0 ? test : undefined;
}

function termsOf(expression: Expression, holds: boolean): readonly Term[] | undefined {
  switch (expression.kind) {
    case 'always':
    case 'never':
      return (expression.kind === 'always') === holds ? [{ positive: [], negative: [] }] : [];
    case 'is':
      return [
        holds
          ? { positive: [expression.condition], negative: [] }
          : { positive: [], negative: [expression.condition] },
      ];
    case 'not':
      return termsOf(expression.of, !holds);
    default: {
      const of = expression.kind === 'and' ? tidied(expression.of) : expression.of;
      const parts = of.map((part) => termsOf(part, holds));
      return (expression.kind === 'and') === holds ? product(parts) : sum(parts);
    }
  }
}

/** That an option is there need not be asked beside what it is. */
function tidied(of: readonly Expression[]): readonly Expression[] {
  const asked = new Set(
    of.flatMap((part) => (part.kind === 'is' && part.condition.match !== '*' ? [part.condition.key] : [])),
  );
  return of.filter(
    (part) => part.kind !== 'is' || part.condition.match !== '*' || !asked.has(part.condition.key),
  );
}

function sum(parts: readonly (readonly Term[] | undefined)[]): readonly Term[] | undefined {
  const terms: Term[] = [];
  for (const part of parts) {
    if (part === undefined || terms.length + part.length > TERMS_MAX) return undefined;
    terms.push(...part);
  }
  return terms;
}

function product(parts: readonly (readonly Term[] | undefined)[]): readonly Term[] | undefined {
  let terms: readonly Term[] = [{ positive: [], negative: [] }];
  for (const part of parts) {
    if (part === undefined || terms.length * part.length > TERMS_MAX) return undefined;
    const joined: Term[] = [];
    for (const left of terms)
      for (const right of part) {
        const positive = unique([...left.positive, ...right.positive]);
        // One map has one value for each key: two questions about one field have no place.
        if (new Set(positive.map(({ key }) => key)).size < positive.length) return undefined;
        joined.push({ positive, negative: unique([...left.negative, ...right.negative]) });
      }
    terms = joined;
  }
  return terms;
}

function unique(conditions: readonly DraftCondition[]): readonly DraftCondition[] {
  const seen = new Set<string>();
  return conditions.filter((condition) => {
    const key = JSON.stringify(condition);
    return !seen.has(key) && seen.add(key);
  });
}

/** Whether nobody whom `outer` lets in can be of `inner`, as far as the two say it in the same words. */
export function excludes(outer: DraftTest, inner: DraftTest): boolean {
  const [only, ...more] = outer.when;
  const isLeftOut = (all: readonly DraftCondition[]): boolean =>
    outer.unless.some((unwanted) => includesAll(all, unwanted));
  if (inner.when.length > 0 && inner.when.every(isLeftOut)) return true;
  return (
    only !== undefined && more.length === 0 && inner.unless.some((unwanted) => includesAll(only, unwanted))
  );
}

function includesAll(all: readonly DraftCondition[], some: readonly DraftCondition[]): boolean {
  const texts = new Set(all.map((condition) => JSON.stringify(condition)));
  return some.every((condition) => texts.has(JSON.stringify(condition)));
}
