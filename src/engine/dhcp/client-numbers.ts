import { NumberRows } from '../../core/number-rows.ts';
import { NEVER, afterSeconds, type Instant } from '../../core/time.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { type ClientLease, readLeaseTimes } from './client-lease.ts';

const XID = 0;
const RESEND_AT = 1;
const STARTED_AT = 2;
const SENT_AT = 3;
const RENEW_AT = 4;
const REBIND_AT = 5;
const EXPIRES_AT = 6;
/** How many cells a client has. */
export const CLIENT_CELLS = 7;

/** Where a client of many keeps its numbers, `CLIENT_CELLS` from `clientCells` on; left out, it has a row of its own. */
export interface ClientCells {
  readonly numbers?: NumberRows | undefined;
  readonly clientCells?: number | undefined;
}

/** What is left of a client that is stopped, and has no lease, or bound; its times are `NEVER` without a lease. */
export interface RestingClient {
  readonly xid: number;
  readonly lease: ClientLease | undefined;
  readonly renewAt: Instant;
  readonly rebindAt: Instant;
  readonly expiresAt: Instant;
}

const times = { t1: 0, t2: 0, end: 0 };

/** What a DHCP client keeps that is no small integer: see `NumberRows`. */
export abstract class ClientNumbers {
  readonly #numbers: NumberRows;
  /** The first of its cells. */
  readonly #at: number;

  constructor({ numbers, clientCells = 0 }: ClientCells) {
    this.#numbers = numbers ?? new NumberRows(1, CLIENT_CELLS);
    this.#at = clientCells;
    this.xid = 0;
    this.#waitForNothing();
  }

  /** T1: when the client asks its own server for more. */
  get renewAt(): Instant {
    return this.#numbers.moment(this.#at + RENEW_AT);
  }

  /** T2: when it asks any server. */
  get rebindAt(): Instant {
    return this.#numbers.moment(this.#at + REBIND_AT);
  }

  get expiresAt(): Instant {
    return this.#numbers.moment(this.#at + EXPIRES_AT);
  }

  /** Of the last message sent; 0 before the first. */
  get xid(): number {
    return this.#numbers.get(this.#at + XID);
  }

  protected set xid(xid: number) {
    this.#numbers.set(this.#at + XID, xid);
  }

  /** When the present message is sent again, or the present wait is over; unused while bound. */
  protected get resendAt(): Instant {
    return this.#numbers.moment(this.#at + RESEND_AT);
  }

  protected set resendAt(at: Instant) {
    this.#numbers.set(this.#at + RESEND_AT, at);
  }

  /** When the exchange began: for `secs`. */
  protected get startedAt(): Instant {
    return this.#numbers.moment(this.#at + STARTED_AT);
  }

  protected set startedAt(at: Instant) {
    this.#numbers.set(this.#at + STARTED_AT, at);
  }

  /** When the REQUEST that an ACK will answer was sent. */
  protected get sentAt(): Instant {
    return this.#numbers.moment(this.#at + SENT_AT);
  }

  protected set sentAt(at: Instant) {
    this.#numbers.set(this.#at + SENT_AT, at);
  }

  /** Takes over what another client, which waits for nothing but T1, has of these. */
  protected takeOver({ xid, renewAt, rebindAt, expiresAt }: RestingClient): void {
    this.#waitForNothing();
    this.xid = xid;
    this.#numbers.set(this.#at + RENEW_AT, renewAt);
    this.#numbers.set(this.#at + REBIND_AT, rebindAt);
    this.#numbers.set(this.#at + EXPIRES_AT, expiresAt);
  }

  #waitForNothing(): void {
    for (let cell = RESEND_AT; cell < CLIENT_CELLS; cell++) this.#numbers.set(this.#at + cell, NEVER);
  }

  /** RFC 2131 §4.4.1: the times of an ACK count from when the REQUEST was sent. */
  protected takeTimes(ack: DhcpMessage): void {
    const { sentAt } = this;
    readLeaseTimes(ack, times);
    this.#numbers.set(this.#at + RENEW_AT, afterSeconds(sentAt, times.t1));
    this.#numbers.set(this.#at + REBIND_AT, afterSeconds(sentAt, times.t2));
    this.#numbers.set(this.#at + EXPIRES_AT, afterSeconds(sentAt, times.end));
  }
}
