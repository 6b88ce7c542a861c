import type { Rule } from '../core/rules.ts';
import { CATALOGUE } from '../core/rules/catalogue.ts';
import type { Lesson } from './summary.ts';

/**
 * The rules of a run that say something is to be mended, the rarest first: a storm's repetitions explain less than
 * their cause does. `countOf` says how often a rule was given.
 */
export function lessonsOf(countOf: (rule: Rule) => number): readonly Lesson[] {
  return CATALOGUE.filter(({ fix }) => fix !== '')
    .map((rule) => ({ id: rule.id, says: rule.says, count: countOf(rule) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.count - b.count || (a.id < b.id ? -1 : 1));
}
