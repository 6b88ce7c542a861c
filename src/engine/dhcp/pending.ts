import type { Instant } from '../../core/time.ts';
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

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
type Mutable = Writable<Omit<PendingAck, 'arrival'>> & { scratch: Uint8Array; arrival: Writable<Arrival> };

/** The tickets under way, by ticket and by row. Entries are used again, so that a storm makes no garbage. */
export class PendingAcks {
  readonly #byTicket = new Map<number, Mutable>();
  readonly #byRow = new Map<number, Mutable>();
  readonly #spare: Mutable[] = [];

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
    const entry = this.#spare.pop() ?? fresh();
    entry.row = row;
    entry.lastState = last.state;
    entry.lastExpiresAt = last.expiresAt;
    keep(entry, octets, arrival);
    entry.joined = false;
    this.#byTicket.set(ticket, entry);
    this.#byRow.set(row, entry);
  }

  /** Another REQUEST of the same client for the same address: it is answered with the ticket. */
  join(row: number, octets: Uint8Array, arrival: Arrival): void {
    const entry = this.#byRow.get(row);
    if (entry === undefined) return;
    keep(entry, octets, arrival);
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

function fresh(): Mutable {
  const scratch = new Uint8Array(OCTETS_AT_FIRST);
  return {
    row: 0,
    request: scratch,
    scratch,
    arrival: { fromPort: 0, to: 0 as Arrival['to'], via: 0 },
    lastState: 0,
    lastExpiresAt: 0 as Instant,
    joined: false,
  };
}

function keep(entry: Mutable, octets: Uint8Array, { fromPort, to, via }: Arrival): void {
  if (octets.length > entry.scratch.length) entry.scratch = new Uint8Array(octets.length);
  entry.scratch.set(octets);
  entry.request = entry.scratch.subarray(0, octets.length);
  entry.arrival.fromPort = fromPort;
  entry.arrival.to = to;
  entry.arrival.via = via;
}
