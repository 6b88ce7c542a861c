export const KINDS = ['dhcp', 'tod', 'tftp', 'dns', 'dns-tcp'] as const;
export type Kind = (typeof KINDS)[number];

/** What the load has seen, of one kind of question. */
export interface KindFigures {
  readonly answers: number;
  /** Asked again because no answer came in time; over loopback only a full buffer loses one. */
  readonly again: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface LoadFigures {
  readonly kinds: Readonly<Record<Kind, KindFigures>>;
  readonly errors: number;
  /** The first of them. */
  readonly texts: readonly string[];
  /** Questions without an answer yet. */
  readonly open: number;
  readonly bound: number;
  readonly reboots: number;
  readonly renewals: number;
  readonly releases: number;
}

/** Twelve buckets to each doubling from a microsecond: a quantile is right to 6 %. */
const BUCKETS_A_DOUBLING = 12;
const BUCKETS = 32 * BUCKETS_A_DOUBLING;
const TEXTS_MAX = 10;

class KindCounter {
  answers = 0;
  again = 0;
  readonly #buckets = new Uint32Array(BUCKETS);
  #counted = 0;

  answered(ms: number): void {
    this.answers++;
    this.#counted++;
    const index = Math.floor(Math.log2(Math.max(1, ms * 1000)) * BUCKETS_A_DOUBLING);
    const bucket = Math.min(BUCKETS - 1, index);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
  }

  /** Latencies since the last time; counts since the beginning. */
  take(): KindFigures {
    const figures = {
      answers: this.answers,
      again: this.again,
      p50Ms: this.#quantile(0.5),
      p99Ms: this.#quantile(0.99),
    };
    this.#buckets.fill(0);
    this.#counted = 0;
    return figures;
  }

  #quantile(share: number): number {
    let left = Math.ceil(this.#counted * share);
    if (left === 0) return 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#buckets[bucket] ?? 0;
      if (left <= 0) return 2 ** ((bucket + 1) / BUCKETS_A_DOUBLING) / 1000;
    }
    return Infinity;
  }
}

/** Counts what the load sees. */
export class Figures {
  readonly #kinds: Readonly<Record<Kind, KindCounter>> = {
    dhcp: new KindCounter(),
    tod: new KindCounter(),
    tftp: new KindCounter(),
    dns: new KindCounter(),
    'dns-tcp': new KindCounter(),
  };
  #errors = 0;
  readonly #texts: string[] = [];
  open = 0;
  bound = 0;
  reboots = 0;
  renewals = 0;
  releases = 0;

  answered(kind: Kind, sentAt: number): void {
    this.#kinds[kind].answered(performance.now() - sentAt);
  }

  again(kind: Kind): void {
    this.#kinds[kind].again++;
  }

  error(text: string): void {
    this.#errors++;
    if (this.#texts.length < TEXTS_MAX) this.#texts.push(text);
  }

  take(): LoadFigures {
    const taken = KINDS.map((kind) => [kind, this.#kinds[kind].take()] as const);
    const { open, bound, reboots, renewals, releases } = this;
    return {
      kinds: Object.fromEntries(taken) as LoadFigures['kinds'],
      errors: this.#errors,
      texts: this.#texts,
      open,
      bound,
      reboots,
      renewals,
      releases,
    };
  }
}
