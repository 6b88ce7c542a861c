import type { Plain, Row, Ticket } from '../../core/service.ts';

export interface Persist {
  readonly ticket: Ticket;
  readonly rows: readonly Row[];
}

/**
 * A host's disk: one flush at a time, which settles all that was handed in before it began. What is not settled is lost in
 * a crash; what is settled is there afterwards.
 */
export class Disk {
  readonly flushUs: number;
  /** Whether the disk refuses, as a full or broken one does. */
  isBroken = false;
  /** Tells a flush that began before a crash from one of this life. */
  life = 0;
  readonly #keeps: boolean;
  readonly #tables = new Map<string, Map<string, { readonly [key: string]: Plain }>>();
  #flushing: readonly Persist[] = [];
  #next: Persist[] = [];

  constructor(flushUs: number, keeping: 'keeps rows' | 'forgets rows') {
    this.flushUs = flushUs;
    this.#keeps = keeping === 'keeps rows';
  }

  /** Whether a flush begins now and ends after `flushUs`. */
  hand(persist: Persist): boolean {
    this.#next.push(persist);
    return this.#flushing.length === 0 && this.#begin();
  }

  /** The flush has ended: what it has settled. */
  end(): readonly Persist[] {
    const done = this.#flushing;
    this.#flushing = [];
    if (!this.isBroken && this.#keeps) for (const { rows } of done) for (const row of rows) this.#apply(row);
    return done;
  }

  /** Whether more came meanwhile, so that the next flush begins. */
  continues(): boolean {
    return this.#flushing.length === 0 && this.#next.length > 0 && this.#begin();
  }

  /** All tickets that are lost. */
  crash(): readonly Ticket[] {
    this.life++;
    const lost = [...this.#flushing, ...this.#next].map((persist) => persist.ticket);
    this.#flushing = [];
    this.#next = [];
    return lost;
  }

  /** In the order in which their keys were first written. */
  *rows(): Iterable<Row> {
    for (const [table, rows] of this.#tables) for (const [key, value] of rows) yield { table, key, value };
  }

  #begin(): boolean {
    this.#flushing = this.#next;
    this.#next = [];
    return true;
  }

  #apply({ table, key, value }: Row): void {
    const rows = this.#tables.get(table) ?? new Map<string, { readonly [key: string]: Plain }>();
    if (value === null) rows.delete(key);
    else rows.set(key, value);
    this.#tables.set(table, rows);
  }
}
