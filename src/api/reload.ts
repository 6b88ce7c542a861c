import { formatIp } from '../core/address.ts';
import type { HostSpec, Topology } from '../core/driver.ts';
import { ConfigError, EnvironmentError } from '../core/errors.ts';
import { type Limits, LIMITS_DEFAULT } from '../core/limits.ts';
import type { RealDriver } from '../driver/real/driver.ts';
import { describeFailure } from './failure.ts';

/** How one reload ended; as plain data, since the control socket passes it on. */
export type ReloadOutcome =
  | {
      readonly reloaded: true;
      /** Seconds since 1970. */
      readonly at: number;
      readonly took_us: number;
      readonly hosts: number;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      readonly restarted: readonly string[];
      readonly sockets: { readonly kept: number; readonly opened: number; readonly closed: number };
    }
  | {
      readonly reloaded: false;
      readonly at: number;
      readonly kind: 'usage' | 'environment' | 'bug';
      readonly exit_code: number;
      /** Each one complete: what is wrong, where, and what to do. */
      readonly messages: readonly string[];
    };

/** What a file says, ready to run. */
export interface Configuration {
  readonly topology: Topology;
  /** Left out: the defaults. */
  readonly limits?: Limits | undefined;
}

export interface ReloaderOptions {
  readonly driver: RealDriver;
  /** Reads the file and all that it names again; throws what a start would. */
  readonly read: () => Promise<Configuration>;
  /** Those of a topology that are to run; throws `ConfigError`. */
  readonly choose: (topology: Topology) => readonly HostSpec[];
  /** Those that another headend runs; throws `ConfigError`. Left out: none. */
  readonly elsewhere?: ((topology: Topology, chosen: readonly HostSpec[]) => readonly HostSpec[]) | undefined;
  /** Told of the hosts that run now, those that are new among them. */
  readonly swapped: (hosts: readonly HostSpec[], fresh: ReadonlySet<string>) => void;
  /** Waits until they have what the files say: the reload has ended then. Left out: they have it at once. */
  readonly ready?: ((hosts: readonly HostSpec[]) => Promise<void>) | undefined;
  readonly told: (outcome: ReloadOutcome) => void;
  /** What helps when a port may not be bound any more: another user than at the start. */
  readonly bindRemedy?: string | undefined;
}

/** Puts what the files say now in place of what runs, or leaves it as it is. One reload at a time; asked meanwhile, one more follows. */
export class Reloader {
  readonly #options: ReloaderOptions;
  #hosts: readonly HostSpec[];
  #limits: string;
  #running: Promise<ReloadOutcome> | undefined;
  #next: Promise<ReloadOutcome> | undefined;
  /** Reloads that succeeded. */
  count = 0;
  last: ReloadOutcome | undefined;
  /** When the configuration that runs was read, if by a reload: seconds since 1970. */
  loadedAt: number | undefined;

  /** What runs at first. */
  constructor(hosts: readonly HostSpec[], limits: Limits | undefined, options: ReloaderOptions) {
    this.#hosts = hosts;
    this.#limits = JSON.stringify(limits ?? LIMITS_DEFAULT);
    this.#options = options;
  }

  /** Never rejects. */
  reload(): Promise<ReloadOutcome> {
    // It has not begun yet, though the one before it may have ended.
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#begin();
    // The one under way may have read the files already; who asks now wants what they say now.
    this.#next = this.#running.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  /** When no reload is under way any more. */
  get settled(): Promise<unknown> {
    return this.#next ?? this.#running ?? Promise.resolve();
  }

  #begin(): Promise<ReloadOutcome> {
    const running = this.#attempt().then((outcome) => {
      this.#running = undefined;
      this.last = outcome;
      this.#options.told(outcome);
      return outcome;
    });
    this.#running = running;
    return running;
  }

  async #attempt(): Promise<ReloadOutcome> {
    const { driver, read, choose, elsewhere, swapped, ready } = this.#options;
    const startedAt = driver.now;
    const at = Math.floor(Date.now() / 1_000);
    try {
      const { topology, limits } = await read();
      const hosts = choose(topology);
      assertNamesStay(this.#hosts, hosts);
      const { added, removed, restarted, sockets } = await driver.replace({
        ...topology,
        hosts: [...hosts, ...(elsewhere?.(topology, hosts) ?? [])],
      });
      this.#limit(limits);
      this.#hosts = hosts;
      this.count++;
      this.loadedAt = at;
      swapped(hosts, new Set([...added, ...restarted]));
      await ready?.(hosts);
      const took_us = driver.now - startedAt;
      return { reloaded: true, at, took_us, hosts: hosts.length, added, removed, restarted, sockets };
    } catch (error) {
      const { kind, exitCode, messages } = describeFailure(this.#explained(error));
      return { reloaded: false, at, kind, exit_code: exitCode, messages };
    }
  }

  /** New limits begin with nothing counted: only where they have changed. */
  #limit(limits: Limits = LIMITS_DEFAULT): void {
    const text = JSON.stringify(limits);
    if (text !== this.#limits) this.#options.driver.limit(limits);
    this.#limits = text;
  }

  #explained(error: unknown): unknown {
    const { bindRemedy } = this.#options;
    if (!(error instanceof EnvironmentError) || bindRemedy === undefined) return error;
    return new EnvironmentError(error.what, `${bindRemedy}; or ${error.remedy}`);
  }
}

/** Leases are kept under the name of a server's host: under another they would be forgotten. */
function assertNamesStay(before: readonly HostSpec[], after: readonly HostSpec[]): void {
  const names = new Set(after.map(({ name }) => name));
  for (const host of before.filter((one) => isDhcp(one) && !names.has(one.name))) {
    const addresses = addressesOf(host);
    const heir = after.find((one) => isDhcp(one) && addressesOf(one).some((own) => addresses.includes(own)));
    if (heir !== undefined)
      throw new ConfigError(
        `services.${heir.name}`,
        `the DHCP server at ${addresses.join(', ')} was called ${host.name}`,
        'that name: leases are kept under it',
      );
  }
}

function isDhcp({ kind }: HostSpec): boolean {
  return kind.split('+').includes('dhcp');
}

function addressesOf({ interfaces }: HostSpec): readonly string[] {
  return interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => formatIp(address)));
}
