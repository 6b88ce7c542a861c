import { formatWarning } from '../config/mistakes.ts';
import { loadCells, type LoadOptions } from './load-scenario.ts';
import { virtualTopology } from './virtual-topology.ts';

/**
 * Throws what is wrong with a scenario in any cell of its matrix, the files it names, or what is made of both; gives what
 * is worth a word all the same.
 */
export function validateScenario(path: string, options: LoadOptions): readonly string[] {
  const told = new Set<string>();
  for (const loaded of loadCells(path, options)) {
    for (const warning of loaded.scenario.warnings) told.add(formatWarning(path, warning));
    virtualTopology(loaded, { notice: (text) => told.add(text) });
  }
  return [...told];
}
