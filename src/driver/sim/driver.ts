import { sumById } from '../../core/driver.ts';
import type {
  DiskTrouble,
  Driver,
  FaultCount,
  Impairment,
  Outage,
  Topology,
  Trace,
} from '../../core/driver.ts';
import { ConfigError } from '../../core/errors.ts';
import { streamKey } from '../../core/random.ts';
import { RULE_INDEXES } from '../../core/rules.ts';
import type { Rule } from '../../core/rules.ts';
import type { Plain } from '../../core/service.ts';
import { after, toInstant } from '../../core/time.ts';
import type { Instant } from '../../core/time.ts';
import { Areas } from './areas.ts';
import { Digest } from './digest.ts';
import type { Trouble } from './disk.ts';
import { type Counted, Fault } from './fault.ts';
import { FramePool } from './frames.ts';
import { Partition } from './partition.ts';
import type { Order } from './partition.ts';
import { cutIntoPartitions } from './partitions.ts';
import { Plant } from './plant.ts';
import { Shard } from './shard.ts';
import { ToldLine, ToldQueue } from './told.ts';
import { Merger, Tracer } from './tracer.ts';
import type { Wheel } from './wheel.ts';

export interface SimOptions {
  readonly topology: Topology;
  readonly seed: number;
  /** Who listens; nothing is built for a method that nobody has. */
  readonly trace?: readonly Trace[] | undefined;
  /** For tests: freed frames are filled with a pattern, so that kept views show. */
  readonly poison?: boolean | undefined;
  /** For tests: `whole` runs all on one queue. Then the same happens, but for the order of what is simultaneous. */
  readonly cut?: 'by cable' | 'whole' | undefined;
  /** Whether disks keep rows for a restart; left out, they do. Off for large plants without crashes. */
  readonly keepRows?: boolean | undefined;
}

/** The world on a virtual clock, on one thread. One seed and one topology give one run. */
export class SimDriver implements Driver {
  readonly #plant: Plant;
  readonly #partitions: readonly Partition[];
  readonly #wheels: readonly Wheel[];
  /** What each wheel said before this step. */
  readonly #bounds: Float64Array;
  readonly #merger: Merger;
  readonly #lookaheadUs: number;
  readonly #isHeard: boolean;
  readonly #ruleCounts = new Uint32Array(RULE_INDEXES);
  readonly #faults: Counted[] = [];
  readonly #seed: number;
  readonly #texts = new Digest();
  #now = toInstant(0);
  /** The end of the window under way: it may outlast a call of `run`, which must not change what happens. */
  #windowEnd: number | undefined;

