import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job } from './child.ts';

/** What a package made of a job: its reading, or why there is none. */
export type Reading = { readonly reading: unknown } | { readonly trouble: string };

/** A reading larger than this is no reading. */
const OUTPUT_OCTETS_MAX = 160 * 1024 * 1024;

/** Lets a package do one job in a process of its own, which is ended when its time is over. */
export function secondReading(job: Job, timeoutMs: number): Promise<Reading> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./child.js', import.meta.url))], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'] },
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let trouble = '';
    const stop = (why: string) => {
      trouble = why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop(`no reading in ${timeoutMs} ms: the process was ended`), timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > OUTPUT_OCTETS_MAX) stop('the reading is too large');
      else chunks.push(chunk);
    });
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => resolve({ trouble: error.message }));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(trouble === '' ? parse(Buffer.concat(chunks), code) : { trouble });
    });
    child.stdin.end(JSON.stringify(job));
  });
}

function parse(octets: Buffer, code: number | null): Reading {
  try {
    return JSON.parse(octets.toString('utf8')) as Reading;
  } catch {
    return { trouble: `the package ended its process (exit ${code ?? 'by a signal'})` };
  }
}
