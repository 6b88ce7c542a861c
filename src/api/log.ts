export { DecisionLog } from '../report/log.ts';
export type { LogLevel, LogRecord } from '../report/log.ts';
