import { FAULT } from '../core/rules/fault.ts';
import type { Effects, Input, Service } from '../core/service.ts';
import { type Instant, NEVER, toInstant } from '../core/time.ts';

/** A clock that is wrong from one moment to another. */
export interface ClockTrouble {
  readonly id: string;
  readonly from: Instant;
  readonly until: Instant;
  /** What its date is ahead by; at the end it is set right. */
  readonly stepUs: number;
  /** How much faster it runs, in millionths; what it has gained by the end it keeps. */
  readonly skewPpm: number;
}

const MILLION = 1_000_000;
/** Each try leaves a tenth of the error at most: skews are within a tenth. */
const TRIES_MAX = 32;

/**
 * A host whose clock is wrong. A skew makes all its timers run with it, and its dates drift; a step changes its dates alone,
 * since timers count the time that passes. The service is handed the host's own time, and its deadlines are turned back.
 */
export class ClockedService implements Service {
  readonly #inner: Service;
  readonly #troubles: readonly ClockTrouble[];
  /** What dates are made with, by this service and others: the step is in it only while this one is at work. */
  readonly #epoch: { us: number };
  readonly #zero: { readonly at: Instant };
  readonly #told = new Set<string>();

  constructor(
    inner: Service,
    troubles: readonly ClockTrouble[],
    time: { readonly epoch: { us: number }; readonly zero: { readonly at: Instant } },
  ) {
    this.#inner = inner;
    this.#troubles = troubles;
    this.#epoch = time.epoch;
    this.#zero = time.zero;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    let stepUs = 0;
    for (const trouble of this.#troubles) {
      if (!this.#isOn(trouble, now)) continue;
      stepUs += trouble.stepUs;
      effects.measure(`fault.${trouble.id}`, 1);
      this.#tell(trouble.id, effects);
    }
    this.#epoch.us += stepUs;
    try {
      this.#inner.handle(input, this.#own(now), effects);
    } finally {
      this.#epoch.us -= stepUs;
    }
  }

  deadline(): Instant {
    return this.#when(this.#inner.deadline());
  }

  succeed(before: Service, now: Instant): void {
    if (before instanceof ClockedService) this.#inner.succeed?.(before.#inner, this.#own(now));
  }

  underWay(): number {
    return this.#inner.underWay?.() ?? 0;
  }

  #isOn({ from, until }: ClockTrouble, now: number): boolean {
    const moment = now - this.#zero.at;
    return moment >= from && moment < until;
  }

  #tell(id: string, effects: Effects): void {
    if (this.#told.has(id)) return;
    this.#told.add(id);
    effects.because(FAULT.clockWrong, id);
  }

  /** What the host takes this moment for. */
  #own(now: number): Instant {
    let gainedUs = 0;
    for (const { from, until, skewPpm } of this.#troubles)
      if (skewPpm !== 0) {
        const passed = Math.min(now - this.#zero.at, until) - from;
        if (passed > 0) gainedUs += (passed * skewPpm) / MILLION;
      }
    return toInstant(now + Math.floor(gainedUs));
  }

  /** The first moment that the host takes for this one, or for a later one. */
  #when(own: Instant): Instant {
    if (own === NEVER) return NEVER;
    let now: number = own;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const ahead = this.#own(now) - own;
      if (ahead === 0) break;
      now -= ahead;
    }
    while (this.#own(now) < own) now++;
    return toInstant(now);
  }
}
