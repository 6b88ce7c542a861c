import type { Output } from './output.ts';

/** Nothing is said of work that is done by then. */
const QUIET_MS = 1_000;
const TERMINAL_MS = 200;
/** Where there is no terminal, lines pile up. */
const LOG_MS = 10_000;

/** A line on how far long work is: rewritten in place on a terminal, one every ten seconds elsewhere. */
export class Progress {
  readonly #output: Output;
  readonly #clock: () => number;
  readonly #startedAt: number;
  readonly #everyMs: number;
  #toldAt: number;
  #isShown = false;

  /** `clock` gives milliseconds. */
  constructor(output: Output, clock: () => number = () => performance.now()) {
    this.#output = output;
    this.#clock = clock;
    this.#startedAt = clock();
    this.#everyMs = output.canRewrite ? TERMINAL_MS : LOG_MS;
    this.#toldAt = output.canRewrite ? this.#startedAt + QUIET_MS - this.#everyMs : this.#startedAt;
  }

  /** `part` of the work is done, 0 to 1. */
  at(part: number, text: string): void {
    const now = this.#clock();
    if (now - this.#toldAt < this.#everyMs) return;
    this.#toldAt = now;
    const line = `headend: ${text}${leftText(now - this.#startedAt, part)}`;
    if (this.#output.canRewrite) this.#output.status(line);
    else this.#output.note(line);
    this.#isShown = true;
  }

  /** Takes the line away again. */
  end(): void {
    if (this.#isShown && this.#output.canRewrite) this.#output.status('');
    this.#isShown = false;
  }
}

/** What is left at the pace until now; nothing while that is a guess. */
function leftText(tookMs: number, part: number): string {
  if (part < 0.02 || part >= 1 || tookMs < QUIET_MS) return '';
  const seconds = Math.ceil((tookMs / part - tookMs) / 1_000);
  if (seconds < 60) return `, ${seconds} s left`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `, ${minutes}m ${seconds % 60}s left`
    : `, ${Math.floor(minutes / 60)}h ${minutes % 60}m left`;
}
