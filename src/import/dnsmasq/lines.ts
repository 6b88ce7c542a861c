import { ScenarioError } from '../../config/mistakes.ts';
import { includedText, type Includes } from '../includes.ts';
import type { Origin } from '../notes.ts';

/** One part of a line, between its commas. */
export interface Part {
  readonly text: string;
  readonly quoted: boolean;
}

/** One line of dnsmasq.conf: `key`, or `key=parts`. */
export interface Line {
  readonly origin: Origin;
  readonly key: string;
  /** All behind the `=`, as it stands. */
  readonly value: string;
  readonly parts: readonly Part[];
}

const LINES_MAX = 500_000;
const PARTS_MAX = 2_000;

/** The lines of dnsmasq.conf and of what it includes, comments and empty ones left out. Throws `ScenarioError`. */
export function parseDnsmasq(text: string, file: string, includes: Includes): readonly Line[] {
  const lines: Line[] = [];
  readFile(text, file, 0, includes, lines);
  return lines;
}

function readFile(text: string, file: string, depth: number, includes: Includes, lines: Line[]): void {
  for (const [index, raw] of text.split('\n').entries()) {
    const bare = raw.replace(/\r$/, '');
    const start = bare.search(/\S/);
    if (start === -1 || bare[start] === '#') continue;
    const origin: Origin = { file, line: index + 1, column: start + 1 };
    if (lines.length >= LINES_MAX)
      throw mistake(origin, `there are more than ${LINES_MAX} lines`, 'bring the file in by parts');
    const line = readLine(withoutComment(bare.slice(start)), origin);
    if (line.key === 'conf-file') {
      const found = includedText(includes, { path: line.value, from: file, origin, depth });
      if (found !== undefined) readFile(found.text, found.file, depth + 1, includes, lines);
    } else lines.push(line);
  }
}

function readLine(text: string, origin: Origin): Line {
  const found = /^(?:--)?([A-Za-z0-9-]{1,64})\s*(?:=\s*([^]*))?$/.exec(text);
  const key = found?.[1];
  if (key === undefined)
    throw mistake(
      origin,
      'the line is not understood',
      'write key=value, or give --format when it is no file of dnsmasq',
    );
  const value = found?.[2] ?? '';
  return { origin, key: key.toLowerCase(), value, parts: splitParts(value, origin) };
}

/** A # begins a comment at the start of a line and after a space, but not in quotes. */
function withoutComment(text: string): string {
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '\\') index++;
    else if (character === '"') quoted = !quoted;
    else if (character === '#' && !quoted && /\s/.test(text[index - 1] ?? ' '))
      return text.slice(0, index).trimEnd();
  }
  return text.trimEnd();
}

function splitParts(value: string, origin: Origin): readonly Part[] {
  if (value === '') return [];
  const parts: Part[] = [];
  let text = '';
  let isQuoted = false;
  let inQuotes = false;
  for (let index = 0; index < value.length; index++) {
    const character = value[index] ?? '';
    if (character === '\\' && inQuotes) {
      text += value[++index] ?? '';
    } else if (character === '"') {
      inQuotes = !inQuotes;
      isQuoted = true;
    } else if (character === ',' && !inQuotes) {
      parts.push({ text: isQuoted ? text : text.trim(), quoted: isQuoted });
      if (parts.length > PARTS_MAX)
        throw mistake(origin, `the line has more than ${PARTS_MAX} parts`, 'write it as several');
      text = '';
      isQuoted = false;
    } else text += character;
  }
  if (inQuotes) throw mistake(origin, 'the text does not end on its line', 'close it with "');
  return [...parts, { text: isQuoted ? text : text.trim(), quoted: isQuoted }];
}

function mistake({ file, line, column }: Origin, message: string, hint: string): ScenarioError {
  return new ScenarioError(file, [{ line, column, path: '', message, hint }]);
}
