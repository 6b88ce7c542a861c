import { formatEndpoint, formatMac } from '../core/address.ts';
import type { Mac } from '../core/address.ts';
import type { HostSpec, Trace } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import { TFTP_RULES } from '../core/rules/tftp.ts';
import type { Input, Row } from '../core/service.ts';
import { escapeText } from '../core/text.ts';
import type { Instant } from '../core/time.ts';
import { isTrouble } from './lessons.ts';

type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One line of a server's log. Every text in it is safe to show. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** Given for every block of every file: a line each would bury the rest. */
const QUIET: ReadonlySet<Rule> = new Set([TFTP_RULES.nextWindow, TFTP_RULES.clientAcknowledges]);

/**
 * Turns a server's decisions into log records: a rule that asks for something to be mended is a warning, an answer
 * to a query by the book is for debugging, other decisions are information; a refused flush is an error.
 */
export class DecisionLog implements Trace {
  readonly #put: (record: LogRecord) => void;

  constructor(put: (record: LogRecord) => void) {
    this.#put = put;
  }

  because(
    _at: Instant,
    host: HostSpec,
    rule: Rule,
    detail: string | undefined,
    input: Input | undefined,
  ): void {
    const fields = {
      host: host.name,
      rule: rule.id,
      ...(detail === undefined ? {} : { detail: escapeText(detail) }),
      ...peerOf(input),
    };
    this.#put({ level: levelOf(rule), message: rule.says, fields });
  }

  state(_at: Instant, host: HostSpec, machine: string, state: string, subject: Mac | undefined): void {
    const who = subject === undefined ? {} : { subject: formatMac(subject) };
    const fields = { host: host.name, machine, state, ...who };
    this.#put({ level: 'info', message: `${machine} is ${state}`, fields });
  }

  settled(
    _at: Instant,
    host: HostSpec,
    rows: readonly Row[],
    outcome: 'durable' | 'conflict' | 'failed',
  ): void {
    if (outcome === 'durable') return;
    const keys = rows.map(({ table, key }) => `${table} ${escapeText(key)}`).join(', ');
    const message = outcome === 'failed' ? 'the disk did not take it' : 'another server holds it';
    this.#put({ level: 'error', message, fields: { host: host.name, rows: keys, outcome } });
  }
}

function levelOf(rule: Rule): LogLevel {
  // A name server is asked for names that are not there all day long: that is the asker's business.
  if (rule.id.startsWith('HE-DNS-')) return rule.fix === '' ? 'debug' : 'info';
  if (isTrouble(rule)) return 'warn';
  return QUIET.has(rule) ? 'debug' : 'info';
}

function peerOf(input: Input | undefined): { peer?: string; hardware?: string } {
  if (input?.kind !== 'datagram' && input?.kind !== 'transit') return {};
  return {
    peer: formatEndpoint(input.from),
    ...(input.hardware === undefined ? {} : { hardware: formatMac(input.hardware) }),
  };
}
