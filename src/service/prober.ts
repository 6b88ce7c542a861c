import { encodeReport, REPORT_PORT, type ReportHash } from '../codec/health-report.ts';
import type { Ip } from '../core/address.ts';
import type { Effects, Input, Service } from '../core/service.ts';
import { type Instant, NEVER } from '../core/time.ts';
import type { Sight } from '../engine/health/check.ts';
import { Prober, type Watched } from '../engine/health/prober.ts';

/** One check, and the name server that is told of it. */
export interface Assignment {
  readonly watched: Watched;
  readonly server: Ip;
  /** With the secret that prober and server share; undefined: they have none. */
  readonly hash: ReportHash | undefined;
}

export interface ProberServiceOptions {
  /** What it calls itself in reports. */
  readonly name: string;
  readonly assignments: readonly Assignment[];
  /** Microseconds since 1970 of the driver's zero. */
  readonly epochUs: number;
}

const NO_HASH: ReportHash = () => new Uint8Array(8);

/**
 * A vantage point: probes what name servers have checks for, and reports after each probe what its threshold says. Commands:
 * `power-on`, `power-off`, `status`.
 */
export class ProberService implements Service {
  readonly #options: ProberServiceOptions;
  #prober: Prober | undefined;
  /** The port that reports leave from. */
  #port: number | undefined;

  constructor(options: ProberServiceOptions) {
    this.#options = options;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'command':
        if (input.verb === 'power-on') this.#start(effects);
        else if (input.verb === 'power-off') this.#stop(now, effects);
        else if (input.verb === 'status')
          effects.reply({ state: this.#prober === undefined ? 'off' : 'probing' });
        return;
      case 'timer':
        return this.#prober?.wake(now, effects);
      case 'stream':
        return this.#prober?.stream(input, now, effects);
      case 'datagram':
        return this.#prober?.datagram(input, now, effects);
      case 'unreachable':
        // Also for reports, when the server is not there: it says so by its silence.
        return this.#prober?.unreachable(input, now, effects);
      default:
        return;
    }
  }

  deadline(): Instant {
    return this.#prober?.deadline() ?? NEVER;
  }

  #start(effects: Effects): void {
    if (this.#prober !== undefined) return;
    const { assignments } = this.#options;
    this.#port = effects.bind();
    this.#prober = new Prober(
      assignments.map(({ watched }) => watched),
      (index, sight, now, sink) => this.#report(index, sight, now, sink),
    );
    effects.state('prober', 'probing');
  }

  #stop(now: Instant, effects: Effects): void {
    if (this.#prober === undefined) return;
    const empty = new Prober([], () => {});
    empty.inherit(this.#prober);
    empty.wake(now, effects);
    this.#prober = undefined;
    if (this.#port !== undefined) effects.release(this.#port);
    this.#port = undefined;
    effects.state('prober', 'off');
  }

  #report(index: number, sight: Sight, now: Instant, effects: Effects): void {
    const assignment = this.#options.assignments[index];
    if (assignment === undefined || this.#port === undefined) return;
    const { watched, server, hash } = assignment;
    const { name, epochUs } = this.#options;
    const report = { ...sight, prober: name, check: watched.name, sentAtUs: epochUs + now };
    effects.send(this.#port, { address: server, port: REPORT_PORT }, encodeReport(report, hash ?? NO_HASH));
  }
}
