import { bug } from '../../core/errors.ts';
import type { Outage } from '../../core/driver.ts';
import type { Input, Plain, Row, Service, StreamId, Ticket } from '../../core/service.ts';
import { FAULT } from '../../core/rules/fault.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import { NEVER, type Instant } from '../../core/time.ts';
import type { Areas } from './areas.ts';
import { Commands } from './commands.ts';
import { Crossing } from './crossing.ts';
import { Disk } from './disk.ts';
import type { Persist, Trouble } from './disk.ts';
import { EVENT } from './events.ts';
import type { Counted } from './fault.ts';
import { Neighbours } from './neighbours.ts';
import { Output } from './output.ts';
import { Reception } from './reception.ts';
import type { InputHandler, Shard } from './shard.ts';
import { Sink } from './sink.ts';
import type { Persisting } from './sink.ts';
import { Streams } from './streams.ts';

/** Left out in `HostSpec`. */
const FLUSH_US = 500;

/** What comes from outside: an order of the driver's caller, at its moment. */
export type Order =
  | {
      readonly kind: 'crash';
      readonly host: number;
      readonly outage: Outage;
      readonly counted: Counted | undefined;
    }
  | { readonly kind: 'restart'; readonly host: number }
  | { readonly kind: 'break-disk' | 'mend-disk'; readonly host: number; readonly trouble: Trouble };

/** A host that is down and has not forgotten: what it goes on with. */
interface Standstill {
  readonly service: Service;
  /** What its peers have given up by the time it is back. */
  readonly streams: readonly StreamId[];
  /** What the disk has done meanwhile. */
  readonly done: { readonly persist: Persist; readonly outcome: 'durable' | 'failed' }[];
}

/** Hosts that run on one queue: takes its events in order and hands inputs to services. */
export class Partition implements InputHandler, Persisting {
  readonly shard: Shard;
  readonly #keepRows: boolean;
  readonly #neighbours: Neighbours;
  readonly #output: Output;
  readonly #streams: Streams;
  readonly #sink: Sink;
  readonly #reception: Reception;
  readonly #disks = new Map<number, Disk>();
  readonly #still = new Map<number, Standstill>();
  readonly #commands = new Commands();
  readonly #orders: (Order | undefined)[] = [];
  readonly #freeOrders: number[] = [];

