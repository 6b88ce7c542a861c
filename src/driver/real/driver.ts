import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
import { type Limits, LIMITS_DEFAULT } from '../../core/limits.ts';
import { Random, streamKey } from '../../core/random.ts';
import { FAULT } from '../../core/rules/fault.ts';
import type { Plain } from '../../core/service.ts';
import { after, type Instant, MILLISECOND } from '../../core/time.ts';
import { type ClockSources, OwnClock } from './clock.ts';
import { Crossing } from './crossing.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { KernelExits } from './exits.ts';
import { Fault } from './fault.ts';
import { RealHost } from './host.ts';
import { Mapping, type MappingRow } from './mapping.ts';
import { mappingRows } from './mapping-rows.ts';
import type { Meter } from './meter.ts';
import { Network } from './network.ts';
import { Outside } from './outside/outside.ts';
import { canBindAnyLoopback, LivePlace, type Place, ServePlace, type ServeWhere } from './place.ts';
import { type Replaced, Replacement } from './replace.ts';
import { Interface, makeSegments, type Medium, segmentNamed, type Segment } from './plant.ts';
import { Schedule } from './schedule.ts';
import { Tap } from './tap.ts';
import { actedHere, Trunks } from './trunk/trunks.ts';
import {
  Doors,
  MemoryStore,
  noCounts,
  noRules,
  type RealCounts,
  type RowStore,
  StreamEnds,
  type World,
} from './world.ts';

export interface RealOptions {
  readonly topology: Topology;
  /** `live`: all of it on loopback, segments acted here. Else: real ports at real addresses. */
  readonly place: 'live' | ServeWhere;
  /** 0 to 255: moves the loopback addresses of a live run aside from another's on this machine; left out, 0. */
  readonly shift?: number | undefined;
  /** The chance of losses and delays; left out, a new one each time. */
  readonly seed?: number | undefined;
  readonly trace?: readonly Trace[] | undefined;
  /** Where rows are kept; left out, in memory: they outlive a host's crash and no more. */
  readonly store?: RowStore | undefined;
  /** Left out: the defaults, and in live mode none of them counts sources. */
  readonly limits?: Limits | undefined;
  readonly meter?: Meter | undefined;
  /** Told once each what the person should know: a broadcast in place of a unicast, a port that would not open. */
  readonly notice?: ((text: string) => void) | undefined;
  /** The date of moment 0, which services tell: moved when the machine's clock is set. */
  readonly epoch?: { us: number } | undefined;
  /** Where time is read from; left out, the machine's clocks. */
  readonly clock?: ClockSources | undefined;
  /** Told when a service throws; left out, it is thrown where it stands. */
  readonly bug?: ((error: unknown) => void) | undefined;
}

/** How often it is looked whether all is finished. */
const LOOK_MS = 10;
/** A host that a reload took away is given this long: a client that is gone is given up before. */
const LEAVE_US_MAX = 60_000_000;

/** The real world: sockets, the wall clock, a database. It passes the same conformance suite as the simulation. */
export class RealDriver implements Driver {
  readonly #world: World;
  #hosts = new Map<string, RealHost>();
  /** Hosts that a reload took away and that still have something to finish. */
  readonly #leaving = new Set<RealHost>();
  #media = new Map<string, Medium>();
  /** Hosts that are real; undefined where none is. */
  readonly #outside: Outside | undefined;
  /** Hosts that another headend runs; undefined where none is. */
  readonly #trunks: Trunks | undefined;
  readonly #faults: FaultCount[] = [];
  readonly #seed: number;
  readonly #said = new Set<string>();
  readonly #clock: OwnClock;
  readonly #mapping: Mapping;
  readonly #placeOf: RealOptions['place'];

  constructor(options: RealOptions) {
    this.#mapping = new Mapping(canBindAnyLoopback(), options.shift);
    this.#placeOf = options.place;
    this.#seed = options.seed ?? randomInt(2 ** 32);
    this.#clock = this.#makeClock(options);
    this.#world = this.#makeWorld(options);
    const acted = actedHere(options.topology);
    const segments = makeSegments(acted);
    this.#media = mediaOf(segments);
    for (const spec of acted.hosts) this.#addHost(spec, segments);
    if (options.topology.hosts.some(({ live }) => live?.kind === 'guest' || live?.kind === 'server'))
      this.#outside = new Outside(this.#world, options.topology, segments);
    if (Trunks.isNeeded(options.topology)) this.#trunks = new Trunks(this.#world, options.topology, segments);
  }

  get now(): Instant {
    return this.#clock.now();
  }

