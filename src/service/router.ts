import { DecodeError } from '../core/errors.ts';
import type { Effects, Input, Service } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { Router, type RouterOptions } from '../engine/net/router.ts';

/**
 * A router with access lists, a state table and NAT; it opens no port of its own. Commands: `show` replies with its tables.
 * After a crash they are empty: sessions must begin anew, as behind any firewall that restarts.
 */
export class RouterService implements Service {
  readonly #router: Router;

  constructor(options: RouterOptions) {
    this.#router = new Router(options);
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'packet':
        try {
          this.#router.receive(input, now, effects);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          this.#router.dropMalformed(effects, effects.explains ? error.message : undefined);
        }
        return;
      case 'timer':
        return this.#router.wake(now, effects);
      case 'command':
        if (input.verb === 'show') return effects.reply(this.#router.show(now, effects));
        return effects.reply({ error: `a router knows show, not ${input.verb}` });
      default:
        return;
    }
  }

  deadline(): Instant {
    return this.#router.deadline();
  }
}
