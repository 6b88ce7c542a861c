import { sweepExitCode } from '../api/exit-code.ts';
import { mergeResults } from '../api/merge.ts';
import { refuseOverwrite } from '../api/overwrite.ts';
import { formatCount } from '../api/report.ts';
import { makeFileReporter, renderSweep, type SweepEnd } from '../api/reporting.ts';
import { headendVersion } from '../api/version.ts';
import { gather } from './load-flags.ts';
import { defineVerb, jsonFlag } from './program.ts';
import { filesReported, Reporters } from './reporters.ts';
import { reproduceText } from './reproduce.ts';

export const merge = defineVerb(
  'merge <files...>',
  (command) => {
    command
      .option('--out <file>', 'write the results of all as one such file')
      .option('--reporter <name>', 'as for run: pretty, json, ndjson, junit, github; NAME=FILE', gather)
      .addOption(jsonFlag());
  },
  (session, files, flags) => {
    const { output } = session;
    const { cells, units, tally, again, missingShards } = mergeResults(files);
    const out = flags['out'] as string | undefined;
    const own = out === undefined ? [] : [{ flag: '--out', path: out }];
    refuseOverwrite([...own, ...filesReported(flags)], files);
    const reporters = new Reporters(output, flags);
    const all = [reporters, ...(out === undefined ? [] : [makeFileReporter('json', out)])];
    const facts = {
      version: headendVersion(),
      cells,
      total: tally.planned,
      count: tally.runs,
      shard: { index: 1, count: 1 },
      isSingle: false,
    };
    for (const reporter of all) reporter.begin(facts);
    for (const unit of units) for (const reporter of all) reporter.unit(unit);
    const exitCode = sweepExitCode({ tally, differing: [] });
    const end: SweepEnd = { tally, summaries: tally.summaries(), verdict: tally.verdict, exitCode };
    if (again > 0) output.note(`headend: ${formatCount(again)} runs came more than once, and count once`);
    if (missingShards.length > 0) output.note(`headend: no file of ${missingShards.join(', ')}`);
    reporters.lines(
      renderSweep(facts, end, {
        tookMs: undefined,
        jobs: 0,
        columns: output.columns,
        reproduce: (cell, seed) => reproduceText(session, cell, seed),
      }),
    );
    for (const reporter of all) reporter.end(end);
    return exitCode;
  },
);
