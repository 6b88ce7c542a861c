export { DecisionLog } from '../report/log.ts';
export type { LogLevel, LogRecord, LogSink } from '../report/log.ts';