  constructor(shard: Shard, areas: Areas, options: { readonly keepRows: boolean }) {
    this.shard = shard;
    this.#keepRows = options.keepRows;
    const crossing = new Crossing(shard);
    this.#neighbours = new Neighbours(shard, crossing);
    this.#output = new Output(shard, { crossing, neighbours: this.#neighbours, areas });
    this.#streams = new Streams(shard, this.#output, this);
    const parts = { crossing, neighbours: this.#neighbours, output: this.#output, streams: this.#streams };
    this.#sink = new Sink(shard, { ...parts, disks: this });
    this.#reception = new Reception(shard, { ...parts, sink: this.#sink, handler: this });
  }

  /** Makes the service of a host and asks what it waits for. */
  start(host: number): void {
    const { plant } = this.shard;
    const spec = plant.spec(host);
    plant.services[host] = spec.isDormant === true ? DORMANT : spec.create();
    this.#reception.addDoor(host);
    this.#arm(host);
  }

  /** Takes all events before `until`. */
  run(until: number): void {
    const { shard } = this;
    const { wheel } = shard;
    while (wheel.next(until)) {
      shard.now = wheel.time as Instant;
      shard.events++;
      this.#take(wheel.kind, wheel.a, wheel.b, wheel.c);
    }
  }

  command(at: Instant, host: number, verb: string, args: Readonly<Record<string, Plain>>): void {
    this.shard.wheel.push(Math.max(at, this.shard.now), EVENT.command, host, this.#commands.add(verb, args));
  }

  order(at: Instant, order: Order): void {
    const moment = Math.max(at, this.shard.now);
    const number = this.#freeOrders.pop() ?? this.#orders.length;
    this.#orders[number] = order;
    this.shard.wheel.push(moment, EVENT.control, number, 0);
  }

  handle(host: number, input: Input): void {
    let service = this.shard.plant.services[host];
    if (service === undefined) return;
    if (service === DORMANT) service = this.#awaken(host);
    this.#sink.begin(host, input);
    try {
      service.handle(input, this.shard.now, this.#sink);
    } catch (error) {
      throw this.#blame(host, input, error);
    }
    this.#arm(host);
  }

  #awaken(host: number): Service {
    const { plant } = this.shard;
    const service = plant.spec(host).create();
    plant.services[host] = service;
    return service;
  }

  persist(host: number, ticket: Ticket, rows: readonly Row[]): void {
    const disk = this.#disk(host);
    if (disk.hand({ ticket, rows })) this.#flush(host, disk);
  }

  #take(kind: number, a: number, b: number, c: number): void {
    switch (kind) {
      case EVENT.timer:
        return this.#wake(a);
      case EVENT.arrive:
        return this.#reception.arrive(a, this.shard.pool.get(b));
      case EVENT.heard:
        return this.#reception.hear(a, this.shard.pool.get(b), c === 1 ? 'reports' : 'is a copy');
      case EVENT.local:
        return this.#reception.loop(a, this.shard.pool.get(b));
      case EVENT.resolve:
        return this.#neighbours.retry(this.#output);
      case EVENT.settle:
        return this.#settle(a, b);
      case EVENT.take:
        return this.#reception.take(a);
      case EVENT.admit:
        return this.#reception.admit(a, this.shard.pool.get(b));
      case EVENT.control:
        return this.#obey(a);
      case EVENT.command:
        return this.handle(a, this.#commands.take(b));
      default:
        return this.#streams.wake(a);
    }
  }

  /** A timer that is early, or was overtaken by an earlier one, hands in nothing. */
  #wake(host: number): void {
    const { plant, now } = this.shard;
    if (plant.hosts.armed(host) !== now) return;
    plant.hosts.arm(host, Infinity);
    const service = plant.services[host];
    if (service === undefined) return;
    if (service.deadline() > now) this.#arm(host);
    else this.#fire(host);
  }

  #fire(host: number): void {
    const { plant, now } = this.shard;
    this.handle(host, TIMER);
    // `handle` has armed it anew: asking the service a second time would cost as much as the timer.
    if (plant.hosts.armed(host) <= now)
      bug(`${plant.spec(host).name} wants a timer at a moment that has had its timer`);
  }