  constructor(options: SimOptions) {
    this.#seed = options.seed;
    const plant = new Plant(options.topology, options.seed);
    this.#plant = plant;
    const areas = new Areas(plant);
    const { count, lookaheadUs } = cutIntoPartitions(plant, options.cut);
    this.#lookaheadUs = lookaheadUs;
    this.#isHeard = (options.trace ?? []).length > 0;
    const pool = new FramePool(options.poison === true ? 'poison' : 'plain');
    const told = new ToldQueue();
    const tracerOf = (partition: number): Tracer => {
      const waiting = count > 1 ? new ToldLine(partition, told) : undefined;
      return new Tracer({ plant, pool }, options.trace ?? [], waiting);
    };
    this.#merger = new Merger(told, tracerOf(0));
    this.#partitions = Array.from({ length: count }, (_, index) => {
      const shared = { plant, pool, tracer: tracerOf(index), ruleCounts: this.#ruleCounts };
      const shard = new Shard({ index, partitions: count }, shared);
      return new Partition(shard, areas, { keepRows: options.keepRows ?? true });
    });
    this.#wheels = this.#partitions.map((partition) => partition.shard.wheel);
    this.#bounds = new Float64Array(count);
    for (let host = 0; host < plant.specs.length; host++) this.#partitionOf(host).start(host);
  }

  get now(): Instant {
    return this.#now;
  }

  /** Whether nothing is left that could happen by itself. */
  get idle(): boolean {
    return this.#partitions.every(({ shard }) => shard.wheel.pending === 0 && shard.outbox.count === 0);
  }

  /** Lets time pass up to and with `until`; `NEVER`: until nothing is left, and the clock stays where it ended. */
  run(until: Instant): void {
    const end = until + 1;
    while (this.#step(end));
    this.#merger.tell();
    if (until !== Infinity) this.#now = toInstant(Math.max(this.#now, until));
    else for (const { shard } of this.#partitions) this.#now = toInstant(Math.max(this.#now, shard.now));
  }

  command(at: Instant, host: string, verb: string, args: Readonly<Record<string, Plain>>): void {
    const number = this.#plant.hostNamed(host);
    this.#partitionOf(number).command(this.#notBefore(at), number, verb, args);
  }

  crash(at: Instant, host: string, outage: Outage = {}): void {
    const counted = outage.id === undefined ? undefined : this.#count(outage.id);
    this.#order(at, { kind: 'crash', host: this.#plant.hostNamed(host), outage, counted });
  }

  restart(at: Instant, host: string): void {
    this.#order(at, { kind: 'restart', host: this.#plant.hostNamed(host) });
  }

  /** From `from` on, the disk of a host keeps nothing and says so: `failed`. */
  breakDisk(host: string, from: Instant, until: Instant): void {
    this.#trouble(host, { id: 'break', flushUs: 'full', fired: 0 }, from, until);
  }

  troubleDisk({ id, host, flushUs }: DiskTrouble, from: Instant, until: Instant): void {
    const trouble = { id, flushUs, fired: 0 };
    this.#faults.push(trouble);
    this.#trouble(host, trouble, from, until);
  }

  impair(impairment: Impairment, from: Instant, until: Instant): void {
    const { id, where } = impairment;
    const places = this.#plant.segments.filter(({ name }) => where === undefined || name === where);
    if (places.length === 0)
      throw new ConfigError('impair.where', where ?? '', 'the name of a segment or link');
    const key = streamKey(this.#seed, `impairment ${id}`);
    const hostNamed = (name: string): number => this.#plant.hostNamed(name);
    const fault = new Fault(impairment, { from, until }, { key, hostNamed });
    this.#faults.push(fault);
    for (const segment of places) segment.addFault(fault);
  }

  faults(): readonly FaultCount[] {
    return sumById(this.#faults);
  }

  /** Crossings of segments, and events of all kinds. */
  counts(): { readonly packets: number; readonly events: number } {
    let packets = 0;
    let events = 0;
    for (const { shard } of this.#partitions) {
      packets += shard.packets;
      events += shard.events;
    }
    return { packets, events };
  }

  /** How often a rule was given. */
  countOf(rule: Rule): number {
    return this.#ruleCounts[rule.index]!;
  }

  /** Adds something that the run was judged by, such as a verdict. */
  addToDigest(text: string): void {
    this.#texts.text(text);
  }

  /** 16 hex digits over packets, states and what was added: the same for the same seed and topology. */
  digest(): string {
    const all = new Digest();
    for (const { shard } of this.#partitions) all.join(shard.digest);
    all.join(this.#texts);
    return all.toString();
  }

  /**
   * One window, or the part of it before `end`; false when nothing is left before `end`. Before a window's end nothing that one
   * partition does reaches another.
   */
  #step(end: number): boolean {
    const least = this.#askBounds();
    if (this.#windowEnd === undefined && least >= end) return false;
    const windowEnd = this.#windowEnd ?? least + this.#lookaheadUs;
    const until = Math.min(windowEnd, end);
    for (let index = 0; index < this.#partitions.length; index++)
      if (this.#bounds[index]! < until) this.#partitions[index]!.run(until);
    if (until < windowEnd) {
      this.#windowEnd = windowEnd;
      return false;
    }
    this.#windowEnd = undefined;
    for (const { shard } of this.#partitions) if (shard.outbox.count > 0) shard.outbox.deliver(this.#wheels);
    if (this.#isHeard) this.#merger.tell();
    return true;
  }

  /** The first moment at which anything may happen. */
  #askBounds(): number {
    let least = Infinity;
    for (let index = 0; index < this.#wheels.length; index++) {
      const bound = this.#wheels[index]!.bound();
      this.#bounds[index] = bound;
      if (bound < least) least = bound;
    }
    return least;
  }

  #trouble(host: string, trouble: Trouble, from: Instant, until: Instant): void {
    const number = this.#plant.hostNamed(host);
    this.#order(from, { kind: 'break-disk', host: number, trouble });
    if (until !== Infinity) this.#order(until, { kind: 'mend-disk', host: number, trouble });
  }

  #count(id: string): Counted {
    const counted = { id, fired: 0 };
    this.#faults.push(counted);
    return counted;
  }

  #order(at: Instant, order: Order): void {
    this.#partitionOf(order.host).order(this.#notBefore(at), order);
  }

  #notBefore(at: Instant): Instant {
    return after(at < this.#now ? this.#now : at, 0);
  }

  #partitionOf(host: number): Partition {
    return this.#partitions[this.#plant.hosts.partition(host)]!;
  }
}
