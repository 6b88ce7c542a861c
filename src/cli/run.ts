import { Option } from 'commander';
import { EXIT } from '../api/exit.ts';
import { UsageError } from '../api/failure.ts';
import { exitCodeOf, runOnce, runsJson } from '../api/run.ts';
import type { RunReport, RunRequest, RunResult } from '../api/run.ts';
import { validateScenario } from '../api/validate.ts';
import { addLoadFlags, gather, loadOptionsOf, loadWords } from './load-flags.ts';
import { defineVerb, jsonFlag, seedFlag, seedOf, shellWord } from './program.ts';
import type { Flags, Session } from './program.ts';
import { welcomeFiles, welcomeLines } from './welcome.ts';

export const run = defineVerb(
  'run <files...>',
  (command) => {
    command
      .addOption(new Option('--mode <mode>', 'where').choices(['virtual', 'live']).default('virtual'))
      .addOption(seedFlag())
      .option('--ladder <who>', 'draw the packets of a host or group; again for more', gather)
      .option('--pcap <file>', 'write a capture that Wireshark opens')
      .option('--trace <file>', 'write every event, one JSON object a line, for headend ladder and explain')
      .option('--report <file>', 'write one HTML file that shows the run in a browser, without a network')
      .option('--check-determinism', 'run twice and compare: exit code 5 when they differ')
      .addOption(new Option('--welcome', 'the first run').hideHelp())
      .addOption(jsonFlag());
    addLoadFlags(command);
  },
  async (session, files, flags) => {
    if (files.length > 1 && ['pcap', 'trace', 'report'].some((name) => flags[name] !== undefined))
      throw new UsageError('--pcap, --trace and --report name one file: run the scenarios one by one');
    if (flags['checkDeterminism'] === true && flags['mode'] === 'live')
      throw new UsageError('--check-determinism is for the simulation: live runs have no digest');
    // A mistake in the last file is better known before the first one has run.
    if (files.length > 1) for (const file of files) validateScenario(file, loadOptionsOf(flags));
    const results: RunResult[] = [];
    for (const [index, file] of files.entries()) {
      if (session.signal.aborted) break;
      if (index > 0 && flags['json'] !== true) session.output.text('\n');
      const { report, differs } = await runFile(session, file, flags);
      results.push(report.result);
      if (differs) return EXIT.notDeterministic;
    }
    if (flags['json'] === true) session.output.json(runsJson(results));
    return exitCodeOf(results);
  },
);

async function runFile(
  session: Session,
  file: string,
  flags: Flags,
): Promise<{ report: RunReport; differs: boolean }> {
  const { output, signal } = session;
  const welcome = flags['welcome'] === true;
  const request: RunRequest = {
    path: file,
    mode: flags['mode'] === 'live' ? 'live' : 'virtual',
    seed: seedOf(flags),
    load: loadOptionsOf(flags),
    ladders: welcome ? ['cm'] : ((flags['ladder'] ?? []) as readonly string[]),
    pcap: flags['pcap'] as string | undefined,
    trace: flags['trace'] as string | undefined,
    notice: (text) => output.note(`headend: ${text}`),
    ...(welcome ? welcomeFiles(file) : {}),
  };
  const report = await runOnce(withPage(session, request, flags), signal);
  if (signal.aborted) output.note('headend: interrupted: this is what was seen until then');
  if (flags['json'] !== true) {
    const { columns } = output;
    for (const lines of report.ladders(columns)) output.lines([...lines, []]);
    const exitCode = signal.aborted ? signalExitCode(signal) : exitCodeOf([report.result]);
    output.lines(
      report.summary({ reproduce: reproduce(session, request, report.result.seed), exitCode, columns }),
    );
    if (welcome) output.lines(welcomeLines(session.program, request));
  }
  const differs = flags['checkDeterminism'] === true && (await runsDiffer(session, request, report));
  return { report, differs };
}

function withPage(session: Session, request: RunRequest, flags: Flags): RunRequest {
  const path = flags['report'] as string | undefined;
  if (path === undefined) return request;
  return { ...request, report: { path, reproduce: (seed) => reproduce(session, request, seed) } };
}

function signalExitCode({ reason }: AbortSignal): number {
  return reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
}

/** The command that gives this run again. */
function reproduce({ program }: Session, { path, mode, load }: RunRequest, seed: number): string {
  const words = [program, 'run', shellWord(path), '--seed', String(seed)];
  if (mode === 'live') words.push('--mode live');
  return [...words, ...loadWords(load)].join(' ');
}

/** One seed, one run: the second has the same digest, or the fault is ours. */
async function runsDiffer(session: Session, request: RunRequest, first: RunReport): Promise<boolean> {
  const quiet = { ...request, ladders: [], pcap: undefined, trace: undefined };
  const second = await runOnce(quiet, session.signal);
  if (second.result.digest === first.result.digest) {
    session.output.note(`headend: run twice, digest ${first.result.digest ?? ''} both times`);
    return false;
  }
  session.output.note(
    `headend: the same seed gave two digests: ${first.result.digest ?? ''} and ${second.result.digest ?? ''}`,
  );
  return true;
}
