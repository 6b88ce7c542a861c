import { NEVER, toInstant } from '../../core/time.ts';
import type { Instant } from '../../core/time.ts';

/**
 * What is due a fixed time after it was put in: first in, first out, so the head is always the next. Entries are not
 * taken out early; the owner asks whether one still matters when it stands at the head.
 */
export class DueQueue {
  #ids = new Int32Array(16);
  #dueAt = new Float64Array(16);
  #head = 0;
  #count = 0;

  /** `dueAt` is not before that of an earlier entry. */
  push(id: number, dueAt: Instant): void {
    if (this.#count === this.#ids.length) this.#grow();
    const at = (this.#head + this.#count) & (this.#ids.length - 1);
    this.#ids[at] = id;
    this.#dueAt[at] = dueAt;
    this.#count++;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** The head's; -1 when empty. */
  get id(): number {
    return this.#count === 0 ? -1 : (this.#ids[this.#head] ?? -1);
  }

  get dueAt(): Instant {
    return this.#count === 0 ? NEVER : toInstant(this.#dueAt[this.#head] ?? NEVER);
  }

  shift(): void {
    if (this.#count === 0) return;
    this.#head = (this.#head + 1) & (this.#ids.length - 1);
    this.#count--;
  }

  #grow(): void {
    const size = this.#ids.length;
    const ids = new Int32Array(size * 2);
    const dueAt = new Float64Array(size * 2);
    for (let index = 0; index < this.#count; index++) {
      const at = (this.#head + index) & (size - 1);
      ids[index] = this.#ids[at] ?? 0;
      dueAt[index] = this.#dueAt[at] ?? 0;
    }
    this.#ids = ids;
    this.#dueAt = dueAt;
    this.#head = 0;
  }
}
