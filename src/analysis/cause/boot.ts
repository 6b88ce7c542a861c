import type { Ip, Ipv4, Mac } from '../../core/address.ts';
import type { Rule } from '../../core/rules.ts';
import { Track, markOf } from './track.ts';
import type { Mark } from './track.ts';
import { RangingPace } from './ranging-pace.ts';
import type { Sighting } from './sighting.ts';

/**
 * What a client's way from dark to served is made of, leg by leg. `-up` is what the client itself says on its own link,
 * `-relayed` the same from the relay on; `-back` is what the server sends to a relay, `-down` what reaches the client's link.
 */
export type Leg =
  | 'ranging'
  | 'ranging-answer'
  | 'discover-up'
  | 'discover-relayed'
  | 'offer-back'
  | 'offer-down'
  | 'request-up'
  | 'request-relayed'
  | 'ack-back'
  | 'ack-down'
  | 'nak-back'
  | 'nak-down'
  | 'renewal'
  | 'time-request'
  | 'time'
  | 'read-request'
  | 'data'
  | 'data-ack'
  | 'tftp-error'
  | 'register'
  | 'register-answer';

/** What a server told a client, as far as a boot depends on it. */
export interface Told {
  readonly serverId: Ipv4 | undefined;
  readonly giaddr: Ipv4;
  readonly yiaddr: Ipv4;
  readonly siaddr: Ipv4;
  readonly hasFile: boolean;
  readonly has66: boolean;
  /** The first address of option 125, enterprise 4491, sub-option 2. */
  readonly tftp125: Ipv4 | undefined;
}

/** What was asked for last. */
export interface Fetch {
  readonly server: Ip;
  readonly file: string;
  /** The server's own port, when something came from it. */
  port: number | undefined;
}

/** Kinds of trouble that one client logs at most: more are not told apart. */
const LOG_MAX = 12;

/** One client's way to service, since it last had none. Counts and a few packets: nothing grows with time. */
export class Boot {
  readonly name: string;
  readonly mac: Mac | undefined;
  /** Whether it takes part in ranging or registration. */
  isModem = false;
  /** A modem registered, a host with a lease, a fetch complete. */
  served = false;
  /** Once served, at any time of the trace. */
  wasServed = false;
  /** The relays that its messages carried, most of all two. */
  readonly relays = new Set<Ipv4>();
  /** Option 60. */
  class = '';
  told: Told | undefined;
  /** The server whose ACK gave it the address that it has, or had last. */
  lender: Ipv4 | undefined;
  /** The first NAK of a server that is not the one which gave it its address; a new start does not undo it. */
  foreignNak: { readonly from: Ipv4; readonly lender: Ipv4; readonly mark: Mark } | undefined;
  fetch: Fetch | undefined;
  /** The first acknowledgment of a whole file, and the first refusal. */
  completed: Mark | undefined;
  fileError: { readonly code: number; readonly text: string; readonly mark: Mark } | undefined;
  registration: number | undefined;
  isOff = false;
  /** How its RNG-REQs followed one another while nobody answered: those that should have waited long by now, and did not. */
  readonly ranging = new RangingPace();
  /** Its own state and that which the CMTS shows, where somebody says. */
  state = '';
  cmtsState = '';
  readonly log = new Map<Rule, { count: number; readonly mark: LogMark }>();
  #legs: Partial<Record<Leg, Track>> = {};

  constructor(name: string, mac: Mac | undefined) {
    this.name = name;
    this.mac = mac;
  }

  leg(leg: Leg): Track | undefined {
    return this.#legs[leg];
  }

  /** Datagrams sent on a leg. */
  sent(leg: Leg): number {
    return this.#legs[leg]?.sent ?? 0;
  }

  arrived(leg: Leg): number {
    return this.#legs[leg]?.arrived ?? 0;
  }

  note(leg: Leg, sighting: Sighting, seen: { readonly number: number; readonly arrived: boolean }): void {
    const mark = markOf(sighting, seen.number);
    const track = this.#legs[leg];
    if (track === undefined) this.#legs[leg] = new Track(sighting, mark, seen.arrived);
    else track.note(sighting, mark, seen.arrived);
  }

  logs(rule: Rule, mark: LogMark): void {
    const entry = this.log.get(rule);
    if (entry !== undefined) entry.count++;
    else if (this.log.size < LOG_MAX) this.log.set(rule, { count: 1, mark });
  }

  serve(): void {
    this.served = true;
    this.wasServed = true;
  }

  /** Somebody took its power away: it lacks nothing. */
  powerOff(): void {
    this.serve();
    this.begin();
    this.isOff = true;
  }

  /** Begins anew when it had service: what led to it is of no more interest. */
  begin(): void {
    this.isOff = false;
    if (!this.served) return;
    this.served = false;
    this.#legs = {};
    this.log.clear();
    this.told = undefined;
    this.fetch = undefined;
    this.completed = undefined;
    this.fileError = undefined;
    this.registration = undefined;
  }
}

/** An event of the trace that is no packet. */
export interface LogMark {
  readonly number: number;
  readonly at: number;
  readonly host: string;
  readonly detail: string | undefined;
}
