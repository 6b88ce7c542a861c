import type { FrameEvent, HostSpec, Topology, Trace } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import { ruleById } from '../core/rules/catalogue.ts';
import { escapeText } from '../core/text.ts';
import { toInstant, type Instant } from '../core/time.ts';
import type { Happening } from '../report/difference.ts';
import { eventLine } from '../report/event-line.ts';
import { isTrouble } from '../report/lessons.ts';
import { formatCount, span, type Line } from '../report/line.ts';
import { PacketReader } from '../scenario/packet.ts';
import { frameRecord, stateRecord } from '../scenario/record.ts';
import { prepareVirtual, type LoadedScenario } from './scenario.ts';

export type StepKey = 'step' | 'next' | 'back' | 'quit';

/** One event of a run, and why. */
export interface Step {
  /** From 1. */
  readonly number: number;
  readonly event: Happening;
  /** Those given since the event before, and those that it led to at once. */
  readonly reasons: readonly StepReason[];
  /** Reasons given before it that were too many to keep. */
  readonly more: number;
  /** Events since the last that was shown. */
  readonly passed: number;
}

export interface StepReason {
  readonly at: number;
  readonly host: string;
  readonly rule: Rule;
  readonly detail: string;
}

export interface Steps {
  readonly loaded: LoadedScenario;
  readonly seed: number | undefined;
  readonly untilUs: number | undefined;
  /** The next key; waits for it. */
  readonly key: () => Promise<StepKey>;
  readonly show: (step: Step) => void;
  /** There is nothing to go back to. */
  readonly atFirst: () => void;
}

export interface Stepped {
  /** Where the run was left; undefined: it went on to its end. */
  readonly leftAtUs: number | undefined;
  /** Events after the last that was shown. */
  readonly passed: number;
}

/** Goes through a run event by event. Back is a run from the seed on, up to the event before. */
export async function walkThrough(steps: Steps, signal: AbortSignal): Promise<Stepped> {
  const { loaded, seed, untilUs } = steps;
  for (let first = 1; ;) {
    const run = prepareVirtual(loaded, { seed });
    const walk = new Walk(run.topology, first, steps);
    const pace = { untilUs, signal: AbortSignal.any([signal, walk.left]), pause: () => walk.pause() };
    await run.execute([walk], pace);
    if (walk.backTo === undefined) return { leftAtUs: walk.leftAtUs, passed: walk.passed };
    first = walk.backTo;
  }
}

/** What is decided between two events by timers is told with the second. */
const REASONS_MAX = 12;

interface Waiting {
  readonly number: number;
  readonly event: Happening;
  readonly reasons: StepReason[];
  readonly more: number;
}

/** One run up to where it is left. */
class Walk implements Trace {
  backTo: number | undefined;
  leftAtUs: number | undefined;
  passed = 0;
  readonly #first: number;
  readonly #steps: Steps;
  readonly #reader: PacketReader;
  readonly #leave = new AbortController();
  /** Of the piece of the run that was last. */
  #waiting: Waiting[] = [];
  #last: Waiting | undefined;
  /** Given since the last event. */
  #since: StepReason[] = [];
  #more = 0;
  #count = 0;
  #isSeeking = false;
  /** When the last event happened, if it is before the first that is shown. */
  #skippedAt: Instant | undefined;

  /** `first`: the number of the first event that is shown. */
  constructor(topology: Topology, first: number, steps: Steps) {
    this.#first = first;
    this.#steps = steps;
    this.#reader = new PacketReader(topology);
  }

  get left(): AbortSignal {
    return this.#leave.signal;
  }

  frame(event: FrameEvent): void {
    // Whoever reads packets knows by those before whose they are: it sees all.
    const facts = this.#reader.describe(event);
    this.#add(event.at, (number) => frameRecord(facts, { number, zero: toInstant(0) }));
  }

