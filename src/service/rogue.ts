import { FAULT } from '../core/rules/fault.ts';
import type { Effects, Input, Service } from '../core/service.ts';
import { type Instant, NEVER } from '../core/time.ts';

/** The time in which a server is there that nobody asked for. */
export interface RogueTime {
  readonly id: string;
  readonly from: Instant;
  readonly until: Instant;
}

/** A server that somebody plugs in and takes away again: before and after it hears nothing and says nothing. */
export class RogueService implements Service {
  readonly #inner: Service;
  readonly #time: RogueTime;
  readonly #zero: { readonly at: Instant };
  #told = false;

  constructor(inner: Service, time: RogueTime, zero: { readonly at: Instant }) {
    this.#inner = inner;
    this.#time = time;
    this.#zero = zero;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    const moment = now - this.#zero.at;
    const { id, from, until } = this.#time;
    if (moment < from || moment >= until) {
      // A flush that ends after it was unplugged: its service must not wait for it.
      if (input.kind === 'settled') this.#inner.handle(input, now, effects);
      return;
    }
    if (!this.#told && input.kind === 'datagram') {
      this.#told = true;
      effects.because(FAULT.rogueAnswers, id);
    }
    if (input.kind === 'datagram') effects.measure(`fault.${id}`, 1);
    this.#inner.handle(input, now, effects);
  }

  deadline(): Instant {
    const deadline = this.#inner.deadline();
    // What it would do when it is gone it never does.
    return deadline - this.#zero.at < this.#time.until ? deadline : NEVER;
  }
}
