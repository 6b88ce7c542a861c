export { DecisionLog } from '../report/log.ts';
export type { LogRecord } from '../report/log.ts';
