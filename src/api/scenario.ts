import { basename } from 'node:path';
import type { ScenarioCell } from '../config/parse.ts';
import type { Topology, Trace } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import { toInstant } from '../core/time.ts';
import { portableCrypto } from '../crypto/portable.ts';
import { SimDriver } from '../driver/sim/driver.ts';
import type { RunResult } from '../scenario/result.ts';
import { ScenarioRun } from '../scenario/run.ts';
import { buildTopology } from '../topology/build.ts';
import type { Contents } from '../topology/contents.ts';
import { openContents } from './contents.ts';
import { refuseLiveParts } from './live-places.ts';
import { pathOf, readCells, readScenario } from './read-scenario.ts';
import type { LoadOptions, ScenarioInput } from './read-scenario.ts';
import { runVirtual, type Pace } from './virtual-run.ts';

export type { LoadOptions, ScenarioInput } from './read-scenario.ts';

/** A scenario whose every mistake that can be seen without running it has been looked for. */
export interface LoadedScenario extends ScenarioCell {
  readonly path: string;
  readonly contents: Contents;
}

/**
 * Reads and checks a scenario, its own mistakes first, then the files it names; of a matrix the cell that its params
 * say. Throws `ScenarioError` with all mistakes, or `FileError` when the scenario itself cannot be read.
 */
export function loadScenario(scenario: ScenarioInput, options: LoadOptions = {}): LoadedScenario {
  return withContents(readScenario(scenario, options), pathOf(scenario, options), options);
}

/** One scenario for each cell of its matrix, in order; one without a matrix. */
export function loadCells(scenario: ScenarioInput, options: LoadOptions = {}): readonly LoadedScenario[] {
  const path = pathOf(scenario, options);
  return readCells(scenario, options).map((cell) => withContents(cell, path, options));
}

function withContents(cell: ScenarioCell, path: string, { reach = 'inside' }: LoadOptions): LoadedScenario {
  return { ...cell, path, contents: openContents(cell.scenario, path, reach) };
}

export interface VirtualOptions {
  /** 0 to 2^32 - 1; left out, the scenario's. */
  readonly seed?: number | undefined;
  /** Is told what a lenient zone was forgiven; left out, nobody is. */
  readonly notice?: ((text: string) => void) | undefined;
  /** `topology`: it is only looked at, so hosts that are real may be in it; left out, it is run. */
  readonly only?: 'topology' | undefined;
}

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
  const { scenario, contents } = loaded;
  if (options.only === undefined) refuseLiveParts(scenario);
  const seed = options.seed ?? scenario.seed;
  const topology = buildTopology({
    scenario,
    contents,
    crypto: portableCrypto,
    seed,
    epoch: { us: scenario.epochUs },
    zero: { at: toInstant(0) },
    notice: options.notice,
  });
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

/** The file's name without its folder and ending: what outputs of a run are called. */
export function scenarioSlug(path: string): string {
  return basename(path).replace(/\.(?:ya?ml|json)$/i, '');
}
