import { existsSync } from 'node:fs';
import { findEntry, listEntries, nearestTopic, renderEntry, renderTopics } from '../report/explain.ts';
import type { Entry } from '../report/explain.ts';
import type { Line } from '../report/line.ts';
import { FileError, UsageError } from './failure.ts';

export type { Entry } from '../report/explain.ts';

/** What is called like a file is meant as one. */
const FILE = /[/\\]|\.(?:trace|jsonl|pcapng|pcap|hex)$/i;

/** The entry of a code (`HE-DHCP-014`) or a concept (`dora`). */
export function explainTopic(topic: string): Entry {
  const entry = findEntry(topic);
  if (entry !== undefined) return entry;
  if (FILE.test(topic) && !existsSync(topic))
    throw new FileError(topic, 'there is no such file', 'check the name and the folder you are in');
  const near = nearestTopic(topic);
  const hint = near === undefined ? 'headend explain lists the concepts and codes' : `did you mean ${near}?`;
  throw new UsageError(`nothing is known of "${topic.slice(0, 60)}": ${hint}`);
}

export function entryLines(entry: Entry, columns?: number): readonly Line[] {
  return renderEntry(entry, columns);
}

/** What can be explained. */
export function explainable(): ReturnType<typeof listEntries> {
  return listEntries();
}

export function explainableLines(columns?: number): readonly Line[] {
  return renderTopics(columns);
}
