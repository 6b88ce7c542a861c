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

  /** A quantity's value from now on. `host`: who tells it, where several may tell of the same; empty: all together. */
  gauge(at: number, name: string, value: number, host = ''): void {
    this.#steps(`${name}\n${host}`, 'gauge')?.add(at, value);
  }

  /** One more of something. */
  count(at: number, name: string): void {
    this.#steps(`${name}\n`, 'count')?.add(at, 1);
  }

  toSeries(): readonly PageSeries[] {
    const tellers = new Map<string, number>();
    for (const key of this.#byName.keys()) tellers.set(nameOf(key), (tellers.get(nameOf(key)) ?? 0) + 1);
    return [...this.#byName].map(([key, steps]) => {
      const [name = '', host = ''] = key.split('\n');
      return steps.series(host !== '' && (tellers.get(name) ?? 0) > 1 ? `${name} of ${host}` : name);
    });
  }

  #steps(key: string, kind: 'gauge' | 'count'): Steps | undefined {
    const known = this.#byName.get(key);
    if (known !== undefined || this.#byName.size >= SERIES_MAX) return known;
    const made = new Steps(kind);
    this.#byName.set(key, made);
    return made;
  }
}

function nameOf(key: string): string {
  return key.slice(0, key.indexOf('\n'));
}
