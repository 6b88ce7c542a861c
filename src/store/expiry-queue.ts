import type { Instant } from '../core/time.ts';
import { NEVER } from '../core/time.ts';

const CAPACITY_AT_FIRST = 64;

/**
 * A heap of (moment, number), earliest first, equal moments by number. Nothing is moved or taken out when a moment
 * changes: the owner looks what a number's moment is now when it comes up, and puts it back if it is later.
 */
export class ExpiryQueue {
  #moments = new Float64Array(CAPACITY_AT_FIRST);
  #numbers = new Int32Array(CAPACITY_AT_FIRST);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The earliest moment; `NEVER` when empty. */
  get earliest(): Instant {
    return this.#count === 0 ? NEVER : (this.#moments[0]! as Instant);
  }

  push(moment: Instant, number: number): void {
    if (this.#count === this.#moments.length) this.#grow();
    let at = this.#count++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(moment, number, parent)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#moments[at] = moment;
    this.#numbers[at] = number;
  }

  /** Takes the earliest out and gives its number; the queue is not empty. */
  pop(): number {
    const number = this.#numbers[0]!;
    const last = --this.#count;
    const moment = this.#moments[last]!;
    const moved = this.#numbers[last]!;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#isBefore(this.#moments[child + 1]!, this.#numbers[child + 1]!, child))
        child++;
      if (this.#isBefore(moment, moved, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#moments[at] = moment;
    this.#numbers[at] = moved;
    return number;
  }

  #isBefore(moment: number, number: number, at: number): boolean {
    const other = this.#moments[at]!;
    return moment < other || (moment === other && number < this.#numbers[at]!);
  }

  #move(from: number, to: number): void {
    this.#moments[to] = this.#moments[from]!;
    this.#numbers[to] = this.#numbers[from]!;
  }

  #grow(): void {
    const moments = new Float64Array(this.#moments.length * 2);
    moments.set(this.#moments);
    this.#moments = moments;
    const numbers = new Int32Array(moments.length);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}
