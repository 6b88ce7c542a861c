import type { FrameEvent, HostSpec, Topology, Trace } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import { FW } from '../core/rules/firewall.ts';
import type { Mac } from '../core/address.ts';
import { formatMac } from '../core/address.ts';
import { toInstant } from '../core/time.ts';
import type { Instant } from '../core/time.ts';
import { PacketReader } from '../scenario/packet.ts';
import { Canvas, PITCH_MAX, PITCH_MIN } from './ladder-draw.ts';
import { noteOf, wrapNotes } from './ladder-notes.ts';
import { arrowsOf, lanesOf } from './ladder-lanes.ts';
import { ladderRows } from './ladder-rows.ts';
import type { Row } from './ladder-rows.ts';
import { cutLine, formatCount, lineText, span } from './line.ts';
import type { Line } from './line.ts';
import { clientOf, Relevance } from './plant.ts';
import type { PlantHost } from './plant.ts';
import { isDrop, Trail } from './drops.ts';
import { frameRecord, reasonRecord, stateRecord } from '../scenario/record.ts';
import type { TraceRecord } from '../scenario/record.ts';

/** What one host's ladder is drawn from. */
export interface Ladder {
  readonly owner: PlantHost;
  readonly records: TraceRecord[];
  /** Frames left out because the ladder was full. */
  missed: number;
}

/** Records kept for each host: a boot has about fifty. */
const RECORDS_MAX = 1_000;

/** How many records of a host stay, and which when there are more. */
export interface Keep {
  readonly most: number;
  readonly end: 'first' | 'last';
}

const ALL_KEPT: Keep = { most: RECORDS_MAX, end: 'first' };

/** Listens to a run and keeps what the ladders of some hosts need. Octets are copied as text; a host's records are bounded. */
export class LadderRecorder implements Trace {
  readonly #reader: PacketReader;
  readonly #relevance: Relevance;
  readonly #ladders: ReadonlyMap<string, Ladder>;
  readonly #trail = new Trail<Ladder>();
  readonly #keep: Keep;
  #number = 0;
  #zero = toInstant(0);

  constructor(chosen: readonly PlantHost[], topology: Topology, keep: Keep = ALL_KEPT) {
    this.#keep = keep;
    this.#reader = new PacketReader(topology);
    this.#relevance = new Relevance(chosen);
    this.#ladders = new Map(chosen.map((owner) => [owner.name, { owner, records: [], missed: 0 }]));
  }

  /** Says which of the driver's moments the ladder counts from; before it is said, 0. */
  begin(zero: Instant): void {
    this.#zero = zero;
  }

