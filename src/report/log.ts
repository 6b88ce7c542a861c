import { formatEndpoint, formatMac } from '../core/address.ts';
import type { Mac } from '../core/address.ts';
import type { HostSpec, Trace } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import { CMTS } from '../core/rules/cmts.ts';
import { DHCP } from '../core/rules/dhcp.ts';
import { DNS } from '../core/rules/dns.ts';
import { HOST } from '../core/rules/host.ts';
import { RELAY } from '../core/rules/relay.ts';
import { TFTP_RULES } from '../core/rules/tftp.ts';
import { TOD_RULES } from '../core/rules/tod.ts';
import type { Input, Row } from '../core/service.ts';
import { escapeText } from '../core/text.ts';
import type { Instant } from '../core/time.ts';
import { LogBound } from './log-bound.ts';
import { isTrouble } from './lessons.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** One line of a server's log. Every text in it is safe to show. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** Who writes the log. */
export interface LogSink {
  /** Whether lines of this level are kept: for the others none are made. */
  isWanted(level: LogLevel): boolean;
  put(record: LogRecord): void;
}

/** Given for every block of every file: a line each would bury the rest. */
const QUIET: ReadonlySet<Rule> = new Set([TFTP_RULES.nextWindow, TFTP_RULES.clientAcknowledges]);

/** The datagram is not what may come to this port: whoever sent it has to mend something, and anybody can send it. */
const REFUSED: ReadonlySet<Rule> = new Set([
  DHCP.malformed,
  DHCP.notARequest,
  DHCP.unsupportedType,
  RELAY.malformed,
  RELAY.notOurs,
  RELAY.wrongWay,
  TFTP_RULES.malformed,
  TFTP_RULES.stranger,
  TFTP_RULES.broadcastIgnored,
  TOD_RULES.notEmpty,
  TOD_RULES.broadcastIgnored,
  DNS.ignored,
  DNS.formatError,
  DNS.notImplemented,
  DNS.badVersion,
  HOST.malformed,
  CMTS.malformed,
]);

/** The text of a `DecodeError`. */
const DECODE_FAULT = /^(truncated|malformed|unsupported) at octet (\d+): (.+)$/s;

/**
 * Turns a server's decisions into log records: a rule that asks for something to be mended is a warning, an answer to a query
 * by the book and a datagram that is refused for what it is are for debugging, other decisions are information; a refused
 * flush is an error. No kind of line comes more often than a log can bear.
 */
export class DecisionLog implements Trace {
  readonly #sink: LogSink;
  readonly #bound: LogBound;
  /** By the rules' indexes: a name server asks for every query. */
  readonly #levels: LogLevel[] = [];

  constructor(sink: LogSink) {
    this.#sink = sink;
    this.#bound = new LogBound((record) => {
      sink.put(record);
    });
  }

  /** Tells what was left out; called every ten seconds or so, and at the end. */
  flush(): void {
    this.#bound.flush();
  }

  reads(rule: Rule): boolean {
    let level = this.#levels[rule.index];
    if (level === undefined) this.#levels[rule.index] = level = levelOf(rule);
    return this.#sink.isWanted(level);
  }

  because(
    at: Instant,
    host: HostSpec,
    rule: Rule,
    detail: string | undefined,
    input: Input | undefined,
  ): void {
    if (!this.reads(rule)) return;
    const level = levelOf(rule);
    const fields = { host: host.name, rule: rule.id, ...factsOf(detail), ...peerOf(input) };
    this.#bound.put(at, rule.id, { level, message: rule.says, fields });
  }

  state(at: Instant, host: HostSpec, machine: string, state: string, subject: Mac | undefined): void {
    if (!this.#sink.isWanted('info')) return;
    const who = subject === undefined ? {} : { subject: formatMac(subject) };
    const fields = { host: host.name, machine, state, ...who };
    this.#bound.put(at, `${machine} ${state}`, {
      level: 'info',
      message: `${machine} is ${state}.`,
      fields,
    });
  }

  settled(
    at: Instant,
    host: HostSpec,
    rows: readonly Row[],
    outcome: 'durable' | 'conflict' | 'failed',
  ): void {
    if (outcome === 'durable') return;
    const keys = rows.map(({ table, key }) => `${table} ${escapeText(key)}`).join(', ');
    const message = outcome === 'failed' ? 'The disk did not take it.' : 'Another server holds it.';
    const fields = { host: host.name, rows: keys, outcome };
    this.#bound.put(at, `settled ${outcome}`, { level: 'error', message, fields });
  }
}

function levelOf(rule: Rule): LogLevel {
  if (REFUSED.has(rule)) return 'debug';
  // A name server is asked for names that are not there all day long: that is the asker's business.
  if (rule.id.startsWith('HE-DNS-')) return rule.fix === '' ? 'debug' : 'info';
  if (QUIET.has(rule)) return 'trace';
  return isTrouble(rule) ? 'warn' : 'info';
}

/** A fault in octets has its field and offset by themselves, so that a log can be searched for them. */
function factsOf(detail: string | undefined): Readonly<Record<string, string | number>> {
  if (detail === undefined) return {};
  const [, reason, offset, field] = DECODE_FAULT.exec(detail) ?? [];
  if (reason === undefined || field === undefined) return { detail: escapeText(detail) };
  return { reason, offset: Number(offset), field: escapeText(field) };
}

function peerOf(input: Input | undefined): Readonly<Record<string, string | number>> {
  if (input?.kind === 'stream') return { stream: input.stream };
  if (input?.kind !== 'datagram' && input?.kind !== 'transit') return {};
  return {
    peer: formatEndpoint(input.from),
    ...(input.hardware === undefined ? {} : { hardware: formatMac(input.hardware) }),
  };
}
