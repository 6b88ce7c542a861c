import type { Ip } from '../../core/address.ts';
import { SECOND } from '../../core/time.ts';
import { markOf } from './track.ts';
import type { Mark } from './track.ts';
import type { Party, Sighting } from './sighting.ts';

/** Renewals are counted by half minutes: a wave falls into two of them that follow each other. */
const SLICE_US = 30 * SECOND;

export type Asked = 'dhcp' | 'tftp' | 'tod';

/** Somebody who is asked for something, by the address that the askers use: there may be nobody. */
export class Peer {
  readonly service: Asked;
  readonly address: Ip;
  /** Questions sent, those that a host took, those for which its queue had no room, and answers sent. */
  asked = 0;
  heard = 0;
  overflowed = 0;
  answered = 0;
  /** ICMP said that there is no such port, host or network. */
  refused = 0;
  /** The host that took a question. */
  host: Party | undefined;
  firstAsked: Mark | undefined;
  lastAsked: Mark | undefined;
  firstRefused: Mark | undefined;
  firstOverflow: Mark | undefined;
  /** Answers that came more than two seconds after the question that was heard last. */
  late = 0;
  firstLate: Mark | undefined;
  /** Requests to keep an address, those for which the queue had no room, and the most of them in one minute. */
  renewals = 0;
  renewalsOverflowed = 0;
  renewalsMinuteMax = 0;
  firstRenewalOverflow: Mark | undefined;
  lastRenewalOverflow: Mark | undefined;
  #slice = -1;
  #sliceRenewals = 0;
  #sliceBefore = 0;
  #packet = -1;
  #answer = -1;
  #renewal = -1;

  constructor(service: Asked, address: Ip) {
    this.service = service;
    this.address = address;
  }

  asks(sighting: Sighting, seen: { readonly number: number; readonly arrived: boolean }): void {
    const mark = markOf(sighting, seen.number);
    this.firstAsked ??= mark;
    this.lastAsked = mark;
    if (sighting.packet !== this.#packet) {
      this.#packet = sighting.packet;
      this.asked++;
    }
    if (sighting.fate === 'overflow') {
      this.overflowed++;
      this.firstOverflow ??= mark;
    }
    if (!seen.arrived) return;
    this.heard++;
    this.host = sighting.receiver;
  }

  /** A question that `asks` has counted is one for an address that the client has. */
  renews(sighting: Sighting, number: number): void {
    if (sighting.fate === 'overflow') {
      const mark = markOf(sighting, number);
      this.renewalsOverflowed++;
      this.firstRenewalOverflow ??= mark;
      this.lastRenewalOverflow = mark;
    }
    if (sighting.packet === this.#renewal) return;
    this.#renewal = sighting.packet;
    this.renewals++;
    const slice = Math.floor(sighting.at / SLICE_US);
    if (slice !== this.#slice) {
      this.#sliceBefore = slice === this.#slice + 1 ? this.#sliceRenewals : 0;
      this.#slice = slice;
      this.#sliceRenewals = 0;
    }
    this.#sliceRenewals++;
    this.renewalsMinuteMax = Math.max(this.renewalsMinuteMax, this.#sliceBefore + this.#sliceRenewals);
  }

  answers(sighting: Sighting): boolean {
    if (sighting.packet === this.#answer) return false;
    this.#answer = sighting.packet;
    this.answered++;
    return true;
  }
}
