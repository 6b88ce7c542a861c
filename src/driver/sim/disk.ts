import type { Plain, Row, Ticket } from '../../core/service.ts';

/** What makes a disk slow, or full, while it is on. */
export interface Trouble {
  readonly id: string;
  readonly flushUs: number | 'full';
  /** Rows refused, or flushes that took its time. */
  fired: number;
}

export interface Persist {
  readonly ticket: Ticket;
  readonly rows: readonly Row[];
}

/**
 * A host's disk: one flush at a time, which settles all that was handed in before it began. What is not settled is lost in
 * a crash; what is settled is there afterwards.
 */
export class Disk {
  readonly #flushUs: number;
  readonly #troubles: Trouble[] = [];
  /** Tells a flush that began before a crash from one of this life. */
  life = 0;
  readonly #keeps: boolean;
  readonly #tables = new Map<string, Map<string, { readonly [key: string]: Plain }>>();
  #flushing: readonly Persist[] = [];
  #next: Persist[] = [];

  constructor(flushUs: number, keeping: 'keeps rows' | 'forgets rows') {
    this.#flushUs = flushUs;
    this.#keeps = keeping === 'keeps rows';
  }

  begin(trouble: Trouble): void {
    this.#troubles.push(trouble);
  }

  mend(trouble: Trouble): void {
    const index = this.#troubles.indexOf(trouble);
    if (index >= 0) this.#troubles.splice(index, 1);
  }

  /** What refuses rows now, as a full disk does. */
  get full(): Trouble | undefined {
    return this.#troubles.find(({ flushUs }) => flushUs === 'full');
  }

  /** What makes a flush that begins now take longest; undefined: nothing. */
  get slowest(): Trouble | undefined {
    let slowest: Trouble | undefined;
    for (const trouble of this.#troubles) {
      if (trouble.flushUs === 'full' || trouble.flushUs <= timeOf(slowest, this.#flushUs)) continue;
      slowest = trouble;
    }
    return slowest;
  }

  /** How long a flush takes that begins now. */
  get flushUs(): number {
    return timeOf(this.slowest, this.#flushUs);
  }

  /** All rows are gone. */
  wipe(): void {
    this.#tables.clear();
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
    if (this.full === undefined && this.#keeps)
      for (const { rows } of done) for (const row of rows) this.#apply(row);
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

function timeOf(trouble: Trouble | undefined, otherwise: number): number {
  return trouble === undefined || trouble.flushUs === 'full' ? otherwise : trouble.flushUs;
}
