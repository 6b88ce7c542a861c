/**
 * How often values came, in buckets of equal ratio: the exponent of a double and the first seven bits of its fraction. Two
 * histograms of any values add exactly, in any order. A percentile is the lower end of its bucket: at most 1/128 (0.8 %)
 * below the value measured, and whole numbers below 256 are exact.
 */
export class Histogram {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #sum = 0;
  #least = Infinity;
  #most = -Infinity;

  get count(): number {
    return this.#count;
  }

  get most(): number {
    return this.#most;
  }

  /** Values below 0, and what is no number, are none of its business. */
  add(value: number): void {
    if (!(value >= 0 && value < Infinity)) return;
    const bucket = bucketOf(value);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count++;
    this.#sum += value;
    this.#least = Math.min(this.#least, value);
    this.#most = Math.max(this.#most, value);
  }

  merge(other: HistogramData): void {
    for (const [bucket, count] of readBuckets(other.buckets) ?? [])
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
    this.#count += other.count;
    this.#sum += other.sum;
    if (other.count === 0) return;
    this.#least = Math.min(this.#least, other.min);
    this.#most = Math.max(this.#most, other.max);
  }

  /** The nearest rank; 0 when there is nothing. */
  percentile(percent: number): number {
    const rank = Math.max(1, Math.ceil((this.#count * percent) / 100));
    let seen = 0;
    for (const [bucket, count] of this.#sorted()) {
      seen += count;
      if (seen >= rank) return Math.max(floorOf(bucket), this.#least);
    }
    return 0;
  }

  toData(): HistogramData {
    const buckets = this.#sorted().map(([bucket, count]) => `${bucket}:${count}`);
    return {
      count: this.#count,
      sum: this.#sum,
      min: this.#count === 0 ? 0 : this.#least,
      max: this.#count === 0 ? 0 : this.#most,
      buckets: buckets.join(' '),
    };
  }

  #sorted(): [number, number][] {
    return [...this.#buckets].sort(([a], [b]) => a - b);
  }
}

/** A histogram in JSON: `buckets` are `BUCKET:COUNT` with blanks between them, by bucket. */
export interface HistogramData {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly buckets: string;
}

/** Whether somebody else's data is a histogram that can be added. */
export function isHistogramData(value: unknown): value is HistogramData {
  if (typeof value !== 'object' || value === null) return false;
  const { count, sum, min, max, buckets } = value as Record<keyof HistogramData, unknown>;
  if (![count, sum, min, max].every((one) => typeof one === 'number' && one >= 0)) return false;
  if (typeof buckets !== 'string') return false;
  const read = readBuckets(buckets);
  return read !== undefined && read.reduce((total, [, one]) => total + one, 0) === count;
}

function readBuckets(text: string): [number, number][] | undefined {
  if (text === '') return [];
  const read: [number, number][] = [];
  for (const word of text.split(' ')) {
    const match = /^(\d{1,6}):(\d{1,15})$/.exec(word);
    if (match === null || Number(match[1]) > BUCKET_MAX) return undefined;
    read.push([Number(match[1]), Number(match[2])]);
  }
  return read;
}

const scratch = new DataView(new ArrayBuffer(8));
/** What of the upper 32 bits of a double is left out: 13 of the 20 bits of its fraction that are there. */
const SHIFT = 13;
const BUCKET_MAX = 0x7fef_ffff >>> SHIFT;

function bucketOf(value: number): number {
  // -0 is 0 here.
  scratch.setFloat64(0, value + 0);
  return scratch.getUint32(0) >>> SHIFT;
}

function floorOf(bucket: number): number {
  scratch.setUint32(0, bucket << SHIFT);
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}
