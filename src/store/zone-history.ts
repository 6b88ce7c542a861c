import type { ResourceRecord } from '../codec/dns/record.ts';
import type { ZoneChange } from './zone-change.ts';

export interface ZoneHistoryLimits {
  readonly changesMax: number;
  /** Of the records of all changes, as they lie on the wire without compression. */
  readonly octetsMax: number;
}

const LIMITS: ZoneHistoryLimits = { changesMax: 1_000, octetsMax: 1_048_576 };

/** The last versions of a zone as changes from one to the next: what IXFR is answered from (RFC 1995 §5). */
export class ZoneHistory {
  readonly #limits: ZoneHistoryLimits;
  #changes: ZoneChange[] = [];
  #octets = 0;

  constructor(limits: ZoneHistoryLimits = LIMITS) {
    this.#limits = limits;
  }

  get changes(): readonly ZoneChange[] {
    return this.#changes;
  }

  /** Adds a change; one that does not begin where the last one ended makes those before it useless, and they are forgotten. */
  push(change: ZoneChange): void {
    if (this.#changes.at(-1)?.serialAfter !== change.serialBefore) this.clear();
    this.#changes.push(change);
    this.#octets += changeOctets(change);
  }

  get isOver(): boolean {
    return this.#changes.length > this.#limits.changesMax || this.#octets > this.#limits.octetsMax;
  }

  /** Forgets the oldest changes until half of what may be kept is left; gives them. */
  trim(): readonly ZoneChange[] {
    const gone: ZoneChange[] = [];
    const { changesMax, octetsMax } = this.#limits;
    while (this.#changes.length > changesMax / 2 || this.#octets > octetsMax / 2) {
      const oldest = this.#changes.shift();
      if (oldest === undefined) break;
      this.#octets -= changeOctets(oldest);
      gone.push(oldest);
    }
    return gone;
  }

  clear(): void {
    this.#changes = [];
    this.#octets = 0;
  }

  /** The changes that lead from a version to the last one; undefined where they are not known. */
  since(serial: number): readonly ZoneChange[] | undefined {
    const first = this.#changes.findIndex(({ serialBefore }) => serialBefore === serial);
    return first < 0 ? undefined : this.#changes.slice(first);
  }
}

export function changeOctets({ removed, added }: ZoneChange): number {
  return recordsOctets(removed) + recordsOctets(added);
}

function recordsOctets(records: readonly ResourceRecord[]): number {
  return records.reduce((sum, record) => sum + recordOctets(record), 0);
}

/** On the wire, uncompressed: RFC 1035 §4.1.3. */
export function recordOctets({ owner, rdata }: ResourceRecord): number {
  return owner.octets.length + 10 + rdata.length;
}
