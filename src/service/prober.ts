import { encodeReport, REPORT_PORT, type ReportHash } from '../codec/health-report.ts';
import type { Ip } from '../core/address.ts';
import type { Effects, Input, Service } from '../core/service.ts';
import type { Epoch, Instant } from '../core/time.ts';
import type { Sight } from '../policy/dns/check.ts';
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
  readonly epoch: Epoch;
}

const NO_HASH: ReportHash = () => new Uint8Array(8);

/** A vantage point: probes what name servers have checks for, and reports after each probe what its threshold says. */
export class ProberService implements Service {
  readonly #options: ProberServiceOptions;
  readonly #prober: Prober;
  /** The port that reports leave from; bound with the first. */
  #port: number | undefined;
  #isUp = false;

  constructor(options: ProberServiceOptions) {
    this.#options = options;
    this.#prober = new Prober(
      options.assignments.map(({ watched }) => watched),
      (index, sight, now, effects) => {
        this.#report(index, sight, now, effects);
      },
    );
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'command':
        if (input.verb === 'status') effects.reply({ state: 'probing' });
        return;
      case 'timer':
        if (!this.#isUp) effects.state('prober', 'probing');
        this.#isUp = true;
        return this.#prober.wake(now, effects);
      case 'stream':
        return this.#prober.stream(input, now, effects);
      case 'datagram':
        return this.#prober.datagram(input, now, effects);
      case 'unreachable':
        // Also of reports, when the server is not there: nobody needs to be told.
        return this.#prober.unreachable(input, now, effects);
      default:
        return;
    }
  }

  deadline(): Instant {
    return this.#prober.deadline();
  }

  #report(index: number, sight: Sight, now: Instant, effects: Effects): void {
    const assignment = this.#options.assignments[index];
    if (assignment === undefined) return;
    const { watched, server, hash } = assignment;
    const { name, epoch } = this.#options;
    this.#port ??= effects.bind();
    const report = { ...sight, prober: name, check: watched.name, sentAtUs: epoch.us + now };
    effects.send(this.#port, { address: server, port: REPORT_PORT }, encodeReport(report, hash ?? NO_HASH));
  }
}
