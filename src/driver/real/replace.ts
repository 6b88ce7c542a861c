import type { HostSpec, InterfaceSpec, Topology } from '../../core/driver.ts';
import { ConfigError } from '../../core/errors.ts';
import type { Service } from '../../core/service.ts';
import { Door } from './door.ts';
import { RealHost } from './host.ts';
import { Listener } from './listener.ts';
import type { Place } from './place.ts';
import { inertStation, Interface, makeSegments, type Segment, segmentNamed } from './plant.ts';
import { assertAlone } from './ports.ts';
import { type TcpWant, tcpWants, type UdpWant, udpWants } from './wants.ts';
import type { World } from './world.ts';

/** What a reload did; names of hosts, counts of sockets. */
export interface Replaced {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Devices that were made anew, since what they are made from has changed. */
  readonly restarted: readonly string[];
  readonly sockets: { readonly kept: number; readonly opened: number; readonly closed: number };
}

/** How a host of the new topology comes to be: a device that has not changed keeps its service. */
type Change = 'new' | 'succeeds' | 'stays' | 'restarts';

interface Planned {
  readonly host: RealHost;
  readonly spec: HostSpec;
  readonly change: Change;
  readonly interfaces: readonly Interface[];
  /** Undefined where the present one stays. */
  readonly service: Service | undefined;
  readonly doors: [UdpWant, Door][];
  readonly listeners: [TcpWant, Listener][];
}

/**
 * A new topology in place of the one that runs. `open` binds what is not bound yet, and leaves all as it was when something
 * cannot be had; `commit` then swaps hosts, services and sockets in one turn, so that no datagram sees half of it. A socket
 * whose address and port stay is never closed, whichever host it then belongs to.
 */
export class Replacement {
  readonly segments: ReadonlyMap<string, Segment>;
  readonly #world: World;
  readonly #place: Place;
  readonly #before: ReadonlyMap<string, RealHost>;
  readonly #plan: readonly Planned[];
  readonly #opened: (Door | Listener)[] = [];

  /** Throws `ConfigError`. */
  constructor(world: World, before: ReadonlyMap<string, RealHost>, topology: Topology, place: Place) {
    this.#world = world;
    this.#place = place;
    this.#before = before;
    this.segments = makeSegments(topology);
    const names = new Set(topology.hosts.map(({ name }) => name));
    if (names.size < topology.hosts.length)
      throw new ConfigError(
        'hosts',
        topology.hosts.map(({ name }) => name).join(', '),
        'names that are unique',
      );
    this.#plan = topology.hosts.map((spec) => this.#planned(spec));
  }

