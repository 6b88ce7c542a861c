import type { Topology } from '../core/driver.ts';
import { toInstant } from '../core/time.ts';
import { portableCrypto } from '../crypto/portable.ts';
import { buildTopology } from '../topology/build.ts';
import type { LoadedScenario } from './load-scenario.ts';

/** The plant of a scenario as a simulation has it; hosts that are real are in it too. Nothing is made that would run it. */
export function virtualTopology(
  { scenario, contents }: LoadedScenario,
  { seed = scenario.seed, notice, plugs }: VirtualOptions = {},
): Topology {
  return buildTopology({
    scenario,
    contents,
    crypto: portableCrypto,
    seed,
    epoch: { us: scenario.epochUs },
    zero: { at: toInstant(0) },
    notice,
    plugs,
  });
}

export interface VirtualOptions {
  /** 0 to 2^32 - 1; left out, the scenario's. */
  readonly seed?: number | undefined;
  /** Is told what a lenient zone was forgiven; left out, nobody is. */
  readonly notice?: ((text: string) => void) | undefined;
  /** Interfaces of this machine by real device, in place of those of the file. */
  readonly plugs?: ReadonlyMap<string, string> | undefined;
}
