import { randomInt } from 'node:crypto';
import type { Ip } from '../../core/address.ts';
import { ANY, isIpv4 } from '../../core/address.ts';
import { bug, EnvironmentError } from '../../core/errors.ts';
import { after } from '../../core/time.ts';
import { Door } from './door.ts';
import type { RealHost } from './host.ts';
import type { Interface } from './plant.ts';
import type { World } from './world.ts';

/** RFC 6335 §6: the dynamic ports, for a host that binds before it has an address. */
const DYNAMIC_FIRST = 49_152;
const DYNAMIC_END = 65_536;
/** The same number free on each of a host's addresses: hardly ever more than one try. */
const BIND_TRIES = 16;

/** Where RFC 2131 §4.1 clients without an address send: to all. */
const DHCP_SERVER_PORT = 67;

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
    for (const port of this.#host.spec.udpPorts) {
      if (port === DHCP_SERVER_PORT && this.#hasEar) this.#assertAlone(port);
      this.#doors.set(port, []);
      for (const own of this.#host.interfaces)
        for (const { address } of own.addresses) this.#openAt(own, address, port);
      if (port === DHCP_SERVER_PORT) this.#openEar();
    }
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
    for (let tried = 0; tried < BIND_TRIES; tried++) {
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
        if (!(error instanceof EnvironmentError) || tried === BIND_TRIES - 1) throw error;
      }
    }
    return bug('the last try returns or throws');
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
    const doors = this.#doors.get(port);
    if (doors === undefined) return undefined;
    if (source !== undefined && source !== ANY)
      for (const door of doors) if (door.known.address === source) return door;
    for (const door of doors) if (isIpv4(door.known.address) === isIpv4(to)) return door;
    return undefined;
  }

  #openAt(own: Interface, address: Ip, knownPort: number): void {
    const { place, doors } = this.#world;
    const port = place.port(own, address, knownPort);
    if (port === undefined) return;
    for (const { bind, known } of place.seats(own, address)) {
      const shared = knownPort === DHCP_SERVER_PORT && this.#hasEar;
      const door = new Door(this.#world, this.#host, { own, known, knownPort, bind, port, shared });
      doors.add(door);
      this.#doors.get(knownPort)?.push(door);
    }
  }

  /**
   * Datagrams to 255.255.255.255 reach sockets on 0.0.0.0 only; replies leave from the socket on the interface's own
   * address, since Linux sends a broadcast out by the interface whose address the sender has.
   */
  #openEar(): void {
    const [own] = this.#host.interfaces;
    if (!this.#hasEar || own === undefined) return;
    if (this.#doors.get(DHCP_SERVER_PORT)?.some((door) => door.real.address === ANY) === true) return;
    const where = { own, known: ANY, bind: ANY, port: DHCP_SERVER_PORT };
    this.#ear = new Door(this.#world, this.#host, { ...where, shared: true });
  }

  /** Whether this host answers clients on the interface named: a server, or the CMTS whose cable it is. */
  get #hasEar(): boolean {
    const { place } = this.#world;
    const { spec, interfaces } = this.#host;
    if (place.answers === undefined) return false;
    if (spec.forwards) return interfaces[0] !== undefined && place.joins(interfaces[0].segment);
    return interfaces.every((own) => !place.acts(own.segment));
  }

  /** A shared socket would be let in beside another program's: one that is not shared finds out first. */
  #assertAlone(port: number): void {
    const [own] = this.#host.interfaces;
    if (own === undefined || this.#world.ownPorts.has(port)) return;
    new Door(this.#world, this.#host, { own, known: ANY, bind: ANY, port }).close();
    this.#world.ownPorts.add(port);
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
    schedule.at(after(now(), LINGER_US), () => {
      if (this.#lingering.delete(door)) this.#close(door);
    });
  }

  #close(door: Door): void {
    this.#world.doors.remove(door);
    door.close();
  }
}
