import { FrameSplitter } from '../codec/dns/frame.ts';
import type { Ip } from '../core/address.ts';
import type { Effects, StreamId } from '../core/service.ts';
import { DNS } from '../core/rules/dns.ts';
import { type Instant, NEVER, afterSeconds } from '../core/time.ts';

export interface DnsStreamLimits {
  /** Connections kept; one more closes the one that was idle longest (RFC 7766 §6.2.2). */
  readonly connectionsMax: number;
  /** RFC 7766 §6.2.3: on the order of seconds. */
  readonly idleSeconds: number;
  /** Octets of answers that one connection is given before it is closed: what a peer that does not read can make us hold. */
  readonly octetsMax: number;
}

export interface DnsStream {
  readonly splitter: FrameSplitter;
  readonly peer: Ip;
  readonly transport: 'tcp' | 'tls';
  idleAt: Instant;
  octetsWritten: number;
  /** We have said that we send no more, and wait for the peer to do so too. */
  isClosing: boolean;
  /** Queries whose answers are to come. */
  owed: number;
  /** The peer has said that it sends no more; it may still be waiting for answers (RFC 9293 §3.6). */
  isHalfClosed: boolean;
}

/** The TCP connections of a name server, in the order of their last query: the first is always the next to expire. */
export class DnsStreams {
  readonly #streams = new Map<StreamId, DnsStream>();
  readonly #limits: DnsStreamLimits;

  constructor(limits: DnsStreamLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#streams.size;
  }

  /** Takes over all connections, in their order. */
  inherit(before: DnsStreams): void {
    for (const [id, stream] of before.#streams) this.#streams.set(id, stream);
  }

  get(id: StreamId): DnsStream | undefined {
    return this.#streams.get(id);
  }

  open(id: StreamId, from: Pick<DnsStream, 'peer' | 'transport'>, now: Instant, effects: Effects): void {
    if (this.#streams.size >= this.#limits.connectionsMax) {
      const [oldest] = this.#streams.keys();
      if (oldest !== undefined) {
        effects.because(DNS.streamLimit);
        this.reset(oldest, effects);
      }
    }
    const idleAt = afterSeconds(now, this.#limits.idleSeconds);
    this.#streams.set(id, {
      ...from,
      splitter: new FrameSplitter(),
      idleAt,
      octetsWritten: 0,
      isClosing: false,
      owed: 0,
      isHalfClosed: false,
    });
  }

  /** A whole query came: RFC 7766 §6.2.3 counts idleness from that, not from single octets. */
  touch(id: StreamId, now: Instant): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.idleAt = afterSeconds(now, this.#limits.idleSeconds);
    this.#streams.delete(id);
    this.#streams.set(id, stream);
  }

  write(id: StreamId, stream: DnsStream, framed: Uint8Array, now: Instant, effects: Effects): void {
    effects.write(id, framed);
    stream.octetsWritten += framed.length;
    if (stream.octetsWritten < this.#limits.octetsMax) return;
    effects.because(DNS.streamGreedy);
    this.#close(id, stream, now, effects);
  }

  /** A query came whose answer takes time; `answered` is called for it once. */
  owe(id: StreamId): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) stream.owed++;
  }

  /** What was owed is written: who has nothing more to ask, and nothing to wait for, is done. */
  answered(id: StreamId, effects: Effects): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.owed--;
    if (stream.isHalfClosed && stream.owed === 0) this.#end(id, stream, effects);
  }

  /** The peer sends no more. It is written what it is owed, as long as a connection may be idle. */
  peerClosed(id: StreamId, effects: Effects): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.isHalfClosed = true;
    if (stream.isClosing || stream.owed === 0) this.#end(id, stream, effects);
  }

  forget(id: StreamId): void {
    this.#streams.delete(id);
  }

  reset(id: StreamId, effects: Effects): void {
    effects.reset(id);
    this.#streams.delete(id);
  }

  deadline(): Instant {
    for (const stream of this.#streams.values()) return stream.idleAt;
    return NEVER;
  }

  /** Closes what was idle for too long; what then does not close its side is given up the next time. */
  wake(now: Instant, effects: Effects): void {
    for (const [id, stream] of this.#streams) {
      if (stream.idleAt > now) return;
      if (stream.isClosing) this.reset(id, effects);
      else {
        effects.because(DNS.streamIdle);
        this.#close(id, stream, now, effects);
      }
    }
  }

  #end(id: StreamId, { isClosing }: DnsStream, effects: Effects): void {
    if (!isClosing) effects.close(id);
    this.#streams.delete(id);
  }

  #close(id: StreamId, stream: DnsStream, now: Instant, effects: Effects): void {
    if (stream.isHalfClosed) return this.#end(id, stream, effects);
    stream.isClosing = true;
    effects.close(id);
    this.touch(id, now);
  }
}
