/** From this try on a window that doubles is wider than what is called quick by far. */
const LATE_TRY = 6;
/** As long as the shortest wait of all, but for the delay of the cable. */
const QUICK = 1.1;

/** The pace of one modem's first RNG-REQs: with back-off each wait is drawn from twice as many opportunities as the one before. */
export class RangingPace {
  /** Waits before a late try, and those of them that were as short as the shortest. */
  late = 0;
  quick = 0;
  #tries = 0;
  #lastAt = 0;
  #shortestUs = Infinity;

  sends(at: number): void {
    const waitUs = at - this.#lastAt;
    this.#lastAt = at;
    if (++this.#tries === 1) return;
    if (this.#tries > LATE_TRY) {
      this.late++;
      if (waitUs <= this.#shortestUs * QUICK) this.quick++;
    }
    this.#shortestUs = Math.min(this.#shortestUs, waitUs);
  }

  /** The CMTS has heard it: the next one is a first again. */
  isAnswered(): void {
    this.#tries = 0;
    this.#shortestUs = Infinity;
  }
}
