import type { Topology, Trace } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import { SimDriver } from '../driver/sim/driver.ts';
import type { RunResult } from '../scenario/result.ts';
import { ScenarioRun } from '../scenario/run.ts';
import { refuseLiveParts } from './live-places.ts';
import { loadScenario, type LoadedScenario, type LoadOptions } from './load-scenario.ts';
import { runVirtual, type Pace } from './virtual-run.ts';
import { virtualTopology, type VirtualOptions } from './virtual-topology.ts';

export { loadCells, loadScenario } from './load-scenario.ts';
export type { LoadedScenario, LoadOptions, ScenarioInput } from './load-scenario.ts';
export type { VirtualOptions } from './virtual-topology.ts';

/** A run that is ready: who listens may look at the plant first. */
export interface VirtualRun {
  readonly loaded: LoadedScenario;
  readonly topology: Topology;
  readonly seed: number;
  /** Runs to the end, or until the pace's signal says stop: what was not seen by then is inconclusive. Once only. */
  execute(listeners: readonly Trace[], pace?: Pace): Promise<RunResult>;
  /** How often a rule was given so far. */
  countOf(rule: Rule): number;
}

export function prepareVirtual(loaded: LoadedScenario, options: VirtualOptions = {}): VirtualRun {
  const { scenario } = loaded;
  refuseLiveParts(scenario);
  const seed = options.seed ?? scenario.seed;
  const topology = virtualTopology(loaded, options);
  let driver: SimDriver | undefined;
  return {
    loaded,
    topology,
    seed,
    execute: (listeners, pace = {}) => {
      const run = new ScenarioRun({ scenario, topology, mode: 'virtual', seed });
      const keepRows = scenario.timeline.some((action) => action.do === 'crash');
      driver = new SimDriver({ topology, seed, trace: [run.trace, ...listeners], keepRows });
      return runVirtual(run, driver, pace);
    },
    countOf: (rule) => driver?.countOf(rule) ?? 0,
  };
}

/** One scenario in the simulation, from its file to its verdict. */
export async function simulate(path: string, options: LoadOptions & VirtualOptions = {}): Promise<RunResult> {
  return prepareVirtual(loadScenario(path, options), options).execute([]);
}
