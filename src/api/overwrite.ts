import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { escapeText } from '../core/text.ts';
import { UsageError } from './failure.ts';

/** A file that a command is about to write, and the flag that names it. */
export interface Written {
  readonly flag: string;
  readonly path: string;
}

/** Refuses a file to write that is one of those `read`, by whatever path or link, and two to write that are one. */
export function refuseOverwrite(written: readonly Written[], read: readonly string[]): void {
  const sources = written.length === 0 ? new Set<string>() : new Set(read.map((path) => identityOf(path)));
  const flags = new Map<string, string>();
  for (const { flag, path } of written) {
    const identity = identityOf(path);
    if (identity === undefined) continue;
    const shown = `${flag} ${escapeText(path)}`;
    if (sources.has(identity))
      throw new UsageError(`${shown} would write over a file that this command reads: name another file`);
    const other = flags.get(identity);
    if (other !== undefined)
      throw new UsageError(`${shown} is the file of ${other} as well: give each a file of its own`);
    flags.set(identity, flag);
  }
}

/** What two names of one file have in common; undefined of what is no file, such as /dev/null or a pipe. */
function identityOf(path: string): string | undefined {
  try {
    const found = statSync(path);
    return found.isFile() ? `${found.dev}:${found.ino}` : undefined;
  } catch {
    // Not there, or not to be seen: whoever opens it says so.
    return resolve(path);
  }
}
