import type { CellSummary, PlannedCell, Tally } from '../scenario/tally.ts';
import type { UnitResult } from '../scenario/unit.ts';
import type { Verdict } from '../scenario/result.ts';

/** What is run, as reporters are told before anything has. */
export interface SweepFacts {
  readonly version: string;
  readonly cells: readonly PlannedCell[];
  /** Runs of all shards, and of this one. */
  readonly total: number;
  readonly count: number;
  readonly shard: { readonly index: number; readonly count: number };
  /** One run that was asked for as such: its result is no list. */
  readonly isSingle: boolean;
}

export interface SweepEnd {
  readonly tally: Tally;
  readonly summaries: readonly CellSummary[];
  readonly verdict: Verdict;
  readonly exitCode: number;
}

/** Writes results as they come, in the plan's order: nothing of a unit is kept after it was told. */
export interface Reporter {
  begin(facts: SweepFacts): void;
  unit(unit: UnitResult): void;
  end(end: SweepEnd): void;
}

/** Takes the next piece of text. */
export type Put = (text: string) => void;
