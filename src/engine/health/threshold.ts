import type { ThresholdSpec } from '../../policy/dns/check.ts';

/** Where a threshold stands. */
export interface Standing {
  readonly isUp: boolean;
  /** As the threshold counts them towards a change, or against one. */
  readonly successes: number;
  readonly failures: number;
  /** How many probes it takes at least until the state changes. */
  readonly probesToChange: number;
}

export interface Threshold extends Standing {
  /** Takes the outcome of one probe; whether the state has changed. */
  observe(passed: boolean): boolean;
}

export function makeThreshold(spec: ThresholdSpec, isUp: boolean): Threshold {
  return spec.kind === 'route53' ? new RunThreshold(spec.count, isUp) : new GdnsdThreshold(spec, isUp);
}

class RunThreshold implements Threshold {
  readonly #count: number;
  isUp: boolean;
  successes = 0;
  failures = 0;

  constructor(count: number, isUp: boolean) {
    this.#count = count;
    this.isUp = isUp;
  }

  get probesToChange(): number {
    return this.#count - (this.isUp ? this.failures : this.successes);
  }

  observe(passed: boolean): boolean {
    this.successes = passed ? Math.min(this.successes + 1, this.#count) : 0;
    this.failures = passed ? 0 : Math.min(this.failures + 1, this.#count);
    if (passed === this.isUp || this.probesToChange > 0) return false;
    this.isUp = passed;
    return true;
  }
}

/** gdnsd 3.8, src/plugins/mon.c: while up, a few successes between failures do not make it forget them. */
class GdnsdThreshold implements Threshold {
  readonly #up: number;
  readonly #ok: number;
  readonly #down: number;
  isUp: boolean;
  successes = 0;
  failures = 0;

  constructor({ up, ok, down }: Extract<ThresholdSpec, { kind: 'gdnsd' }>, isUp: boolean) {
    this.#up = up;
    this.#ok = ok;
    this.#down = down;
    this.isUp = isUp;
  }

  get probesToChange(): number {
    return this.isUp ? this.#down - this.failures : this.#up - this.successes;
  }

  observe(passed: boolean): boolean {
    if (passed) return this.#pass();
    this.successes = 0;
    if (!this.isUp) return false;
    this.failures++;
    return this.failures >= this.#down && this.#turn();
  }

  #pass(): boolean {
    if (!this.isUp) {
      this.successes++;
      return this.successes >= this.#up && this.#turn();
    }
    // Nothing to forget: a target that is well is not counted.
    if (this.failures === 0) return false;
    this.successes++;
    if (this.successes >= this.#ok) {
      this.failures = 0;
      this.successes = 0;
    }
    return false;
  }

  #turn(): boolean {
    this.isUp = !this.isUp;
    this.successes = 0;
    this.failures = 0;
    return true;
  }
}
