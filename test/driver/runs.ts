import type { FrameEvent, HostSpec, Quality, Topology } from '../../src/core/driver.ts';
import { NEVER, toInstant } from '../../src/core/time.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import { acting, pair } from './cases/plant.ts';
import { ip, segment } from './plants.ts';
import type { Actor } from './world.ts';
import { octetsOf } from './world.ts';

const RIGHT = { address: ip('10.0.0.2'), port: 1007 };

/** Runs it, and gives what crossed. */
export function crossings(
  topology: Topology,
  prepare: (driver: SimDriver) => void,
  seed = 7,
): { events: FrameEvent[]; driver: SimDriver } {
  const events: FrameEvent[] = [];
  const driver = new SimDriver({ topology, seed, trace: [{ frame: (event) => events.push(event) }] });
  prepare(driver);
  driver.run(NEVER);
  return { events, driver };
}

export const go =
  (name: string, at_ = 0) =>
  (driver: SimDriver) =>
    driver.command(toInstant(at_), name, 'go', {});

/** A sender of `count` datagrams at once, and a receiver, on a segment of that quality. */
export function burst(
  count: number,
  quality: Partial<Quality>,
  right: Actor,
  more: Partial<HostSpec> = {},
): Topology {
  const left = acting({
    go: (effects) => {
      for (let index = 0; index < count; index++)
        effects.send(1007, RIGHT, Uint8Array.of(index, index >>> 8));
    },
    warm: (effects) => effects.send(1007, RIGHT, octetsOf('w')),
  });
  const topology = pair(left, right, { right: more });
  return { ...topology, segments: [segment('lan', quality)] };
}
