import { randomInt } from 'node:crypto';
import type { Ip } from '../../core/address.ts';
import { ANY, isIpv4 } from '../../core/address.ts';
import { EnvironmentError } from '../../core/errors.ts';
import { LIMIT_RULES } from '../../core/rules/limit.ts';
import { after } from '../../core/time.ts';
import { Door } from './door.ts';
import type { RealHost } from './host.ts';
import type { Interface } from './plant.ts';
import { UdpSocket } from './udp.ts';
import { DHCP_SERVER_PORT, hearsAll, type UdpWant, udpWants } from './wants.ts';
import type { World } from './world.ts';

/** RFC 6335 §6: the dynamic ports, for a host that binds before it has an address. */
const DYNAMIC_FIRST = 49_152;
const DYNAMIC_END = 65_536;
/** The same number free on each of a host's addresses: hardly ever more than one try. */
const BIND_TRIES = 16;

/** Longer than a crossing that a scenario would wait for. */
const LINGER_US = 1_000_000;

/** The UDP ports of a host, with a socket for each address it has. */
export class Ports {
  readonly #world: World;
  readonly #host: RealHost;
  readonly #doors = new Map<number, Door[]>();
  readonly #lingering = new Set<Door>();
  /** Receives what is sent to all on the interface that is answered. */
  #ear: Door | undefined;

  constructor(world: World, host: RealHost) {
    this.#world = world;
    this.#host = host;
  }

  has(port: number): boolean {
    return this.#doors.has(port);
  }

