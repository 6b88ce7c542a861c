import type { Impairment } from './driver.ts';
import type { Instant } from './time.ts';

type Hosts<Host> = ReadonlySet<Host> | undefined;

/** When an impairment acts, between which hosts, and how often it did: the same in both worlds, whatever they know a host by. */
export class FaultScope<Host> {
  readonly id: string;
  readonly impairment: Impairment;
  readonly from: Instant;
  readonly until: Instant;
  readonly #senders: Hosts<Host>;
  readonly #receivers: Hosts<Host>;
  readonly #bothWays: boolean;
  /** Whether it acts on everything that is on the segment. */
  readonly concernsAll: boolean;
  fired = 0;

  constructor(
    impairment: Impairment,
    times: { readonly from: Instant; readonly until: Instant },
    hostNamed: (name: string) => Host,
  ) {
    const { among } = impairment;
    const hosts = (names: readonly string[] | undefined): Hosts<Host> =>
      names && new Set(names.map((name) => hostNamed(name)));
    this.id = impairment.id;
    this.impairment = impairment;
    this.from = times.from;
    this.until = times.until;
    this.#senders = hosts(among?.from);
    this.#receivers = hosts(among?.to);
    this.#bothWays = among?.ways === 'both';
    this.concernsAll = this.#senders === undefined && this.#receivers === undefined;
  }

  isOn(now: number): boolean {
    if (now < this.from || now >= this.until) return false;
    const { flaps } = this.impairment;
    return flaps === undefined || (now - this.from) % flaps.everyUs < flaps.downUs;
  }

  /** Whether it concerns what one host sends to another. */
  isBetween(sender: Host, receiver: Host): boolean {
    return (
      (isIn(this.#senders, sender) && isIn(this.#receivers, receiver)) ||
      (this.#bothWays && isIn(this.#receivers, sender) && isIn(this.#senders, receiver))
    );
  }

  /** The same for what a host sends to all, whoever hears it. */
  concernsAllOf(sender: Host): boolean {
    return (
      (isIn(this.#senders, sender) && this.#receivers === undefined) ||
      (this.#bothWays && isIn(this.#receivers, sender) && this.#senders === undefined)
    );
  }
}

function isIn<Host>(hosts: Hosts<Host>, host: Host): boolean {
  return hosts === undefined || hosts.has(host);
}
