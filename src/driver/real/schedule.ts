import { type Instant, NEVER } from '../../core/time.ts';

/** Node takes 2^31 - 1 ms at most; a minute, so that a wall clock set forward is noticed by then. */
const SLEEP_MS_MAX = 60_000;
/** Due work is done in portions, so that sockets are read between. */
const PORTION = 256;
const NOT_WAITING = -1;

/** One thing that happens at a moment that may be moved. */
export class Alarm {
  at: Instant = NEVER;
  /** Breaks ties: who was set first rings first. */
  order = 0;
  /** Its place in the heap. */
  index = NOT_WAITING;
  readonly run: () => void;

  constructor(run: () => void) {
    this.run = run;
  }
}

/** What is to happen when: a heap by (moment, order set) over one Node timer set to the earliest. */
export class Schedule {
  readonly #now: () => Instant;
  readonly #heap: Alarm[] = [];
  #set = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** The moment the timer is set to. */
  #timerAt = Infinity;
  #stopped = false;

  constructor(now: () => Instant) {
    this.#now = now;
  }

  /** How many alarms wait. */
  get length(): number {
    return this.#heap.length;
  }

  /** Runs `run` at `at`, never before this call has returned; moments in the past mean as soon as may be. */
  at(at: Instant, run: () => void): void {
    this.set(new Alarm(run), at);
  }

  /** Moves an alarm; `NEVER` takes it away. */
  set(alarm: Alarm, at: Instant): void {
    if (this.#stopped) return;
    if (alarm.index !== NOT_WAITING) this.#remove(alarm);
    alarm.at = at;
    if (at === NEVER) return;
    alarm.order = this.#set++;
    this.#heap.push(alarm);
    this.#rise(alarm, this.#heap.length - 1);
    if (at < this.#timerAt) this.#arm();
  }

  /** Forgets all; nothing runs any more. */
  stop(): void {
    this.#stopped = true;
    this.#heap.length = 0;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  readonly #ring = (): void => {
    this.#timer = undefined;
    this.#immediate = undefined;
    this.#timerAt = Infinity;
    this.#runDue();
    this.#arm();
  };

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || this.#stopped || this.#immediate !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = first.at;
    const waitUs = first.at - this.#now();
    if (waitUs <= 0) this.#immediate = setImmediate(this.#ring);
    else this.#timer = setTimeout(this.#ring, Math.min(Math.ceil(waitUs / 1000), SLEEP_MS_MAX));
  }

  #runDue(): void {
    const now = this.#now();
    for (let count = 0; count < PORTION; count++) {
      const first = this.#heap[0];
      if (first === undefined || first.at > now || this.#stopped) return;
      this.#remove(first);
      first.run();
    }
  }

  #remove(alarm: Alarm): void {
    const { index } = alarm;
    alarm.index = NOT_WAITING;
    const last = this.#heap.pop();
    if (last === undefined || last === alarm) return;
    this.#sink(last, index);
    this.#rise(last, last.index);
  }

  #rise(alarm: Alarm, from: number): void {
    const heap = this.#heap;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(alarm, above)) break;
      heap[index] = above;
      above.index = index;
      index = parent;
    }
    heap[index] = alarm;
    alarm.index = index;
  }

  #sink(alarm: Alarm, from: number): void {
    const heap = this.#heap;
    let index = from;
    for (;;) {
      let child = index * 2 + 1;
      let below = heap[child];
      const right = heap[child + 1];
      if (below !== undefined && right !== undefined && isBefore(right, below)) {
        below = right;
        child++;
      }
      if (below === undefined || !isBefore(below, alarm)) break;
      heap[index] = below;
      below.index = index;
      index = child;
    }
    heap[index] = alarm;
    alarm.index = index;
  }
}

function isBefore(a: Alarm, b: Alarm): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
