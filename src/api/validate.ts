import { loadScenario, prepareVirtual } from './scenario.ts';

/** Throws what is wrong with a scenario, the files it names, or what is made of both. */
export function validateScenario(path: string, reach: 'inside' | 'any'): void {
  prepareVirtual(loadScenario(path, { reach }));
}
