import { worst, type RunResult, type Verdict } from '../scenario/result.ts';
import { EXIT } from './exit.ts';
import type { SweepResult } from './sweep.ts';

/** An `error` is ours: the machine's are thrown. */
export const VERDICT_CODES: Readonly<Record<Verdict, number>> = {
  pass: EXIT.passed,
  warn: EXIT.passed,
  inconclusive: EXIT.inconclusive,
  fail: EXIT.failed,
  error: EXIT.bug,
};

/** The exit code of one or several runs: of the worst verdict. */
export function exitCodeOf(results: readonly RunResult[]): number {
  return VERDICT_CODES[worst(results.map(({ verdict }) => verdict))];
}

/** The exit code of many runs: of the worst verdict; the same seed with two digests is worse than any. */
export function sweepExitCode({ tally, differing }: SweepResult): number {
  if (differing.length > 0 || tally.contradictions.length > 0) return EXIT.notDeterministic;
  if (tally.verdict === 'error' && tally.blameless) return EXIT.environment;
  return VERDICT_CODES[tally.verdict];
}
