import type { Ip } from '../core/address.ts';
import type { Effects, Input, Service } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { Lookups, type LookupsOptions } from './lookups.ts';

export interface StubServiceOptions extends LookupsOptions {
  /** DNS servers, in the order asked. */
  readonly resolvers: readonly Ip[];
}

/** A host with a fixed address that looks names up. Commands: `power-on`, `power-off`, `lookup`, `status`. */
export class StubService implements Service {
  readonly #lookups: Lookups;
  readonly #resolvers: readonly Ip[];
  #isOn = false;

  constructor(options: StubServiceOptions) {
    this.#lookups = new Lookups(options);
    this.#resolvers = options.resolvers;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    if (input.kind !== 'command') return this.#lookups.handle(input, now, effects);
    switch (input.verb) {
      case 'power-on':
        if (!this.#isOn) this.#lookups.start(this.#resolvers, now, effects);
        this.#isOn = true;
        return;
      case 'power-off':
        this.#isOn = false;
        return this.#lookups.stop(effects);
      case 'lookup':
        return this.#lookups.command(input, now, effects);
      case 'status':
        return effects.reply({ state: this.#isOn ? 'on' : 'off' });
    }
  }

  deadline(): Instant {
    return this.#lookups.deadline();
  }
}
