import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Lab, Running } from './netns.ts';

/** The built command: `npm run build` made it. */
export const MAIN = resolve(import.meta.dirname, '../../../dist/cli/main.js');

export function built(): void {
  if (!existsSync(MAIN)) execFileSync('npm', ['run', 'build'], { stdio: 'inherit' });
}

/** Starts `headend serve` in a namespace and waits until it says that it serves. */
export async function serve(
  lab: Lab,
  namespace: string,
  file: string,
  ...flags: readonly string[]
): Promise<Running> {
  return lab.start(namespace, /serving/i, process.execPath, MAIN, 'serve', file, ...flags);
}
