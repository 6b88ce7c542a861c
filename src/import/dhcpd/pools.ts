import { parseIpv4 } from '../../core/address.ts';
import { ALWAYS, testOf, type DraftTest, type Expression } from '../conditions.ts';
import type { DraftRange } from '../draft.ts';
import type { Notes, Origin } from '../notes.ts';
import type { DhcpdContext, Scope } from './scope.ts';
import type { Settings } from './settings.ts';
import type { Statement } from './tree.ts';

/** The `allow` and `deny` of a pool, as words. */
export interface Permits {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** A part of a network's addresses. */
export interface Part {
  readonly origin: Origin;
  readonly about: string;
  readonly ranges: readonly DraftRange[];
  /** A pool's own; undefined: the network's. */
  readonly settings: Settings | undefined;
  readonly permits: Permits;
}

/** `range [dynamic-bootp] first [last];` */
export function rangeOf({ tokens, origin }: Statement, notes: Notes): DraftRange | undefined {
  const words = tokens.slice(1).map(({ text }) => text);
  if (words[0]?.toLowerCase() === 'dynamic-bootp') {
    words.shift();
    notes.say(origin, 'BOOTP clients have addresses that are reserved only', 'add reservations: for them');
  }
  const first = parseIpv4(words[0] ?? '');
  const last = words[1] === undefined ? first : parseIpv4(words[1]);
  if (first !== undefined && last !== undefined && words.length <= 2 && first >>> 0 <= last >>> 0)
    return { first, last, origin };
  notes.warn(
    origin,
    `the range "${words.join(' ')}" was not taken over`,
    'it is two addresses, the lower first',
  );
  return undefined;
}

/** `members of "x"`, `unknown-clients` and the like, in small letters but for the name. */
export function permitOf({ tokens }: Statement): string {
  const words = tokens.slice(1).map(({ text }) => text);
  if (words[0]?.toLowerCase() === 'members') return `members of ${words.slice(2).join(' ')}`;
  return words.join(' ').toLowerCase().replace(' clients', '-clients');
}

/** Who a part is for; undefined after a note: then its addresses are given to nobody. */
export function guardOf(part: Part, scope: Scope, context: DhcpdContext): DraftTest | undefined {
  const { permits, origin } = part;
  const allow = permits.allow.filter((permit) => permit !== 'dynamic bootp-clients');
  const deny = permits.deny.filter((permit) => permit !== 'dynamic bootp-clients');
  const of: (Expression | undefined)[] = [];
  if (allow.length > 0) of.push(anyOf(allow, context));
  for (const permit of deny) of.push(negation(permitted(permit, context)));
  const saysKnown = [...allow, ...deny].some((permit) => permit.endsWith('known-clients'));
  if (scope.knownOnly && !saysKnown) of.push(permitted('known-clients', context));
  const known = of.filter((each) => each !== undefined);
  const test = known.length < of.length ? undefined : testOf({ kind: 'and', of: [ALWAYS, ...known] });
  if (test !== undefined && test !== 'nobody') return test;
  if (part.ranges.length > 0) {
    const words = [...allow.map((each) => `allow ${each}`), ...deny.map((each) => `deny ${each}`)];
    const who = words.length === 0 ? 'known clients' : `"${words.join('; ')}"`;
    if (test === 'nobody') context.notes.warn(origin, `the range was left out: ${who} is nobody`);
    else
      context.notes.warn(
        origin,
        `the range was left out: who ${who} is cannot be said here`,
        'write range: and when: for it by hand',
      );
  }
  return undefined;
}

function anyOf(permits: readonly string[], context: DhcpdContext): Expression | undefined {
  const of = permits.map((permit) => permitted(permit, context));
  const known = of.filter((each) => each !== undefined);
  return known.length === of.length ? { kind: 'or', of: known } : undefined;
}

function negation(of: Expression | undefined): Expression | undefined {
  return of && { kind: 'not', of };
}

function permitted(permit: string, { classes, known }: DhcpdContext): Expression | undefined {
  if (permit.startsWith('members of ')) return classes.expressionOf(permit.slice('members of '.length));
  switch (permit) {
    case 'all-clients':
      return ALWAYS;
    case 'known-clients':
      return known ?? { kind: 'never' };
    case 'unknown-clients':
      return { kind: 'not', of: known ?? { kind: 'never' } };
    default:
      return undefined;
  }
}
