import type { HostSpec, Impairment } from '../../core/driver.ts';
import { Random } from '../../core/random.ts';
import type { Instant } from '../../core/time.ts';

type Names = ReadonlySet<string> | undefined;

/** An impairment, whom it concerns, its own chance, and how often it acted. */
export class Fault {
  readonly id: string;
  readonly impairment: Impairment;
  readonly from: Instant;
  readonly until: Instant;
  readonly random: Random;
  readonly #senders: Names;
  readonly #receivers: Names;
  readonly #bothWays: boolean;
  /** Whether it acts on everything that is on the segment. */
  readonly concernsAll: boolean;
  fired = 0;

  constructor(
    impairment: Impairment,
    times: { readonly from: Instant; readonly until: Instant },
    diceKey: number,
  ) {
    const { among } = impairment;
    this.id = impairment.id;
    this.impairment = impairment;
    this.from = times.from;
    this.until = times.until;
    this.random = new Random(diceKey);
    this.#senders = among?.from && new Set(among.from);
    this.#receivers = among?.to && new Set(among.to);
    this.#bothWays = among?.ways === 'both';
    this.concernsAll = this.#senders === undefined && this.#receivers === undefined;
  }

  isOn(now: number): boolean {
    if (now < this.from || now >= this.until) return false;
    const { flaps } = this.impairment;
    return flaps === undefined || (now - this.from) % flaps.everyUs < flaps.downUs;
  }

  draws(ratio: number): boolean {
    return ratio > 0 && this.random.fraction() < ratio;
  }

  /** Whether it concerns what one host sends to another. */
  isBetween(sender: HostSpec, receiver: HostSpec): boolean {
    return (
      (isIn(this.#senders, sender) && isIn(this.#receivers, receiver)) ||
      (this.#bothWays && isIn(this.#receivers, sender) && isIn(this.#senders, receiver))
    );
  }

  /** The same for what a host sends to all, whoever hears it. */
  concernsAllOf(sender: HostSpec): boolean {
    return (
      (isIn(this.#senders, sender) && this.#receivers === undefined) ||
      (this.#bothWays && isIn(this.#receivers, sender) && this.#senders === undefined)
    );
  }
}

function isIn(names: Names, { name }: HostSpec): boolean {
  return names === undefined || names.has(name);
}
