import type { Source } from '../../core/limiter.ts';

/** What is known of each source, for a bounded number of them: where one more comes, the one quiet longest is forgotten. */
export class SourceTable<State> {
  readonly #most: number;
  readonly #make: () => State;
  /** The one heard of last is the last. */
  readonly #states = new Map<Source, State>();
  #lastSource: Source | undefined;
  #lastState: State | undefined;

  constructor(most: number, make: () => State) {
    this.#most = most;
    this.#make = make;
  }

  get size(): number {
    return this.#states.size;
  }

  of(source: Source): State {
    if (this.#lastState !== undefined && this.#lastSource === source) return this.#lastState;
    const state = this.#states.get(source) ?? this.#make();
    this.#states.delete(source);
    this.#states.set(source, state);
    if (this.#states.size > this.#most) this.#forgetOne();
    this.#lastSource = source;
    this.#lastState = state;
    return state;
  }

  #forgetOne(): void {
    for (const quietest of this.#states.keys()) {
      this.#states.delete(quietest);
      return;
    }
  }
}
