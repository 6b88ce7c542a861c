import { METRICS, metricOf, type MetricSpec } from '../config/metric-names.ts';
import type { Rule } from '../core/rules.ts';
import { toInstant, type Instant } from '../core/time.ts';
import { Histogram, type HistogramData } from './histogram.ts';
import { Series } from './series.ts';
import type { PlainSeries } from './time-series.ts';

/** What result and charts show of a run's metrics. */
export interface MetricResults {
  /** `boot.p95`, `dhcp.retransmits`, `leases.in-use.max`; times are microseconds. */
  readonly metrics: Record<string, number>;
  /** Of metrics with a value for each thing that happened, by name: runs add up. */
  readonly histograms: Record<string, HistogramData>;
  /** Queues, leases and modems that are up, over time. */
  readonly series: Record<string, PlainSeries>;
}

interface Kept {
  readonly metric: MetricSpec;
  readonly series: Series;
}

const SHOWN = ['p50', 'p95', 'p99'] as const;

/** The measures of a run, by the metric that each belongs to. */
export class Metrics {
  readonly #byMeasure = new Map<string, Kept>();
  readonly #up = new Series('level', 'chart');

  add(at: Instant, host: number, measure: string, value: number): void {
    let kept = this.#byMeasure.get(measure);
    if (kept === undefined) {
      const metric = metricOf(measure);
      kept = { metric, series: new Series(metric.kind, isCharted(metric.name) ? 'chart' : 'numbers') };
      this.#byMeasure.set(measure, kept);
    }
    kept.series.add(at, host, value);
  }

  /** How often it was measured. */
  countOf(measure: string): number {
    return this.#byMeasure.get(measure)?.series.count ?? 0;
  }

  /** A modem came up, or went. */
  up(at: Instant, host: number, isUp: boolean): void {
    this.#up.add(at, host, isUp ? 1 : 0);
  }

  /**
   * `bootUs`: of each modem that is up, exactly; `countOf` says how often a rule was given. What never was is left out,
   * but for counters of a protocol that was spoken.
   */
  results(end: Instant, bootUs: readonly number[], countOf: (rule: Rule) => number): MetricResults {
    const metrics: Record<string, number> = {};
    const histograms: Record<string, HistogramData> = {};
    const series: Record<string, PlainSeries> = {};
    if (bootUs.length > 0) {
      const boots = new Histogram();
      for (const us of bootUs) boots.add(us);
      histograms['boot'] = boots.toData();
      Object.assign(metrics, bootMetrics(bootUs));
    }
    for (const { metric, series: kept } of this.#kept()) {
      const { name, kind } = metric;
      if (kind === 'counter') metrics[name] = kept.count;
      else if (kind === 'samples') addSamples(name, kept, metrics);
      else
        for (const word of ['mean', 'max', 'last'] as const)
          addRounded(`${name}.${word}`, kept.value(word, end), metrics);
      if (kept.histogram !== undefined) histograms[name] = kept.histogram.toData();
      if (kept.overTime !== undefined) series[name] = kept.overTime.toPlain();
    }
    Object.assign(metrics, Object.fromEntries(ruleMetrics(countOf)));
    return { metrics: sorted(metrics), histograms: sorted(histograms), series: sorted(series) };
  }

  #kept(): Kept[] {
    const kept = [...this.#byMeasure.values()].filter(({ metric }) => metric.name !== 'boot');
    const up = METRICS.find(({ source }) => source.kind === 'up');
    if (up !== undefined && this.#up.count > 0) kept.push({ metric: up, series: this.#up });
    return kept;
  }
}

/** What rules count, by the metric's name: only of protocols that were spoken. */
export function ruleMetrics(
  countOf: (rule: Rule) => number,
): readonly (readonly [name: string, count: number])[] {
  return METRICS.flatMap(({ name, source }) => {
    if (source.kind !== 'rules' || source.among.every((rule) => countOf(rule) === 0)) return [];
    return [[name, source.rules.reduce((sum, rule) => sum + countOf(rule), 0)] as const];
  });
}

function isCharted(name: string): boolean {
  return name.endsWith('.queue.depth') || name === 'leases.in-use';
}

function addSamples(name: string, kept: Series, metrics: Record<string, number>): void {
  for (const word of ['count', 'mean', 'max', ...SHOWN] as const)
    addRounded(`${name}.${word}`, kept.value(word, toInstant(0)), metrics);
}

function addRounded(name: string, value: number | undefined, metrics: Record<string, number>): void {
  if (value !== undefined) metrics[name] = Math.round(value);
}

function bootMetrics(bootUs: readonly number[]): Record<string, number> {
  const ordered = Float64Array.from(bootUs).sort();
  const metrics: Record<string, number> = {
    'boot.count': ordered.length,
    'boot.mean': Math.round(ordered.reduce((sum, us) => sum + us, 0) / ordered.length),
    'boot.max': ordered.at(-1) ?? 0,
  };
  for (const word of SHOWN) metrics[`boot.${word}`] = nearestRank(ordered, Number(word.slice(1)));
  return metrics;
}

/** Of values in order. */
export function nearestRank(ordered: Float64Array, percent: number): number {
  return ordered[Math.max(0, Math.ceil((ordered.length * percent) / 100) - 1)] ?? 0;
}

function sorted<Value>(object: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
