import type { Endpoint, Mac } from '../../src/core/address.ts';
import { ANY, BROADCAST, formatEndpoint } from '../../src/core/address.ts';
import type { Effects, Input, InterfaceAddress, Service, Target } from '../../src/core/service.ts';
import type { Instant } from '../../src/core/time.ts';
import { MILLISECOND, after, toInstant } from '../../src/core/time.ts';
import { RecordingEffects } from './recording-effects.ts';

/** One end of a wire. */
export interface WireEnd {
  readonly name: string;
  readonly service: Service;
  /** Its address; `configure` changes it. */
  address: InterfaceAddress['address'] | undefined;
  readonly mac: Mac;
}

export interface Crossing {
  readonly at: Instant;
  readonly from: WireEnd;
  readonly to: WireEnd;
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly octets: Uint8Array;
}

/** How long a datagram takes. */
const CROSSING_US = 1 * MILLISECOND;

/**
 * Services on one link, joined without a driver: datagrams by address or broadcast, timers, tickets that settle durable at
 * once. `lose` says which crossings are lost. Enough for two ends to meet; the real thing is driver/sim.
 */
export class Wire {
  now: Instant = toInstant(0);
  readonly crossings: Crossing[] = [];
  /** What each end did, in order. */
  readonly effects = new Map<string, RecordingEffects>();
  lose: (crossing: Crossing) => boolean = () => false;
  readonly #ends: readonly WireEnd[];
  readonly #underway: Crossing[] = [];

  constructor(ends: readonly WireEnd[]) {
    this.#ends = ends;
    for (const { name } of ends) this.effects.set(name, new RecordingEffects());
  }

  command(name: string, verb: string): void {
    this.inject(name, { kind: 'command', verb, args: {} });
  }

  /** Hands any input to an end. */
  inject(name: string, input: Input): void {
    const end = this.#ends.find((each) => each.name === name);
    if (end === undefined) throw new Error(`no ${name} on this wire`);
    this.#hand(end, input);
  }

  /** Runs until a moment, or until nothing is left to happen before it. */
  run(until: Instant): void {
    for (;;) {
      const crossing = this.#underway[0];
      const timers = this.#ends.map(({ service }) => service.deadline());
      const timer = Math.min(...timers);
      const next = Math.min(crossing?.at ?? Infinity, timer);
      if (next > until) break;
      this.now = toInstant(Math.max(next, this.now));
      if (crossing !== undefined && crossing.at <= timer) {
        this.#underway.shift();
        this.#arrive(crossing);
      } else {
        this.#hand(this.#ends[timers.indexOf(timer as Instant)]!, { kind: 'timer' });
      }
    }
    this.now = until;
  }

  /** The crossings as `client>server 255.255.255.255:67`. */
  words(): readonly string[] {
    return this.crossings.map(({ from, to, target }) => `${from.name}>${to.name} ${formatEndpoint(target)}`);
  }

  #arrive({ from, to, source, target, octets }: Crossing): void {
    this.#hand(to, { kind: 'datagram', octets, from: source, to: target, via: 0, hardware: from.mac });
  }

  #hand(end: WireEnd, input: Input): void {
    const effects = this.effects.get(end.name)!;
    const start = effects.log.length;
    end.service.handle(input, this.now, effects satisfies Effects);
    for (const effect of effects.log.slice(start)) {
      if (effect.kind === 'send') this.#send(end, effect.port, effect.to, effect.octets);
      else if (effect.kind === 'configure') end.address = effect.address?.address;
      else if (effect.kind === 'persist')
        this.#hand(end, { kind: 'settled', ticket: effect.ticket, outcome: 'durable' });
    }
  }

  #send(from: WireEnd, port: number, target: Target, octets: Uint8Array): void {
    const source = { address: from.address ?? ANY, port };
    for (const to of this.#ends) {
      if (to === from) continue;
      const isForIt =
        target.address === BROADCAST ||
        (target.hardware === undefined ? target.address === to.address : target.hardware === to.mac);
      if (!isForIt) continue;
      const { address, port: toPort } = target;
      const crossing = {
        at: after(this.now, CROSSING_US),
        from,
        to,
        source,
        target: { address, port: toPort },
        octets,
      };
      this.crossings.push(crossing);
      if (!this.lose(crossing)) this.#underway.push(crossing);
    }
  }
}
