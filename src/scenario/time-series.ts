/** Steps at most; when more time passes, two become one. */
const STEPS_MAX = 240;
const STEP_US = 50_000;

/** As JSON: the most in each step, from moment 0 on; before the first value it is 0, after the last it stays as it was. */
export interface PlainSeries {
  readonly step_us: number;
  readonly values: readonly number[];
}

/** What a level was over time, in steps that grow as the run does: a chart's worth, however long it lasts. */
export class TimeSeries {
  #stepUs = STEP_US;
  #values: number[] = [];
  /** The level that goes on until it is said otherwise. */
  #level = 0;

  add(at: number, value: number): void {
    let step = Math.floor(at / this.#stepUs);
    while (step >= STEPS_MAX) {
      this.#halve();
      step = Math.floor(at / this.#stepUs);
    }
    this.#reach(step);
    this.#values[step] = Math.max(this.#values[step] ?? 0, value);
    this.#level = value;
  }

  toPlain(): PlainSeries {
    return { step_us: this.#stepUs, values: [...this.#values] };
  }

  /** Steps up to and with this one have a value. */
  #reach(step: number): void {
    while (this.#values.length <= step) this.#values.push(this.#level);
  }

  #halve(): void {
    const halved: number[] = [];
    for (let index = 0; index < this.#values.length; index += 2)
      halved.push(Math.max(this.#values[index] ?? 0, this.#values[index + 1] ?? 0));
    this.#values = halved;
    this.#stepUs *= 2;
  }
}
