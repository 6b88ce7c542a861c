import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { IncludeFault } from '../codec/dns/zone-text.ts';
import { utf8Text } from '../core/text.ts';

export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** What an included file may have at most: as much as the zone's own. */
const INCLUDED_OCTETS_MAX = 64 * 1024 * 1024;

/** The text of a file that a zone includes, by its path from the zone's own folder, which it may not leave: not by `..`, not by a link. */
export function readBeside(zonePath: string, name: string): string | IncludeFault {
  const folder = dirname(realpathSync(zonePath));
  try {
    const real = realpathSync(resolve(folder, name));
    if (!isInside(real, folder)) return { fault: "a file inside of the zone's folder" };
    const found = statSync(real);
    if (!found.isFile()) return { fault: 'a regular file' };
    if (found.size > INCLUDED_OCTETS_MAX) return { fault: `a file of at most ${INCLUDED_OCTETS_MAX} octets` };
    return utf8Text(readFileSync(real));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { fault: `a file that is there: it was looked for in ${folder}` }
      : { fault: `a file that can be read (${code})` };
  }
}
