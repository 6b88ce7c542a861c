import type { HostSpec } from '../../core/driver.ts';
import type { Limiter, LimiterSpec } from '../../core/limiter.ts';
import type { Rule } from '../../core/rules.ts';
import { LIMIT_RULES } from '../../core/rules/limit.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import { NEVER } from '../../core/time.ts';
import { ServiceQueue } from './capacity.ts';
import { DELIVERED, EVENT, LIMITED, OVERFLOW } from './events.ts';
import { EVERYONE } from './frames.ts';
import type { Frame } from './frames.ts';
import type { Shard } from './shard.ts';

/** What stands before the service of one host. */
interface Door {
  readonly ports: readonly number[];
  readonly queue: ServiceQueue | undefined;
  readonly spec: LimiterSpec | undefined;
  limiter: Limiter | undefined;
  limited: number;
}

/** The limiters and queues before services: a frame passes, waits, or is dropped. */
export class Doorway {
  readonly #shard: Shard;
  readonly #doors = new Map<number, Door>();
  /** Whether any host has a door: where none does, no frame is looked at. */
  isUsed = false;

  constructor(shard: Shard) {
    this.#shard = shard;
  }

  add(host: number, { udpPorts, capacity, limiter }: HostSpec): void {
    if (capacity === undefined && limiter === undefined) return;
    this.isUsed = true;
    this.#doors.set(host, {
      ports: udpPorts,
      queue: capacity && new ServiceQueue(capacity),
      spec: limiter,
      limiter: limiter?.create(),
      limited: 0,
    });
  }

  /** Whether what comes to this port of the host has to pass. */
  isBefore(host: number, port: number): boolean {
    return this.#doors.get(host)?.ports.includes(port) ?? false;
  }

  /** Whether the limiter or the queue has taken the frame, or dropped it; if not, the service takes it now. */
  takes(host: number, iface: number, frame: Frame): boolean {
    const door = this.#doors.get(host);
    if (door === undefined) return false;
    return this.#isLimited(door, host, iface, frame) || this.queues(host, frame);
  }

  /** The same for what the limiter has held and let in. */
  queues(host: number, frame: Frame): boolean {
    const queue = this.#doors.get(host)?.queue;
    if (queue === undefined) return false;
    if (queue.takeNow(this.#shard.now)) {
      this.#measure(host, queue.waitName, 0);
      return false;
    }
    this.#enqueue(host, queue, frame);
    return true;
  }

  /** The service takes the next datagram from its queue; undefined: the event is one from before a crash. */
  next(host: number): Frame | undefined {
    const { wheel, now } = this.#shard;
    const queue = this.#doors.get(host)?.queue;
    if (queue === undefined || queue.depth === 0 || now < queue.freeAt) return undefined;
    const waiting = queue.next();
    if (waiting === undefined) return undefined;
    if (queue.depth > 0) wheel.push(queue.freeAt, EVENT.take, host, 0);
    this.#measure(host, queue.waitName, now - waiting.since);
    this.#measure(host, queue.depthName, queue.depth);
    if (queue.decidesLate) this.#delivered(waiting.frame);
    return waiting.frame;
  }

  /** The host is down: what waited is lost, and its limiter begins anew. */
  forget(host: number): void {
    const door = this.#doors.get(host);
    if (door === undefined) return;
    for (const frame of door.queue?.clear() ?? []) this.#shard.pool.free(frame);
    door.limiter = door.spec?.create();
  }

  #isLimited(door: Door, host: number, iface: number, frame: Frame): boolean {
    const { spec, limiter } = door;
    if (spec === undefined || limiter === undefined) return false;
    const { now, wheel, tracer } = this.#shard;
    const at = limiter.admit(spec.sourceOf(frame.octets, frame.from), now);
    if (at === now) return false;
    if (at === NEVER) {
      door.limited++;
      if (tracer.wantsMeasures) this.#measure(host, `${spec.name}.limited`, door.limited);
      this.#drop(host, frame, spec.drops, LIMITED);
      return true;
    }
    if (spec.holds !== undefined) this.#shard.because(host, spec.holds);
    if (tracer.wantsMeasures) this.#measure(host, `${spec.name}.limiter.wait.us`, at - now);
    wheel.push(at, EVENT.admit, iface, frame.number);
    return true;
  }

  #enqueue(host: number, queue: ServiceQueue, frame: Frame): void {
    const isFull = queue.isFull;
    const victim = queue.offer(frame, this.#shard.now);
    if (isFull) this.#measure(host, queue.fullName, 1);
    if (victim !== undefined) {
      this.#measure(host, queue.droppedName, queue.dropped);
      const isFair = queue.capacity.whenFull === 'per-source';
      this.#drop(host, victim, isFair ? LIMIT_RULES.crowdedOut : NET_RULES.overflow, OVERFLOW);
    }
    if (victim === frame) return;
    // What may yet be dropped for another is delivered only when it leaves the queue.
    if (!queue.decidesLate) this.#delivered(frame);
    if (queue.depth === 1) this.#shard.wheel.push(queue.freeAt, EVENT.take, host, 0);
    this.#measure(host, queue.depthName, queue.depth);
  }

  #delivered(frame: Frame): void {
    if (frame.receiver !== EVERYONE) this.#shard.report(frame, DELIVERED);
  }

  #drop(host: number, frame: Frame, rule: Rule, fate: number): void {
    this.#shard.because(host, rule);
    this.#shard.report(frame, fate);
    this.#shard.pool.free(frame);
  }

  #measure(host: number, name: string, value: number): void {
    const { tracer, now } = this.#shard;
    if (tracer.wantsMeasures) tracer.measure(now, host, name, value);
  }
}
