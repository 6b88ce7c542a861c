import { type Name, formatName } from '../codec/dns/name.ts';
import { typeName } from '../codec/dns/registry.ts';
import { DNSSEC } from '../core/rules/dnssec.ts';
import type { Effects } from '../core/service.ts';
import type { Epoch, Instant } from '../core/time.ts';
import { KeyCache } from '../engine/dnssec/key-cache.ts';
import type { Asking, TrustAnchor } from '../engine/dnssec/key-chain.ts';
import { secondsAt } from '../engine/dnssec/made-sets.ts';
import { type ValidationContext, type Verdict, validate } from '../engine/dnssec/validate.ts';
import type { LookupOutcome } from '../engine/resolver.ts';

export interface ValidationOptions {
  readonly anchors: readonly TrustAnchor[];
  readonly epoch: Epoch;
  readonly crypto: ValidationContext['crypto'];
}

/** What a look-up came to when its answer had been judged. */
export type Settlement = (outcome: LookupOutcome, verdict: Verdict, now: Instant, effects: Effects) => void;

interface Job {
  readonly outcome: LookupOutcome;
  readonly judging: Asking<Verdict>;
}

/** Judges the answers of a stub resolver, asking by it for keys: RFC 4035 §4.9, a stub that validates itself. */
export class ValidatedLookups {
  readonly #options: ValidationOptions;
  readonly #known = new KeyCache();
  /** Judgements that wait for an answer, by the question. */
  readonly #waiting = new Map<string, Job[]>();
  readonly #settled: Settlement;

  constructor(options: ValidationOptions, settled: Settlement) {
    this.#options = options;
    this.#settled = settled;
  }

  /**
   * Every outcome of the resolver: that of a question of ours goes on with a judgement, another begins one. False: there is nothing to
   * judge.
   */
  take(
    outcome: LookupOutcome,
    ask: (qname: Name, qtype: number) => void,
    now: Instant,
    effects: Effects,
  ): boolean {
    const { qname, qtype, message } = outcome;
    const key = keyOf(qname, qtype);
    const jobs = this.#waiting.get(key);
    this.#known.seconds = secondsAt(now, this.#options.epoch);
    if (jobs !== undefined) {
      this.#waiting.delete(key);
      for (const job of jobs) this.#advance(job, job.judging.next(message), ask, now, effects);
      return true;
    }
    if (message === undefined) return false;
    const { anchors, crypto } = this.#options;
    const context = { anchors, crypto, known: this.#known, seconds: this.#known.seconds };
    const job: Job = { outcome, judging: validate(qname, qtype, message, context) };
    this.#advance(job, job.judging.next(), ask, now, effects);
    return true;
  }

  forget(): void {
    this.#waiting.clear();
  }

  #advance(
    job: Job,
    step: ReturnType<Asking<Verdict>['next']>,
    ask: (qname: Name, qtype: number) => void,
    now: Instant,
    effects: Effects,
  ): void {
    if (step.done === true) {
      const { rule, at } = step.value;
      effects.because(rule, effects.explains ? formatName(at) : undefined);
      return this.#settled(job.outcome, step.value, now, effects);
    }
    const { qname, qtype } = step.value;
    const key = keyOf(qname, qtype);
    const others = this.#waiting.get(key);
    if (others !== undefined) {
      others.push(job);
      return;
    }
    this.#waiting.set(key, [job]);
    effects.because(
      DNSSEC.keyWanted,
      effects.explains ? `${formatName(qname)} ${typeName(qtype)}` : undefined,
    );
    ask(qname, qtype);
  }
}

function keyOf(qname: Name, qtype: number): string {
  return `${qtype} ${qname.key}`;
}
