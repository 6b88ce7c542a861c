import { formatWarning } from '../config/mistakes.ts';
import { loadScenario, prepareVirtual } from './scenario.ts';

/** Throws what is wrong with a scenario, the files it names, or what is made of both; gives what is worth a word all the same. */
export function validateScenario(path: string, reach: 'inside' | 'any'): readonly string[] {
  const loaded = loadScenario(path, { reach });
  const told = loaded.scenario.warnings.map((warning) => formatWarning(path, warning));
  prepareVirtual(loaded, { notice: (text) => told.push(text) });
  return told;
}