  state(...[at, host, machine, state, subject]: Parameters<NonNullable<Trace['state']>>): void {
    const change = { at, host, machine, state, subject };
    this.#add(at, (number) => stateRecord(change, { number, zero: toInstant(0) }));
  }

  because(at: Instant, host: HostSpec, rule: Rule, detail: string | undefined): void {
    // Those of the last event that is not shown are not of the first that is.
    if (this.#count < this.#first - 1 || at === this.#skippedAt) return;
    const reason = { at, host: host.name, rule, detail: detail === undefined ? '' : escapeText(detail) };
    if (this.#last?.event.at === at) this.#last.reasons.push(reason);
    else if (this.#since.length < REASONS_MAX) this.#since.push(reason);
    else this.#more++;
  }

  #add(at: Instant, record: (number: number) => Happening): void {
    const number = ++this.#count;
    this.#skippedAt = number < this.#first ? at : undefined;
    if (number < this.#first) return;
    this.#last = { number, event: record(number), reasons: this.#since, more: this.#more };
    this.#waiting.push(this.#last);
    this.#since = [];
    this.#more = 0;
  }

  /** Shows what happened in a piece of the run, as fast as keys come; tells whether anything did. */
  async pause(): Promise<boolean> {
    const steps = this.#waiting;
    this.#waiting = [];
    this.#last = undefined;
    for (const step of steps) {
      if (this.#isSeeking && !isOfInterest(step)) {
        this.passed++;
        continue;
      }
      this.#steps.show({ ...step, passed: this.passed });
      this.passed = 0;
      if (!(await this.#obey(step))) break;
    }
    return steps.length > 0;
  }

  /** Does what the person wants; false: no further. */
  async #obey({ number, event }: Waiting): Promise<boolean> {
    for (;;) {
      const key = await this.#steps.key();
      this.#isSeeking = key === 'next';
      if (key === 'step' || key === 'next') return true;
      if (key === 'quit') this.leftAtUs = event.at;
      else if (number > 1) this.backTo = number - 1;
      else {
        this.#steps.atFirst();
        continue;
      }
      this.#leave.abort();
      return false;
    }
  }
}

const BAD_MESSAGES: ReadonlySet<string> = new Set(['NAK', 'ERROR', 'DECLINE']);

/** A state, a frame that did not arrive as it was sent, a refusal, or a reason that has something to mend. */
function isOfInterest({ event, reasons }: Waiting): boolean {
  if (event.kind === 'state') return true;
  if (event.fate !== 'delivered' || event.harm !== undefined) return true;
  return BAD_MESSAGES.has(event.message) || reasons.some(({ rule }) => isTrouble(rule));
}

const INDENT = ' '.repeat(14);

/** An event and its reasons as a person reads them. */
export function stepLines({ event, reasons, more, passed }: Step): readonly Line[] {
  const lines: Line[] = [];
  if (passed > 0) lines.push([span(`${INDENT}(${formatCount(passed)} between)`, 'dim')]);
  lines.push(eventLine(event));
  const sent = event.kind === 'frame' && event.rule !== null ? ruleById(event.rule) : undefined;
  if (event.kind === 'frame' && sent !== undefined)
    lines.push(reasonLine('sent: ', { host: event.sender, rule: sent, detail: event.detail ?? '' }));
  if (more > 0) lines.push([span(`${INDENT}  (${formatCount(more)} more reasons)`, 'dim')]);
  for (const reason of reasons) {
    const when = reason.at === event.at ? '' : `at ${(reason.at / 1_000_000).toFixed(6)}: `;
    lines.push(reasonLine(when, reason));
  }
  return lines;
}

function reasonLine(when: string, { host, rule, detail }: Omit<StepReason, 'at'>): Line {
  return [
    span(`${INDENT}  ${when}${host} `, 'dim'),
    span(rule.id, isTrouble(rule) ? 'warn' : 'strong'),
    span(` ${rule.says}`),
    ...(detail === '' ? [] : [span(` (${detail})`, 'dim')]),
  ];
}
