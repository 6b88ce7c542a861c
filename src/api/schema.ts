export { scenarioSchema } from '../config/schema.ts';
