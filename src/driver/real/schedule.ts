import type { Instant } from '../../core/time.ts';

/** Node takes 2^31 - 1 ms at most; a minute, so that a wall clock set forward is noticed by then. */
const SLEEP_MS_MAX = 60_000;
/** Due work is done in portions, so that sockets are read between. */
const PORTION = 256;

interface Entry {
  readonly at: Instant;
  readonly order: number;
  readonly run: () => void;
}

/** What is to happen when: a heap by (moment, order made) over one Node timer set to the earliest. */
export class Schedule {
  readonly #now: () => Instant;
  readonly #heap: Entry[] = [];
  #made = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** The moment the timer is set to. */
  #setTo = Infinity;
  #stopped = false;
  readonly #ring = (): void => {
    this.#timer = undefined;
    this.#immediate = undefined;
    this.#setTo = Infinity;
    this.#runDue();
    this.#arm();
  };

  constructor(now: () => Instant) {
    this.#now = now;
  }

  get length(): number {
    return this.#heap.length;
  }

  /** Runs `run` at `at`, never before this call has returned; moments in the past mean as soon as may be. */
  at(at: Instant, run: () => void): void {
    if (this.#stopped) return;
    this.#push({ at, order: this.#made++, run });
    if (at < this.#setTo) this.#arm();
  }

  /** Forgets all; nothing runs any more. */
  stop(): void {
    this.#stopped = true;
    this.#heap.length = 0;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || this.#stopped) return;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#immediate !== undefined) return;
    this.#setTo = first.at;
    const waitUs = first.at - this.#now();
    if (waitUs <= 0) {
      this.#timer = undefined;
      this.#immediate = setImmediate(this.#ring);
    } else this.#timer = setTimeout(this.#ring, Math.min(Math.ceil(waitUs / 1000), SLEEP_MS_MAX));
  }

  #runDue(): void {
    const now = this.#now();
    for (let count = 0; count < PORTION; count++) {
      const first = this.#heap[0];
      if (first === undefined || first.at > now || this.#stopped) return;
      this.#pop();
      first.run();
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  /** Takes the first away. */
  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      let below = heap[child];
      if (below === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, below)) {
        below = right;
        child++;
      }
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
