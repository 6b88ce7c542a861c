import type { Endpoint, Ip } from '../core/address.ts';
import { Destination } from '../core/destination.ts';
import { TOD_RULES as RULES } from '../core/rules/tod.ts';
import type { Effects } from '../core/service.ts';
import { afterSeconds, NEVER, SECOND, toInstant, type Instant } from '../core/time.ts';
import { decodeTod, todOfUnixSeconds } from '../codec/tod.ts';

/** The number RFC 868 sends at a moment; `epochUs` is the driver's zero in microseconds since 1970. */
export function todAt(now: Instant, epochUs: number): number {
  return todOfUnixSeconds(Math.floor((epochUs + now) / SECOND));
}

/** How a kind of client asks: one object for all clients of a kind. */
export interface TodProfile {
  /** The wait after the first asking, the second, ...; the last one holds for all after it. */
  readonly waitSeconds: readonly number[];
  /** Askings without an answer after which the client goes on without the time. */
  readonly triesMax: number;
}

/** What a cable modem does: three times in five minutes, and then every five minutes until it is answered. */
export const MODEM_TOD_PROFILE: TodProfile = { waitSeconds: [100, 100, 100, 300], triesMax: 3 };

export type TodState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'asking' }
  /** The first tries went unanswered; the client keeps asking all the same. */
  | { readonly kind: 'failed' }
  /** `tod` is what came, in seconds since 1900 modulo 2^32; `at` is when. */
  | { readonly kind: 'known'; readonly tod: number; readonly at: Instant };

const IDLE: TodState = { kind: 'idle' };
const ASKING: TodState = { kind: 'asking' };
const FAILED: TodState = { kind: 'failed' };
const NOTHING = new Uint8Array(0);
/** What `#wakeAt` is while nothing is waited for: a small number lies in the object itself, and `NEVER` would not. */
const NOT_WAITING = toInstant(0);
/** One for all clients: the sink copies it. */
const target = new Destination();

/** The client's half. It binds a port when it starts and releases it when the answer is there, or on `stop`. */
export class TodClient {
  readonly #server: Ip;
  readonly #serverPort: number;
  readonly #profile: TodProfile;
  #state: TodState = IDLE;
  #port = 0;
  #tries = 0;
  #wakeAt: Instant = NOT_WAITING;

  constructor(server: Endpoint, profile: TodProfile) {
    this.#server = server.address;
    this.#serverPort = server.port;
    this.#profile = profile;
  }

  get state(): TodState {
    return this.#state;
  }

  /** Our port, while it is bound; 0 otherwise. Datagrams to it are for `receive`. */
  get port(): number {
    return this.#port;
  }

  /** Whether the first tries went unanswered. */
  get hasFailed(): boolean {
    return this.#state === FAILED;
  }

  start(now: Instant, effects: Effects): void {
    if (this.#state !== IDLE) return;
    this.#port = effects.bind();
    this.#state = ASKING;
    this.#ask(now, effects);
  }

  /** Throws `DecodeError`, having done nothing, for an answer that is not four octets. */
  receive(octets: Uint8Array, from: Endpoint, now: Instant, effects: Effects): void {
    if (this.#port === 0) return;
    if (from.address !== this.#server || from.port !== this.#serverPort)
      return effects.because(RULES.clientIgnores);
    const tod = decodeTod(octets);
    effects.because(RULES.clientKnows);
    this.#state = { kind: 'known', tod, at: now };
    this.#release(effects);
  }

  deadline(): Instant {
    return this.#wakeAt === NOT_WAITING ? NEVER : this.#wakeAt;
  }

  wake(now: Instant, effects: Effects): void {
    if (this.#wakeAt === NOT_WAITING || now < this.#wakeAt) return;
    if (this.#tries === this.#profile.triesMax) {
      effects.because(RULES.clientFails);
      this.#state = FAILED;
    }
    this.#ask(now, effects);
  }

  /** Asks no more. */
  stop(effects: Effects): void {
    if (this.#state.kind !== 'known') this.#state = FAILED;
    this.#release(effects);
  }

  #ask(now: Instant, effects: Effects): void {
    const { waitSeconds } = this.#profile;
    effects.because(RULES.clientAsks);
    effects.send(this.#port, target.at(this.#server, this.#serverPort), NOTHING, 0);
    const wait = waitSeconds[Math.min(this.#tries, waitSeconds.length - 1)] ?? 300;
    this.#tries++;
    this.#wakeAt = afterSeconds(now, wait);
  }

  #release(effects: Effects): void {
    this.#wakeAt = NOT_WAITING;
    if (this.#port === 0) return;
    effects.release(this.#port);
    this.#port = 0;
  }
}
