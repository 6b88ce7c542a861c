import { parentPort } from 'node:worker_threads';
import { UnitRunner } from './unit-runner.ts';
import type { UnitJob, UnitOutcome } from './unit.ts';

// The code of a worker thread: one unit after the other, each answered once, also when it was stopped.

export type WorkerOrder = { readonly do: 'run'; readonly job: UnitJob } | { readonly do: 'stop' };
export type WorkerAnswer = UnitOutcome;

const runner = new UnitRunner();
let stopper = new AbortController();

parentPort?.on('message', (order: WorkerOrder) => {
  if (order.do === 'stop') stopper.abort();
  else void work(order.job);
});

async function work(job: UnitJob): Promise<void> {
  stopper = new AbortController();
  const answer: WorkerAnswer = await runner.run(job, stopper.signal);
  parentPort?.postMessage(answer);
}
