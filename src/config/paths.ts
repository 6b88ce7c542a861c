/** Whether a relative path climbs out of where it starts; absolute ones do. */
export function leaves(path: string): boolean {
  if (isAbsolute(path)) return true;
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || path.startsWith('~') || /^[A-Za-z]:/.test(path);
}

/** A path below a folder, both as written in files; an empty folder leaves it as it is. */
export function joinPath(folder: string, path: string): string {
  return folder === '' || isAbsolute(path) ? path : `${folder}/${path}`;
}

/** Without `.` and empty parts, and without `..` where a part before it is known: `./base/../gold.yaml` is `gold.yaml`. */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

/** All before the last `/`; empty where there is none. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
