import { EXIT } from '../api/exit.ts';
import { scenarioSchema } from '../api/schema.ts';
import { defineVerb } from './program.ts';

export const schema = defineVerb(
  'schema',
  'print the JSON Schema of scenario files, for editors',
  () => undefined,
  ({ output }) => {
    output.json(scenarioSchema());
    return EXIT.passed;
  },
);
