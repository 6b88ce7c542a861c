import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatEndpoint, type Ip } from '../core/address.ts';
import type { Crypto } from '../core/crypto.ts';
import type { Topology, Trace } from '../core/driver.ts';
import { type Instant, toInstant } from '../core/time.ts';
import { portableCrypto } from '../crypto/portable.ts';
import type { ClockSources } from '../driver/real/clock.ts';
import { nodeHashes } from '../driver/real/crypto.ts';
import { RealDriver } from '../driver/real/driver.ts';
import type { MappingRow } from '../driver/real/mapping.ts';
import type { RunResult } from '../scenario/result.ts';
import { ScenarioRun } from '../scenario/run.ts';
import { buildTopology } from '../topology/build.ts';
import { allZoneSteps, type ZoneKeeper } from '../topology/zones.ts';
import { checkTls } from './check-tls.ts';
import { plugsOf } from './live-places.ts';
import type { LoadedScenario } from './load-scenario.ts';
import type { Pace } from './virtual-run.ts';

/** How long who runs meanwhile waits at a time: the kernel keeps some hundred datagrams. */
const PIECE_MS = 2;

export interface LiveOptions {
  /** Chooses losses, delays and the hosts' own dice; left out, the scenario's. The kernel's timing repeats for nobody. */
  readonly seed?: number | undefined;
  /** Told once each what the person should know. */
  readonly notice?: ((text: string) => void) | undefined;
  /** The zones of a server that may be reloaded; left out, no reload comes. */
  readonly zones?: ZoneKeeper | undefined;
  /** Under `serve`: where servers listen in place of the file's addresses. */
  readonly listen?: readonly Ip[] | undefined;
  /** The driver's, when there is one already; left out, 1970. */
  readonly epoch?: { us: number } | undefined;
  /** 0 to 255: keeps the loopback addresses apart from another live run's on this machine; left out, 0. */
  readonly shift?: number | undefined;
  /** Where the driver reads time from; left out, the machine's clocks. */
  readonly clock?: ClockSources | undefined;
  /** As of `--interface`: `WHERE=NAME`, for devices that are real; left out, the file says where they are. */
  readonly interfaces?: readonly string[] | undefined;
  /** `none`: hosts that are real are left out, as they always are under `serve`; left out, they are in it. */
  readonly real?: 'none' | undefined;
}

/** A live run that is ready: the whole scenario on loopback. */
export interface LiveRun {
  readonly loaded: LoadedScenario;
  readonly topology: Topology;
  readonly seed: number;
  /**
   * Runs until everything is judged, the duration is over, or the pace says stop. Rejects with `EnvironmentError` when a
   * port is taken, leaving nothing open. Once only.
   */
  execute(listeners: readonly Trace[], pace?: Pace): Promise<RunResult>;
}

const REAL_CRYPTO: Crypto = { ...portableCrypto, ...nodeHashes };

/** Makes the zones of a scenario that runs in pieces, so that those who run meanwhile go on. */
export async function prepareZones(
  { scenario, contents }: LoadedScenario,
  zones: ZoneKeeper,
  notice: ((text: string) => void) | undefined,
): Promise<void> {
  const steps = allZoneSteps({ scenario, contents, crypto: REAL_CRYPTO, zones, notice });
  let until = performance.now() + PIECE_MS;
  while (steps.next().done !== true) {
    if (performance.now() < until) continue;
    await new Promise(setImmediate);
    until = performance.now() + PIECE_MS;
  }
}

