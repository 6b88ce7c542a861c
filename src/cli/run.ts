import { Option } from 'commander';
import { EXIT } from '../api/exit.ts';
import { exitCodeOf, VERDICT_CODES } from '../api/exit-code.ts';
import { UsageError } from '../api/failure.ts';
import { formatDuration } from '../api/report.ts';
import type { runOnce, RunReport, RunRequest } from '../api/run.ts';
import type { LoadedScenario, LoadOptions } from '../api/load-scenario.ts';
import { refuseOverwrite } from '../api/overwrite.ts';
import { parseShard, shardOfEnvironment } from '../api/shard.ts';
import { Tally } from '../api/sweep.ts';
import { planSweep, type SweepPlan } from '../api/sweep-plan.ts';
import { filesOfLoaded } from '../api/watch.ts';
import { cutCell, unitOf, type SweptCell } from '../api/unit.ts';
import { addLoadFlags, gather, loadOptionsOf } from './load-flags.ts';
import { addPictureFlags, writePictures } from './pictures.ts';
import type { LiveScreen } from './live-screen.ts';
import { Progress } from './progress.ts';
import type { stepThrough } from './step.ts';
import { defineVerb, jsonFlag, seedFlag, seedOf } from './program.ts';
import type { Flags, Session } from './program.ts';
import { readReporters, Reporters } from './reporters.ts';
import {
  addRunFlags,
  checkStep,
  jobsOf,
  interfacesOf,
  refuseLooks,
  seedsOf,
  speedOf,
  untilOf,
  writtenBy,
} from './run-flags.ts';
import { interruptedCode, reproduceText } from './reproduce.ts';
import { watchAndRun } from './watch.ts';
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
      .option(
        '--sample <who>',
        'only the packets of a host or group in trace and capture; again for more',
        gather,
      )
      .option('--step', 'stop after each event and wait for a key: . n b q')
      .option(
        '--screen',
        'watch it on the terminal: ladder, counters, histogram, hosts; keys 1 2 3 4 + - p . q Q',
      )
      .option('--check-determinism', 'run twice and compare: exit code 5 when they differ')
      .addOption(new Option('--welcome', 'the first run').hideHelp());
    addPictureFlags(command);
    addRunFlags(command);
    addLoadFlags(command);
    command.addOption(jsonFlag());
  },
  (session, files, flags) => {
    checkFlags(files, flags);
    if (flags['watch'] !== true) return runAll(session, files, flags);
    return watchAndRun(session, { files, load: loadOptionsOf(flags) }, () => runAll(session, files, flags));
  },
);

function checkFlags(files: readonly string[], flags: Flags): void {
  if (files.length > 1 && ['pcap', 'trace', 'report'].some((name) => flags[name] !== undefined))
    throw new UsageError('--pcap, --trace and --report name one file: run the scenarios one by one');
  if (flags['sample'] !== undefined && flags['pcap'] === undefined && flags['trace'] === undefined)
    throw new UsageError('--sample says whose packets a file has: add --trace FILE or --pcap FILE');
  if (flags['screen'] === true && (files.length > 1 || flags['watch'] === true || flags['step'] === true))
    throw new UsageError(
      '--screen shows one run as it goes on: name one file, and leave --watch and --step out',
    );
  // What is wrong with a flag is said before a file is read.
  jobsOf(flags);
  untilOf(flags);
  speedOf(flags);
  readReporters(flags);
  if (flags['step'] === true) checkStep(files, flags);
  if (flags['mode'] !== 'live') {
    if (interfacesOf(flags).length > 0)
      throw new UsageError('--interface says where real devices are: add --mode live, a simulation has none');
    return;
  }
  if (flags['checkDeterminism'] === true)
    throw new UsageError('--check-determinism is for the simulation: live runs have no digest');
  if (speedOf(flags) !== undefined)
    throw new UsageError('--speed is for the simulation: live runs go by the clock');
}

async function runAll(session: Session, files: readonly string[], flags: Flags): Promise<number> {
  const seed = seedOf(flags);
  const request = {
    files,
    load: loadOptionsOf(flags),
    mode: flags['mode'] === 'live' ? 'live' : 'virtual',
    seeds: seedsOf(flags) ?? (seed === undefined ? undefined : [{ first: seed, last: seed }]),
    cells: (flags['cell'] ?? []) as readonly string[],
    untilUs: untilOf(flags),
    interfaces: interfacesOf(flags),
    twice: flags['checkDeterminism'] === true,
  } as const;
  const plan = planSweep(request);
  refuseOverwrite(writtenBy(flags), plan.loaded.flatMap(filesOfLoaded));
  const isMany = flags['seeds'] !== undefined || flags['shard'] !== undefined || plan.total > files.length;
  if (!isMany) {
    // A mistake in the last file is better known before the first one has run.
    if (files.length > 1) await validateAll(files, request.load);
    return runEach(session, plan, flags);
  }
  refuseLooks(flags);
  const { runMany } = await import('./sweep.ts');
  return runMany(session, sharded(session, plan, flags), new Reporters(session.output, flags), flags);
}

function sharded({ output }: Session, plan: SweepPlan, flags: Flags): SweepPlan {
  const asked = flags['shard'] as string | undefined;
  const shard = asked === undefined ? shardOfEnvironment(process.env) : parseShard(asked);
  if (shard === undefined) return plan;
  if (asked === undefined)
    output.note(`headend: shard ${shard.index}/${shard.count}, by this pod's JOB_COMPLETION_INDEX`);
  return plan.part(shard);
}

