import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { laddersOf, renderLadder } from '../report/ladder.ts';
import { ladderPicture } from '../report/ladder-picture.ts';
import type { PictureKind } from '../report/ladder-picture.ts';
import type { Line } from '../report/line.ts';
import { membersOf } from '../report/plant.ts';
import type { TraceRecord } from '../scenario/record.ts';
import { parseTraceEnd, parseTraceHeader, parseTraceLine, TraceError } from '../report/trace-file.ts';
import type { TraceEnd, TraceHeader } from '../report/trace-file.ts';
import { FileError, UsageError } from './failure.ts';
import { asFileError } from './files.ts';

export type { TraceRecord } from '../scenario/record.ts';
export type { TraceHeader } from '../report/trace-file.ts';

const CHUNK_OCTETS = 1 << 16;
const LINE_MAX = 1 << 20;

/** A trace file, read line by line: it may be longer than the memory. */
export class TraceFile {
  readonly header: TraceHeader;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    const first = linesOf(path).next();
    this.header = this.#checked(1, () => parseTraceHeader(first.done === true ? '' : first.value.text));
  }

  *records(): Generator<TraceRecord> {
    let line = 0;
    for (const { text, isWhole } of linesOf(this.#path)) {
      if (++line === 1) continue;
      // A run that was killed may leave half a line.
      if (!isWhole && !isJson(text)) return;
      if (this.#checked(line, () => parseTraceEnd(text)) === undefined)
        yield this.#checked(line, () => parseTraceLine(text, line));
    }
  }

  /** How the run ended; undefined: it was killed, or an older headend wrote the trace. */
  end(): TraceEnd | undefined {
    const last = lastLineOf(this.#path);
    return last === undefined || !isJson(last) ? undefined : parseTraceEnd(last);
  }

  /** The event of a number; it and those before it that are near. */
  find(number: number): { readonly record: TraceRecord; readonly before: readonly TraceRecord[] } {
    const before: TraceRecord[] = [];
    for (const record of this.records()) {
      if (record.number === number) return { record, before };
      before.push(record);
      if (before.length > NEAR) before.shift();
    }
    throw new UsageError(`${this.#path} has no event ${number}: they are numbered from 1`);
  }

  #checked<T>(line: number, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      throw new FileError(
        `${this.#path}:${line}:1`,
        error.message,
        'make one with headend run FILE --trace OUT',
      );
    }
  }
}

/** Whether a file begins as a trace does; what cannot be read is said by who reads it. */
export function isTraceFile(path: string): boolean {
  const first = linesOf(path).next();
  return first.done !== true && first.value.text.startsWith('{"kind":"headend-trace"');
}

/** How many events before one are looked at for what led to it. */
const NEAR = 200;

export interface LadderRequest {
  readonly path: string;
  /** Hosts or groups; empty: the first devices that are no servers. */
  readonly who: readonly string[];
  readonly columns: number | undefined;
}

const DEFAULT_LADDERS = 3;
const DEVICE_KINDS: ReadonlySet<string> = new Set(['cable-modem', 'host', 'stub']);

/** The ladders of a trace file: as lines, and as pictures. */
export interface LaddersOfFile {
  readonly lines: readonly (readonly Line[])[];
  readonly pictures: (kind: PictureKind) => readonly string[];
}

export function laddersOfFile({ path, who, columns }: LadderRequest): LaddersOfFile {
  const file = new TraceFile(path);
  const { plant } = file.header;
  const chosen =
    who.length === 0
      ? plant.filter(({ kind }) => DEVICE_KINDS.has(kind)).slice(0, DEFAULT_LADDERS)
      : who.flatMap((name) => {
          const members = membersOf(plant, name);
          if (members.length > 0) return members;
          throw new UsageError(`the trace has no host "${name}": it has ${namesOf(file.header)}`);
        });
  const ladders = laddersOf(chosen, file.records());
  return {
    lines: ladders.map((ladder) => renderLadder(ladder, plant, columns)),
    pictures: (kind) => ladders.map((ladder) => ladderPicture(kind, ladder, plant)),
  };
}

function namesOf({ plant }: TraceHeader): string {
  const groups = [...new Set(plant.map(({ group }) => group))];
  return groups.length > 10 ? `${groups.slice(0, 10).join(', ')} and more` : groups.join(', ');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** An end is far shorter than this. */
const TAIL_OCTETS = 4096;

/** The last line if it is a short one. */
function lastLineOf(path: string): string | undefined {
  const descriptor = openSync(path, 'r');
  try {
    const tail = new Uint8Array(TAIL_OCTETS);
    const { size } = fstatSync(descriptor);
    const count = readSync(descriptor, tail, 0, TAIL_OCTETS, Math.max(0, size - TAIL_OCTETS));
    return new TextDecoder().decode(tail.subarray(0, count)).trimEnd().split('\n').at(-1);
  } finally {
    closeSync(descriptor);
  }
}

interface TextLine {
  readonly text: string;
  /** Whether its end was written as well. */
  readonly isWhole: boolean;
}

function* linesOf(path: string): Generator<TextLine> {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw asFileError(path, error, 'read');
  }
  try {
    const decoder = new TextDecoder();
    const chunk = new Uint8Array(CHUNK_OCTETS);
    let waiting = '';
    for (;;) {
      const count = readSync(descriptor, chunk);
      waiting += decoder.decode(chunk.subarray(0, count), { stream: count > 0 });
      const lines = waiting.split('\n');
      waiting = count === 0 ? '' : (lines.pop() ?? '');
      if (waiting.length > LINE_MAX)
        throw new FileError(
          path,
          'a line is longer than an event can be',
          'name a file made by headend run --trace',
        );
      for (const text of lines) if (text !== '') yield { text, isWhole: count > 0 };
      if (count === 0) return;
    }
  } catch (error) {
    throw asFileError(path, error, 'read');
  } finally {
    closeSync(descriptor);
  }
}
