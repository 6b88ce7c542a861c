import type { PlantHost } from '../plant.ts';
import type { TraceRecord } from '../../scenario/record.ts';
import type { CauseResult, ExpectationResult, Verdict } from '../../scenario/result.ts';

export const PAGE_FORMAT = 1;

/** All that the viewer is given: plain data, every text in it safe to show. Moments are microseconds of the run. */
export interface PageData {
  readonly format_version: typeof PAGE_FORMAT;
  readonly scenario: string;
  /** A paragraph for people; empty when there is none. */
  readonly about: string;
  readonly seed: number;
  readonly mode: 'virtual' | 'live';
  /** Microseconds since 1970 of moment 0. */
  readonly epoch_us: number;
  /** Where the line of time ends: a little after the last thing that happened or was done. */
  readonly end_us: number;
  /** How the run was judged; null: the page was made of a trace, which does not say. */
  readonly outcome: PageOutcome | null;
  /** What is likely behind it, the surest first; evidence has the numbers of `records`. Empty: nobody looked, or nothing was found. */
  readonly causes: readonly CauseResult[];
  /** The command that repeats the run; empty: not known. */
  readonly reproduce: string;
  readonly places: readonly PagePlace[];
  readonly groups: readonly PageGroup[];
  /** The hosts whose packets are here, and those they talk to. */
  readonly plant: readonly PlantHost[];
  readonly samples: readonly PageSample[];
  /** Whether every packet of the run is here. */
  readonly whole: boolean;
  /** Packets that should be here and were too many. */
  readonly left_out: number;
  readonly states: PageStates;
  /** By host number: from power-on to operational, the last time; null: it never was, or does not boot. */
  readonly boot_us: readonly (number | null)[];
  readonly series: readonly PageSeries[];
  readonly actions: readonly PageAction[];
  /** When expectations had to be fulfilled. */
  readonly deadlines: readonly PageDeadline[];
  readonly records: readonly TraceRecord[];
}

export interface PageOutcome {
  readonly verdict: Verdict;
  readonly digest: string | null;
  readonly packets: number;
  readonly simulated_us: number;
  readonly expectations: readonly ExpectationResult[];
}

/** A segment, or a link between two. */
export interface PagePlace {
  readonly name: string;
  readonly kind: 'ethernet' | 'cable' | 'link';
  /** A link's two ends; empty for a segment. */
  readonly between: readonly string[];
}

/** Hosts of one name in the file. They are numbered on from group to group: the first member's number is `first`. */
export interface PageGroup {
  readonly name: string;
  readonly kind: string;
  readonly first: number;
  readonly count: number;
  /** The members' names; null: `NAME[0]`, `NAME[1]`, ... */
  readonly names: readonly string[] | null;
  readonly segments: readonly string[];
  /** Of a group of one, where the file gives it one. */
  readonly ip: string | null;
  readonly forwards: boolean;
}

/** A device whose packets are here, and why it was chosen. */
export interface PageSample {
  readonly host: string;
  /** `blamed`: an expectation failed there. */
  readonly why: 'all' | 'first' | 'median' | 'p99' | 'worst' | 'failed' | 'blamed';
}

/** Every change of state, in columns: `at` in microseconds since the change before. */
export interface PageStates {
  /** Machine and state; machine `cmts` is what the CMTS shows of a modem. */
  readonly words: readonly (readonly [machine: string, state: string])[];
  readonly at: readonly number[];
  /** Whose state it is, by host number. */
  readonly host: readonly number[];
  readonly word: readonly number[];
}

/** One quantity over time, in steps of equal length from 0. */
export interface PageSeries {
  readonly name: string;
  readonly kind: 'gauge' | 'count';
  readonly step_us: number;
  /** A gauge's greatest value in each step, null where it was not told; what was counted in each step. */
  readonly values: readonly (number | null)[];
}

/** The moment at which it was decided whether an expectation holds. */
export interface PageDeadline {
  readonly at: number;
  readonly text: string;
  readonly verdict: Verdict;
}

/** What the timeline does, for marks and bands. */
export interface PageAction {
  readonly at: number;
  /** Where its effect ends; null: it is a moment, or lasts. */
  readonly until: number | null;
  readonly text: string;
  /** Whether it is a fault, and how often it acted; null: it is none. */
  readonly fired: number | null;
  readonly fault: string | null;
}
