import type { FrameBody, FrameEvent } from '../../core/driver.ts';
import type { Random } from '../../core/random.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import { after, type Instant } from '../../core/time.ts';
import { arrivalOn, type Interface, type Medium, type Packet } from './plant.ts';
import type { Schedule } from './schedule.ts';
import { type Crossed, eventOf, type Tap } from './tap.ts';
import { type Between, concerning, cutBetween, HARM_RULES, levy, worstOf } from './toll.ts';

/** RFC 9293 §3.8.1 by RFC 6298 §2.1 asks for a second at first; most stacks wait 200 ms. */
const STREAM_RESEND_US = 200_000;
/** Each waits twice as long as the one before: some two minutes, by when most peers have given up. */
const STREAM_TRIES = 10;

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

  /** One crossing: chance decides now, the arrival comes after its delay; a fault may make it come twice. */
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
    const isLost = this.#isLost(medium);
    const look = (): FrameEvent => eventOf(crossed, { at: now, fate: 'delivered' }, put.body);
    const toll = levy(concerning(medium, put, now, look), put.body);
    const at = arrivalOn(medium, sender, { now, octets: put.octets, fraction: this.#fraction, toll });
    if (isLost) {
      sender.station.because(NET_RULES.lost);
      this.#tap.frame(crossed, { at, fate: 'lost' }, put.body);
      return;
    }
    for (const { harm, fault } of toll.harms) sender.station.because(HARM_RULES[harm], fault);
    if (toll.taken !== undefined) {
      const { fault, rule } = toll.taken;
      sender.station.because(rule, fault);
      this.#tap.frame(crossed, { at, fate: 'faulted', fault }, put.body);
      return;
    }
    this.#bring({ ...crossed, ...worstOf(toll.harms) }, at, arrive);
    if (toll.copy === undefined) return;
    const { fault, laterUs } = toll.copy;
    this.count++;
    sender.station.because(NET_RULES.duplicated, fault);
    const harm = worstOf([...toll.harms, { harm: 'duplicated', fault }]);
    this.#bring({ ...crossed, ...harm }, after(at, laterUs), arrive);
  }

  /** Whether a fault keeps a host from hearing a frame for all that crossed; it is told then. */
  isCut(out: Interface, hearer: Interface, crossed: Crossed, body: FrameBody): boolean {
    const fault = cutBetween(out.segment, out, hearer, crossed.sentAt);
    if (fault === undefined) return false;
    const { id, rule = NET_RULES.faulted } = fault.impairment;
    out.station.because(rule, id);
    const end = { at: this.#now(), fate: 'faulted' as const, fault: id };
    this.#tap.frame({ ...crossed, receiver: hearer }, end, body);
    return true;
  }

  /** How long octets of a stream take over one medium: a loss is a wait for the next try. */
  streamDelay(medium: Medium, way: Omit<Between, 'isBroadcast'>, octets: number): number {
    const now = this.#now();
    const ends = { ...way, isBroadcast: false };
    let waitUs = 0;
    let resendUs = STREAM_RESEND_US;
    for (let tries = 0; tries < STREAM_TRIES; tries++) {
      const toll = levy(concerning(medium, ends, after(now, waitUs), undefined), undefined);
      if (toll.taken === undefined && !this.#isLost(medium)) {
        const sent = { now, octets, fraction: this.#fraction, toll };
        return waitUs + arrivalOn(medium, way.sender, sent) - now;
      }
      // RFC 6298 §5.5.
      waitUs += resendUs;
      resendUs *= 2;
    }
    return waitUs;
  }

  #bring(crossed: Crossed, at: Instant, arrive: (crossed: Crossed, at: Instant) => void): void {
    this.#schedule.at(at, () => {
      arrive(crossed, this.#now());
    });
  }

  /** The medium's own loss. */
  #isLost({ quality: { lossRatio } }: Medium): boolean {
    return lossRatio > 0 && this.#random.fraction() < lossRatio;
  }

  readonly #fraction = (): number => this.#random.fraction();
}
