import type { Expectation } from '../config/expectation.ts';
import type { PacketLine, Whereabouts } from './evidence.ts';
import type { HistogramData } from './histogram.ts';
import type { PlainSeries } from './time-series.ts';

/** From best to worst: a run is as good as its worst expectation. */
export const VERDICTS = ['pass', 'warn', 'inconclusive', 'fail', 'error'] as const;
export type Verdict = (typeof VERDICTS)[number];

export function worst(verdicts: Iterable<Verdict>): Verdict {
  let rank = 0;
  for (const verdict of verdicts) rank = Math.max(rank, VERDICTS.indexOf(verdict));
  return VERDICTS[rank] ?? 'error';
}

export const RESULT_FORMAT = 1;

/** What `run --json` prints: keys as printed. */
export interface RunResult {
  readonly format_version: typeof RESULT_FORMAT;
  readonly scenario: string;
  readonly mode: 'virtual' | 'live';
  readonly seed: number;
  /** 16 hex digits; null in live mode. */
  readonly digest: string | null;
  readonly verdict: Verdict;
  /** Virtual: the run's own clock; live: how long it took. */
  readonly simulated_us: number;
  readonly packets: number;
  readonly events: number;
  readonly devices: readonly DeviceResult[];
  readonly expectations: readonly ExpectationResult[];
  readonly faults: readonly { readonly id: string; readonly fired: number }[];
  readonly metrics: Readonly<Record<string, number>>;
  /** Of metrics with many values: what `merge` adds up. */
  readonly histograms: Readonly<Record<string, HistogramData>>;
  /** Levels over time, for charts. */
  readonly series: Readonly<Record<string, PlainSeries>>;
  /** Of a run that did not pass: what is behind it, the surest first; left out where nobody looked. */
  readonly causes?: readonly CauseResult[] | undefined;
}

/** What is wrong, why one may say so, and what to look at next. Texts are safe to show. */
export interface CauseResult {
  /** Such as `HE-CAUSE-006`. */
  readonly id: string;
  readonly title: string;
  readonly sure: 'certain' | 'likely';
  /** Who suffers what, with the addresses and names of this trace. */
  readonly what: string;
  readonly evidence: readonly EvidenceResult[];
  /** The check to make next. */
  readonly check: string;
  /** The command that teaches it. */
  readonly learn: string;
  /** How many clients it keeps from service, or concerns. */
  readonly affected: number;
}

/** One event that proves a cause. */
export interface EvidenceResult {
  /** Its number in the trace: `headend explain TRACE#N` shows it. */
  readonly number: number;
  /** Microseconds since the start. */
  readonly at: number;
  readonly text: string;
}

export interface DeviceResult {
  readonly name: string;
  readonly kind: string;
  /** The last state that it entered, in its own words; `off` when it entered none. */
  readonly state: string;
  /** Cable modems: what their CMTS shows. */
  readonly cmts_state?: string | undefined;
  /** null: it has none. */
  readonly ip: string | null;
  /** Cable modems: from power-on to operational, the last time; null: it never was. */
  readonly boot_us?: number | null | undefined;
}

/** All that is known of one failure. */
export interface FailureResult {
  readonly expected: string;
  readonly came: string;
  readonly packets: readonly PacketLine[];
  /** The id of the run's likely cause; null: none is known. */
  readonly cause: string | null;
  /** The commands that repeat it, and that teach it. */
  readonly reproduce: string;
  readonly learn: string;
}

export interface ExpectationResult {
  readonly kind: Expectation['kind'] | 'must-fire' | 'recorded';
  /** What was expected, in one line. */
  readonly text: string;
  readonly verdict: Verdict;
  /** What was seen, and where it left what was expected. */
  readonly detail: string;
  /** Where it stands in the file, such as `expect[2]`, and from 1. */
  readonly path?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** Of a metric, in its own unit (times in microseconds); null: for ever. */
  readonly value?: number | null | undefined;
  /** Of what holds, the figure that a person wants to see beside it. */
  readonly figure?: string | undefined;
  /** Of a failure, where it can be looked at; `expected` and `came` until they are part of `failure`. */
  readonly where?: Whereabouts | undefined;
  readonly expected?: string | undefined;
  readonly came?: string | undefined;
  /** What a run that was made again shows of it; left out in live mode and in sweeps. */
  readonly failure?: FailureResult | undefined;
  /** The file's own words: why it matters, and what it says for this verdict; left out when it has none. */
  readonly why?: string | undefined;
  readonly says?: string | undefined;
}
