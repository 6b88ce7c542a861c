import type { FrameBody } from '../../core/driver.ts';
import type { Random } from '../../core/random.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import type { Instant } from '../../core/time.ts';
import { arrivalOn, type Interface, type Medium, type Packet } from './plant.ts';
import type { Schedule } from './schedule.ts';
import type { Crossed, Tap } from './tap.ts';

/** RFC 9293 §3.8.1 by RFC 6298 §2.1 asks for a second at first; most stacks wait 200 ms. */
const STREAM_RESEND_US = 200_000;

/** What is put on a medium. */
export interface Put extends Pick<Crossed, 'receiver' | 'isBroadcast'> {
  readonly medium: Medium;
  readonly sender: Interface;
  readonly octets: number;
  readonly body: FrameBody;
  /** Undefined for what is no datagram and gets a number of its own. */
  readonly packet: Pick<Packet, 'number' | 'rule' | 'detail'> | undefined;
}

/** Crossings of one medium each: delay, order, loss, faults. */
export class Crossing {
  readonly #schedule: Schedule;
  readonly #now: () => Instant;
  readonly #random: Random;
  readonly #tap: Tap;
  #packets = 0;
  /** Crossings begun. */
  count = 0;

  constructor(world: {
    readonly schedule: Schedule;
    readonly now: () => Instant;
    readonly random: Random;
    readonly tap: Tap;
  }) {
    this.#schedule = world.schedule;
    this.#now = world.now;
    this.#random = world.random;
    this.#tap = world.tap;
  }

  nextPacket(): number {
    return ++this.#packets;
  }

  /** One crossing: chance decides now, the arrival comes after its delay. */
  cross(put: Put, arrive: (crossed: Crossed, at: Instant) => void): void {
    const { medium, sender, packet } = put;
    this.count++;
    const now = this.#now();
    const crossed: Crossed = {
      sentAt: now,
      medium: medium.name,
      sender,
      receiver: put.receiver,
      isBroadcast: put.isBroadcast,
      packet: packet?.number ?? this.nextPacket(),
      rule: packet?.rule,
      detail: packet?.detail,
    };
    const fate = this.#fate(medium);
    const at = arrivalOn(medium, sender, { now, octets: put.octets, fraction: this.#fraction });
    if (fate === 'passes') {
      this.#schedule.at(at, () => {
        arrive(crossed, this.#now());
      });
      return;
    }
    const fault = fate === 'lost' ? undefined : fate.fault;
    sender.station.because(fault === undefined ? NET_RULES.lost : NET_RULES.faulted, fault);
    const end = { at, fate: fault === undefined ? ('lost' as const) : ('faulted' as const), fault };
    this.#tap.frame(crossed, end, put.body);
  }

  /** The medium's own loss first, then each worsening in the order they began. */
  #fate(medium: Medium): 'passes' | 'lost' | { readonly fault: string } {
    const { lossRatio } = medium.quality;
    if (lossRatio > 0 && this.#random.fraction() < lossRatio) return 'lost';
    for (const worsening of medium.worsenings) {
      if (worsening.lossRatio === 0 || this.#random.fraction() >= worsening.lossRatio) continue;
      worsening.fired++;
      return { fault: worsening.id };
    }
    return 'passes';
  }

  /** How long octets of a stream take over one medium: a loss is a wait for the next try. */
  streamDelay(medium: Medium, sender: Interface, octets: number): number {
    const now = this.#now();
    let delayUs = arrivalOn(medium, sender, { now, octets, fraction: this.#fraction }) - now;
    // A segment that is lost again and again is given up by the peer's own limits; eight bounds the work here.
    for (let lost = 0; lost < 8 && this.#fate(medium) !== 'passes'; lost++) delayUs += STREAM_RESEND_US;
    return delayUs;
  }

  readonly #fraction = (): number => this.#random.fraction();
}