export function prepareLive(loaded: LoadedScenario, options: LiveOptions = {}): LiveRun {
  const { scenario, contents } = loaded;
  const seed = options.seed ?? scenario.seed;
  const epoch = options.epoch ?? { us: 0 };
  checkTls(scenario, contents);
  const zero = { at: toInstant(0) };
  const isServed = options.zones !== undefined;
  const isWithoutReal = isServed || options.real === 'none';
  const plugs = isWithoutReal ? undefined : plugsOf(scenario, options.interfaces ?? []);
  const whole = buildTopology({
    scenario,
    plugs,
    contents,
    crypto: REAL_CRYPTO,
    seed,
    epoch,
    zero: isServed ? undefined : zero,
    reloads: isServed,
    startUs: Date.now() * 1_000,
    zones: options.zones,
    listen: options.listen,
    entropy: (count) => new Uint8Array(randomBytes(count)),
    notice: options.notice,
  });
  // Under `serve` what is real is as much outside as anybody else.
  const hosts = isWithoutReal ? whole.hosts.filter(({ live }) => live === undefined) : whole.hosts;
  const topology = { ...whole, hosts };
  return {
    loaded,
    topology,
    seed,
    execute: (listeners, pace = {}) =>
      runLive(
        { loaded, topology, seed },
        { listeners, pace, notice: options.notice, shift: options.shift, clock: options.clock, epoch, zero },
      ),
  };
}

/** Which endpoint of this machine will stand for which of the scenario; nothing is opened. */
export function liveMapping(topology: Topology): readonly MappingRow[] {
  return new RealDriver({ topology, place: 'live' }).mapping();
}

/** `10.0.0.67:67 is 127.0.0.67:20067 (udp, dhcp)`, one a line. */
export function mappingText(rows: readonly MappingRow[]): string {
  return rows
    .map(
      ({ host, protocol, scenario, real }) =>
        `${formatEndpoint(scenario)} is ${formatEndpoint(real)} (${protocol}, ${host})`,
    )
    .join('\n');
}

interface Company {
  readonly listeners: readonly Trace[];
  readonly pace: Pace;
  readonly notice: ((text: string) => void) | undefined;
  readonly shift: number | undefined;
  readonly clock: ClockSources | undefined;
  readonly epoch: { us: number };
  readonly zero: { at: Instant };
}

/** How often a live run looks whether all is judged. */
const LOOK_MS = 50;

async function runLive(
  { loaded, topology, seed }: Pick<LiveRun, 'loaded' | 'topology' | 'seed'>,
  { listeners, pace: { signal, untilUs, progress, begun }, notice, shift, clock, epoch, zero }: Company,
): Promise<RunResult> {
  const { scenario } = loaded;
  const run = new ScenarioRun({ scenario, topology, mode: 'live', seed, zero });
  let broken: unknown;
  const counter = new FrameCounter();
  const driver = new RealDriver({
    topology,
    place: 'live',
    shift,
    seed,
    trace: [run.trace, counter, ...listeners],
    notice,
    clock,
    epoch,
    bug: (error) => (broken ??= error),
  });
  await driver.start();
  const startedAt = driver.now;
  let cut = false;
  try {
    const moment = driver.now;
    run.start(driver);
    begun?.({ zero: moment, faults: () => run.faults() });
    const endsAt = Math.min(run.endsAt, startedAt + (untilUs ?? Infinity));
    while (driver.now < endsAt && signal?.aborted !== true && broken === undefined) {
      await sleep(LOOK_MS);
      progress?.(driver.now - startedAt, endsAt - startedAt);
      if (run.settledAt(driver.now)) break;
    }
    cut = endsAt < run.endsAt && driver.now >= endsAt && !run.settledAt(driver.now);
  } finally {
    await driver.stop();
  }
  if (broken !== undefined) throw broken;
  const expectations = run.judge(signal?.aborted !== true && !cut, driver.now);
  return run.result(expectations, {
    digest: undefined,
    simulatedUs: driver.now - startedAt,
    packets: driver.crossings,
    events: counter.events,
  });
}

/** Counts what a live run saw happen: frames and changes of state. */
class FrameCounter implements Trace {
  events = 0;

  frame(): void {
    this.events++;
  }

  state(): void {
    this.events++;
  }
}
