import { FAULT } from '../core/rules/fault.ts';
import type { Effects, Input, Service } from '../core/service.ts';
import { after, earlier, type Instant, NEVER } from '../core/time.ts';

/** What a service becomes at a moment. */
export interface Change {
  readonly id: string;
  readonly at: Instant;
  readonly create: () => Service;
}

/**
 * A service whose settings change while it runs, as a reload changes them: the new one succeeds the old one between two inputs.
 * After a crash it changes again, before anything else.
 */
export class ChangingService implements Service {
  #inner: Service;
  readonly #changes: readonly Change[];
  readonly #zero: { readonly at: Instant };
  #next = 0;

  /** Changes are in the order of their moments. */
  constructor(inner: Service, changes: readonly Change[], zero: { readonly at: Instant }) {
    this.#inner = inner;
    this.#changes = changes;
    this.#zero = zero;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    for (let change = this.#due(now); change !== undefined; change = this.#due(now)) {
      this.#next++;
      const next = change.create();
      next.succeed?.(this.#inner, now);
      effects.measure(`fault.${change.id}`, 1);
      effects.because(FAULT.changed, change.id);
      this.#inner = next;
    }
    // Its timer may be the change's alone.
    if (input.kind !== 'timer' || this.#inner.deadline() <= now) this.#inner.handle(input, now, effects);
  }

  deadline(): Instant {
    const change = this.#changes[this.#next];
    const changeAt = change === undefined ? NEVER : after(this.#zero.at, change.at);
    return earlier(this.#inner.deadline(), changeAt);
  }

  underWay(): number {
    return this.#inner.underWay?.() ?? 0;
  }

  #due(now: Instant): Change | undefined {
    const change = this.#changes[this.#next];
    return change !== undefined && after(this.#zero.at, change.at) <= now ? change : undefined;
  }
}
