import type { Expression } from './conditions.ts';

/** Deeper nesting than any configuration has is not understood, and costs no stack. */
export const DEPTH_MAX = 32;

/** What `or`, `and`, `not` and parentheses need of the parser whose conditions they join. */
export interface ConditionSource {
  /** Takes the next token if it is this word or mark. */
  took(word: string): boolean;
  /** One condition without `or`, `and`, `not` or parentheses around it. */
  condition(): Expression | undefined;
}

/** Conditions joined as dhcpd and Kea join them: `not` before `and` before `or`. Undefined: something is not understood. */
export function joined(source: ConditionSource, depth = 0): Expression | undefined {
  const and = (): Expression | undefined => chain(source, 'and', () => negated(source, depth));
  return chain(source, 'or', and);
}

function chain(
  source: ConditionSource,
  word: 'and' | 'or',
  next: () => Expression | undefined,
): Expression | undefined {
  const of: Expression[] = [];
  do {
    const one = next();
    if (one === undefined) return undefined;
    of.push(one);
  } while (source.took(word));
  return of.length === 1 ? of[0] : { kind: word, of };
}

function negated(source: ConditionSource, depth: number): Expression | undefined {
  if (depth > DEPTH_MAX) return undefined;
  if (source.took('not')) {
    const of = negated(source, depth + 1);
    return of && { kind: 'not', of };
  }
  if (source.took('(')) {
    const inner = joined(source, depth + 1);
    return source.took(')') ? inner : undefined;
  }
  return source.condition();
}
