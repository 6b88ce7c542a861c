import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running } from '../interop/support/netns.ts';

/** The command to serve with, and the scenario. */
export interface ServeFile {
  readonly path: string;
  readonly program: string;
}

/** A new folder for leases and the control socket, and what takes it away. */
export function stateFolder(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'headend-soak-'));
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `headend serve` as a process of its own, on loopback; it is there when it says that it serves. */
export async function startServe(file: ServeFile, only: string, state: string): Promise<Running> {
  const child = spawn(
    process.execPath,
    [
      '--expose-gc',
      '--import',
      new URL('collect.js', import.meta.url).href,
      file.program,
      'serve',
      file.path,
      '--only',
      only,
      '--state',
      state,
      '--log-level',
      'error',
      '--allow-path',
    ],
    // By the last one it says what memory it has: collect.ts.
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  );
  const running = new Running(child, `serve ${file.path}`);
  await running.until(/serving/i);
  return running;
}
