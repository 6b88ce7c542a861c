import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Cause } from '../analysis/cause/cause.ts';
import type { ClientsSeen } from '../analysis/cause/finder.ts';
import { findInCapture } from '../analysis/cause/capture-source.ts';
import { TraceCauses } from '../analysis/cause/trace-source.ts';
import { decodeCapture } from '../codec/pcap-reader.ts';
import { escapeText } from '../core/text.ts';
import { renderCauses, renderNoCause } from '../report/causes.ts';
import { span } from '../report/line.ts';
import type { Line } from '../report/line.ts';
import { asFileError, readOctets } from './files.ts';
import { TraceFile } from './trace.ts';

/** What is wrong in a trace, and how its clients fared. Texts are safe to show. */
export interface TraceExplanation {
  readonly file: string;
  /** Of a run; empty and null of a capture. */
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
  const first = firstOctets(topic);
  return first.startsWith('{') || isCapture(first);
}

/** The magic of pcapng, and those of pcap in either byte order, for microseconds and nanoseconds. */
function isCapture(first: string): boolean {
  return ['\n\r\r\n', '\xa1\xb2\xc3\xd4', '\xd4\xc3\xb2\xa1', '\xa1\xb2\x3c\x4d', '\x4d\x3c\xb2\xa1'].some(
    (magic) => first.startsWith(magic),
  );
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

const CAPTURE_OCTETS_MAX = 1 << 30;

export function explainTrace(path: string): TraceExplanation {
  if (isCapture(firstOctets(path))) {
    const finder = findInCapture(decodeCapture(readOctets(path, CAPTURE_OCTETS_MAX)));
    return { file: path, scenario: '', seed: null, causes: finder.causes(), clients: finder.clients() };
  }
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
  const about = seed === null ? escapeText(file) : `${scenario} · seed ${seed}`;
  return [
    [span(` ${about}`, 'strong')],
    ...(causes.length === 0
      ? renderNoCause(clients, columns)
      : renderCauses(causes, { trace: file, columns })),
  ];
}
