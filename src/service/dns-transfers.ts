import { frameMessage } from '../codec/dns/frame.ts';
import { MessageWriter } from '../codec/dns/message-writer.ts';
import { TRANSFER } from '../core/rules/transfer.ts';
import type { Effects, StreamId } from '../core/service.ts';
import { type Instant, MILLISECOND, NEVER, after, afterSeconds, earlier } from '../core/time.ts';
import type { OutgoingTransfer } from '../engine/dns/transfer/outgoing.ts';
import type { DnsStreams } from './dns-streams.ts';

/** Transfers at a time, which each keep a version of a zone in memory; and on one connection. */
const TRANSFERS_MAX = 100;
const PER_STREAM_MAX = 8;
/** Messages of all transfers in one turn: about a millisecond's work, then others have theirs. */
const MESSAGES_A_TURN = 4;
const TURN_US = MILLISECOND;
/** More than this is not written ahead of a peer. */
const AHEAD_OCTETS = 262_144;
/** How often a slow peer is looked at again, and how long it may take nothing at all. */
const SLOW_US = 20 * MILLISECOND;
const STALLED_SECONDS = 60;

interface Sending {
  readonly stream: StreamId;
  readonly transfer: OutgoingTransfer;
  /** What waited for the peer when last looked, and since when no less does. */
  unsent: number;
  stalledAt: Instant;
  nextAt: Instant;
}

/** Zones on their way out, a few messages at a time in turn, no faster than each peer reads. */
export class DnsTransfers {
  readonly #streams: DnsStreams;
  readonly #seconds: (now: Instant) => number;
  readonly #writer = new MessageWriter();
  /** The next in turn first. */
  #sendings: Sending[] = [];

  constructor(streams: DnsStreams, seconds: (now: Instant) => number) {
    this.#streams = streams;
    this.#seconds = seconds;
  }

  get count(): number {
    return this.#sendings.length;
  }

  /** Whether one more may begin. */
  hasRoom(stream: StreamId): boolean {
    const own = this.#sendings.filter((sending) => sending.stream === stream).length;
    return this.#sendings.length < TRANSFERS_MAX && own < PER_STREAM_MAX;
  }

  begin(stream: StreamId, transfer: OutgoingTransfer, now: Instant): void {
    const stalledAt = afterSeconds(now, STALLED_SECONDS);
    this.#sendings.push({ stream, transfer, unsent: 0, stalledAt, nextAt: now });
  }

  /** The stream is gone. */
  forget(stream: StreamId): void {
    this.#sendings = this.#sendings.filter((sending) => sending.stream !== stream);
  }

  inherit(before: DnsTransfers): void {
    this.#sendings.push(...before.#sendings);
  }

  deadline(): Instant {
    let at: Instant = NEVER;
    for (const { nextAt } of this.#sendings) at = earlier(at, nextAt);
    return at;
  }

  wake(now: Instant, effects: Effects): void {
    let left = MESSAGES_A_TURN;
    const turn = this.#sendings.slice();
    for (const sending of turn) {
      if (left === 0) return;
      if (sending.nextAt > now || !this.#isReady(sending, now, effects)) continue;
      left--;
      this.#send(sending, now, effects);
    }
  }

  #isReady(sending: Sending, now: Instant, effects: Effects): boolean {
    const unsent = effects.unsent(sending.stream);
    if (unsent < sending.unsent || unsent < AHEAD_OCTETS)
      sending.stalledAt = afterSeconds(now, STALLED_SECONDS);
    sending.unsent = unsent;
    if (unsent < AHEAD_OCTETS) return true;
    sending.nextAt = after(now, SLOW_US);
    // Who reads slowly is not idle.
    if (now < sending.stalledAt) this.#streams.touch(sending.stream, now);
    else {
      effects.because(TRANSFER.slow);
      this.forget(sending.stream);
      this.#streams.reset(sending.stream, effects);
    }
    return false;
  }

  #send(sending: Sending, now: Instant, effects: Effects): void {
    const { stream, transfer } = sending;
    this.#sendings.splice(this.#sendings.indexOf(sending), 1);
    const length = transfer.next(this.#writer, this.#seconds(now));
    this.#streams.touch(stream, now);
    if (length === 'rest') return this.#again(sending, now);
    if (length === 0) return this.#streams.reset(stream, effects);
    if (transfer.isDone) effects.because(TRANSFER.sent);
    effects.write(stream, frameMessage(this.#writer.octets, length));
    if (transfer.isDone) this.#streams.answered(stream, effects);
    else this.#again(sending, now);
  }

  /** Behind the others that are under way. */
  #again(sending: Sending, now: Instant): void {
    sending.nextAt = after(now, TURN_US);
    this.#sendings.push(sending);
  }
}
