import { decodeReport, REPORT_PORT, type HealthReport, type ReportHash } from '../codec/health-report.ts';
import { formatEndpoint, type Ip } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { HEALTH } from '../core/rules/health.ts';
import type { CommandInput, DatagramInput, Effects, Input, Plain, Service } from '../core/service.ts';
import { escapeText } from '../core/text.ts';
import { earlier, type Epoch, type Instant, SECOND } from '../core/time.ts';
import { HealthBoard, reasonOf, type CheckState } from '../engine/health/board.ts';
import type { CheckSpec, Forced } from '../policy/dns/check.ts';
import { Prober } from '../engine/health/prober.ts';
import type { HealthSource } from '../policy/dns/health-view.ts';

export interface HealthServiceOptions {
  readonly checks: readonly CheckSpec[];
  /** The dice of a check, by its name. */
  readonly random: (check: string) => Random;
  /** Where the policies of this server look. */
  readonly source: HealthSource;
  /** Where each prober that reports has its addresses. */
  readonly probers: ReadonlyMap<string, readonly Ip[]>;
  /** With the secret of the server and its probers; undefined: they have none, and are known by their addresses. */
  readonly hash: ReportHash | undefined;
  readonly epoch: Epoch;
}

const NO_HASH: ReportHash = () => new Uint8Array(8);

/**
 * The health checks of a name server, beside it at its host: it probes those that are its own, hears the reports of probers, and
 * keeps the board that policies read. Commands: `checks` lists them, `check { name, to }` says what one is (`up`, `down`, `auto`).
 */
export class HealthService implements Service {
  readonly #options: HealthServiceOptions;
  readonly #board: HealthBoard;
  readonly #prober: Prober;
  /** The moment of the last report, by prober and check. */
  readonly #reported = new Map<string, number>();

  constructor(options: HealthServiceOptions) {
    this.#options = options;
    this.#board = new HealthBoard(options.checks);
    options.source.current = this.#board;
    const own: number[] = [];
    const watched = options.checks.flatMap(({ name, startsHealthy, source }, index) => {
      if (source.kind !== 'probed' || source.vantages.length > 0) return [];
      own.push(index);
      return [{ name, startsHealthy, probing: source.probing, random: options.random(name) }];
    });
    this.#prober = new Prober(watched, (index, sight, now, effects) => {
      this.#board.see(own[index] ?? 0, 0, sight, now, effects);
    });
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'timer':
        if (this.#prober.deadline() <= now) this.#prober.wake(now, effects);
        return this.#board.wake(now, effects);
      case 'stream':
        return this.#prober.stream(input, now, effects);
      case 'datagram':
        if (input.to.port === REPORT_PORT) return this.#hear(input, now, effects);
        return this.#prober.datagram(input, now, effects);
      case 'unreachable':
        return this.#prober.unreachable(input, now, effects);
      case 'command':
        return this.#command(input, now, effects);
      default:
        return;
    }
  }

  deadline(): Instant {
    return earlier(this.#prober.deadline(), this.#board.deadline());
  }

  succeed(before: Service): void {
    if (!(before instanceof HealthService)) return;
    this.#board.inherit(before.#board);
    this.#prober.inherit(before.#prober);
    for (const [key, at] of before.#reported) this.#reported.set(key, at);
  }

  retire(): void {
    this.#prober.retire();
  }

  #command({ verb, args }: CommandInput, now: Instant, effects: Effects): void {
    if (verb === 'checks') return effects.reply(this.#board.checks.map((_, index) => this.#describe(index)));
    if (verb !== 'check') return;
    const { name, to } = args;
    const index = typeof name === 'string' ? this.#board.indexOf(name) : undefined;
    if (index === undefined) return effects.reply({ error: 'there is no such check' });
    if (!isForced(to)) return effects.reply({ error: 'to: expected up, down or auto' });
    this.#board.force(index, to, now, effects);
    effects.reply(this.#describe(index));
  }

  #hear({ octets, from }: DatagramInput, now: Instant, effects: Effects): void {
    try {
      const report = decodeReport(octets, this.#options.hash ?? NO_HASH);
      const fault = this.#take(report, from.address, now, effects);
      if (fault === undefined) return;
      effects.because(
        HEALTH.reportRefused,
        effects.explains ? `${formatEndpoint(from)}: ${fault}` : undefined,
      );
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      effects.because(
        HEALTH.reportRefused,
        effects.explains ? `${formatEndpoint(from)}: ${error.message}` : undefined,
      );
    }
  }

  /** What is wrong with a report; undefined when it was taken. */
  #take(report: HealthReport, from: Ip, now: Instant, effects: Effects): string | undefined {
    const { prober, check, sentAtUs } = report;
    const index = this.#board.indexOf(check);
    const source = index === undefined ? undefined : this.#board.checks[index]?.spec.source;
    const vantage = source?.kind === 'probed' ? source.vantages.indexOf(prober) : -1;
    if (index === undefined || vantage < 0) return 'no check of ours, or not its prober';
    const { hash, probers } = this.#options;
    if (hash === undefined && probers.get(prober)?.includes(from) !== true)
      return `not the address of ${escapeText(prober)}`;
    const key = `${vantage} ${check}`;
    if (sentAtUs <= (this.#reported.get(key) ?? -1)) return 'not newer than the last';
    this.#reported.set(key, sentAtUs);
    this.#board.see(index, vantage, { ...report, reason: escapeText(report.reason) }, now, effects);
    return undefined;
  }

  #describe(index: number): Plain {
    const state = this.#board.checks[index];
    if (state === undefined) return null;
    const { successes, failures, probedAt } = this.#board.explain(index);
    const { spec, forced, isHealthy, changedAt } = state;
    const toChange = this.#board.secondsToChange(index);
    return {
      name: spec.name,
      kind: spec.source.kind === 'probed' ? spec.source.probing.probe.kind : spec.source.kind,
      target: targetOf(spec),
      healthy: isHealthy,
      set: forced,
      reason: reasonOf(state),
      changed_at: this.#date(changedAt),
      probed_at: this.#date(probedAt),
      successes,
      failures,
      seconds_to_change: Number.isFinite(toChange) ? toChange : null,
      vantages: this.#vantages(state),
    };
  }

  #vantages({ spec, heard }: CheckState): Plain {
    if (spec.source.kind !== 'probed') return [];
    return spec.source.vantages.map((name, index) => {
      const one = heard[index];
      const { isUp: healthy, reason } = one?.sight ?? { isUp: null, reason: 'silent' };
      return { name, healthy, reason, probed_at: this.#date(one?.at) };
    });
  }

  /** Seconds since 1970. */
  #date(at: Instant | undefined): number | null {
    return at === undefined ? null : Math.floor((this.#options.epoch.us + at) / SECOND);
  }
}

function isForced(word: Plain | undefined): word is Forced {
  return word === 'up' || word === 'down' || word === 'auto';
}

function targetOf({ source }: CheckSpec): string | null {
  if (source.kind !== 'probed') return null;
  const { probe } = source.probing;
  if (probe.kind !== 'http') return formatEndpoint(probe.to);
  return `${probe.isTls ? 'https' : 'http'}://${formatEndpoint(probe.to)}${probe.path}`;
}
