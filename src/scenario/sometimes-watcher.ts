import type { MeasureClaim } from '../config/claim.ts';
import type { HostSpec } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import type { Instant } from '../core/time.ts';
import { compare } from './claim-watcher.ts';
import { formatMoment } from './plant.ts';
import { isReason } from './step-match.ts';
import type { Ending, MeasureWatcher, Outcome, ReasonWatcher, Watcher } from './watcher.ts';

/** What has to be seen once: seen or not, a run has not failed by it, but without it shows nothing. */
export class SometimesWatcher implements Watcher {
  readonly lasting = false;
  readonly #seen: Watcher;

  constructor(seen: Watcher) {
    this.#seen = seen;
  }

  get decided(): boolean {
    return this.#seen.decided;
  }

  judge(end: Ending): Outcome {
    const { verdict, detail } = this.#seen.judge(end);
    if (verdict === 'pass') return { verdict, detail: `seen: ${detail}` };
    return { verdict: 'inconclusive', detail: `it was not seen, so this run does not show it: ${detail}` };
  }
}

/** The first time that something was so. */
class FirstTime {
  #at: Instant | undefined;
  #what = '';

  get isThere(): boolean {
    return this.#at !== undefined;
  }

  note(at: Instant, what: string): void {
    if (this.#at !== undefined) return;
    this.#at = at;
    this.#what = what;
  }

  judge(never: string): Outcome {
    if (this.#at === undefined) return { verdict: 'fail', detail: never };
    return { verdict: 'pass', detail: `${this.#what} at ${formatMoment(this.#at)}` };
  }
}

/** A measure of any host was within a bound. */
export class MeasureSeenWatcher implements MeasureWatcher {
  readonly lasting = false;
  readonly measure: string;
  readonly #claim: MeasureClaim;
  readonly #first = new FirstTime();
  #count = 0;

  constructor(claim: MeasureClaim) {
    this.measure = claim.measure;
    this.#claim = claim;
  }

  get decided(): boolean {
    return this.#first.isThere;
  }

  measured(at: Instant, host: HostSpec, value: number): void {
    this.#count++;
    if (compare(value, this.#claim.operator, this.#claim.bound))
      this.#first.note(at, `${this.measure} of ${host.name} was ${value}`);
  }

  judge(): Outcome {
    return this.#first.judge(
      this.#count === 0
        ? `nothing measured ${this.measure}`
        : `none of ${this.#count} measures of ${this.measure} was so`,
    );
  }
}

/** Any host decided by a rule. */
export class RuleSeenWatcher implements ReasonWatcher {
  readonly lasting = false;
  readonly #wanted: { readonly rule: string; readonly words: readonly string[] };
  readonly #nameOf: (host: number) => string;
  readonly #first = new FirstTime();

  constructor(
    wanted: { readonly rule: string; readonly words: readonly string[] },
    nameOf: (host: number) => string,
  ) {
    this.#wanted = wanted;
    this.#nameOf = nameOf;
  }

  get decided(): boolean {
    return this.#first.isThere;
  }

  reason(at: Instant, host: number, rule: Rule, detail: string | undefined): void {
    if (isReason(this.#wanted, rule, detail))
      this.#first.note(at, `${this.#nameOf(host)} decided by ${rule.id}`);
  }

  judge(): Outcome {
    return this.#first.judge(`nobody decided by ${this.#wanted.rule}`);
  }
}
