import type { Rule } from '../../core/rules.ts';
import type { Input } from '../../core/service.ts';
import { toInstant } from '../../core/time.ts';
import type { Instant } from '../../core/time.ts';
import { Digest } from './digest.ts';
import type { Frame, FramePool } from './frames.ts';
import { Outbox } from './outbox.ts';
import type { Plant } from './plant.ts';
import type { Tracer } from './tracer.ts';
import { Wheel } from './wheel.ts';

/** Who hands inputs to services: the partition. */
export interface InputHandler {
  handle(host: number, input: Input): void;
}

/** What is shared by the parts of one partition: its clock, its queue, its digest, its count of events. */
export class Shard {
  readonly index: number;
  readonly plant: Plant;
  readonly pool: FramePool;
  readonly tracer: Tracer;
  /** How often each rule was given, by its index; shared by all partitions. */
  readonly ruleCounts: Uint32Array;
  readonly wheel = new Wheel();
  readonly outbox = new Outbox();
  readonly digest = new Digest();
  readonly #partitions: number;
  now: Instant = toInstant(0);
  /** Crossings of a segment that began here. */
  packets = 0;
  events = 0;
  #datagrams = 0;

  constructor(
    place: { readonly index: number; readonly partitions: number },
    shared: {
      readonly plant: Plant;
      readonly pool: FramePool;
      readonly tracer: Tracer;
      readonly ruleCounts: Uint32Array;
    },
  ) {
    this.index = place.index;
    this.#partitions = place.partitions;
    this.plant = shared.plant;
    this.pool = shared.pool;
    this.tracer = shared.tracer;
    this.ruleCounts = shared.ruleCounts;
  }

  /** A number for a new datagram, its own over all partitions. */
  nextPacket(): number {
    return this.#datagrams++ * this.#partitions + this.index;
  }

  /** The frame has come to the end of one crossing. */
  report(frame: Frame, fate: number, fault?: string): void {
    const segment = this.plant.interfaces.segment(frame.sender);
    this.digest.frame(this.now, segment, fate, frame);
    if (this.tracer.wantsFrames) this.tracer.frame(this.now, frame, fate, fault);
  }

  because(host: number, rule: Rule, detail?: string, input?: Input): void {
    this.ruleCounts[rule.index]!++;
    if (this.tracer.wantsReasons) this.tracer.because(this.now, host, rule, detail, input);
  }
}