/** One run of each file, one after the other, each told whole. */
async function runEach(session: Session, plan: SweepPlan, flags: Flags): Promise<number> {
  const { output, signal } = session;
  const { version, cells, total, count, shard } = plan;
  const reporters = new Reporters(output, flags);
  const tally = new Tally(cells);
  reporters.begin({ version, cells, total, count, shard, isSingle: total === 1 });
  let code: number = EXIT.passed;
  for (const [index, { cell }] of cells.entries()) {
    const loaded = plan.loaded[index];
    if (signal.aborted || loaded === undefined) break;
    if (index > 0) reporters.lines([[]]);
    const { report, differs, of } = await runFile(session, { cell, loaded, reporters }, flags);
    const unit = unitOf(report, cell);
    tally.add(unit);
    reporters.unit({ ...unit, ...of });
    if (differs) code = EXIT.notDeterministic;
    const { verdict } = unit;
    if (differs || (flags['bail'] === true && (verdict === 'fail' || verdict === 'error'))) break;
  }
  const exitCode = code === EXIT.passed ? VERDICT_CODES[tally.verdict] : code;
  reporters.end({ tally, summaries: tally.summaries(), verdict: tally.verdict, exitCode });
  return exitCode;
}

interface FileRun {
  readonly cell: SweptCell;
  readonly loaded: LoadedScenario;
  readonly reporters: Reporters;
}

async function runFile(
  session: Session,
  { cell: planned, loaded, reporters }: FileRun,
  flags: Flags,
): Promise<{ report: RunReport; differs: boolean; of: SweptCell }> {
  const { output, signal } = session;
  const cell = flags['step'] === true ? await stepped(session, { cell: planned, loaded }, flags) : planned;
  const { file } = cell;
  const welcome = flags['welcome'] === true;
  const progress = new Progress(output);
  const tell = (at: number, of: number): void =>
    progress.at(at / of, `${cell.scenario}: ${formatDuration(at)} of ${formatDuration(of)}`);
  const screen = flags['screen'] === true ? await screenOf(session, flags) : undefined;
  const request: RunRequest = {
    path: file,
    loaded,
    cell,
    load: loadOptionsOf(flags),
    mode: flags['mode'] === 'live' ? 'live' : 'virtual',
    seed: seedOf(flags),
    interfaces: interfacesOf(flags),
    ladders: welcome ? ['cm'] : ((flags['ladder'] ?? []) as readonly string[]),
    pcap: flags['pcap'] as string | undefined,
    trace: flags['trace'] as string | undefined,
    pace: screen?.pace(cell.changes?.until_us, tell) ?? {
      untilUs: cell.changes?.until_us,
      speed: speedOf(flags),
      progress: tell,
    },
    onlooker: screen,
    sample: (flags['sample'] ?? []) as readonly string[],
    notice: (text) => (screen ?? output).note(`headend: ${text}`),
    ...(welcome ? welcomeFiles(file) : {}),
  };
  const reproduce = (seed: number, of = cell): string => reproduceText(session, of, seed);
  const path = flags['report'] as string | undefined;
  const page = path === undefined ? undefined : { path, reproduce };
  const report = await runOne({ ...request, report: page, explain: { reproduce } }, signal).finally(() =>
    screen?.close(),
  );
  progress.end();
  if (signal.aborted) output.note('headend: interrupted: this is what was seen until then');
  const { columns } = output;
  for (const lines of report.ladders(columns)) reporters.lines([...lines, []]);
  writePictures(flags, (kind) => report.pictures(kind), "--ladder 'cm[0]'");
  const exitCode = signal.aborted ? interruptedCode(signal) : exitCodeOf([report.result]);
  const of = seenOf(report, cell, request);
  reporters.lines(report.summary({ reproduce: reproduce(report.result.seed, of), exitCode, columns }));
  if (welcome) reporters.lines(welcomeLines(session.program, request));
  const isCompared = flags['checkDeterminism'] === true && !signal.aborted;
  const differs = isCompared && (await runsDiffer(session, request, report));
  return { report, differs, of };
}

// What runs a scenario is read when one is run: not for a mistake in the flags, and of many runs by the workers alone. What a
// person at the keys needs is read when one is there.

async function runOne(...asked: Parameters<typeof runOnce>): Promise<RunReport> {
  const api = await import('../api/run.ts');
  return api.runOnce(...asked);
}

async function validateAll(files: readonly string[], load: LoadOptions): Promise<void> {
  const { validateScenario } = await import('../api/validate.ts');
  for (const file of files) validateScenario(file, load);
}

async function stepped(...walked: Parameters<typeof stepThrough>): Promise<SweptCell> {
  const step = await import('./step.ts');
  return step.stepThrough(...walked);
}

async function screenOf(session: Session, flags: Flags): Promise<LiveScreen | undefined> {
  const { liveScreenOf } = await import('./live-screen.ts');
  return liveScreenOf(session, flags);
}

/** What a run is of that was stopped: as far as it came it can be had again. */
function seenOf(
  { interruptedAtUs: atUs, loaded }: RunReport,
  cell: SweptCell,
  request: RunRequest,
): SweptCell {
  if (atUs === undefined || request.mode === 'live') return cell;
  return cutCell(cell, { loaded, load: request.load, atUs, interrupted: true });
}

/** One seed, one run: the second has the same digest, or the fault is ours. */
async function runsDiffer(session: Session, request: RunRequest, first: RunReport): Promise<boolean> {
  const { untilUs } = request.pace ?? {};
  const quiet = {
    ...request,
    ladders: [],
    pcap: undefined,
    trace: undefined,
    onlooker: undefined,
    pace: { untilUs },
  };
  const second = await runOne(quiet, session.signal);
  if (second.result.digest === first.result.digest) {
    session.output.note(`headend: run twice, digest ${first.result.digest ?? ''} both times`);
    return false;
  }
  session.output.note(
    `headend: the same seed gave two digests: ${first.result.digest ?? ''} and ${second.result.digest ?? ''}`,
  );
  return true;
}