  frame(event: FrameEvent): void {
    const facts = this.#reader.describe(event);
    const hosts = [event.sender.name, event.receiver?.name, facts.from.name, facts.to?.name];
    const known = this.#ladders.get(this.#relevance.ownerOf({ hosts, client: clientOf(event) }) ?? '');
    const ladder = this.#trail.crossing(event.packet, event.receiver?.name, known);
    if (ladder === undefined) return;
    if (this.#hasRoom(ladder)) ladder.records.push(frameRecord(facts, this.#stand()));
    else ladder.missed++;
  }

  state(at: Instant, host: HostSpec, machine: string, state: string, subject: Mac | undefined): void {
    const owner = subject === undefined ? host.name : this.#relevance.subject(formatMac(subject));
    const ladder = this.#ladders.get(owner ?? '');
    if (ladder === undefined || !this.#hasRoom(ladder)) return;
    ladder.records.push(stateRecord({ at, host, machine, state, subject }, this.#stand()));
  }

  /** What becomes of a packet at a firewall stands beside it. */
  because(at: Instant, host: HostSpec, rule: Rule, detail: string | undefined): void {
    if (host.inspects !== true || !(isDrop(rule.id) || rule === FW.shown)) return;
    const ladder = this.#trail.spokenOf(host.name) ?? this.#ladders.get(host.name);
    if (ladder === undefined || !this.#hasRoom(ladder)) return;
    ladder.records.push(reasonRecord({ at, host, rule, detail }, this.#stand()));
  }

  /** The oldest record makes room where the last ones are kept. */
  #hasRoom({ records }: Ladder): boolean {
    if (records.length < this.#keep.most) return true;
    if (this.#keep.end === 'last') records.shift();
    return this.#keep.end === 'last';
  }

  #stand(): { number: number; zero: Instant } {
    return { number: ++this.#number, zero: this.#zero };
  }

  ladders(): readonly Ladder[] {
    return [...this.#ladders.values()];
  }
}

/** The ladders of some hosts out of the records of a trace file, each of at most `most` records. */
export function laddersOf(
  chosen: readonly PlantHost[],
  records: Iterable<TraceRecord>,
  most = RECORDS_MAX,
): readonly Ladder[] {
  const relevance = new Relevance(chosen);
  const ladders = new Map(
    chosen.map((owner): [string, Ladder] => [owner.name, { owner, records: [], missed: 0 }]),
  );
  const trail = new Trail<Ladder>();
  for (const record of records) {
    const known = ladders.get(ownerOf(record, relevance) ?? '');
    const ladder =
      record.kind === 'frame'
        ? trail.crossing(record.packet, record.receiver ?? undefined, known)
        : record.kind === 'because' && isDrop(record.rule)
          ? (trail.spokenOf(record.host) ?? known)
          : known;
    if (ladder === undefined) continue;
    if (ladder.records.length >= most) ladder.missed++;
    else ladder.records.push(record);
  }
  return [...ladders.values()];
}

function ownerOf(record: TraceRecord, relevance: Relevance): string | undefined {
  if (record.kind === 'frame') {
    const { sender, receiver, origin, target } = record;
    const client = record.protocol === 'DHCP' ? record.fields['mac'] : undefined;
    return relevance.ownerOf({ hosts: [sender, receiver ?? undefined, origin, target ?? undefined], client });
  }
  if (record.kind === 'state' && record.subject !== null) return relevance.subject(record.subject);
  return record.host;
}

/** The ladder as lines: time, a lane for each host, what happened beside it. `columns`: cut there; undefined: do not. */
export function renderLadder(ladder: Ladder, plant: readonly PlantHost[], columns?: number): readonly Line[] {
  const rows = ladderRows(ladder.owner, ladder.records, plant);
  if (rows.length === 0) return [[span(` ${ladder.owner.name}: no packets`, 'dim')]];
  const lanes = lanesOf(ladder.owner, rows, plant);
  const pitch = pitchFor(lanes.length, columns);
  const [margin, gap] = pitch === PITCH_MAX ? [MARGIN, GAP] : [MARGIN_NARROW, GAP_NARROW];
  const room = columns === undefined ? Infinity : columns - margin - (lanes.length - 1) * pitch - 1 - gap;
  const sizes = { margin, pitch, gap, room };
  const lines = [header(lanes, sizes), ...rows.flatMap((row) => rowLines(row, lanes, sizes))];
  if (ladder.missed > 0)
    lines.push([span(` ${formatCount(ladder.missed)} later frames are not shown`, 'warn')]);
  return columns === undefined ? lines : lines.map((one) => cutLine(one, columns));
}

const MARGIN = 13;
const NOTES = 32;
const GAP = 3;
const MARGIN_NARROW = 10;
const GAP_NARROW = 2;

/** In characters: before the first lane, between lanes, between the last one and its notes, for the notes. */
interface Sizes {
  readonly margin: number;
  readonly pitch: number;
  readonly gap: number;
  readonly room: number;
}

function pitchFor(lanes: number, columns: number | undefined): number {
  if (columns === undefined || lanes < 2) return PITCH_MAX;
  const fits = Math.floor((columns - MARGIN - NOTES) / (lanes - 1));
  return Math.min(Math.max(fits, PITCH_MIN), PITCH_MAX);
}

function header(lanes: readonly string[], { margin, pitch }: Sizes): Line {
  let text = ' t (s)'.padEnd(margin);
  lanes.forEach((name, lane) => {
    const shown = name.length > pitch - 2 ? `${name.slice(0, pitch - 3)}…` : name;
    const start = margin + lane * pitch - Math.floor((shown.length - 1) / 2);
    text = `${text.slice(0, Math.max(start, 0)).padEnd(start)}${shown}`;
  });
  return [span(text, 'strong')];
}

/** The arrow with what happened beside it; what does not fit there goes on below. */
function rowLines(row: Row, lanes: readonly string[], { margin, pitch, gap, room }: Sizes): readonly Line[] {
  const canvas = new Canvas(lanes.length, pitch);
  for (const arrow of arrowsOf(row.hops, lanes)) {
    const from = lanes.indexOf(arrow.from);
    const to = arrow.to === undefined ? -1 : lanes.indexOf(arrow.to);
    const style = arrow.lost ? 'bad' : 'plain';
    if (to < 0 || to === from) canvas.note(Math.max(from, 0), `${arrow.label} ✗`, style);
    else canvas.arrow(from, to, arrow.label, arrow.lost ? 'lost' : 'arrives', style);
  }
  const time = (row.at / 1_000_000).toFixed(3).padStart(8).padEnd(margin);
  const [first = [], ...more] = wrapNotes(noteOf(row), room);
  const space = span(' '.repeat(gap));
  const below = new Canvas(lanes.length, pitch).spans();
  return [
    [span(time, 'dim'), ...canvas.spans(), space, ...first],
    ...more.map((notes) => [span(' '.repeat(margin)), ...below, space, ...notes]),
  ];
}

/** The ladder as plain text, for tests and files. */
export function ladderText(ladder: Ladder, plant: readonly PlantHost[]): string {
  return renderLadder(ladder, plant)
    .map((spans) => lineText(spans).trimEnd())
    .join('\n');
}