  /** Opens every socket, makes every service; rejects with `EnvironmentError` and leaves nothing open. */
  async start(): Promise<void> {
    try {
      for (const host of this.#hosts.values()) await host.start();
      await this.#outside?.open();
      await this.#trunks?.open();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /**
   * Waits for what is being made durable, then closes all. Before that, for `graceMs` at most, nothing new is taken on, and
   * transfers and answers that were begun go on to their end.
   */
  async stop(graceMs = 0): Promise<void> {
    if (graceMs > 0) await this.#conclude(graceMs);
    await this.#world.store.close();
    this.#world.schedule.stop();
    this.#outside?.close();
    this.#trunks?.close();
    for (const host of this.#all()) host.crash();
  }

  /**
   * Runs another topology from now on: each datagram is answered by the old one or by the new one whole. Rejects with
   * `EnvironmentError` or `ConfigError`, and then nothing has changed. Serve only; one at a time.
   */
  async replace(topology: Topology): Promise<Replaced> {
    const acted = actedHere(topology);
    const replacement = new Replacement(this.#world, this.#hosts, acted, this.#placeFor(acted));
    await replacement.open();
    const { hosts, replaced } = replacement.commit((host) => {
      this.#letGo(host);
    });
    this.#hosts = hosts;
    this.#media = mediaOf(replacement.segments);
    this.#trunks?.rejoin(topology, replacement.segments);
    return replaced;
  }

  command(at: Instant, host: string, verb: string, args: Readonly<Record<string, Plain>>): void {
    const target = this.#host(host);
    this.#world.schedule.at(at, () => {
      target.command(verb, args);
    });
  }

  /** Asks a host and gives its answer: `null` when it knows no such command. */
  ask(host: string, verb: string, args: Readonly<Record<string, Plain>>): Promise<Plain> {
    const target = this.#host(host);
    return new Promise((resolve) => {
      this.#world.schedule.at(this.now, () => {
        target.command(verb, args, resolve);
      });
    });
  }

  impair(impairment: Impairment, from: Instant, until: Instant): void {
    const { id, where } = impairment;
    const media = [...this.#media.values()].filter(({ name }) => where === undefined || name === where);
    if (media.length === 0)
      throw new ConfigError('impair.where', where ?? '', 'the name of a segment or link');
    const fault = new Fault(impairment, { from, until }, streamKey(this.#seed, `impairment ${id}`));
    this.#faults.push(fault);
    this.#world.schedule.at(from, () => {
      for (const medium of media) medium.faults.push(fault);
    });
    this.#world.schedule.at(until, () => {
      for (const { faults } of media) if (faults.includes(fault)) faults.splice(faults.indexOf(fault), 1);
    });
  }

