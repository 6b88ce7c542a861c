export { scenarioSchema } from '../config/editor-schema.ts';
