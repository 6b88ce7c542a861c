import type { Exact, ScenarioData } from '../config/data.ts';
import type { Trace } from '../core/driver.ts';
import type { RunResult } from '../scenario/result.ts';
import { loadScenario, prepareVirtual, type LoadOptions, type VirtualOptions } from './scenario.ts';
import type { Pace } from './virtual-run.ts';

/**
 * A scenario as a program writes it: the very keys and values of a file, as plain data. TypeScript knows all keys; what it
 * cannot know is said when the scenario is run.
 */
export function defineScenario<const T extends ScenarioData>(scenario: T & Exact<T>): ScenarioData {
  return scenario;
}

export interface RunScenarioOptions extends LoadOptions, VirtualOptions, Pace {
  /** Are told everything that happens. */
  readonly listeners?: readonly Trace[] | undefined;
}

/** Runs a scenario in the simulation, from a program's data or from a file, to its verdict; of a matrix the cell of its params. */
export async function runScenario(
  scenario: ScenarioData | string,
  options: RunScenarioOptions = {},
): Promise<RunResult> {
  const loaded = loadScenario(scenario, options);
  return prepareVirtual(loaded, options).execute(options.listeners ?? [], options);
}
