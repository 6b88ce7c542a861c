import type { Row } from '../core/service.ts';
import { type Instant, SECOND, toInstant } from '../core/time.ts';

/** A lease as a DHCP server makes it durable: table `lease`, the address as key. */
export interface LeaseRow {
  readonly client: string;
  /** Microseconds since the run's moment 0; Infinity: never. */
  readonly expiresAtUs: number;
  /** As text; undefined when the client is no Ethernet host. */
  readonly mac: string | undefined;
}

/** The leases of all servers of a run, as their rows were settled. */
export class LeaseView {
  #zero = toInstant(0);
  readonly #leases = new Map<string, LeaseRow>();
  readonly #addresses = new Map<string, string>();

  /** Says which moment of the driver the run's moment 0 is: rows carry seconds of the driver's time. */
  begin(zero: Instant): void {
    this.#zero = zero;
  }

  take(rows: readonly Row[]): void {
    for (const row of rows) {
      if (row.table !== 'lease') continue;
      const lease = this.read(row);
      const before = this.#leases.get(row.key);
      if (before?.mac !== undefined && this.#addresses.get(before.mac) === row.key)
        this.#addresses.delete(before.mac);
      if (lease === undefined) {
        this.#leases.delete(row.key);
        continue;
      }
      this.#leases.set(row.key, lease);
      if (lease.mac !== undefined) this.#addresses.set(lease.mac, row.key);
    }
  }

  /** The lease that a row gives; undefined when it gives none: another table, a deletion, an address set free or declined. */
  read({ table, value }: Row): LeaseRow | undefined {
    if (table !== 'lease' || value === null) return undefined;
    const { client, expires, mac, state } = value;
    if (state !== 'bound' || typeof client !== 'string') return undefined;
    if (expires !== null && typeof expires !== 'number') return undefined;
    return {
      client,
      expiresAtUs: expires === null ? Infinity : expires * SECOND - this.#zero,
      mac: typeof mac === 'string' ? mac : undefined,
    };
  }

  live(address: string, at: Instant): LeaseRow | undefined {
    const lease = this.#leases.get(address);
    return lease !== undefined && at < lease.expiresAtUs ? lease : undefined;
  }

  /** The address last leased to a hardware address, while the lease lives. */
  addressOf(mac: string, at: Instant): string | undefined {
    const address = this.#addresses.get(mac);
    return address !== undefined && this.live(address, at) !== undefined ? address : undefined;
  }
}
