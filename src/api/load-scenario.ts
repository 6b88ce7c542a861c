import { basename } from 'node:path';
import type { ScenarioCell } from '../config/parse.ts';
import type { Contents } from '../topology/contents.ts';
import { openContents } from './contents.ts';
import { pathOf, readCells, readScenario } from './read-scenario.ts';
import type { LoadOptions, ScenarioInput } from './read-scenario.ts';

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

/** The file's name without its folder and ending: what outputs of a run are called. */
export function scenarioSlug(path: string): string {
  return basename(path).replace(/\.(?:ya?ml|json)$/i, '');
}
