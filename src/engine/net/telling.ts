import type { Rule } from '../../core/rules.ts';
import type { Effects } from '../../core/service.ts';
import { type Flow, formatFlow } from './flow.ts';

/** Says why, packet by packet: each reason is told for itself, and the last one tells the whole way. */
export class Telling {
  passed = 0;
  dropped = 0;
  #said = '';

  /** A new packet. */
  begin(): void {
    this.#said = '';
  }

  /** `detail` is not looked at where nobody reads it. */
  say(effects: Effects, rule: Rule, detail: string): void {
    if (!effects.explains) return effects.because(rule);
    this.#said = this.#said === '' || detail === '' ? this.#said + detail : `${this.#said}; ${detail}`;
    effects.because(rule, this.#said);
  }

  translated(
    effects: Effects,
    rule: Rule,
    { before, later }: { readonly before: Flow; readonly later: Flow },
  ): void {
    if (!effects.explains) return effects.because(rule);
    this.say(effects, rule, `${formatFlow(before)}, now ${formatFlow(later)}`);
  }

  drop(effects: Effects, rule: Rule, detail: string): void {
    this.say(effects, rule, detail);
    effects.measure('fw.dropped', ++this.dropped);
  }

  pass(effects: Effects): void {
    effects.measure('fw.passed', ++this.passed);
  }
}
