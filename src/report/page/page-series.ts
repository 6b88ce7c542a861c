import type { PageSeries } from './page-data.ts';

/** Steps of a series: enough for a screen, few enough for a file. */
const STEPS_MAX = 600;
const STEP_US_FIRST = 1_000;
/** Series of a page; more names than these tell nobody anything. */
const SERIES_MAX = 48;

/** Values over time in at most `STEPS_MAX` steps: when time goes on past the last one, steps are joined in pairs. */
class Steps {
  readonly kind: 'gauge' | 'count';
  #values: (number | null)[] = [];
  #stepUs = STEP_US_FIRST;

  constructor(kind: 'gauge' | 'count') {
    this.kind = kind;
  }

  add(at: number, value: number): void {
    while (at >= this.#stepUs * STEPS_MAX) this.#widen();
    const step = Math.floor(at / this.#stepUs);
    while (this.#values.length <= step) this.#values.push(null);
    this.#values[step] = this.#joined(this.#values[step] ?? null, value);
  }

  series(name: string): PageSeries {
    return { name, kind: this.kind, step_us: this.#stepUs, values: this.#values };
  }

  #widen(): void {
    const { length } = this.#values;
    this.#values = Array.from({ length: Math.ceil(length / 2) }, (_, step) =>
      this.#joined(this.#values[step * 2] ?? null, this.#values[step * 2 + 1] ?? null),
    );
    this.#stepUs *= 2;
  }

  #joined(before: number | null, value: number | null): number | null {
    if (before === null || value === null) return before ?? value;
    return this.kind === 'count' ? before + value : Math.max(before, value);
  }
}

/** What a run measured and counted, over time. */
export class SeriesTable {
  readonly #byName = new Map<string, Steps>();

  /** A quantity's value from now on. */
  gauge(at: number, name: string, value: number): void {
    this.#steps(name, 'gauge')?.add(at, value);
  }

  /** One more of something. */
  count(at: number, name: string): void {
    this.#steps(name, 'count')?.add(at, 1);
  }

  toSeries(): readonly PageSeries[] {
    return [...this.#byName].map(([name, steps]) => steps.series(name));
  }

  #steps(name: string, kind: 'gauge' | 'count'): Steps | undefined {
    const known = this.#byName.get(name);
    if (known !== undefined || this.#byName.size >= SERIES_MAX) return known;
    const made = new Steps(kind);
    this.#byName.set(name, made);
    return made;
  }
}
