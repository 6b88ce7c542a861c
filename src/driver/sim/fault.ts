import type { Impairment } from '../../core/driver.ts';
import type { Instant } from '../../core/time.ts';

/** Something declared, and how often it acted. */
export interface Counted {
  readonly id: string;
  fired: number;
}

type Hosts = ReadonlySet<number> | undefined;

/** An impairment with its times, whom it concerns, and how often it acted. */
export class Fault implements Counted {
  readonly id: string;
  readonly impairment: Impairment;
  readonly from: Instant;
  readonly until: Instant;
  /** The stream of its dice. */
  readonly key: number;
  readonly #senders: Hosts;
  readonly #receivers: Hosts;
  readonly #bothWays: boolean;
  /** Whether it acts on everything that is on the segment. */
  readonly concernsAll: boolean;
  fired = 0;

  constructor(
    impairment: Impairment,
    times: { readonly from: Instant; readonly until: Instant },
    chance: { readonly key: number; readonly hostNamed: (name: string) => number },
  ) {
    this.id = impairment.id;
    this.impairment = impairment;
    this.from = times.from;
    this.until = times.until;
    this.key = chance.key;
    const { among } = impairment;
    const numbers = (names: readonly string[] | undefined): Hosts =>
      names && new Set(names.map((name) => chance.hostNamed(name)));
    this.#senders = numbers(among?.from);
    this.#receivers = numbers(among?.to);
    this.#bothWays = among?.ways === 'both';
    this.concernsAll = this.#senders === undefined && this.#receivers === undefined;
  }

  isOn(now: number): boolean {
    if (now < this.from || now >= this.until) return false;
    const { flaps } = this.impairment;
    return flaps === undefined || (now - this.from) % flaps.everyUs < flaps.downUs;
  }

  /** Whether it concerns what one host sends to another. */
  isBetween(sender: number, receiver: number): boolean {
    return (
      (isIn(this.#senders, sender) && isIn(this.#receivers, receiver)) ||
      (this.#bothWays && isIn(this.#receivers, sender) && isIn(this.#senders, receiver))
    );
  }

  /** The same for what a host sends to all, whoever hears it. */
  concernsAllOf(sender: number): boolean {
    return (
      (isIn(this.#senders, sender) && this.#receivers === undefined) ||
      (this.#bothWays && isIn(this.#receivers, sender) && this.#senders === undefined)
    );
  }
}

function isIn(hosts: Hosts, host: number): boolean {
  return hosts === undefined || hosts.has(host);
}
