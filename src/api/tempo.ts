const SLOWEST = 0.25;
const FASTEST = 1_000;
/** What one step is while it is paused. */
const STEP_US = 100_000;

/** How fast a run in the simulation goes, changed while it runs. Moments of this machine are milliseconds. */
export class Tempo {
  #speed: number;
  #isPaused = false;
  #isGivenUp = false;
  #stepsUs = 0;
  /** Where real and simulated time met last; undefined: where they are next. */
  #met: { readonly ms: number; readonly us: number } | undefined;

  constructor(speed: number) {
    this.#speed = speed;
  }

  /** Simulated seconds a second. */
  get speed(): number {
    return this.#speed;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** From then on the run goes as fast as can be. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  begin(nowMs: number, atUs: number): void {
    this.#met = { ms: nowMs, us: atUs };
  }

  /** The simulated moment that is due now, in a run that has come to `atUs`. */
  due(nowMs: number, atUs: number): number {
    if (this.#isPaused) {
      const dueUs = atUs + this.#stepsUs;
      this.#stepsUs = 0;
      return dueUs;
    }
    this.#met ??= { ms: nowMs, us: atUs };
    return Math.floor(this.#met.us + (nowMs - this.#met.ms) * 1_000 * this.#speed);
  }

  faster(): void {
    this.#change(Math.max(this.#speed, Math.min(this.#speed * 2, FASTEST)));
  }

  slower(): void {
    this.#change(Math.min(this.#speed, Math.max(this.#speed / 2, SLOWEST)));
  }

  /** Stands still, or goes on. */
  pause(): void {
    this.#isPaused = !this.#isPaused;
    this.#stepsUs = 0;
    this.#met = undefined;
  }

  /** A tenth of a simulated second more; only while it is paused. */
  step(): void {
    if (this.#isPaused) this.#stepsUs += STEP_US;
  }

  giveUp(): void {
    this.#isGivenUp = true;
  }

  #change(speed: number): void {
    this.#speed = speed;
    this.#met = undefined;
  }
}
