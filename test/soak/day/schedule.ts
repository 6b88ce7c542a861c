/** Milliseconds that one slot stands for. */
const SLOT_MS = 10;

/**
 * What begins by itself, which a pause holds back, and how long what has begun waits for its answer: for time in which this
 * process runs, since a machine that stands still answers nobody.
 */
export interface Clock {
  readonly events: Schedule;
  readonly patience: Schedule;
}

/** What is to happen when, on a wheel of slots that turns with the clock; what was due while it stood still happens late. */
export class Schedule {
  readonly #slots = new Map<number, (() => void)[]>();
  readonly #timer: NodeJS.Timeout;
  #next: number;
  isPaused = false;

  readonly #nowMs: () => number;

  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#next = Math.floor(nowMs() / SLOT_MS);
    this.#timer = setInterval(() => {
      this.#turn();
    }, SLOT_MS);
  }

  after(ms: number, task: () => void): void {
    const slot = Math.max(this.#next, Math.ceil((this.#nowMs() + ms) / SLOT_MS));
    const tasks = this.#slots.get(slot);
    if (tasks === undefined) this.#slots.set(slot, [task]);
    else tasks.push(task);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #turn(): void {
    const now = Math.floor(this.#nowMs() / SLOT_MS);
    while (!this.isPaused && this.#next <= now) {
      const tasks = this.#slots.get(this.#next);
      this.#slots.delete(this.#next++);
      if (tasks !== undefined) for (const task of tasks) task();
    }
  }
}
