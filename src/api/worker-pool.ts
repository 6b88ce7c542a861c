import { Worker } from 'node:worker_threads';
import type { UnitError } from '../scenario/unit.ts';
import type { Executor } from './sweep.ts';
import type { WorkerAnswer, WorkerOrder } from './sweep-worker.ts';
import { failedUnit, type UnitJob, type UnitOutcome } from './unit.ts';

/** How long a worker that was told to stop may take to hand in what it has seen. */
const STOP_MS = 10_000;
const OUT_OF_MEMORY =
  'its worker ran out of memory: take fewer devices, or give it more with NODE_OPTIONS=--max-old-space-size=MIB';

/** Runs units in worker threads. One that dies takes its unit with it, and no other. */
export class WorkerPool implements Executor {
  readonly width: number;
  readonly #free: Worker[] = [];
  readonly #all = new Set<Worker>();

  /** `width` workers at most: each is started when there is something for it. */
  constructor(width: number) {
    this.width = width;
  }

  run(job: UnitJob, signal: AbortSignal): Promise<UnitOutcome> {
    const worker = this.#free.pop() ?? this.#start();
    return new Promise((resolve) => {
      let grace: NodeJS.Timeout | undefined;
      const stop = (): void => {
        worker.postMessage({ do: 'stop' } satisfies WorkerOrder);
        grace = setTimeout(() => void worker.terminate(), STOP_MS);
      };
      const settle = (outcome: UnitOutcome): void => {
        clearTimeout(grace);
        signal.removeEventListener('abort', stop);
        worker.off('message', answered).off('error', broke).off('exit', ended);
        resolve(outcome);
      };
      const die = (kind: UnitError['kind'], message: string): void =>
        settle({
          unit: failedUnit(job, { kind, messages: [message] }),
          ...(signal.aborted ? { isCut: true } : {}),
        });
      const answered = (answer: WorkerAnswer): void => {
        this.#free.push(worker);
        settle(answer);
      };
      const broke = (error: Error): void => {
        if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') die('environment', OUT_OF_MEMORY);
        else die('bug', `its worker died: ${error.message}`);
      };
      const ended = (code: number): void => die('environment', `its worker ended with code ${code}`);
      worker.on('message', answered).on('error', broke).on('exit', ended);
      signal.addEventListener('abort', stop);
      worker.postMessage({ do: 'run', job } satisfies WorkerOrder);
      if (signal.aborted) stop();
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
    this.#all.clear();
    this.#free.length = 0;
  }

  #start(): Worker {
    const worker = new Worker(new URL('sweep-worker.js', import.meta.url));
    this.#all.add(worker);
    worker.on('exit', () => {
      this.#all.delete(worker);
      const place = this.#free.indexOf(worker);
      if (place >= 0) this.#free.splice(place, 1);
    });
    return worker;
  }
}
