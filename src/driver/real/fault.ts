import type { Impairment } from '../../core/driver.ts';
import { FaultScope } from '../../core/fault-scope.ts';
import { Random } from '../../core/random.ts';
import type { Instant } from '../../core/time.ts';

/** An impairment between hosts by their names, and its own chance. */
export class Fault extends FaultScope<string> {
  readonly random: Random;

  constructor(
    impairment: Impairment,
    times: { readonly from: Instant; readonly until: Instant },
    diceKey: number,
  ) {
    super(impairment, times, (name) => name);
    this.random = new Random(diceKey);
  }

  draws(ratio: number): boolean {
    return ratio > 0 && this.random.fraction() < ratio;
  }
}