  /** Binds what is new; rejects with `EnvironmentError` and then has closed it again. */
  async open(): Promise<void> {
    try {
      await this.#openListeners();
      // From here on in one turn with `commit`: a new socket hears nothing before its host is there.
      this.#openDoors();
    } catch (error) {
      for (const opened of this.#opened) opened.close();
      throw error;
    }
  }

  /** The new hosts by name, in their order; `gone` gets those that are of no use any more, to be let go in peace. */
  commit(gone: (host: RealHost) => void): {
    readonly hosts: Map<string, RealHost>;
    readonly replaced: Replaced;
  } {
    this.#world.place = this.#place;
    const unseated = [...this.#before.values()].flatMap((host) =>
      host.ports.unseat().map((door) => ({ host, door })),
    );
    const unheard = [...this.#before.values()].flatMap((host) => host.streams.unseat());
    for (const planned of this.#plan) settle(planned);
    const kept = new Set<Door | Listener>(
      this.#plan.flatMap(({ doors, listeners }) => [...doors, ...listeners].map(([, socket]) => socket)),
    );
    const doorsLeft = unseated.filter(({ door }) => !kept.has(door));
    for (const { host, door } of doorsLeft) host.ports.leave(door);
    const listenersLeft = unheard.filter((listener) => !kept.has(listener));
    for (const listener of listenersLeft) listener.close();
    const hosts = new Map(this.#plan.map(({ host, spec }) => [spec.name, host]));
    const removed = [...this.#before].filter(([name]) => !hosts.has(name));
    for (const [, host] of removed) gone(host);
    const named = (change: Change) =>
      this.#plan.filter((one) => one.change === change).map(({ spec }) => spec.name);
    return {
      hosts,
      replaced: {
        added: named('new'),
        removed: removed.map(([name]) => name),
        restarted: named('restarts'),
        sockets: {
          kept: kept.size - this.#opened.length,
          opened: this.#opened.length,
          closed: doorsLeft.length + listenersLeft.length,
        },
      },
    };
  }

  #planned(spec: HostSpec): Planned {
    const before = this.#before.get(spec.name);
    const change = before === undefined ? 'new' : changeOf(before.spec, spec);
    const host = before ?? new RealHost(this.#world, spec);
    const interfaces: Interface[] = [];
    const station = inertStation(spec, interfaces, false);
    for (const [number, own] of spec.interfaces.entries()) {
      const planned = new Interface(station, number, own, segmentNamed(this.segments, own.segment, spec));
      if (change === 'stays')
        for (const address of host.interfaceAt(number).addresses) planned.configure(address);
      interfaces.push(planned);
    }
    const service = change === 'stays' ? undefined : spec.create();
    return { host, spec, change, interfaces, service, doors: [], listeners: [] };
  }

  async #openListeners(): Promise<void> {
    const bound = new Map(
      [...this.#before.values()]
        .flatMap((host) => host.streams.listeners)
        .map((one) => [keyOf(one.bind), one]),
    );
    for (const { spec, interfaces, listeners } of this.#plan)
      for (const want of tcpWants({ spec, interfaces }, this.#place)) {
        let listener = bound.get(keyOf(want.bind));
        if (listener === undefined) {
          listener = await Listener.open(want.bind);
          this.#opened.push(listener);
        } else bound.delete(keyOf(want.bind));
        listeners.push([want, listener]);
      }
  }

  #openDoors(): void {
    const bound = new Map<string, Door[]>();
    for (const host of this.#before.values())
      for (const door of host.ports.seated)
        bound.set(keyOf(door.real), [...(bound.get(keyOf(door.real)) ?? []), door]);
    for (const planned of this.#plan)
      for (const want of udpWants({ spec: planned.spec, interfaces: planned.interfaces }, this.#place)) {
        let door = bound.get(keyOf({ address: want.bind, port: want.port }))?.shift();
        if (door === undefined) {
          if (want.shared) assertAlone(this.#world, want.port);
          door = new Door(this.#world, planned.host, want);
          this.#opened.push(door);
        }
        planned.doors.push([want, door]);
      }
  }
}

/** Makes a planned host real. */
function settle({ host, spec, change, interfaces, service, doors, listeners }: Planned): void {
  host.spec = spec;
  host.interfaces = [...interfaces];
  for (const own of interfaces) own.station = host;
  if (change === 'restarts') host.forget();
  host.ports.reseat(doors, interfaces);
  if (service !== undefined) {
    if (change === 'succeeds') host.succeed(service);
    else host.begin(service);
  }
  // Connections that wait are taken when there is a service for them.
  for (const [want, listener] of listeners) host.streams.seat(want, listener);
}

function changeOf(before: HostSpec, now: HostSpec): Change {
  if (before.revision === undefined || now.revision === undefined) return 'succeeds';
  return before.revision === now.revision && sameInterfaces(before.interfaces, now.interfaces)
    ? 'stays'
    : 'restarts';
}

function sameInterfaces(a: readonly InterfaceSpec[], b: readonly InterfaceSpec[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function keyOf({ address, port }: { readonly address: unknown; readonly port: number }): string {
  return `${String(address)}|${port}`;
}
