import type { Impairment } from '../../core/driver.ts';
import { FaultScope } from '../../core/fault-scope.ts';
import type { Instant } from '../../core/time.ts';

/** Something declared, and how often it acted. */
export interface Counted {
  readonly id: string;
  fired: number;
}

/** An impairment between hosts by their numbers. */
export class Fault extends FaultScope<number> implements Counted {
  /** The stream of its dice. */
  readonly key: number;

  constructor(
    impairment: Impairment,
    times: { readonly from: Instant; readonly until: Instant },
    chance: { readonly key: number; readonly hostNamed: (name: string) => number },
  ) {
    super(impairment, times, chance.hostNamed);
    this.key = chance.key;
  }
}
