/** What was measured under one name. */
interface Series {
  count: number;
  sum: number;
  most: number;
  last: number;
}

/** The measures of a run, and the times that modems took to boot. */
export class Metrics {
  readonly #series = new Map<string, Series>();

  add(name: string, value: number): void {
    const series = this.#series.get(name);
    if (series === undefined) this.#series.set(name, { count: 1, sum: value, most: value, last: value });
    else {
      series.count++;
      series.sum += value;
      series.most = Math.max(series.most, value);
      series.last = value;
    }
  }

  /** `NAME.count`, `.mean` (rounded), `.max`, `.last` by name; of `bootUs` also the nearest-rank percentiles. */
  toObject(bootUs: readonly number[]): Record<string, number> {
    const metrics: Record<string, number> = {};
    for (const name of [...this.#series.keys()].sort()) {
      const series = this.#series.get(name);
      if (series === undefined) continue;
      metrics[`${name}.count`] = series.count;
      metrics[`${name}.mean`] = Math.round(series.sum / series.count);
      metrics[`${name}.max`] = series.most;
      metrics[`${name}.last`] = series.last;
    }
    if (bootUs.length === 0) return metrics;
    const sorted = [...bootUs].sort((a, b) => a - b);
    for (const percent of [50, 95, 99])
      metrics[`boot.us.p${percent}`] = sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0;
    return metrics;
  }
}
