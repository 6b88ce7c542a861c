import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** One line of the report. */
export interface Finding {
  readonly part: string;
  readonly what: string;
  readonly count: number;
  readonly seconds: number;
  readonly note: string;
  /** Why it is not good. */
  readonly fault?: string | undefined;
}

/** Flat: after the second half at most this much of what it was after the first. */
const FLAT_RATIO = 1.1;

export interface Memory {
  readonly firstHalfKib: number;
  readonly secondHalfKib: number;
}

function mib(kib: number): string {
  return (kib / 1024).toFixed(1);
}

export function describeMemory({ firstHalfKib, secondHalfKib }: Memory): string {
  const ratio = (secondHalfKib / firstHalfKib).toFixed(3);
  return `RSS ${mib(firstHalfKib)} MiB after the first half, ${mib(secondHalfKib)} after the second (${ratio})`;
}

export function memoryFault({ firstHalfKib, secondHalfKib }: Memory): string | undefined {
  return secondHalfKib > FLAT_RATIO * firstHalfKib ? 'its memory grows' : undefined;
}

/** This process's, what can be freed being freed. */
export async function ownRssKib(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc: npm run soak does');
  // Typed arrays give their store back a turn later.
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc();
    await sleep(20);
  }
  return process.memoryUsage.rss() / 1024;
}

/** The same of a server that `startServe` started, when it says that it has freed what it can. */
export async function rssKibOf(server: ChildProcess): Promise<number> {
  const gone = new AbortController();
  const end = (): void => gone.abort(new Error('the server ended'));
  server.once('exit', end);
  let kib = 0;
  for (let turn = 0; turn < 3; turn++) {
    const freed = once(server, 'message', { signal: gone.signal });
    server.kill('SIGUSR2');
    [kib] = (await freed) as [number];
  }
  server.off('exit', end);
  return kib;
}

export function secondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 100) / 10;
}
