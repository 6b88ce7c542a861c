import { ScenarioError } from '../config/mistakes.ts';
import { escapeText } from '../core/text.ts';
import type { Notes, Origin } from './notes.ts';

/** A text that another one includes, under the name that places in it are told by. */
export interface IncludedFile {
  readonly file: string;
  readonly text: string;
}

/** How included files are read: handed in, since no room of pure code opens files. */
export interface Includes {
  /** The text, or why there is none, in one clause. */
  readonly read: (path: string, from: string) => IncludedFile | string;
  readonly notes: Notes;
  /** Counted over the whole import. */
  count: number;
}

const DEPTH_MAX = 8;
const FILES_MAX = 200;

/** The text of an include; undefined after a note. Throws `ScenarioError` for files that include themselves. */
export function includedText(
  includes: Includes,
  request: { readonly path: string; readonly from: string; readonly origin: Origin; readonly depth: number },
): IncludedFile | undefined {
  const { path, from, origin, depth } = request;
  if (depth >= DEPTH_MAX || ++includes.count > FILES_MAX)
    throw new ScenarioError(origin.file, [
      {
        line: origin.line,
        column: origin.column,
        path: '',
        message: `"${escapeText(path)}" is one include too many`,
        hint: `files nest ${DEPTH_MAX} deep and are ${FILES_MAX} at most: does one include itself?`,
      },
    ]);
  const found = includes.read(path, from);
  if (typeof found !== 'string') return found;
  includes.notes.warn(origin, `"${path}" was not read: ${found}`, 'what it says is missing in the result');
  return undefined;
}
