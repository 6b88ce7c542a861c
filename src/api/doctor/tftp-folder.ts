import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { UnservedFile } from '../../analysis/doctor/facts.ts';
import { escapeText } from '../../core/text.ts';
import { FOLDER_DEPTH_MAX, FOLDER_FILES_MAX } from '../contents.ts';

/** What is told of one folder at most. */
const TOLD_MAX = 1_000;

/** What lies under a folder that TFTP serves and cannot be fetched: `contents.ts` passes over it without a word. */
export function unservedIn(folder: string, root: string): readonly UnservedFile[] {
  const found: UnservedFile[] = [];
  let files = 0;
  const tell = (name: string, reason: UnservedFile['reason']): void => {
    if (found.length < TOLD_MAX) found.push({ folder: escapeText(folder), name: escapeText(name), reason });
  };
  const walk = (path: string, prefix: string, depth: number): void => {
    for (const name of readdirSync(path).sort()) {
      if (files > FOLDER_FILES_MAX) return;
      const judged = judge(join(path, name), root);
      if (judged === 'folder' && depth < FOLDER_DEPTH_MAX)
        walk(join(path, name), `${prefix}${name}/`, depth + 1);
      else if (judged === 'folder') tell(`${prefix}${name}`, 'beyond');
      else if (judged !== 'file') tell(`${prefix}${name}`, judged);
      else if (++files > FOLDER_FILES_MAX) tell(`${prefix}${name}`, 'beyond');
    }
  };
  walk(root, '', 0);
  return found;
}

function judge(path: string, root: string): 'file' | 'folder' | UnservedFile['reason'] {
  let real: string;
  try {
    real = realpathSync(path);
    const way = relative(root, real);
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) return 'outside';
    const found = statSync(real);
    const isFolder = found.isDirectory();
    if (!isFolder && !found.isFile()) return 'special';
    accessSync(real, isFolder ? constants.R_OK | constants.X_OK : constants.R_OK);
    return isFolder ? 'folder' : 'file';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'EACCES' || code === 'EPERM' ? 'rights' : 'dangling';
  }
}
