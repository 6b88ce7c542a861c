import type { Mac } from '../core/address.ts';
import type { FrameEvent, HostSpec, Topology, Trace } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import { toInstant } from '../core/time.ts';
import type { Instant } from '../core/time.ts';
import { PacketReader } from '../scenario/packet.ts';
import { plantOf } from './plant.ts';
import type { PlantHost } from './plant.ts';
import { frameRecord, measureRecord, reasonRecord, stateRecord } from '../scenario/record.ts';
import type { TraceRecord } from '../scenario/record.ts';
import type { SweptCell } from '../scenario/unit.ts';

const TRACE_FORMAT = 1;

/** A trace file's first line. */
export interface TraceHeader {
  readonly kind: 'headend-trace';
  readonly format_version: typeof TRACE_FORMAT;
  readonly scenario: string;
  readonly seed: number;
  readonly mode: 'virtual' | 'live';
  /** Microseconds since 1970 of moment 0. */
  readonly epoch_us: number;
  readonly plant: readonly PlantHost[];
  /** The hosts whose packets and reasons are there; left out, all. */
  readonly sample?: readonly string[] | undefined;
  /** What to run to have it again; left out, nobody said it. */
  readonly run?: TraceRun | undefined;
}

/** `file` is looked for from the folder of the trace. */
export type TraceRun = Omit<SweptCell, 'scenario'>;

/** A trace file's last line; one without it breaks off where its run was killed. */
export interface TraceEnd {
  readonly kind: 'end';
  /** Microseconds since the start: the run has been run until there. */
  readonly at: number;
  /** Whether it was stopped there, and would have gone on. */
  readonly interrupted: boolean;
}

export type RunFacts = Pick<TraceHeader, 'scenario' | 'seed' | 'mode' | 'epoch_us' | 'sample' | 'run'>;

/** Hands each event of a run to `put` as one line of JSON, the header first. */
export class TraceFileWriter implements Trace {
  readonly #put: (line: string) => void;
  readonly #reader: PacketReader;
  #number = 0;
  #zero = toInstant(0);

  constructor(topology: Topology, facts: RunFacts, put: (line: string) => void) {
    this.#put = put;
    this.#reader = new PacketReader(topology);
    const { scenario, seed, mode, epoch_us, sample, run } = facts;
    const header: TraceHeader = {
      kind: 'headend-trace',
      format_version: TRACE_FORMAT,
      scenario,
      seed,
      mode,
      epoch_us,
      plant: plantOf(topology),
      ...(sample === undefined ? {} : { sample }),
      ...(run === undefined ? {} : { run }),
    };
    put(JSON.stringify(header));
  }

  /** Says which of the driver's moments the trace counts from; before it is said, 0. */
  begin(zero: Instant): void {
    this.#zero = zero;
  }

  frame(event: FrameEvent): void {
    this.#write(frameRecord(this.#reader.describe(event), this.#stand()));
  }

  state(at: Instant, host: HostSpec, machine: string, state: string, subject: Mac | undefined): void {
    this.#write(stateRecord({ at, host, machine, state, subject }, this.#stand()));
  }

  because(at: Instant, host: HostSpec, rule: Rule, detail: string | undefined): void {
    this.#write(reasonRecord({ at, host, rule, detail }, this.#stand()));
  }

  /** A measure: for traces that have not all packets. */
  series(at: Instant, host: HostSpec, name: string, value: number): void {
    this.#write(measureRecord({ at, host, name, value }, this.#stand()));
  }

  /** The last line. `at` counts from the start. */
  end({ at, interrupted }: Omit<TraceEnd, 'kind'>): void {
    this.#put(JSON.stringify({ kind: 'end', at, interrupted } satisfies TraceEnd));
  }

  #stand(): { number: number; zero: Instant } {
    return { number: ++this.#number, zero: this.#zero };
  }

  #write(record: TraceRecord): void {
    this.#put(JSON.stringify(record));
  }
}

/** What is wrong with a trace file; `line` counts from 1. */
export class TraceError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'TraceError';
    this.line = line;
  }
}

export function parseTraceHeader(text: string): TraceHeader {
  const header = parseObject(text, 1);
  if (header['kind'] !== 'headend-trace' || !Array.isArray(header['plant']))
    throw new TraceError(1, 'this is no trace: the first line of a file made by run --trace is missing');
  if (header['format_version'] !== TRACE_FORMAT)
    throw new TraceError(
      1,
      `trace format ${String(header['format_version'])} is not read here, only ${TRACE_FORMAT}`,
    );
  if (typeof header['scenario'] !== 'string' || !header['plant'].every(isPlantHost))
    throw new TraceError(1, 'the header of this trace does not say what its plant is made of');
  return header as unknown as TraceHeader;
}

/** As far as readers rely on it. */
function isPlantHost(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, kind, group, interfaces } = value as Record<string, unknown>;
  const isNamed = [name, kind, group].every((text) => typeof text === 'string');
  return isNamed && Array.isArray(interfaces) && interfaces.every(isPlantInterface);
}

function isPlantInterface(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { segment, mac, addresses } = value as Record<string, unknown>;
  if (typeof segment !== 'string' || typeof mac !== 'string') return false;
  return (
    addresses === undefined || (Array.isArray(addresses) && addresses.every((one) => typeof one === 'string'))
  );
}

/** What a line says if it is the last one; undefined: it is an event. */
export function parseTraceEnd(text: string): TraceEnd | undefined {
  if (!text.startsWith('{"kind":"end"')) return undefined;
  const { at, interrupted } = parseObject(text, 0);
  if (typeof at !== 'number' || typeof interrupted !== 'boolean') return undefined;
  return { kind: 'end', at, interrupted };
}

const KINDS: ReadonlySet<unknown> = new Set(['frame', 'state', 'because', 'measure']);

/** One line after the header. */
export function parseTraceLine(text: string, line: number): TraceRecord {
  const record = parseObject(text, line);
  if (!KINDS.has(record['kind']) || typeof record['number'] !== 'number' || typeof record['at'] !== 'number')
    throw new TraceError(line, 'this line is no event of a trace');
  if (
    record['kind'] === 'frame' &&
    (typeof record['sender'] !== 'string' || typeof record['fields'] !== 'object')
  )
    throw new TraceError(line, 'this line is no frame of a trace');
  return record as unknown as TraceRecord;
}

function parseObject(text: string, line: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TraceError(line, 'this line is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw new TraceError(line, 'this line is no JSON object');
  return value as Record<string, unknown>;
}
