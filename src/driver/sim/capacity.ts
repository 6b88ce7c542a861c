import type { Capacity } from '../../core/driver.ts';
import { SECOND } from '../../core/time.ts';
import type { Frame } from './frames.ts';

/** The queue before a service that takes so many datagrams a second. */
export class ServiceQueue {
  readonly capacity: Capacity;
  readonly depthName: string;
  readonly fullName: string;
  readonly #waiting: Frame[] = [];
  /** When the service takes the next one; a fraction of a microsecond is kept, so that the rate holds. */
  #freeAt = 0;

  constructor(capacity: Capacity) {
    this.capacity = capacity;
    this.depthName = `${capacity.name}.queue.depth`;
    this.fullName = `${capacity.name}.queue.full`;
  }

  get depth(): number {
    return this.#waiting.length;
  }

  get isFull(): boolean {
    return this.#waiting.length >= this.capacity.queue;
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

  wait(frame: Frame): void {
    this.#waiting.push(frame);
  }

  dropOldest(): Frame | undefined {
    return this.#waiting.shift();
  }

  /** The next one, whose turn it is. */
  next(): Frame | undefined {
    this.#freeAt += SECOND / this.capacity.rate;
    return this.#waiting.shift();
  }

  /** The host is down: all that waited is given back. */
  clear(): Frame[] {
    this.#freeAt = 0;
    return this.#waiting.splice(0);
  }
}
