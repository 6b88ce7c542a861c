import type { Aggregate } from '../config/metric.ts';
import type { MetricSpec } from '../config/metric-names.ts';
import type { Instant } from '../core/time.ts';
import { Histogram } from './histogram.ts';
import { TimeSeries } from './time-series.ts';

const SIZE_AT_FIRST = 64;

/** The values of one metric in one run, in bounded memory. */
export class Series {
  readonly #kind: MetricSpec['kind'];
  readonly histogram: Histogram | undefined;
  readonly overTime: TimeSeries | undefined;
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;
  /** Of a level: of all hosts together. */
  #now = 0;
  /** Of a level, each host's own, by its number, from -1 on: what is no host of the run. */
  #levels = new Float64Array(SIZE_AT_FIRST);
  #since = 0;
  #area = 0;
  #areaFrom = 0;

  constructor(kind: MetricSpec['kind'], keeps: 'chart' | 'numbers' = 'numbers') {
    this.#kind = kind;
    this.histogram = kind === 'samples' ? new Histogram() : undefined;
    this.overTime = keeps === 'chart' ? new TimeSeries() : undefined;
  }

  get count(): number {
    return this.#count;
  }

  add(at: Instant, host: number, value: number): void {
    const total = this.#kind === 'level' ? this.#now + value - this.#levelOf(host, value) : value;
    if (this.#count === 0) this.#areaFrom = at;
    else this.#area += this.#now * (at - this.#since);
    this.#since = at;
    this.#now = total;
    this.#count++;
    this.#sum += total;
    this.#min = Math.min(this.#min, total);
    this.#max = Math.max(this.#max, total);
    this.histogram?.add(value);
    this.overTime?.add(at, total);
  }

  /** undefined: there was nothing to make it of. A level's mean is over time, from its first value to `end`. */
  value(aggregate: Aggregate, end: Instant): number | undefined {
    if (aggregate === 'count') return this.#count;
    if (aggregate === 'rate') return end > 0 ? (this.#count * 1_000_000) / end : undefined;
    if (this.#count === 0) return undefined;
    switch (aggregate) {
      case 'sum':
        return this.#sum;
      case 'mean':
        return this.#mean(end);
      case 'min':
        return this.#min;
      case 'max':
        return this.#max;
      case 'last':
        return this.#now;
      default:
        return this.histogram?.percentile(Number(aggregate.slice(1)));
    }
  }

  /** Puts in a host's level and gives what it was before. */
  #levelOf(host: number, value: number): number {
    const place = host + 1;
    if (place >= this.#levels.length) {
      const grown = new Float64Array(Math.max(place + 1, this.#levels.length * 2));
      grown.set(this.#levels);
      this.#levels = grown;
    }
    const before = this.#levels[place] ?? 0;
    this.#levels[place] = value;
    return before;
  }

  #mean(end: Instant): number {
    if (this.#kind === 'samples') return this.#sum / this.#count;
    const whole = Math.max(end, this.#since) - this.#areaFrom;
    if (whole <= 0) return this.#now;
    return (this.#area + this.#now * (Math.max(end, this.#since) - this.#since)) / whole;
  }
}
