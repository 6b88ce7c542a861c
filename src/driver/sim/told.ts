import type { Mac } from '../../core/address.ts';
import type { Trace } from '../../core/driver.ts';
import type { Instant } from '../../core/time.ts';

/** What is told as a call of its own; states and measures are by far the most, so they are columns. */
export interface ToldCall {
  readonly audience: number;
  readonly tell: (listener: Trace) => void;
}

export const CALL = 0;
export const STATE = 1;
const MEASURE = 2;

const SIZE_AT_FIRST = 64;
/** The subject of a state that has none. */
const NOBODY = -1;

/**
 * What one partition has to tell at the end of its window, in order: columns that are filled and emptied again and again, since
 * an object for each would be a tenth of all garbage.
 */
export class ToldLine {
  readonly partition: number;
  count = 0;
  at = new Float64Array(SIZE_AT_FIRST);
  kinds = new Uint8Array(SIZE_AT_FIRST);
  hosts = new Int32Array(SIZE_AT_FIRST);
  /** A measure's value, or a state's subject. */
  #values = new Float64Array(SIZE_AT_FIRST);
  /** A measure's name, or a state's machine; then its state. */
  readonly #names: string[] = [];
  readonly #states: string[] = [];
  readonly #calls: ToldCall[] = [];
  /** The next of `#calls` that is to be told. */
  #nextCall = 0;
  /** Where it stands as soon as there is something to tell. */
  readonly #queue: ToldQueue;

  constructor(partition: number, queue: ToldQueue) {
    this.partition = partition;
    this.#queue = queue;
  }

  state(at: Instant, host: number, machine: string, state: string, subject: Mac | undefined): void {
    const index = this.#add(at, STATE, host);
    this.#values[index] = subject ?? NOBODY;
    this.#names[index] = machine;
    this.#states[index] = state;
  }

  measure(at: Instant, host: number, name: string, value: number): void {
    const index = this.#add(at, MEASURE, host);
    this.#values[index] = value;
    this.#names[index] = name;
  }

  call(at: Instant, call: ToldCall): void {
    this.#add(at, CALL, 0);
    this.#calls.push(call);
  }

  name(index: number): string {
    return this.#names[index] ?? '';
  }

  stateAt(index: number): string {
    return this.#states[index] ?? '';
  }

  value(index: number): number {
    return this.#values[index]!;
  }

  subject(index: number): Mac | undefined {
    const subject = this.#values[index]!;
    return subject === NOBODY ? undefined : (subject as Mac);
  }

  /** Calls come in the order in which they were put in. */
  nextCall(): ToldCall | undefined {
    return this.#calls[this.#nextCall++];
  }

  clear(): void {
    this.count = 0;
    this.#calls.length = 0;
    this.#nextCall = 0;
  }

  #add(at: Instant, kind: number, host: number): number {
    const index = this.count++;
    if (index === 0) this.#queue.add(this);
    if (index === this.at.length) this.#grow();
    this.at[index] = at;
    this.kinds[index] = kind;
    this.hosts[index] = host;
    // The lists of texts have no holes: what a call does not use is empty.
    if (index === this.#names.length) {
      this.#names.push('');
      this.#states.push('');
    }
    return index;
  }

  #grow(): void {
    const size = this.at.length * 2;
    this.at = copied(new Float64Array(size), this.at);
    this.kinds = copied(new Uint8Array(size), this.kinds);
    this.hosts = copied(new Int32Array(size), this.hosts);
    this.#values = copied(new Float64Array(size), this.#values);
  }
}

/** Those lines of all partitions in which something waits, by partition: most windows of a quiet plant have few. */
export class ToldQueue {
  readonly lines: ToldLine[] = [];

  add(line: ToldLine): void {
    const { lines } = this;
    let place = lines.length;
    for (; place > 0 && lines[place - 1]!.partition > line.partition; place--)
      lines[place] = lines[place - 1]!;
    lines[place] = line;
  }
}

function copied<Column extends { set(from: Column): void }>(to: Column, from: Column): Column {
  to.set(from);
  return to;
}
