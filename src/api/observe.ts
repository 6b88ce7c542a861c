import { dirname, relative, resolve, sep } from 'node:path';
import type { Scenario } from '../config/scenario.ts';
import type { Topology, Trace } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import { nearest } from '../core/text.ts';
import { toInstant } from '../core/time.ts';
import type { Instant } from '../core/time.ts';
import { CaptureRecorder } from '../report/capture.ts';
import { LadderRecorder, renderLadder } from '../report/ladder.ts';
import { ladderPicture } from '../report/ladder-picture.ts';
import type { PictureKind } from '../report/ladder-picture.ts';
import { RuleCounter } from '../report/lessons.ts';
import type { Line } from '../report/line.ts';
import { membersOf, plantOf } from '../report/plant.ts';
import type { PlantHost } from '../report/plant.ts';
import { TraceFileWriter, type TraceRun } from '../report/trace-file.ts';
import { Sampled, sampleText, usualSample, type SampledListener } from './sample.ts';
import type { RunResult } from '../scenario/result.ts';
import type { SweptCell } from '../scenario/unit.ts';
import { UsageError } from './failure.ts';
import { OutputFile } from './output-file.ts';

export interface ObserveOptions {
  /** Hosts or groups whose ladders are wanted. */
  readonly ladders: readonly string[];
  /** Where to write a pcapng capture. */
  readonly pcap?: string | undefined;
  /** Where to write a trace: one JSON object a line. */
  readonly trace?: string | undefined;
  /** Hosts or groups whose packets files have; left out, all where they are not too many. */
  readonly sample?: readonly string[] | undefined;
  readonly mode: 'virtual' | 'live';
  /** What the section comment of a capture says beside scenario and seed. */
  readonly note?: string | undefined;
  /** What the run is of: a trace says it, so that it can be had again. */
  readonly cell?: SweptCell | undefined;
}

/** Ladders of more hosts than this tell nobody anything. */
const LADDERS_MAX = 32;

/** Who listens to a run, and what comes out of it. */
export class Observation {
  readonly listeners: readonly Trace[];
  readonly #plant: readonly PlantHost[];
  readonly #ladders: LadderRecorder | undefined;
  readonly #capture: { readonly recorder: CaptureRecorder; readonly file: OutputFile } | undefined;
  readonly #trace: { readonly writer: TraceFileWriter; readonly file: OutputFile } | undefined;
  readonly #notices: string[] = [];
  readonly #rules: RuleCounter | undefined;

  constructor(run: { scenario: Scenario; topology: Topology; seed: number }, options: ObserveOptions) {
    const { scenario, topology, seed } = run;
    const { mode } = options;
    const epochUs = mode === 'live' ? 0 : scenario.epochUs;
    this.#plant = plantOf(topology);
    const chosen = chooseHosts(this.#plant, options.ladders, LADDERS_MAX);
    this.#ladders = chosen.length === 0 ? undefined : new LadderRecorder(chosen, topology);
    if (options.pcap !== undefined) {
      const file = new OutputFile(options.pcap);
      const facts = { scenario: scenario.name, seed, mode, epochUs, note: options.note ?? '' };
      const put = (octets: Uint8Array) => file.octets(octets);
      const recorder = new CaptureRecorder(topology, facts, put);
      this.#capture = { recorder, file };
    }
    const named = chooseHosts(this.#plant, options.sample ?? [], Infinity);
    const sample = named.length > 0 ? named : usualSample(this.#plant);
    if (options.trace !== undefined) {
      const file = new OutputFile(options.trace);
      const names = sample?.map(({ name }) => name);
      const cell = options.cell === undefined ? undefined : runFrom(options.cell, options.trace);
      const facts = { scenario: scenario.name, seed, mode, epoch_us: epochUs, sample: names, run: cell };
      if (sample !== undefined) this.#notices.push(sampleText(options.trace, sample, this.#plant));
      this.#trace = { file, writer: new TraceFileWriter(topology, facts, (line) => file.line(line)) };
    }
    // The simulation counts rules by itself; to listen for them would cost it time.
    this.#rules = mode === 'live' ? new RuleCounter() : undefined;
    if (mode === 'live') this.#begin(toInstant(Date.now() * 1_000));
    const chooses = (listener: SampledListener | undefined, hosts: readonly PlantHost[] | undefined) =>
      listener && hosts ? new Sampled(listener, hosts, topology) : listener;
    const capture = chooses(this.#capture?.recorder, named.length > 0 ? named : undefined);
    const all: (Trace | undefined)[] = [
      this.#ladders,
      capture,
      chooses(this.#trace?.writer, sample),
      this.#rules,
    ];
    this.listeners = all.filter((one) => one !== undefined);
  }

  /** Completes the files; what a person should know of them comes back. */
  finish(result: RunResult, interrupted: boolean): readonly string[] {
    this.#trace?.writer.end({ at: result.simulated_us, interrupted });
    this.#trace?.file.close();
    if (this.#capture === undefined) return this.#notices;
    const { recorder, file } = this.#capture;
    recorder.end();
    file.octets(recorder.header(result.digest), 0);
    file.close();
    if (recorder.notice !== '') this.#notices.push(`${file.path}: ${recorder.notice}`);
    return this.#notices;
  }

  /** How often a rule was given, where the driver does not say. */
  countOf(rule: Rule): number {
    return this.#rules?.countOf(rule) ?? 0;
  }

  pictures(kind: PictureKind): readonly string[] {
    const ladders = this.#ladders?.ladders() ?? [];
    return ladders.map((ladder) => ladderPicture(kind, ladder, this.#plant));
  }

  ladderLines(columns: number | undefined): readonly (readonly Line[])[] {
    const ladders = this.#ladders?.ladders() ?? [];
    return ladders.map((ladder) => renderLadder(ladder, this.#plant, columns));
  }

  #begin(zero: Instant): void {
    this.#ladders?.begin(zero);
    this.#trace?.writer.begin(zero);
  }
}

/** A file that is moved with its trace is found again. */
function runFrom(cell: SweptCell, trace: string): TraceRun {
  const { file, scenario_hash, params, version, changes } = cell;
  const path = relative(dirname(resolve(trace)), resolve(file));
  return {
    file: path.split(sep).join('/'),
    scenario_hash,
    params,
    version,
    ...(changes === undefined ? {} : { changes }),
  };
}

export function chooseHosts(
  plant: readonly PlantHost[],
  names: readonly string[],
  most: number,
): readonly PlantHost[] {
  const chosen = new Set<PlantHost>();
  for (const name of names) {
    const members = membersOf(plant, name);
    if (members.length === 0) throw noSuchHost(plant, name);
    for (const member of members) chosen.add(member);
  }
  if (chosen.size > most)
    throw new UsageError(
      `${chosen.size} ladders are too many to read: name at most ${most} hosts, such as --ladder ${[...chosen][0]?.name ?? ''}`,
    );
  return [...chosen];
}

function noSuchHost(plant: readonly PlantHost[], name: string): UsageError {
  const names = new Set(plant.flatMap(({ name: host, group }) => [group, host]));
  const near = nearest(name, names);
  const hint =
    near === undefined ? `there are ${[...names].slice(0, 10).join(', ')}` : `did you mean ${near}?`;
  return new UsageError(`there is no host "${name.slice(0, 60)}": ${hint}`);
}
