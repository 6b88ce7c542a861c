import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Cause } from '../analysis/cause/cause.ts';
import type { ClientsSeen } from '../analysis/cause/finder.ts';
import { TraceCauses } from '../analysis/cause/trace-source.ts';
import { escapeText } from '../core/text.ts';
import { renderCauses, renderNoCause } from '../report/causes.ts';
import { span } from '../report/line.ts';
import type { Line } from '../report/line.ts';
import { asFileError } from './files.ts';
import { TraceFile } from './trace.ts';

/** What is wrong in a trace, and how its clients fared. Texts are safe to show. */
export interface TraceExplanation {
  readonly file: string;
  readonly scenario: string;
  readonly seed: number | null;
  readonly causes: readonly Cause[];
  readonly clients: ClientsSeen;
}

/** A trace begins with a JSON object, a capture with its magic: a word that is no file is neither. */
export function isTrace(topic: string): boolean {
  try {
    if (!statSync(topic).isFile()) return false;
  } catch {
    return false;
  }
  return firstOctets(topic).startsWith('{');
}

function firstOctets(path: string): string {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const octets = Buffer.alloc(8);
      return octets.toString('latin1', 0, readSync(descriptor, octets));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw asFileError(path, error, 'read');
  }
}

export function explainTrace(path: string): TraceExplanation {
  const trace = new TraceFile(path);
  const { scenario, seed, plant } = trace.header;
  const reader = new TraceCauses(plant);
  for (const record of trace.records()) reader.add(record);
  const { finder } = reader;
  return {
    file: path,
    scenario: escapeText(scenario),
    seed,
    causes: finder.causes(),
    clients: finder.clients(),
  };
}

export function traceLines(found: TraceExplanation, columns?: number): readonly Line[] {
  const { file, scenario, seed, causes, clients } = found;
  const about = [scenario, ...(seed === null ? [] : [`seed ${seed}`])].join(' · ');
  return [
    [span(` ${about}`, 'strong')],
    ...(causes.length === 0
      ? renderNoCause(clients, columns)
      : renderCauses(causes, { trace: file, columns })),
  ];
}
