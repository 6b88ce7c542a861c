import type { Effects, Input, Service } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { Population, type PopulationOptions } from '../engine/population.ts';

/** Many clients of resolvers as one host. Commands: `power-on`, `power-off`. */
export class PopulationService implements Service {
  readonly #population: Population;

  constructor(options: PopulationOptions) {
    this.#population = new Population(options);
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'datagram':
        return this.#population.receive(input, now, effects);
      case 'timer':
        return this.#population.wake(now, effects);
      case 'command':
        if (input.verb === 'power-on') this.#population.start(now, effects);
        else if (input.verb === 'power-off') this.#population.stop(effects);
        return;
      default:
        return;
    }
  }

  deadline(): Instant {
    return this.#population.deadline();
  }
}
