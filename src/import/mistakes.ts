import { parseScenario } from '../config/parse.ts';
import { ScenarioError } from '../config/mistakes.ts';

/** What is wrong with a scenario that was made here, a line each: none, or a mistake of ours. */
export function mistakesIn(scenario: string): readonly string[] {
  try {
    // Folders are where the configuration was, which is judged where the scenario is used.
    parseScenario(scenario, 'result', { paths: 'any' });
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.message.split('\n');
  }
}
