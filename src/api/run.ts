import type { CauseFinder } from '../analysis/cause/finder.ts';
import type { Scenario } from '../config/scenario.ts';
import type { Topology, Trace } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import type { PictureKind } from '../report/ladder-picture.ts';
import { lessonsOf } from '../report/lessons.ts';
import type { Line } from '../report/line.ts';
import { renderSummary, type Lesson } from '../report/summary.ts';
import type { RunResult, Verdict } from '../scenario/result.ts';
import type { SweptCell } from '../scenario/unit.ts';
import type { LiveRun } from './live.ts';
import { Observation } from './observe.ts';
import type { PageListener } from './page.ts';
import type { withCauses } from './causes.ts';
import {
  loadScenario,
  prepareVirtual,
  type LoadedScenario,
  type LoadOptions,
  type VirtualRun,
} from './scenario.ts';
import type { Pace } from './virtual-run.ts';

export type { RunResult } from '../scenario/result.ts';

export interface RunRequest {
  readonly path: string;
  readonly mode: 'virtual' | 'live';
  readonly seed: number | undefined;
  readonly load: LoadOptions;
  readonly ladders: readonly string[];
  readonly pcap: string | undefined;
  readonly trace: string | undefined;
  /** Where to write the page of the run, and the command in it that repeats the run. */
  readonly report?: { readonly path: string; readonly reproduce: (seed: number) => string } | undefined;
  /** Hosts or groups whose packets the trace and the capture have; left out, all where they are not too many. */
  readonly sample?: readonly string[] | undefined;
  /** The scenario when it has been read already; left out, `path` is read. */
  readonly loaded?: LoadedScenario | undefined;
  /** Of a live run, where real devices are: `WHERE=NAME`; left out, as the file says. */
  readonly interfaces?: readonly string[] | undefined;
  /** What the run is of, for the header of its trace. */
  readonly cell?: SweptCell | undefined;
  /** Looks into a failure, by a second run; and the command that repeats the run. Left out, a failure is only told. */
  readonly explain?: { readonly reproduce: (seed: number) => string } | undefined;
  /** Others who listen. */
  readonly listeners?: readonly Trace[] | undefined;
  readonly onlooker?: Onlooker | undefined;
  readonly pace?: Omit<Pace, 'signal'> | undefined;
  /** Told what a person should know while it runs. */
  readonly notice: (text: string) => void;
}

/** Who looks at the run while it goes on. */
export interface Onlooker {
  /** Asked when the plant is known. */
  listen(subject: RunSubject): Trace;
  /** The run is over; what it means may take longer. */
  ended(): void;
}

export interface RunSubject {
  readonly scenario: Scenario;
  readonly topology: Topology;
  readonly seed: number;
}

interface SummaryFacts {
  /** The command that repeats the run. */
  readonly reproduce: string;
  readonly exitCode: number;
  readonly columns: number | undefined;
}

/** One run with all that was asked of it. */
export interface RunReport {
  readonly result: RunResult;
  readonly loaded: LoadedScenario;
  readonly lessons: readonly Lesson[];
  /** Where it was stopped by the signal, in its own time; undefined: it ended by itself. */
  readonly interruptedAtUs: number | undefined;
  /** On this machine's clock. */
  readonly tookMs: number;
  /** One list of lines a ladder. */
  ladders(columns: number | undefined): readonly (readonly Line[])[];
  /** The same ladders as pictures. */
  readonly pictures: (kind: PictureKind) => readonly string[];
  summary(facts: SummaryFacts): readonly Line[];
}

const FAILED: ReadonlySet<Verdict> = new Set(['inconclusive', 'fail']);

/** A run that may begin. */
interface Ready {
  readonly run: VirtualRun | LiveRun;
  /** Of a live run: which endpoint of this machine stands for which of the scenario. */
  readonly note: string;
  /** Of a live run, which cannot be repeated: it looks for causes from the start. */
  readonly finder: CauseFinder | undefined;
}

