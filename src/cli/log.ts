import { pino } from 'pino';
import type { Logger } from 'pino';
import type { LogLevel, LogRecord, LogSink } from '../api/log.ts';
import { span } from '../api/report.ts';
import type { Style } from '../api/report.ts';
import { paint, wantsColour } from './output.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogThreshold = (typeof LOG_LEVELS)[number];

/** Names under which secrets go, here and one level down: no line shows what stands there. */
const SECRETS = ['secret', 'secrets', 'key', 'password', 'token', 'authorization'];
const SECRET_PATHS = SECRETS.flatMap((name) => [name, `*.${name}`]);
/** What waits for a reader that does not read; lines beyond it are lost. */
const WAITING_OCTETS_MAX = 16 * 1024 * 1024;

/** Where a log goes: standard error, or what a test reads. */
interface LogStream {
  readonly isTTY?: boolean;
  readonly fd?: number;
  write(text: string): unknown;
}

/** The servers' log on standard error: JSON lines, and on a terminal lines for people. */
export class ServerLog implements LogSink {
  readonly #logger: Logger;
  readonly #flush: () => void;

  constructor(level: LogThreshold, stream: LogStream = process.stderr) {
    const options = {
      level,
      base: null,
      formatters: { level: (label: string) => ({ level: label }) },
      redact: { paths: SECRET_PATHS, censor: '[secret]' },
    };
    if (stream.isTTY) {
      this.#logger = pino(options, {
        write: (line) => void stream.write(`${forPeople(line, !wantsColour(stream))}\n`),
      });
      this.#flush = () => undefined;
      return;
    }
    if (stream.fd === undefined) {
      this.#logger = pino(options, { write: (line) => void stream.write(line) });
      this.#flush = () => undefined;
      return;
    }
    const destination = pino.destination({ dest: stream.fd, sync: false, maxLength: WAITING_OCTETS_MAX });
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

  isWanted(level: LogLevel): boolean {
    return this.#logger.isLevelEnabled(level);
  }

  put({ level, message, fields }: LogRecord): void {
    this.#logger[level](fields, message);
  }

  close(): void {
    this.#flush();
  }
}

const STYLES: Readonly<Record<string, Style>> = {
  trace: 'dim',
  debug: 'dim',
  info: 'plain',
  warn: 'warn',
  error: 'bad',
};

/** `07:15:02 warn  tftp   No file of that name is served: error 1.  HE-TFTP-008  gold.cfg` */
function forPeople(line: string, plain: boolean): string {
  const record = JSON.parse(line) as Record<string, string | number>;
  const { time, level, host, msg, rule, detail, reason, field, offset, peer } = record;
  const fault = reason === undefined ? undefined : `${reason} at octet ${offset}: ${field}`;
  const at = new Date(Number(time)).toISOString().slice(11, 19);
  const facts = [rule, detail, fault, peer].filter((fact) => fact !== undefined).join('  ');
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
