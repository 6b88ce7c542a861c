import { pino } from 'pino';
import type { Logger } from 'pino';
import type { LogRecord } from '../api/log.ts';
import { span } from '../api/report.ts';
import type { Style } from '../api/report.ts';
import { paint, wantsColour } from './output.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogThreshold = (typeof LOG_LEVELS)[number];

/** The servers' log on standard error: JSON lines, and on a terminal lines for people. */
export class ServerLog {
  readonly #logger: Logger;
  readonly #flush: () => void;

  constructor(level: LogThreshold, stream: NodeJS.WriteStream = process.stderr) {
    const options = { level, base: null, formatters: { level: (label: string) => ({ level: label }) } };
    if (stream.isTTY) {
      this.#logger = pino(options, {
        write: (line) => void stream.write(`${forPeople(line, !wantsColour(stream))}\n`),
      });
      this.#flush = () => undefined;
      return;
    }
    const destination = pino.destination({ dest: 2, sync: false });
    // Whoever reads the log may go away; the servers go on.
    destination.on('error', () => undefined);
    this.#logger = pino(options, destination);
    this.#flush = () => {
      try {
        destination.flushSync();
      } catch {
        // Nobody reads it any more.
      }
    };
  }

  put({ level, message, fields }: LogRecord): void {
    this.#logger[level](fields, message);
  }

  close(): void {
    this.#flush();
  }
}

const STYLES: Readonly<Record<string, Style>> = { debug: 'dim', info: 'plain', warn: 'warn', error: 'bad' };

/** `07:15:02 warn  tftp   No file of that name is served: error 1.  HE-TFTP-008  gold.cfg` */
function forPeople(line: string, plain: boolean): string {
  const record = JSON.parse(line) as Record<string, string | number>;
  const { time, level, host, msg, rule, detail, peer } = record;
  const at = new Date(Number(time)).toISOString().slice(11, 19);
  const facts = [rule, detail, peer].filter((fact) => fact !== undefined).join('  ');
  return paint(
    [
      span(` ${at} `, 'dim'),
      span(String(level).padEnd(6), STYLES[String(level)] ?? 'plain'),
      span(String(host ?? '').padEnd(8), 'strong'),
      span(String(msg)),
      span(facts === '' ? '' : `  ${facts}`, 'dim'),
    ],
    plain,
  );
}
