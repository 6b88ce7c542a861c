import { availableParallelism } from 'node:os';
import { sweepExitCode } from '../api/exit-code.ts';
import { formatCount } from '../api/report.ts';
import { renderSweep, type SweepEnd, type SweepFacts } from '../api/reporting.ts';
import { runSweep, type SweepResult } from '../api/sweep.ts';
import type { SweepPlan } from '../api/sweep-plan.ts';
import type { SweptCell } from '../api/unit.ts';
import { WorkerPool } from '../api/worker-pool.ts';
import { Progress } from './progress.ts';
import type { Flags, Session } from './program.ts';
import type { Reporters } from './reporters.ts';
import { interruptedCode, reproduceText } from './reproduce.ts';
import { jobsOf } from './run-flags.ts';

/** Many runs, over worker threads: their results one after the other in the plan's order, then what they come to. */
export async function runMany(
  session: Session,
  plan: SweepPlan,
  reporters: Reporters,
  flags: Flags,
): Promise<number> {
  const { signal, output } = session;
  const { mode, twice } = plan.request;
  // Live runs would meet on this machine's ports.
  const width = mode === 'live' ? 1 : Math.min(jobsOf(flags) ?? availableParallelism(), plan.count);
  const { version, cells, total, count } = plan;
  const facts: SweepFacts = { version, cells, total, count, shard: plan.shard, isSingle: false };
  const startedAt = performance.now();
  reporters.begin(facts);
  const result = await runWithProgress(session, plan, { width, reporters, bail: flags['bail'] === true });
  const tookMs = performance.now() - startedAt;
  const exitCode = sweepExitCode(result);
  const end: SweepEnd = { ...endOf(result), exitCode: signal.aborted ? interruptedCode(signal) : exitCode };
  if (signal.aborted) output.note('headend: interrupted: this is what was seen until then');
  const reproduce = (cell: SweptCell, seed: number): string => reproduceText(session, cell, seed);
  reporters.lines(renderSweep(facts, end, { tookMs, jobs: width, columns: output.columns, reproduce }));
  reporters.end(end);
  for (const { unit, secondDigest } of result.differing)
    output.note(
      `headend: the same seed gave two digests: ${unit.digest ?? ''} and ${secondDigest ?? ''}`,
      `headend:   ${reproduce(unit, unit.seed)} --check-determinism`,
    );
  if (twice && result.differing.length === 0 && !signal.aborted)
    output.note('headend: each was run twice, with the same digest both times');
  return exitCode;
}

async function runWithProgress(
  { signal, output }: Session,
  plan: SweepPlan,
  how: { readonly width: number; readonly reporters: Reporters; readonly bail: boolean },
): Promise<SweepResult> {
  const pool = new WorkerPool(how.width);
  const progress = new Progress(output);
  try {
    return await runSweep(plan, pool, {
      signal,
      bail: how.bail,
      unit: (unit) => how.reporters.unit(unit),
      progress: (done, failed) =>
        progress.at(
          done / plan.count,
          `${formatCount(done)} of ${formatCount(plan.count)} runs, ${formatCount(failed)} failed`,
        ),
    });
  } finally {
    progress.end();
    await pool.close();
  }
}

function endOf({ tally }: SweepResult): Omit<SweepEnd, 'exitCode'> {
  return { tally, summaries: tally.summaries(), verdict: tally.verdict };
}
