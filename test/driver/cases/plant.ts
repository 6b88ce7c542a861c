import type { HostSpec, Topology, Trace } from '../../../src/core/driver.ts';
import type { Effects, Input, Service } from '../../../src/core/service.ts';
import type { Instant } from '../../../src/core/time.ts';
import { at, host, segment } from '../plants.ts';
import { Actor } from '../world.ts';
import type { MakeWorld, World } from '../world.ts';

export const LEFT = '10.0.0.1';
export const RIGHT = '10.0.0.2';
export const LEFT6 = 'fd00::1';
export const RIGHT6 = 'fd00::2';

export type Act = (input: Input, now: Instant, effects: Effects) => void;

function maker(service: Service | (() => Service)): () => Service {
  return typeof service === 'function' ? service : () => service;
}

/** Two hosts on one segment, each with an address of either family. */
export function pair(
  left: Service | (() => Service),
  right: Service | (() => Service),
  more: { readonly left?: Partial<HostSpec>; readonly right?: Partial<HostSpec> } = {},
): Topology {
  return {
    segments: [segment('lan')],
    links: [],
    hosts: [
      host('left', { on: 'lan', address: [at(`${LEFT}/24`), at(`${LEFT6}/64`)] }, maker(left), {
        udpPorts: [1007],
        ...more.left,
      }),
      host('right', { on: 'lan', address: [at(`${RIGHT}/24`), at(`${RIGHT6}/64`)] }, maker(right), {
        udpPorts: [1007],
        ...more.right,
      }),
    ],
  };
}

/** Runs a case in a world that is stopped afterwards, whatever happens. */
export async function inWorld(
  make: MakeWorld,
  topology: Topology,
  run: (world: World) => Promise<void>,
  trace: readonly Trace[] = [],
): Promise<void> {
  const world = await make(topology, trace);
  try {
    await run(world);
  } finally {
    await world.stop();
  }
}

/** Does what the verb of a command names, and `otherwise` for all other inputs. */
export function acting(
  verbs: Readonly<Record<string, (effects: Effects, now: Instant) => void>>,
  otherwise: Act = () => undefined,
): Actor {
  return new Actor((input, now, effects) => {
    if (input.kind === 'command') verbs[input.verb]?.(effects, now);
    else otherwise(input, now, effects);
  });
}

/** Hands a command to a host now. */
export function tell(world: World, name: string, verb: string): void {
  world.driver.command(world.driver.now, name, verb, {});
}
