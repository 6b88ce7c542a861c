import { ANY } from '../../core/address.ts';
import { toInstant, type Instant } from '../../core/time.ts';
import type { Arrival } from './exchange.ts';

const OCTETS_AT_FIRST = 640;

/** A REQUEST that waits for the disk: what is needed to answer it later, or to undo it. */
export interface PendingAck {
  readonly row: number;
  readonly request: Uint8Array;
  readonly arrival: Arrival;
  /** What the row was before. */
  readonly lastState: number;
  readonly lastExpiresAt: Instant;
  /** Whether the present request came after the one whose ACK the driver holds. */
  readonly joined: boolean;
}

class Pending implements PendingAck {
  row = 0;
  readonly arrival = { fromPort: 0, to: ANY, via: 0 };
  lastState = 0;
  lastExpiresAt = toInstant(0);
  joined = false;
  #octets = new Uint8Array(OCTETS_AT_FIRST);
  #length = 0;

  get request(): Uint8Array {
    return this.#octets.subarray(0, this.#length);
  }

  keep(octets: Uint8Array, { fromPort, to, via }: Arrival): void {
    if (octets.length > this.#octets.length) this.#octets = new Uint8Array(octets.length);
    this.#octets.set(octets);
    this.#length = octets.length;
    this.arrival.fromPort = fromPort;
    this.arrival.to = to;
    this.arrival.via = via;
  }
}

/** The tickets under way, by ticket and by row. Entries are used again, so that a storm makes no garbage. */
export class PendingAcks {
  readonly #byTicket = new Map<number, Pending>();
  readonly #byRow = new Map<number, Pending>();
  readonly #spare: Pending[] = [];

  has(row: number): boolean {
    return this.#byRow.has(row);
  }

  add(
    ticket: number,
    row: number,
    octets: Uint8Array,
    arrival: Arrival,
    last: { readonly state: number; readonly expiresAt: Instant },
  ): void {
    const entry = this.#spare.pop() ?? new Pending();
    entry.row = row;
    entry.lastState = last.state;
    entry.lastExpiresAt = last.expiresAt;
    entry.keep(octets, arrival);
    entry.joined = false;
    this.#byTicket.set(ticket, entry);
    this.#byRow.set(row, entry);
  }

  /** Another REQUEST of the same client for the same address: it is answered with the ticket. */
  join(row: number, octets: Uint8Array, arrival: Arrival): void {
    const entry = this.#byRow.get(row);
    if (entry === undefined) return;
    entry.keep(octets, arrival);
    entry.joined = true;
  }

  /** Takes over the tickets of another table; `rowOf` gives a row's number in this one, -1 where it has none. */
  inherit(before: PendingAcks, rowOf: (row: number) => number): void {
    for (const [ticket, entry] of before.#byTicket) {
      entry.row = rowOf(entry.row);
      if (entry.row === -1) continue;
      this.#byTicket.set(ticket, entry);
      this.#byRow.set(entry.row, entry);
    }
  }

  /** Takes a ticket out; good until the next `add`. */
  settle(ticket: number): PendingAck | undefined {
    const entry = this.#byTicket.get(ticket);
    if (entry === undefined) return undefined;
    this.#byTicket.delete(ticket);
    this.#byRow.delete(entry.row);
    this.#spare.push(entry);
    return entry;
  }
}
