import { afterSeconds, NEVER, type Instant } from '../../core/time.ts';

/** What can wait: the links belong to the queue. */
export interface Waiting {
  /** While it waits. */
  resendAt: Instant;
  /** 0 while it does not. */
  waitSeconds: number;
  earlier: this | undefined;
  later: this | undefined;
}

/**
 * Timers of a few lengths: those of one length end in the order they began, so each length is a line whose head ends first.
 * Arming, disarming and the next end cost the same however many wait.
 */
export class ResendQueue<Item extends Waiting> {
  readonly #lines: Line<Item>[] = [];
  readonly #bySeconds = new Map<number, Line<Item>>();

  /** The moment when the first one ends; `NEVER` when none waits. */
  deadline(): Instant {
    let first = NEVER;
    for (const { head } of this.#lines)
      if (head !== undefined && head.resendAt < first) first = head.resendAt;
    return first;
  }

  /** One whose wait is over, the earliest first; it still waits until armed anew or disarmed. */
  due(now: Instant): Item | undefined {
    let first: Item | undefined;
    for (const { head } of this.#lines)
      if (
        head !== undefined &&
        head.resendAt <= now &&
        (first === undefined || head.resendAt < first.resendAt)
      )
        first = head;
    return first;
  }

  /** Begins a wait of `seconds`, more than 0, in place of the one before. */
  arm(item: Item, now: Instant, seconds: number): void {
    this.disarm(item);
    const line = this.#lineOf(seconds);
    item.waitSeconds = seconds;
    item.resendAt = afterSeconds(now, seconds);
    item.earlier = line.tail;
    if (line.tail === undefined) line.head = item;
    else line.tail.later = item;
    line.tail = item;
  }

  disarm(item: Item): void {
    if (item.waitSeconds === 0) return;
    const line = this.#lineOf(item.waitSeconds);
    const { earlier, later } = item;
    if (earlier === undefined) line.head = later;
    else earlier.later = later;
    if (later === undefined) line.tail = earlier;
    else later.earlier = earlier;
    item.earlier = undefined;
    item.later = undefined;
    item.waitSeconds = 0;
  }

  #lineOf(seconds: number): Line<Item> {
    let line = this.#bySeconds.get(seconds);
    if (line === undefined) {
      line = { head: undefined, tail: undefined };
      this.#bySeconds.set(seconds, line);
      this.#lines.push(line);
    }
    return line;
  }
}

interface Line<Item> {
  head: Item | undefined;
  tail: Item | undefined;
}
