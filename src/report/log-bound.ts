import { SECOND } from '../core/time.ts';
import type { Instant } from '../core/time.ts';
import type { LogRecord } from './log.ts';

const WINDOW_SECONDS = 10;
/** Lines of one kind in a window: a page for what matters, and enough of the rest to see what it is. */
const LINES_MAX = 200;
const DETAIL_LINES_MAX = 50;

interface Kind {
  /** The last record that was left out: its message and host stand for all. */
  last: LogRecord | undefined;
  lines: number;
  left: number;
}

/**
 * Lets so many lines of a kind through in ten seconds and counts the others, so that no flood fills a disk. Kinds are rules and
 * states: as many as the program has, never as many as peers send.
 */
export class LogBound {
  readonly #put: (record: LogRecord) => void;
  readonly #kinds = new Map<string, Kind>();
  #window = 0;

  constructor(put: (record: LogRecord) => void) {
    this.#put = put;
  }

  put(at: Instant, kind: string, record: LogRecord): void {
    const window = Math.floor(at / (WINDOW_SECONDS * SECOND));
    if (window !== this.#window) {
      this.flush();
      this.#window = window;
    }
    const counts = this.#of(kind);
    const isDetail = record.level === 'debug' || record.level === 'trace';
    if (counts.lines < (isDetail ? DETAIL_LINES_MAX : LINES_MAX)) {
      counts.lines++;
      this.#put(record);
      return;
    }
    counts.left++;
    counts.last = record;
  }

  /** Tells how many were left out, and begins anew; called at least as often as a window is long. */
  flush(): void {
    for (const { last, left } of this.#kinds.values()) {
      if (last === undefined) continue;
      const { host, rule, machine, state } = last.fields;
      const fields: Record<string, string | number> = { more: left };
      for (const [name, value] of Object.entries({ host, rule, machine, state }))
        if (value !== undefined) fields[name] = value;
      this.#put({
        level: last.level,
        message: `${last.message} And ${left.toLocaleString('en-US')} more in these ${WINDOW_SECONDS} s.`,
        fields,
      });
    }
    this.#kinds.clear();
  }

  #of(kind: string): Kind {
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known;
    const made: Kind = { last: undefined, lines: 0, left: 0 };
    this.#kinds.set(kind, made);
    return made;
  }
}
