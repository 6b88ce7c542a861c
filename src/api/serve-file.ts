import { formatEndpoint, parseIp } from '../core/address.ts';
import type { Ip } from '../core/address.ts';
import { UsageError } from './failure.ts';
import { prepareLive } from './live.ts';
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
  /** Settles what is open, then closes all. */
  stop(): Promise<void>;
}

/** Starts the servers of a scenario file. */
export async function serveFile(
  path: string,
  reach: 'inside' | 'any',
  options: Omit<ServeOptions, 'topology'>,
): Promise<Serving> {
  const loaded = loadScenario(path, { reach });
  const { topology } = prepareLive(loaded);
  const { limits } = loaded.scenario;
  const serving = await serve({ limits, ...options, topology });
  return {
    hosts: serving.hosts.map(({ name, kind }) => ({ name, kind })),
    endpoints: serving.endpoints.map(({ host, protocol, scenario, real }) => ({
      host,
      protocol,
      endpoint: formatEndpoint(scenario),
      bound: formatEndpoint(real),
    })),
    controlPath: serving.controlPath,
    stop: () => serving.stop(),
  };
}

export function parseAddresses(texts: readonly string[]): readonly Ip[] {
  return texts.map((text) => {
    const address = parseIp(text);
    if (address === undefined) throw new UsageError(`--listen "${text.slice(0, 60)}" is not an address`);
    return address;
  });
}
