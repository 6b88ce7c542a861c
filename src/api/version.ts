import { existsSync, readFileSync } from 'node:fs';
import { bug } from '../core/errors.ts';

/** Wherever it was compiled to, headend lies below its package.json. */
const LEVELS_MAX = 6;

/** headend's own. */
export function headendVersion(): string {
  let folder = new URL('../../', import.meta.url);
  for (let level = 0; level < LEVELS_MAX; level++, folder = new URL('../', folder)) {
    const file = new URL('package.json', folder);
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  }
  return bug('no package.json above the program');
}
