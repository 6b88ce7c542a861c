import { RESULT_FORMAT, worst } from '../scenario/result.ts';
import type { RunResult, Verdict } from '../scenario/result.ts';

/** Several runs as one object. */
export interface RunsResult {
  readonly format_version: typeof RESULT_FORMAT;
  readonly verdict: Verdict;
  readonly runs: readonly RunResult[];
}

/** What `run --json` prints: the result itself, or several under the worst of their verdicts. */
export function runsJson(results: readonly RunResult[]): RunResult | RunsResult {
  const [only, ...more] = results;
  if (only !== undefined && more.length === 0) return only;
  return {
    format_version: RESULT_FORMAT,
    verdict: worst(results.map(({ verdict }) => verdict)),
    runs: results,
  };
}