  crash(at: Instant, host: string, outage: Outage = {}): void {
    const target = this.#host(host);
    const counted = { id: outage.id ?? '', fired: 0 };
    if (outage.id !== undefined) this.#faults.push(counted);
    this.#world.schedule.at(at, () => {
      if (!target.isUp) return;
      counted.fired++;
      target.because(FAULT.crashed, outage.id);
      if (outage.disk === 'lose') target.disk.wipe();
      if (outage.memory === 'keep') target.standStill();
      else target.crash();
    });
  }

  restart(at: Instant, host: string): void {
    const target = this.#host(host);
    this.#world.schedule.at(at, () => {
      if (target.isUp) return;
      target.because(FAULT.restarted);
      target.start().catch((error: unknown) => {
        this.#world.bug(error);
      });
    });
  }

  troubleDisk(declared: DiskTrouble, from: Instant, until: Instant): void {
    const { disk } = this.#host(declared.host);
    const trouble = { ...declared, fired: 0 };
    this.#faults.push(trouble);
    const { schedule } = this.#world;
    schedule.at(from, () => {
      disk.begin(trouble);
    });
    schedule.at(until, () => {
      disk.mend(trouble);
    });
  }

  faults(): readonly FaultCount[] {
    return sumById(this.#faults);
  }

  get counts(): RealCounts {
    return this.#world.counts;
  }

  /** Tickets of `persist` that are not settled. */
  get openTickets(): number {
    let sum = 0;
    for (const host of this.#hosts.values()) sum += host.openTickets;
    return sum;
  }

  /** TCP connections that are open. */
  get connections(): number {
    let sum = 0;
    for (const host of this.#hosts.values()) sum += host.streams.ids.length;
    return sum;
  }

  /** Datagrams dropped unread, since their source sent too many. */
  get datagramsLimited(): number {
    return this.#world.doorkeeper?.dropped ?? 0;
  }

  /** Sets other limits, from the next datagram and the next connection on. */
  limit({ datagrams, connections }: Limits): void {
    const { now, schedule, rules } = this.#world;
    this.#world.doorkeeper = new Doorkeeper(datagrams, { now, schedule, rules });
    this.#world.connections = connections;
  }

  /** How often each rule was given, by `Rule.index`. */
  get ruleCounts(): Float64Array {
    return this.#world.rules;
  }

  /** Crossings of segments acted here. */
  get crossings(): number {
    return this.#world.crossing.count;
  }

  /** Which endpoint of this machine stands for which of the scenario: what `plan` prints. */
  mapping(): readonly MappingRow[] {
    return mappingRows([...this.#hosts.values()], this.#world.place);
  }

  #placeFor(topology: Topology): Place {
    return this.#placeOf === 'live'
      ? new LivePlace(this.#mapping)
      : new ServePlace(topology, this.#placeOf, this.#mapping);
  }

  #all(): readonly RealHost[] {
    return [...this.#hosts.values(), ...this.#leaving];
  }

  /** What came in before is answered: it waits in the kernel. */
  async #conclude(graceMs: number): Promise<void> {
    const deadline = performance.now() + graceMs;
    await new Promise(setImmediate);
    for (const host of this.#all()) host.conclude();
    while (performance.now() < deadline && !this.#all().every((host) => host.isQuiet)) await sleep(LOOK_MS);
  }

  /** A host that a reload took away finishes what it began. */
  #letGo(host: RealHost): void {
    const { schedule } = this.#world;
    const until = after(this.now, LEAVE_US_MAX);
    this.#leaving.add(host);
    host.conclude();
    const look = (): void => {
      if (!host.isQuiet && this.now < until) {
        schedule.at(after(this.now, LOOK_MS * MILLISECOND), look);
        return;
      }
      host.crash();
      this.#leaving.delete(host);
    };
    look();
  }

  #host(name: string): RealHost {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new ConfigError('host', name, 'the name of a host');
    return host;
  }

  /** What it tells is kept with the rows at once: the next process is to know. */
  #makeClock({ store, epoch, notice, clock: sources }: RealOptions): OwnClock {
    const clock = new OwnClock({
      sources,
      epoch,
      stamp: store?.stamp,
      told: (text) => {
        notice?.(text);
        store?.persist('', [], () => {});
      },
    });
    store?.stampWith?.(() => clock.stamp());
    return clock;
  }

  #makeWorld(options: RealOptions): World {
    const now = (): Instant => this.#clock.now();
    const schedule = new Schedule(now);
    const tap = new Tap(options.trace ?? []);
    const exits = new KernelExits();
    const rules = noRules();
    const limits = options.limits ?? LIMITS_DEFAULT;
    // On one loopback all hosts of a live run may have one address.
    const isLive = options.place === 'live';
    const random = new Random(streamKey(this.#seed, 'segments'));
    const crossing = new Crossing({ schedule, now, random, tap });
    const world: World = {
      now,
      schedule,
      tap,
      crossing,
      network: new Network({
        schedule,
        now,
        tap,
        exits,
        crossing,
        inspects: options.topology.hosts.some((host) => host.inspects === true),
      }),
      place: this.#placeFor(actedHere(options.topology)),
      store: options.store ?? new MemoryStore(),
      doors: new Doors(),
      streamEnds: new StreamEnds(),
      ownPorts: new Set(),
      counts: noCounts(),
      meter: options.meter,
      rules,
      doorkeeper: isLive ? undefined : new Doorkeeper(limits.datagrams, { now, schedule, rules }),
      connections: isLive
        ? { ...limits.connections, perSource: limits.connections.total }
        : limits.connections,
      notice: (text) => {
        if (this.#said.has(text)) return;
        this.#said.add(text);
        options.notice?.(text);
      },
      bug: (error) => {
        if (options.bug === undefined) throw error;
        options.bug(error);
      },
    };
    exits.enter(world);
    return world;
  }

  #addHost(spec: Topology['hosts'][number], segments: ReadonlyMap<string, Segment>): void {
    if (this.#hosts.has(spec.name)) throw new ConfigError('hosts', spec.name, 'names that are unique');
    const host = new RealHost(this.#world, spec);
    for (const [number, own] of spec.interfaces.entries())
      host.interfaces.push(new Interface(host, number, own, segmentNamed(segments, own.segment, spec)));
    this.#hosts.set(spec.name, host);
  }
}

function mediaOf(segments: ReadonlyMap<string, Segment>): Map<string, Medium> {
  const media = new Map<string, Medium>();
  for (const [name, segment] of segments) {
    media.set(name, segment);
    for (const { medium } of segment.links) media.set(medium.name, medium);
  }
  return media;
}
