const FIELDS = 5;

/** Frames for other partitions, in the order they were made: handed over when all have reached the window's end. */
export class Outbox {
  #entries = new Float64Array(64 * FIELDS);
  #count = 0;
  /** The first moment of any; Infinity when empty. */
  earliest = Infinity;

  get count(): number {
    return this.#count;
  }

  put(partition: number, time: number, kind: number, a: number, b: number): void {
    const at = this.#count * FIELDS;
    if (at === this.#entries.length) {
      const larger = new Float64Array(at * 2);
      larger.set(this.#entries);
      this.#entries = larger;
    }
    this.#entries[at] = partition;
    this.#entries[at + 1] = time;
    this.#entries[at + 2] = kind;
    this.#entries[at + 3] = a;
    this.#entries[at + 4] = b;
    this.#count++;
    if (time < this.earliest) this.earliest = time;
  }

  /** Pushes all into the wheels of their partitions. */
  deliver(wheels: readonly { push(time: number, kind: number, a: number, b: number): void }[]): void {
    const entries = this.#entries;
    const end = this.#count * FIELDS;
    for (let at = 0; at < end; at += FIELDS)
      wheels[entries[at]!]!.push(entries[at + 1]!, entries[at + 2]!, entries[at + 3]!, entries[at + 4]!);
    this.#count = 0;
    this.earliest = Infinity;
  }
}
