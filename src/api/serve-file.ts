import { formatEndpoint, parseIp } from '../core/address.ts';
import type { Ip } from '../core/address.ts';
import { UsageError } from './failure.ts';
import { prepareLive } from './live.ts';
import type { Configuration, ReloadOutcome } from './reload.ts';
import { loadScenario } from './scenario.ts';
import { serve } from './serve.ts';
import type { ServeOptions } from './serve.ts';

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
  /** Reads the file again and puts it in place of what runs, or says why not. */
  reload(): Promise<ReloadOutcome>;
  /** Takes on nothing new, gives what was begun `graceMs` to end (left out, 5 seconds), settles, then closes all. */
  stop(graceMs?: number): Promise<void>;
}

/** Starts the servers of a scenario file. */
export async function serveFile(
  path: string,
  reach: 'inside' | 'any',
  options: Omit<ServeOptions, 'topology' | 'source'>,
): Promise<Serving> {
  const read = (): Configuration => {
    const loaded = loadScenario(path, { reach });
    const { topology } = prepareLive(loaded, { reloads: true });
    return { topology, limits: loaded.scenario.limits };
  };
  const serving = await serve({ ...read(), ...options, source: { file: path, read } });
  return {
    hosts: serving.hosts.map(({ name, kind }) => ({ name, kind })),
    endpoints: serving.endpoints.map(({ host, protocol, scenario, real }) => ({
      host,
      protocol,
      endpoint: formatEndpoint(scenario),
      bound: formatEndpoint(real),
    })),
    controlPath: serving.controlPath,
    metrics: serving.metrics && formatEndpoint(serving.metrics),
    reload: () => serving.reload(),
    stop: (graceMs) => serving.stop(graceMs),
  };
}

export function parseAddresses(texts: readonly string[]): readonly Ip[] {
  return texts.map((text) => {
    const address = parseIp(text);
    if (address === undefined) throw new UsageError(`--listen "${text.slice(0, 60)}" is not an address`);
    return address;
  });
}

export { parseMetricsEndpoint } from './metrics-server.ts';
