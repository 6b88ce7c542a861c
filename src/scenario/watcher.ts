import type { HostSpec } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import type { Row } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import type { Whereabouts } from './evidence.ts';
import type { PacketFacts } from './packet.ts';
import type { Verdict } from './result.ts';

/** What one expectation has seen so far. Hosts are given by their number in the run. */
export interface Watcher {
  /** Whether nothing that may still happen changes the verdict. */
  readonly decided: boolean;
  /** Whether it only ever ends with the run: `always` and `never` are held until then. */
  readonly lasting: boolean;
  /** At the end; `whole` is false when the run was cut short before its duration. */
  judge(end: Ending): Outcome;
}

export interface Ending {
  readonly at: Instant;
  readonly whole: boolean;
  /** How often a rule was given in the run. */
  countOf(rule: Rule): number;
  /** When a host was last switched on; undefined: it is off. */
  poweredAt(host: number): Instant | undefined;
}

export interface Outcome {
  readonly verdict: Verdict;
  readonly detail: string;
  /** Of a metric, in its own unit. */
  readonly value?: number | undefined;
  /** What a person wants to see beside it when it holds, such as `50.8 s`. */
  readonly figure?: string | undefined;
  /** Of a failure: what was waited for, what came in its place, and where that can be looked at. */
  readonly expected?: string | undefined;
  readonly came?: string | undefined;
  readonly where?: Whereabouts | undefined;
}

/** A host's own machine entered a state, or, in `CmtsStates`, its CMTS shows one for it. */
export interface StateWatcher extends Watcher {
  /** The only hosts whose states it looks at: numbers from `first` up to `end`. Left out, all. */
  readonly hosts?: { readonly first: number; readonly end: number } | undefined;
  state(at: Instant, host: number, state: string): void;
}

/** A host said why. */
export interface ReasonWatcher extends Watcher {
  reason(at: Instant, host: number, rule: Rule, detail: string | undefined): void;
}

export interface FrameWatcher extends Watcher {
  frame(at: Instant, facts: PacketFacts): void;
}

export interface RowWatcher extends Watcher {
  rows(at: Instant, server: HostSpec, rows: readonly Row[]): void;
}

export interface MeasureWatcher extends Watcher {
  readonly measure: string;
  measured(at: Instant, host: HostSpec, value: number): void;
}
