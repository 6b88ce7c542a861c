import type { Effects, Input, Service } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { Forger, type ForgerOptions } from '../engine/forger.ts';

/** A host that forges answers. The machine `attacker` is `off`, `attacking`, `poisoned` or `gave-up`. Commands: `power-on`, `power-off`. */
export class AttackerService implements Service {
  readonly #forger: Forger;

  constructor(options: ForgerOptions) {
    this.#forger = new Forger(options);
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'datagram':
        return this.#forger.receive(input, effects);
      case 'timer':
        return this.#forger.wake(now, effects);
      case 'command':
        if (input.verb === 'power-on') this.#forger.start(now, effects);
        else if (input.verb === 'power-off') this.#forger.stop(effects);
        return;
      default:
        return;
    }
  }

  deadline(): Instant {
    return this.#forger.deadline();
  }
}
