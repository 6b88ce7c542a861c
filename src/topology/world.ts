import type { Ip } from '../core/address.ts';
import type { Instant } from '../core/time.ts';
import type { Making } from './files.ts';
import type { ZoneMaking } from './zones.ts';

/** What services are made with beyond the scenario. */
export interface World extends Making, ZoneMaking {
  readonly seed: number;
  /** The scenario's in the simulation; on real sockets the driver's, which it moves. */
  readonly epoch: { us: number };
  /**
   * Whether a reload may come: even a lone service is then bundled, so that one that is not alone can succeed it, and devices
   * have revisions. Left out: no.
   */
  readonly reloads?: boolean | undefined;
  /** When the run begins, in microseconds since 1970; left out, the scenario's epoch. */
  readonly startUs?: number | undefined;
  /** Moment 0 of the scenario on the driver's clock, set when its run begins; left out, no timeline runs: `serve`. */
  readonly zero?: { readonly at: Instant } | undefined;
  /** Addresses that servers listen on in place of those of the file. */
  readonly listen?: readonly Ip[] | undefined;
  /** Interfaces of this machine by real device, in place of those of the file. */
  readonly plugs?: ReadonlyMap<string, string> | undefined;
  /** Octets that nobody can guess, for what strangers are told; left out, they are drawn from the seed. */
  readonly entropy?: ((count: number) => Uint8Array) | undefined;
}
