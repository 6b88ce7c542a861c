import type { Ip } from '../../core/address.ts';
import { markOf } from './track.ts';
import type { Mark } from './track.ts';
import type { Party, Sighting } from './sighting.ts';

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
  #packet = -1;
  #answer = -1;

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

  answers(sighting: Sighting): boolean {
    if (sighting.packet === this.#answer) return false;
    this.#answer = sighting.packet;
    this.answered++;
    return true;
  }
}