  /** Opens the ports of the specification on the addresses that are there; throws `EnvironmentError`. */
  open(): void {
    for (const port of this.#host.spec.udpPorts) this.#doors.set(port, []);
    for (const want of udpWants(this.#host, this.#world.place)) {
      if (want.shared) assertAlone(this.#world, want.port);
      this.#seat(new Door(this.#world, this.#host, want), want);
    }
  }

  /** The doors of the specification. */
  get seated(): readonly Door[] {
    const doors = this.#host.spec.udpPorts.flatMap((port) => this.#doors.get(port) ?? []);
    return this.#ear === undefined ? doors : [...doors, this.#ear];
  }

  /** At a reload: the doors of the specification are nobody's until they are seated again; gives them. */
  unseat(): readonly Door[] {
    const unseated = this.seated;
    for (const door of unseated) this.#world.doors.remove(door);
    for (const port of this.#host.spec.udpPorts) this.#doors.delete(port);
    this.#ear = undefined;
    return unseated;
  }

  /** At a reload, when the host has its new specification and interfaces: takes doors in, and gives those it opened new interfaces. */
  reseat(doors: readonly (readonly [UdpWant, Door])[], interfaces: readonly Interface[]): void {
    for (const door of [...this.#lingering, ...[...this.#doors.values()].flat()]) {
      const own = interfaces[door.own.number] ?? interfaces[0];
      if (own !== undefined) door.reseat(this.#host, own, door.known);
    }
    for (const port of this.#host.spec.udpPorts) this.#doors.set(port, []);
    for (const [want, door] of doors) {
      door.reseat(this.#host, want.own, { address: want.known, port: want.knownPort });
      this.#seat(door, want);
    }
  }

  /** A door that the specification names no more: it hears nothing, and is closed when what is held for the disk is sent. */
  leave(door: Door): void {
    if (this.#host.isOwing) this.#linger(door);
    else door.close();
  }

  /** How many ports the service has asked for and not released. */
  get openedCount(): number {
    let count = 0;
    for (const port of this.#doors.keys()) if (!this.#host.spec.udpPorts.includes(port)) count++;
    return count;
  }

  /** From now on nothing new is heard on the ports of the specification. */
  deafen(): void {
    for (const port of this.#host.spec.udpPorts)
      for (const door of this.#doors.get(port) ?? []) door.isReleased = true;
    if (this.#ear !== undefined) this.#ear.isReleased = true;
  }

  /** An interface has gained an address, or lost one: its sockets follow. */
  follow(own: Interface): void {
    for (const [port, doors] of this.#doors) {
      const kept: Door[] = [];
      for (const door of doors)
        if (door.own !== own || this.#isSeated(door)) kept.push(door);
        else this.#close(door);
      this.#doors.set(port, kept);
      for (const { address } of own.addresses) {
        if (kept.some((door) => door.own === own && door.known.address === address)) continue;
        try {
          this.#openAt(own, address, port);
        } catch (error) {
          if (!(error instanceof EnvironmentError)) throw error;
          this.#world.notice(`${this.#host.spec.name}: ${error.message}`);
        }
      }
    }
  }

  /** A port nobody can foretell, by the kernel's choice where there is a socket to open. */
  bind(): number {
    const seats = this.#host.interfaces.flatMap((own) =>
      own.addresses.flatMap(({ address }) =>
        this.#world.place.seats(own, address).map((seat) => ({ own, ...seat })),
      ),
    );
    for (let tried = 1; ; tried++) {
      const doors: Door[] = [];
      let port = 0;
      try {
        for (const { own, bind, known } of seats) {
          const door = new Door(this.#world, this.#host, { own, bind, known, port });
          doors.push(door);
          port = door.known.port;
          // Told apart by the port alone: the next address is another endpoint, though the kernel's is the same.
        }
        if (port === 0) port = this.#unusedPort();
        if (this.#doors.has(port)) throw new EnvironmentError(`port ${port} is ours`, 'another');
        for (const door of doors) this.#world.doors.add(door);
        this.#doors.set(port, doors);
        return port;
      } catch (error) {
        for (const door of doors) door.close();
        if (!(error instanceof EnvironmentError)) throw error;
        if (tried === BIND_TRIES) return this.#bindNothing(error);
      }
    }
  }

  /** A number that nothing is sent from or heard at: to its service it is a network that loses all. */
  #bindNothing({ what }: EnvironmentError): number {
    this.#host.because(LIMIT_RULES.noDescriptor, what);
    const port = this.#unusedPort();
    this.#doors.set(port, []);
    return port;
  }

  release(port: number): void {
    if (this.#host.spec.udpPorts.includes(port)) return;
    for (const door of this.#doors.get(port) ?? []) {
      if (this.#world.place.acts(door.own.segment)) this.#linger(door);
      else this.#close(door);
    }
    this.#doors.delete(port);
  }

  closeAll(): void {
    for (const doors of this.#doors.values()) for (const door of doors) this.#close(door);
    this.#doors.clear();
    for (const door of this.#lingering) this.#close(door);
    this.#lingering.clear();
    this.#ear?.close();
    this.#ear = undefined;
  }

  /** The socket that sends for a port: from `source` where that is said, else of the family of `to`. */
  door(port: number, source: Ip | undefined, to: Ip): Door | undefined {
    const doors = this.#doors.get(port) ?? this.#leaving(port);
    if (source !== undefined && source !== ANY)
      for (const door of doors) if (door.known.address === source) return door;
    for (const door of doors) if (isIpv4(door.known.address) === isIpv4(to)) return door;
    return undefined;
  }

  /** What was held for the disk may be sent after a reload has taken its port away. */
  #leaving(port: number): readonly Door[] {
    return [...this.#lingering].filter(({ known }) => known.port === port);
  }

  #openAt(own: Interface, address: Ip, knownPort: number): void {
    const { place, doors } = this.#world;
    const port = place.port(own, address, knownPort);
    if (port === undefined) return;
    for (const { bind, known } of place.seats(own, address)) {
      const shared = knownPort === DHCP_SERVER_PORT && hearsAll(this.#host, place);
      const door = new Door(this.#world, this.#host, { own, known, knownPort, bind, port, shared });
      doors.add(door);
      this.#doors.get(knownPort)?.push(door);
    }
  }

  #seat(door: Door, { isEar, knownPort }: UdpWant): void {
    if (isEar) {
      this.#ear = door;
      return;
    }
    this.#world.doors.add(door);
    this.#doors.get(knownPort)?.push(door);
  }

  #isSeated(door: Door): boolean {
    return door.own.addresses.some(({ address }) =>
      this.#world.place.seats(door.own, address).some((seat) => seat.known === door.known.address),
    );
  }

  #unusedPort(): number {
    for (;;) {
      const port = randomInt(DYNAMIC_FIRST, DYNAMIC_END);
      if (!this.#doors.has(port)) return port;
    }
  }

  /** The service is done with the port, while what it sent last may still cross segments that are acted here. */
  #linger(door: Door): void {
    const { now, schedule } = this.#world;
    door.isReleased = true;
    this.#lingering.add(door);
    const end = (): void => {
      if (this.#host.isOwing && this.#lingering.has(door)) schedule.at(after(now(), LINGER_US), end);
      else if (this.#lingering.delete(door)) this.#close(door);
    };
    schedule.at(after(now(), LINGER_US), end);
  }

  #close(door: Door): void {
    this.#world.doors.remove(door);
    door.close();
  }
}

/** A shared socket would be let in beside another program's: one that is not shared finds out first. */
export function assertAlone(world: World, port: number): void {
  if (world.ownPorts.has(port)) return;
  new UdpSocket({ address: ANY, port }, { datagram: () => {}, refused: () => {} }).close();
  world.ownPorts.add(port);
}
