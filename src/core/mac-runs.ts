import type { Mac } from './address.ts';
import { WideMap } from './wide-map.ts';

/** Addresses from `first` on, of which each is one more than the last, as are their numbers. */
interface Run {
  readonly first: Mac;
  readonly number: number;
  count: number;
}

/** Shorter ones are kept one by one. */
const RUN_MIN = 16;

/**
 * Numbers, 0 or more, of hardware addresses. Most are of groups whose members are numbered in order, as their addresses are: of a
 * million modems there is a run for each group, and a look-up reads no memory that is another modem's.
 */
export class MacRuns {
  /** By address; none reaches into another. */
  readonly #runs: Run[] = [];
  /** They come before those in runs. */
  readonly #others = new WideMap();
  #last: Run | undefined;

  /** -1 when it is not there. */
  get(mac: Mac): number {
    const other = this.#others.count === 0 ? -1 : this.#others.get(mac);
    if (other >= 0) return other;
    const run = this.#runs[this.#placeOf(mac) - 1];
    return run !== undefined && mac < run.first + run.count ? run.number + (mac - run.first) : -1;
  }

  /** In place of what was there. */
  set(mac: Mac, number: number): void {
    const last = this.#last;
    if (this.get(mac) >= 0) {
      this.#others.set(mac, number);
    } else if (last !== undefined && mac === last.first + last.count && number === last.number + last.count) {
      last.count++;
    } else {
      if (last !== undefined && last.count < RUN_MIN) this.#breakUp(last);
      this.#last = { first: mac, number, count: 1 };
      this.#runs.splice(this.#placeOf(mac), 0, this.#last);
    }
  }

  #breakUp(run: Run): void {
    this.#runs.splice(this.#placeOf(run.first) - 1, 1);
    for (let index = 0; index < run.count; index++) {
      const mac = (run.first + index) as Mac;
      if (this.#others.get(mac) < 0) this.#others.set(mac, run.number + index);
    }
  }

  /** Behind the runs that begin at `mac` or before. */
  #placeOf(mac: Mac): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#runs[middle]!.first <= mac) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
