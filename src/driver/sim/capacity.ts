import type { Capacity } from '../../core/driver.ts';
import { SECOND } from '../../core/time.ts';
import { FairQueue } from './fair-queue.ts';
import { Fifo } from './fifo.ts';
import type { Frame } from './frames.ts';

/** A frame that waits, and since when. */
interface Waiting {
  readonly frame: Frame;
  readonly since: number;
}

/** The queue before a service that takes so many datagrams a second. */
export class ServiceQueue {
  readonly capacity: Capacity;
  readonly depthName: string;
  readonly fullName: string;
  readonly droppedName: string;
  readonly waitName: string;
  /** What it has dropped. */
  dropped = 0;
  readonly #waiting: Fifo<Waiting> | FairQueue<Waiting>;
  /** When the service takes the next one; a fraction of a microsecond is kept, so that the rate holds. */
  #freeAt = 0;

  constructor(capacity: Capacity) {
    this.capacity = capacity;
    this.depthName = `${capacity.name}.queue.depth`;
    this.fullName = `${capacity.name}.queue.full`;
    this.droppedName = `${capacity.name}.queue.dropped`;
    this.waitName = `${capacity.name}.queue.wait.us`;
    this.#waiting = capacity.whenFull === 'per-source' ? new FairQueue() : new Fifo();
  }

  get depth(): number {
    return this.#waiting.length;
  }

  get isFull(): boolean {
    return this.#waiting.length >= this.capacity.queue;
  }

  /** Whether what has a place in it may still be dropped for another. */
  get decidesLate(): boolean {
    return this.capacity.whenFull !== 'drop-newest';
  }

  /** The whole microsecond in which the service takes the next one. */
  get freeAt(): number {
    return Math.ceil(this.#freeAt);
  }

  /** Whether the service can take a datagram at once; if so, it does. */
  takeNow(now: number): boolean {
    if (this.#waiting.length > 0 || now < this.#freeAt) return false;
    this.#freeAt = now + SECOND / this.capacity.rate;
    return true;
  }

  /** Takes a frame in, and gives back the one that there was no room for: perhaps the same. */
  offer(frame: Frame, now: number): Frame | undefined {
    const waiting = this.#waiting;
    const isFull = this.isFull;
    if (waiting instanceof FairQueue) {
      const source = this.#sourceOf(frame);
      // With it its source would have most, and then it is the newest of that source; who waits as long as others keeps its place.
      if (isFull && waiting.wouldBeLongest(source)) return this.#drop(frame);
      const victim = isFull ? waiting.dropFromLongest() : undefined;
      waiting.push(source, { frame, since: now });
      return victim && this.#drop(victim.frame);
    }
    const victim = isFull && this.decidesLate ? waiting.shift() : undefined;
    if (isFull && victim === undefined) return this.#drop(frame);
    waiting.push({ frame, since: now });
    return victim && this.#drop(victim.frame);
  }

  /** The next one, whose turn it is. */
  next(): Waiting | undefined {
    this.#freeAt += SECOND / this.capacity.rate;
    return this.#waiting.shift();
  }

  /** The host is down: all that waited is given back. */
  clear(): Frame[] {
    this.#freeAt = 0;
    const frames: Frame[] = [];
    for (;;) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) return frames;
      frames.push(waiting.frame);
    }
  }

  #sourceOf(frame: Frame): number | string {
    const { sourceOf } = this.capacity;
    return sourceOf === undefined ? frame.from : sourceOf(frame.octets, frame.from);
  }

  #drop(frame: Frame): Frame {
    this.dropped++;
    return frame;
  }
}
