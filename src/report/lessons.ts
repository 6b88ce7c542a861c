import type { HostSpec, Trace } from '../core/driver.ts';
import { RULE_INDEXES } from '../core/rules.ts';
import type { Rule } from '../core/rules.ts';
import { CMTS } from '../core/rules/cmts.ts';
import { MODEM } from '../core/rules/modem.ts';
import { CATALOGUE } from '../core/rules/catalogue.ts';
import type { Instant } from '../core/time.ts';
import type { Lesson } from './summary.ts';

/** Given in every good boot, too: what a CMTS sees in passing, what a modem does without. */
const HARMLESS: ReadonlySet<Rule> = new Set([
  CMTS.sawDiscover,
  CMTS.sawAck,
  CMTS.sawTime,
  CMTS.sawDownload,
  MODEM.missingOptional,
  MODEM.tftpFrom125,
]);

/** Whether a rule says that something is to be mended. */
export function isTrouble(rule: Rule): boolean {
  return rule.fix !== '' && !HARMLESS.has(rule);
}

/**
 * The rules of a run that say something is to be mended, the rarest first: a storm's repetitions explain less than
 * their cause does. `countOf` says how often a rule was given.
 */
export function lessonsOf(countOf: (rule: Rule) => number): readonly Lesson[] {
  return CATALOGUE.filter(isTrouble)
    .map((rule) => ({ id: rule.id, says: rule.says, count: countOf(rule) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.count - b.count || (a.id < b.id ? -1 : 1));
}

/** Counts the rules where a driver does not; the simulation does, for nothing. */
export class RuleCounter implements Trace {
  readonly #counts = new Float64Array(RULE_INDEXES);

  because(_at: Instant, _host: HostSpec, rule: Rule): void {
    this.#counts[rule.index] = this.countOf(rule) + 1;
  }

  countOf(rule: Rule): number {
    return this.#counts[rule.index] ?? 0;
  }
}