  /** Pushes a timer only when it is earlier than the one in the queue; none is ever taken back. */
  #arm(host: number): void {
    const { plant, wheel, now } = this.shard;
    const deadline = plant.services[host]?.deadline() ?? Infinity;
    if (deadline >= plant.hosts.armed(host)) return;
    const moment = Math.max(deadline, now);
    plant.hosts.arm(host, moment);
    wheel.push(moment, EVENT.timer, host, 0);
  }

  #disk(host: number): Disk {
    let disk = this.#disks.get(host);
    if (disk === undefined) {
      const flushUs = this.shard.plant.spec(host).flushUs ?? FLUSH_US;
      disk = new Disk(flushUs, this.#keepRows ? 'keeps rows' : 'forgets rows');
      this.#disks.set(host, disk);
    }
    return disk;
  }

  #flush(host: number, disk: Disk): void {
    const { slowest } = disk;
    if (slowest !== undefined) {
      slowest.fired++;
      this.shard.because(host, FAULT.diskSlow, slowest.id);
    }
    this.shard.wheel.push(this.shard.now + disk.flushUs, EVENT.settle, host, disk.life);
  }

  /** A flush has ended: lets out what waited, tells the service, begins the next flush. */
  #settle(host: number, life: number): void {
    const disk = this.#disk(host);
    if (disk.life !== life) return;
    const done = disk.end();
    if (disk.continues()) this.#flush(host, disk);
    const { full } = disk;
    if (full !== undefined) full.fired += done.length;
    const outcome = full === undefined ? 'durable' : 'failed';
    const still = this.#still.get(host);
    for (const persist of done)
      if (still === undefined) this.#settleOne(host, persist, outcome);
      else still.done.push({ persist, outcome });
  }

  #settleOne(host: number, { ticket, rows }: Persist, outcome: 'durable' | 'failed'): void {
    const { tracer, now } = this.shard;
    if (tracer.wantsSettled) tracer.settled(now, host, rows, outcome);
    if (outcome === 'durable') {
      this.#sink.settle(ticket);
      this.handle(host, { kind: 'settled', ticket, outcome });
      return;
    }
    this.shard.because(host, NET_RULES.diskFailed);
    const unbegun = this.#sink.drop(ticket);
    this.handle(host, { kind: 'settled', ticket, outcome });
    for (const other of unbegun) this.handle(host, { kind: 'settled', ticket: other, outcome });
  }

  #obey(number: number): void {
    const order = this.#orders[number]!;
    this.#orders[number] = undefined;
    this.#freeOrders.push(number);
    switch (order.kind) {
      case 'crash':
        return this.#crash(order.host, order.outage, order.counted);
      case 'restart':
        return this.#restart(order.host);
      case 'break-disk':
      case 'mend-disk':
        return order.kind === 'break-disk'
          ? this.#disk(order.host).begin(order.trouble)
          : this.#disk(order.host).mend(order.trouble);
    }
  }

  #crash(host: number, { memory, disk, id }: Outage, counted: Counted | undefined): void {
    const { plant } = this.shard;
    const service = plant.services[host];
    if (service === undefined) return;
    if (counted !== undefined) counted.fired++;
    this.shard.because(host, FAULT.crashed, id);
    plant.services[host] = undefined;
    plant.hosts.arm(host, Infinity);
    const streams = this.#streams.forget(host);
    this.#reception.forget(host);
    if (disk === 'lose') this.#disks.get(host)?.wipe();
    if (memory === 'keep') {
      this.#still.set(host, { service, streams, done: [] });
      return;
    }
    plant.ports.releaseAll(host);
    for (let iface = plant.hosts.first(host); iface < plant.hosts.end(host); iface++) {
      this.#neighbours.forget(iface);
      plant.resetAddresses(iface);
    }
    for (const ticket of this.#disks.get(host)?.crash() ?? []) this.#sink.drop(ticket);
  }

  #restart(host: number): void {
    const { plant } = this.shard;
    if (plant.services[host] !== undefined) return;
    this.shard.because(host, FAULT.restarted);
    const still = this.#still.get(host);
    if (still !== undefined) {
      this.#goOn(host, still);
      return;
    }
    plant.services[host] = plant.spec(host).create();
    // The rows are taken first: what the service persists now is not of an earlier life.
    const rows = [...(this.#disks.get(host)?.rows() ?? [])];
    for (const row of rows) this.handle(host, { kind: 'restored', row });
    this.#arm(host);
  }

  /** It learns at once what has happened while it stood still. */
  #goOn(host: number, { service, streams, done }: Standstill): void {
    this.#still.delete(host);
    this.shard.plant.services[host] = service;
    for (const { persist, outcome } of done) this.#settleOne(host, persist, outcome);
    for (const stream of streams) this.handle(host, { kind: 'stream', event: 'reset', stream });
    this.#arm(host);
  }

  #blame(host: number, input: Input, error: unknown): unknown {
    if (error instanceof Error)
      error.message = `${this.shard.plant.spec(host).name}, input ${input.kind}, at ${this.shard.now} us: ${error.message}`;
    return error;
  }
}

const TIMER = { kind: 'timer' } as const;

/** In the place of a service that is made when its first input comes. */
const DORMANT: Service = {
  handle: () => bug('a dormant host is made before it is asked'),
  deadline: () => NEVER,
};