/** Runs one scenario file and writes the files asked for. */
export async function runOnce(request: RunRequest, signal: AbortSignal): Promise<RunReport> {
  const { mode, seed, notice, ladders, pcap, trace, sample, cell } = request;
  const loaded = request.loaded ?? loadScenario(request.path, request.load);
  const virtual = mode === 'virtual' ? prepareVirtual(loaded, { seed }) : undefined;
  const {
    run,
    note,
    finder: live,
  }: Ready = virtual === undefined
    ? await readyLive(loaded, request)
    : { run: virtual, note: '', finder: undefined };
  const subject = { scenario: loaded.scenario, topology: run.topology, seed: run.seed };
  const page = await pageOf(request, subject);
  const observation = new Observation(subject, { ladders, pcap, trace, sample, mode, note, cell });
  const startedAt = performance.now();
  const listeners = [...observation.listeners, ...(page?.listeners ?? []), ...(request.listeners ?? [])];
  if (live !== undefined) listeners.push(live);
  if (request.onlooker !== undefined) listeners.push(request.onlooker.listen(subject));
  const executed = await run.execute(listeners, { ...request.pace, signal });
  request.onlooker?.ended();
  const interruptedAtUs = stoppedAt(executed, loaded.scenario, { ...request.pace, signal });
  const tookMs = performance.now() - startedAt;
  const pace = { untilUs: request.pace?.untilUs, signal };
  const reproduce = request.explain?.reproduce(run.seed);
  const isUnexplained = FAILED.has(executed.verdict) && !signal.aborted;
  const result = isUnexplained
    ? await explained(executed, { loaded, seed, pace, live, reproduce })
    : executed;
  for (const text of observation.finish(result, interruptedAtUs !== undefined)) notice(text);
  await page?.write(result, (listenerOf) => {
    const again = prepareVirtual(loaded, { seed });
    return again.execute([listenerOf(again.topology)], againPace(result, pace, notice));
  });
  const countOf = (rule: Rule) => virtual?.countOf(rule) ?? observation.countOf(rule);
  const lessons = lessonsOf(countOf);
  return {
    result,
    loaded,
    lessons,
    interruptedAtUs,
    tookMs,
    ladders: (columns) => observation.ladderLines(columns),
    pictures: (kind) => observation.pictures(kind),
    summary: (facts) => renderSummary(result, { ...facts, tookMs, lessons }),
  };
}

/** A run that was interrupted is repeated as far as it came, since what is wanted of it are its packets. */
function againPace({ simulated_us: untilUs }: RunResult, pace: Pace, notice: RunRequest['notice']): Pace {
  if (pace.signal?.aborted !== true) return pace;
  notice(
    'the page has the packets of what was run: it is run again until there; Ctrl-C once more ends at once',
  );
  return { untilUs };
}

/** A run that was over by itself when the signal came was not stopped by it. */
function stoppedAt(
  { simulated_us: atUs }: RunResult,
  { durationUs }: Scenario,
  pace: Pace,
): number | undefined {
  const { signal, untilUs = Infinity } = pace;
  return signal?.aborted === true && atUs < Math.min(durationUs, untilUs) ? atUs : undefined;
}

// What only some runs need is read when one does: most have no socket, no page, and nothing that wants explaining.

async function readyLive(loaded: LoadedScenario, { seed, notice, interfaces }: RunRequest): Promise<Ready> {
  const { liveMapping, mappingText, prepareLive } = await import('./live.ts');
  const { liveFinder } = await import('./causes.ts');
  const run = prepareLive(loaded, { seed, notice, interfaces });
  return { run, note: mappingText(liveMapping(run.topology)), finder: liveFinder(run.topology) };
}

async function explained(...failed: Parameters<typeof withCauses>): Promise<RunResult> {
  const causes = await import('./causes.ts');
  return causes.withCauses(...failed);
}

async function pageOf({ report, mode }: RunRequest, subject: RunSubject): Promise<PageListener | undefined> {
  if (report === undefined) return undefined;
  const { PageListener: Listener } = await import('./page.ts');
  const { path, reproduce } = report;
  return new Listener({ path, mode, reproduce: reproduce(subject.seed), ...subject });
}
