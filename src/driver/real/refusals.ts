import type { Endpoint, Ip } from '../../core/address.ts';
import { formatEndpoint, formatIp } from '../../core/address.ts';
import type { Rule } from '../../core/rules.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import { after, type Instant, SECOND } from '../../core/time.ts';

/** Peers remembered at one time: an interface that is down refuses all of them. */
const PEERS_MAX = 64;
/** How often it is told that a peer is still not reached. */
const TELL_SECONDS = 60;

interface Refused {
  count: number;
  /** Not told again before that. */
  tellAt: Instant;
}

/** What it needs of the driver. */
interface Surroundings {
  now(): Instant;
  because(rule: Rule, detail: string): void;
}

/** What the kernel would not send from one socket: told at once, then at times, and told when it goes out again. */
export class Refusals {
  readonly #from: Endpoint;
  readonly #world: Surroundings;
  readonly #peers = new Map<Ip, Refused>();

  constructor(from: Endpoint, world: Surroundings) {
    this.#from = from;
    this.#world = world;
  }

  get isEmpty(): boolean {
    return this.#peers.size === 0;
  }

  refused(code: string, to: Endpoint): void {
    const now = this.#world.now();
    const known = this.#peers.get(to.address);
    if (known !== undefined) known.count++;
    if (known !== undefined && now < known.tellAt) return;
    const [oldest] = this.#peers.keys();
    if (known === undefined && this.#peers.size >= PEERS_MAX && oldest !== undefined)
      this.#peers.delete(oldest);
    const count = known?.count ?? 1;
    this.#peers.set(to.address, { count, tellAt: after(now, TELL_SECONDS * SECOND) });
    const times = count === 1 ? '' : `, ${count} times`;
    this.#world.because(
      NET_RULES.sendRefused,
      `${formatEndpoint(this.#from)} to ${formatEndpoint(to)}: ${code}${meaning(code)}${times}`,
    );
  }

  /** Something went out to it. */
  sent(to: Ip): void {
    const known = this.#peers.get(to);
    if (known === undefined) return;
    this.#peers.delete(to);
    const detail = `${formatEndpoint(this.#from)} to ${formatIp(to)}, after ${known.count} refused`;
    this.#world.because(NET_RULES.sendsAgain, detail);
  }
}

const MEANINGS: Readonly<Record<string, string>> = {
  EINVAL: 'the address that it sends from is gone',
  EADDRNOTAVAIL: 'the address that it sends from is gone',
  ENETUNREACH: 'no route leads there, or the interface is down',
  EHOSTUNREACH: 'nobody has that address',
  EPERM: 'a packet filter drops it',
  EACCES: 'a packet filter drops it, or it is a broadcast address',
  ENOBUFS: "the interface's queue is full",
  EMSGSIZE: 'it is longer than the way takes whole',
};

function meaning(code: string): string {
  const text = MEANINGS[code];
  return text === undefined ? '' : ` (${text})`;
}
