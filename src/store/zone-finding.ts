import type { Place } from '../codec/dns/zone-text.ts';
import type { Rule } from '../core/rules.ts';

/** `error`: strict loading refuses the zone. `warning`: it is served, and does not do what was meant. `notice`: worth knowing. */
export type Severity = 'error' | 'warning' | 'notice';

/** One thing that is wrong with a zone, or better otherwise. */
export interface ZoneFinding {
  readonly severity: Severity;
  readonly rule: Rule;
  /** Undefined: the zone as a whole. */
  readonly place: Place | undefined;
  /** What was found: a name, a record. */
  readonly found: string;
  /** What should stand there. */
  readonly expected: string;
}
