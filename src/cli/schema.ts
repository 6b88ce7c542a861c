import { EXIT } from '../api/exit.ts';
import { scenarioSchema } from '../api/schema.ts';
import { defineVerb } from './program.ts';

export const schema = defineVerb(
  'schema',
  () => undefined,
  ({ output }) => {
    output.json(scenarioSchema());
    return EXIT.passed;
  },
);
