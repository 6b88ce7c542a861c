import { formatWarning } from '../config/mistakes.ts';
import { formatEndpoint, parseIp } from '../core/address.ts';
import type { Ip } from '../core/address.ts';
import { UsageError } from './failure.ts';
import { silentServers, type SilentServer } from './health.ts';
import { prepareLive, prepareZones } from './live.ts';
import type { Configuration, ReloadOutcome } from './reload.ts';
import { loadScenario, type LoadOptions } from './load-scenario.ts';
import { serve } from './serve.ts';
import type { ServeOptions } from './serve.ts';
import { isLinkLocal, kernelEndpoint } from '../driver/real/zones.ts';
import { ZoneKeeper } from '../topology/zones.ts';

/** What a command line shows of servers that run. */
export interface Serving {
  readonly hosts: readonly { readonly name: string; readonly kind: string }[];
  /** Each endpoint of the file, and what was bound for it. */
  readonly endpoints: readonly {
    readonly host: string;
    readonly protocol: string;
    readonly endpoint: string;
    readonly bound: string;
  }[];
  readonly controlPath: string | undefined;
  /** Where metrics are shown; undefined when they are not. */
  readonly metrics: string | undefined;
  /** Name servers that do not answer yet. */
  silent(): Promise<readonly SilentServer[]>;
  /** Reads the file again and puts it in place of what runs, or says why not. */
  reload(): Promise<ReloadOutcome>;
  /** Takes on nothing new, gives what was begun `graceMs` to end (left out, 5 seconds), settles, then closes all. */
  stop(graceMs?: number): Promise<void>;
}

/** Starts the servers of a scenario file, read as `load` says, at each reload again. */
export async function serveFile(
  path: string,
  load: LoadOptions,
  options: Omit<ServeOptions, 'topology' | 'source'>,
): Promise<Serving> {
  // One for all that is ever read: services of every reload tell the date of the one clock.
  const epoch = { us: 0 };
  const { listen, notice } = options;
  let kept = new ZoneKeeper();
  const read = async (): Promise<Configuration> => {
    const loaded = loadScenario(path, load);
    for (const warning of loaded.scenario.warnings) notice?.(formatWarning(path, warning));
    const zones = new ZoneKeeper(kept);
    await prepareZones(loaded, zones, notice);
    const { topology } = prepareLive(loaded, { zones, notice, listen, epoch });
    zones.forget();
    kept = zones;
    return { topology, limits: loaded.scenario.limits };
  };
  const serving = await serve({ ...(await read()), ...options, epoch, source: { file: path, read } });
  return {
    hosts: serving.hosts.map(({ name, kind }) => ({ name, kind })),
    endpoints: serving.endpoints.map(({ host, protocol, scenario, real }) => ({
      host,
      protocol,
      endpoint: formatEndpoint(scenario),
      bound: kernelEndpoint(real),
    })),
    controlPath: serving.controlPath,
    metrics: serving.metrics && formatEndpoint(serving.metrics),
    silent: async () => silentServers(await serving.ask('awaited')),
    reload: () => serving.reload(),
    stop: (graceMs) => serving.stop(graceMs),
  };
}

/** Addresses to listen on: `10.0.0.5`, `::`, `fe80::1%eth0`. */
export interface Listening {
  readonly listen: readonly Ip[];
  /** The interfaces of those that are link-local. */
  readonly zones: ReadonlyMap<Ip, string>;
}

export function parseListening(texts: readonly string[]): Listening {
  const zones = new Map<Ip, string>();
  const listen = texts.map((text) => {
    const [, word = '', zone] = /^([^%]*)(?:%(.+))?$/.exec(text) ?? [];
    const address = parseIp(word);
    const shown = `--listen "${text.slice(0, 60)}"`;
    if (address === undefined) throw new UsageError(`${shown} is not an address`);
    if (zone === undefined && isLinkLocal(address))
      throw new UsageError(`${shown} may be on every link: write the interface, too, as in ${word}%eth0`);
    if (zone !== undefined && !isLinkLocal(address))
      throw new UsageError(`${shown} is the same on every interface: write ${word}`);
    if (zone !== undefined && zones.has(address))
      throw new UsageError(`${shown} is there for another interface: run a second serve for it`);
    if (zone !== undefined) zones.set(address, zone);
    return address;
  });
  return { listen: [...new Set(listen)], zones };
}

export function parseAddresses(texts: readonly string[]): readonly Ip[] {
  return parseListening(texts).listen;
}

export { parseMetricsEndpoint } from './metrics-server.ts';
export { splitInterfaces } from './serve-trunks.ts';
