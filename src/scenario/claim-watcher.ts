import type { Operator } from '../config/claim.ts';
import { formatIp, isIpv4 } from '../core/address.ts';
import type { HostSpec } from '../core/driver.ts';
import type { Row } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import type { Whereabouts } from './evidence.ts';
import type { LeaseView } from './leases.ts';
import type { PacketFacts } from './packet.ts';
import { formatCount, formatMoment } from './plant.ts';
import type { FrameWatcher, MeasureWatcher, Outcome, RowWatcher } from './watcher.ts';

/** Keeps the first time that a claim did not hold, and how often it was looked at. */
class ClaimRecord {
  #checks = 0;
  #first: string | undefined;
  #where: Whereabouts | undefined;

  get broken(): boolean {
    return this.#first !== undefined;
  }

  holds(): void {
    this.#checks++;
  }

  breaks(at: Instant, host: HostSpec, how: string): void {
    this.#checks++;
    this.#first ??= `at ${formatMoment(at)} ${how}`;
    this.#where ??= { host: host.name, at_us: at, look: 'before' };
  }

  judge(what: string): Outcome {
    if (this.#first !== undefined)
      return { verdict: 'fail', detail: this.#first, came: this.#first, where: this.#where };
    if (this.#checks === 0)
      return { verdict: 'inconclusive', detail: `it could not be judged: there were no ${what}` };
    return { verdict: 'pass', detail: `held for ${formatCount(this.#checks)} of ${what}` };
  }
}

/** Two live leases never share an address, whichever server gave them. */
export class LeasesUniqueWatcher implements RowWatcher {
  readonly lasting = true;
  readonly #record = new ClaimRecord();
  readonly #leases: LeaseView;

  constructor(leases: LeaseView) {
    this.#leases = leases;
  }

  get decided(): boolean {
    return this.#record.broken;
  }

  /** Before the view takes the rows in. */
  rows(at: Instant, server: HostSpec, rows: readonly Row[]): void {
    for (const row of rows) {
      const lease = this.#leases.read(row);
      if (lease === undefined) continue;
      const holder = this.#leases.holder(lease.address, at);
      if (holder === undefined || holder === lease.client) this.#record.holds();
      else
        this.#record.breaks(
          at,
          server,
          `${server.name} leased ${row.key} to ${lease.client} while ${holder} held it`,
        );
    }
  }

  judge(): Outcome {
    return this.#record.judge('leases given');
  }
}

/** A measure stays within its bound. */
export class MeasureBoundWatcher implements MeasureWatcher {
  readonly lasting = true;
  readonly measure: string;
  readonly #operator: Operator;
  readonly #bound: number;
  readonly #record = new ClaimRecord();

  constructor(measure: string, operator: Operator, bound: number) {
    this.measure = measure;
    this.#operator = operator;
    this.#bound = bound;
  }

  get decided(): boolean {
    return this.#record.broken;
  }

  measured(at: Instant, host: HostSpec, value: number): void {
    if (compare(value, this.#operator, this.#bound)) this.#record.holds();
    else this.#record.breaks(at, host, `${this.measure} of ${host.name} was ${value}`);
  }

  judge(): Outcome {
    return this.#record.judge(`measures of ${this.measure}`);
  }
}

export function compare(value: number, operator: Operator, bound: number): boolean {
  switch (operator) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    case '==':
      return value === bound;
  }
  return operator satisfies never;
}

/** No modem asks for a file from an address that it has no lease for. */
export class LeaseBeforeTftpWatcher implements FrameWatcher {
  readonly lasting = true;
  readonly #record = new ClaimRecord();
  readonly #leases: LeaseView;

  constructor(leases: LeaseView) {
    this.#leases = leases;
  }

  get decided(): boolean {
    return this.#record.broken;
  }

  frame(at: Instant, facts: PacketFacts): void {
    if (facts.protocol !== 'TFTP' || facts.from.kind !== 'cable-modem') return;
    const { body } = facts.event;
    if (body.kind !== 'udp' || facts.event.sender !== facts.from || facts.kind !== 'RRQ') return;
    const { address } = body.from;
    if (isIpv4(address) && this.#leases.holder(address, at) !== undefined) this.#record.holds();
    else
      this.#record.breaks(
        at,
        facts.from,
        `${facts.from.name} asked for a file from ${formatIp(address)}, which nobody leased`,
      );
  }

  judge(): Outcome {
    return this.#record.judge('requests for files');
  }
}
