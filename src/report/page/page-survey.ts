import type { Mac } from '../../core/address.ts';
import { formatMac } from '../../core/address.ts';
import type { Fate, HostSpec, Trace } from '../../core/driver.ts';
import { HOST } from '../../core/rules/host.ts';
import { MODEM } from '../../core/rules/modem.ts';
import { TFTP_RULES } from '../../core/rules/tftp.ts';
import { toInstant } from '../../core/time.ts';
import type { Instant } from '../../core/time.ts';
import type { TraceRecord } from '../../scenario/record.ts';
import type { PageSeries, PageStates } from './page-data.ts';
import type { PagePlant } from './page-plant.ts';
import { SeriesTable } from './page-series.ts';

/** Something was sent again because no answer came. */
const RESENDS: ReadonlySet<string> = new Set(
  [
    HOST.discoverAgain,
    HOST.requestAgain,
    HOST.renewAgain,
    MODEM.t3,
    MODEM.t6,
    TFTP_RULES.clientAsksAgain,
    TFTP_RULES.windowAgain,
  ].map(({ id }) => id),
);

/** What is lost on its way; who is not there does not hear it, which is no loss. */
const LOSSES: ReadonlySet<Fate> = new Set<Fate>(['lost', 'faulted', 'overflow']);
/** To be told of every decision of more hosts than these costs more than the run does. */
const REASONS_HOSTS_MAX = 20_000;
/** Changes of state that a page carries. */
const CHANGES_MAX = 4_000_000;

/**
 * What is kept of every host of a run: its changes of state, how long its boot took, and all quantities over time. It
 * listens to a run, or takes the records of a trace file.
 */
export class PageSurvey {
  /** What is handed to a driver. */
  readonly listeners: readonly Trace[];
  readonly #plant: PagePlant;
  readonly #series = new SeriesTable();
  readonly #words = new Map<string, number>();
  readonly #at: number[] = [];
  readonly #host: number[] = [];
  readonly #word: number[] = [];
  readonly #bootUs: (number | null)[];
  readonly #upAt: (number | null)[];
  #zero = toInstant(0);
  #last = 0;
  #changeAt = 0;

  constructor(plant: PagePlant) {
    this.#plant = plant;
    this.#bootUs = Array.from({ length: plant.count }, () => null);
    this.#upAt = Array.from({ length: plant.count }, () => null);
    const listener: Trace = {
      // Of frames only those that did not arrive are looked at, and a driver tells these to all.
      wants: () => false,
      frame: (event) => this.#note(event.at - this.#zero, event.fate),
      state: (...change) => this.#state(...change),
      measure: (at, host, name, value) => this.#measured(at - this.#zero, host.name, name, value),
    };
    const resends: Trace = {
      because: (at, _host, rule) => this.#reason(at - this.#zero, rule.id),
      reads: () => false,
    };
    this.listeners = plant.count > REASONS_HOSTS_MAX ? [listener] : [listener, resends];
  }

  /** Says which of the driver's moments the page counts from; before it is said, 0. */
  begin(zero: Instant): void {
    this.#zero = zero;
  }

  #state(at: Instant, host: HostSpec, machine: string, state: string, subject: Mac | undefined): void {
    const number =
      subject === undefined ? this.#plant.numberOf(host.name) : this.#plant.numberOfMac(formatMac(subject));
    this.#change(at - this.#zero, number, machine, state);
  }

  #measured(at: number, host: string, name: string, value: number): void {
    const moment = this.#moment(at);
    // Servers tell of themselves; what the members of a group measure is one quantity.
    const teller = this.#plant.isAlone(host) ? host : '';
    if (name !== 'boot.us') return this.#series.gauge(moment, name, value, teller);
    const number = this.#plant.numberOf(host);
    if (number !== undefined) this.#bootUs[number] = value;
  }

  /** A record of a trace file. */
  take(record: TraceRecord): void {
    if (record.kind === 'frame') return this.#note(record.at, record.fate);
    if (record.kind === 'because') return this.#reason(record.at, record.rule);
    const { host } = record;
    if (record.kind === 'measure') return this.#measured(record.at, host, record.name, record.value);
    const { subject } = record;
    const number = subject === null ? this.#plant.numberOf(host) : this.#plant.numberOfMac(subject);
    this.#change(record.at, number, record.machine, record.state);
  }

  /** When the last thing happened. */
  get endsAt(): number {
    return this.#last;
  }

  states(): PageStates {
    const words = [...this.#words.keys()].map((word): [string, string] => {
      const at = word.indexOf('\n');
      return [word.slice(0, at), word.slice(at + 1)];
    });
    return { words, at: this.#at, host: this.#host, word: this.#word };
  }

  series(): readonly PageSeries[] {
    return this.#series.toSeries();
  }

  bootUs(): readonly (number | null)[] {
    return this.#bootUs;
  }

  /** By host number: when it was operational for the first time, or bound; null: never. */
  upAt(): readonly (number | null)[] {
    return this.#upAt;
  }

  #note(at: number, fate: Fate): void {
    const moment = this.#moment(at);
    if (LOSSES.has(fate)) this.#series.count(moment, fate);
  }

  #reason(at: number, rule: string): void {
    if (RESENDS.has(rule)) this.#series.count(this.#moment(at), 're-sends');
  }

  #change(at: number, host: number | undefined, machine: string, state: string): void {
    const moment = this.#moment(at);
    if (host === undefined || this.#at.length >= CHANGES_MAX) return;
    const key = `${machine}\n${state}`;
    let word = this.#words.get(key);
    if (word === undefined) this.#words.set(key, (word = this.#words.size));
    this.#at.push(moment - this.#changeAt);
    this.#host.push(host);
    this.#word.push(word);
    this.#changeAt = moment;
    if (UP.has(state) && machine !== 'cmts') this.#upAt[host] ??= moment;
  }

  /** In order, and never before the run began. */
  #moment(at: number): number {
    this.#last = Math.max(this.#last, at);
    return Math.max(at, 0);
  }
}

const UP: ReadonlySet<string> = new Set(['operational', 'bound']);
