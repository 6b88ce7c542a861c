import type { Cause } from '../analysis/cause/cause.ts';
import { CauseFinder } from '../analysis/cause/finder.ts';
import type { Sides } from '../analysis/cause/sides.ts';
import type { FrameEvent, Topology, Trace } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import { nearest } from '../core/text.ts';
import { toInstant } from '../core/time.ts';
import { PacketReader } from '../scenario/packet.ts';
import { frameRecord } from '../scenario/record.ts';
import type { FrameRecord } from '../scenario/record.ts';
import { findEntry } from '../report/explain.ts';
import { CAUSE_WORDS, INCIDENTS, SHOWCASES } from '../report/incidents.ts';
import type { Incident } from '../report/incidents.ts';
import { laddersOf, renderLadder } from '../report/ladder.ts';
import type { Line } from '../report/line.ts';
import { membersOf, plantOf } from '../report/plant.ts';
import { UsageError } from './failure.ts';
import { Observation } from './observe.ts';
import { refuseOverwrite } from './overwrite.ts';
import { loadScenario, prepareVirtual } from './scenario.ts';
import { shippedScenario } from './templates.ts';
import { filesOfLoaded } from './watch.ts';

export type { Incident } from '../report/incidents.ts';
export { renderCauses } from '../report/causes.ts';
export {
  renderCauseWords,
  renderLesson,
  renderLessonHelp,
  renderLessons,
  renderMend,
} from '../report/lesson.ts';

/** An incident by number or name. */
export function findIncident(word: string): Incident {
  const found = INCIDENTS.find(({ number, name }) => name === word || number === Number(word));
  if (found !== undefined) return found;
  const near = nearest(
    word,
    INCIDENTS.map(({ name }) => name),
  );
  const hint = near === undefined ? 'headend lesson lists them' : `did you mean ${near}?`;
  throw new UsageError(`there is no lesson "${word.slice(0, 40)}": ${hint}`);
}

export function lessonList(): {
  readonly incidents: readonly {
    readonly number: number;
    readonly name: string;
    readonly title: string;
    readonly file: string;
  }[];
  readonly scenarios: typeof SHOWCASES;
} {
  return {
    incidents: INCIDENTS.map((one) => ({
      number: one.number,
      name: one.name,
      title: one.title,
      file: fileOf(one),
    })),
    scenarios: SHOWCASES,
  };
}

function fileOf({ number, name }: Incident): string {
  return shippedScenario(`incidents/${String(number).padStart(2, '0')}-${name}.yaml`);
}

export interface LessonRequest {
  readonly seed?: number | undefined;
  /** The segment whose packets are drawn; left out, none are. */
  readonly at?: string | undefined;
  readonly pcap?: string | undefined;
  readonly trace?: string | undefined;
}

/** One run of an incident: what people see, and what only the answer may show. */
export interface LessonRun {
  readonly file: string;
  readonly ticket: string;
  readonly seed: number;
  /** Where packets can be drawn. */
  readonly segments: readonly string[];
  readonly sides: Sides;
  readonly causes: readonly Cause[];
  /** As a capture at one place shows it: no decision of any host beside it. */
  ladder(columns: number | undefined): readonly Line[];
}

/** A ladder longer than a screen or two teaches nobody: what follows only repeats. */
const LADDER_LINES = 40;

export async function runLesson(incident: Incident, request: LessonRequest = {}): Promise<LessonRun> {
  const { seed, at, pcap, trace } = request;
  const file = fileOf(incident);
  const loaded = loadScenario(file);
  const written = Object.entries({ '--trace': trace, '--pcap': pcap });
  refuseOverwrite(
    written.flatMap(([flag, path]) => (path === undefined ? [] : [{ flag, path }])),
    filesOfLoaded(loaded),
  );
  const run = prepareVirtual(loaded, { seed });
  const segments = loaded.scenario.segments.map(({ name }) => name);
  if (at !== undefined && !segments.includes(at))
    throw new UsageError(
      `there is no segment "${at.slice(0, 40)}": packets can be drawn at ${segments.join(', ')}`,
    );
  const plant = plantOf(run.topology);
  const finder = new CauseFinder(run.topology.hosts);
  const observation = new Observation(
    { scenario: loaded.scenario, topology: run.topology, seed: run.seed },
    { ladders: [], pcap, trace, mode: 'virtual' },
  );
  const capture = new CaptureOf(run.topology, at);
  const result = await run.execute([finder, capture, ...observation.listeners]);
  observation.finish(result, false);
  return {
    file,
    ticket: loaded.scenario.about,
    seed: run.seed,
    segments,
    sides: finder.sides(),
    causes: finder.causes(),
    ladder: (columns) =>
      laddersOf(membersOf(plant, incident.show), capture.records)
        .flatMap((one) => renderLadder(one, plant, columns))
        .slice(0, LADDER_LINES),
  };
}

/** The packets of one segment, without what any host says of them. It sees the others, to know whose addresses are whose. */
class CaptureOf implements Trace {
  readonly records: FrameRecord[] = [];
  readonly #reader: PacketReader;
  readonly #segment: string | undefined;

  constructor(topology: Topology, segment: string | undefined) {
    this.#reader = new PacketReader(topology);
    this.#segment = segment;
  }

  frame(event: FrameEvent): void {
    if (this.#segment === undefined) return;
    const facts = this.#reader.describe(event);
    if (event.segment !== this.#segment || this.records.length === RECORDS_MAX) return;
    const stand = { number: this.records.length + 1, zero: toInstant(0) };
    this.records.push({ ...frameRecord(facts, stand), rule: null, detail: null });
  }
}

/** Far more than a ladder of `LADDER_LINES` is drawn from. */
const RECORDS_MAX = 10_000;

/** What may be guessed. */
export function causeWords(): readonly {
  readonly word: string;
  readonly id: string;
  readonly says: string;
}[] {
  return [...CAUSE_WORDS].map(([{ id, says }, word]) => ({ word, id, says }));
}

/** What was guessed: a word of `lesson causes`, or the id of a cause. */
export function readGuess(words: string): Rule {
  const typed = words
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  const id = findEntry(typed)?.name;
  for (const [rule, word] of CAUSE_WORDS) if (word === typed || rule.id === id) return rule;
  const near = nearest(typed, CAUSE_WORDS.values());
  const hint =
    near === undefined ? 'headend lesson causes lists what may be guessed' : `did you mean ${near}?`;
  throw new UsageError(`"${words.slice(0, 40)}" is no cause: ${hint}`);
}
