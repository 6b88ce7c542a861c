import type { Ip } from '../../core/address.ts';
import { ANY, ipv4, isIpv4 } from '../../core/address.ts';
import type { HostSpec, Topology } from '../../core/driver.ts';
import { EnvironmentError } from '../../core/errors.ts';
import type { Mapping } from './mapping.ts';
import type { Interface, Segment } from './plant.ts';
import { interfaceNamed, type NamedInterface } from './system.ts';
import { UdpSocket } from './udp.ts';

const LOOPBACK4 = ipv4(0x7f000001);

/** One address to bind for one of a host's addresses. */
export interface Seat {
  readonly bind: Ip;
  /** The address its service knows it by. */
  readonly known: Ip;
}

/** Where the scenario's endpoints are on this machine. */
export interface Place {
  /** Live mode: all that exists is in the scenario, so an address that is not leads nowhere. */
  readonly isClosed: boolean;
  /** Whether crossings of the segment are acted in this process. */
  acts(segment: Segment): boolean;
  /**
   * Whether a cable that is acted here is a real interface as well: its CMTS's relay hears clients on both, and what it says to all,
   * or to somebody unknown here, goes out there too.
   */
  joins(segment: Segment): boolean;
  /** What to bind for an address of an interface. */
  seats(own: Interface, address: Ip): readonly Seat[];
  /** The port to bind there; undefined where that endpoint gets no socket. */
  port(own: Interface, address: Ip, port: number): number | undefined;
  /** The interface whose broadcasts are answered. */
  readonly answers?: NamedInterface | undefined;
}

/** Live mode: every endpoint has its loopback endpoint, all segments are acted. */
export class LivePlace implements Place {
  readonly isClosed = true;
  readonly mapping: Mapping;

  constructor(mapping: Mapping) {
    this.mapping = mapping;
  }

  acts(): boolean {
    return true;
  }

  joins(): boolean {
    return false;
  }

  seats(_own: Interface, address: Ip): readonly Seat[] {
    return [{ bind: this.mapping.address(address), known: address }];
  }

  port(_own: Interface, address: Ip, port: number): number {
    return this.mapping.endpoint({ address, port }).port;
  }
}

export interface ServeWhere {
  /** Left out, loopback; `configured`: the addresses of the file, which must be this machine's. */
  readonly listen?: 'configured' | readonly Ip[] | undefined;
  /** The interface on which DHCP answers broadcasts, by name or by an address that it has. */
  readonly interface?: string | undefined;
}

/**
 * Serve: real ports, real addresses; only cables are acted. On loopback each host is at 127.0.0.1, or where an earlier
 * host has one of its ports there, at the loopback address that live mode would give it.
 */
export class ServePlace implements Place {
  readonly isClosed = false;
  readonly #listen: 'loopback' | 'configured' | readonly Ip[];
  readonly #loopback = new Map<HostSpec, Ip | undefined>();
  readonly #mapping: Mapping;
  readonly answers: Place['answers'];
  /** Names of the segments where a router has an address of the interface named. */
  readonly #joined: ReadonlySet<string>;

  constructor(topology: Topology, where: ServeWhere, mapping: Mapping) {
    this.#mapping = mapping;
    const named = where.interface;
    this.#listen = where.listen ?? (named === undefined ? 'loopback' : 'configured');
    this.answers = named === undefined ? undefined : interfaceNamed(named);
    const here = this.answers?.addresses ?? [];
    this.#joined = new Set(
      topology.hosts
        .filter(({ forwards }) => forwards)
        .flatMap(({ interfaces }) => interfaces)
        .filter(({ addresses }) => addresses.some(({ address }) => here.includes(address)))
        .map(({ segment }) => segment),
    );
    const taken = new Set<string>();
    for (const host of topology.hosts) {
      const ports = [
        ...host.udpPorts.map((port) => `udp/${port}`),
        ...host.tcpPorts.map((port) => `tcp/${port}`),
      ];
      if (ports.some((port) => taken.has(port))) continue;
      for (const port of ports) taken.add(port);
      this.#loopback.set(host, LOOPBACK4);
    }
  }

  acts(segment: Segment): boolean {
    return segment.kind === 'cable';
  }

  joins(segment: Segment): boolean {
    return this.acts(segment) && this.#joined.has(segment.name);
  }

  seats(own: Interface, address: Ip): readonly Seat[] {
    if (this.#listen === 'loopback') return [{ bind: this.#onLoopback(own, address), known: address }];
    if (own.segment.kind === 'cable' && !own.station.spec.forwards)
      // A modem's lease is seldom an address of this machine: where it is not, the kernel chooses the one that leads out.
      return [{ bind: isIpv4(address) && !isOurs(address) ? ANY : address, known: address }];
    if (this.#listen === 'configured') {
      // A CMTS's further networks are those of modems in this process: only who is outside needs their addresses here.
      const isInside = own.segment.kind === 'cable' && firstIpv4(own) !== address && !isOurs(address);
      return isInside ? [] : [{ bind: address, known: address }];
    }
    // Where the file has no address of that family, its first stands for all.
    const all = own.station.interfaces.flatMap((other) => other.addresses).map((other) => other.address);
    return this.#listen
      .filter((bind) => (all.find((other) => isIpv4(other) === isIpv4(bind)) ?? all[0]) === address)
      .map((bind) => ({ bind, known: bind }));
  }

  port(own: Interface, _address: Ip, port: number): number | undefined {
    // Many modems have one port 68; their leases come by the relay.
    if (own.segment.kind === 'cable' && !own.station.spec.forwards && port < 1024) return undefined;
    return port;
  }

  /** Only a host's first address is at 127.0.0.1: the others would want the same ports there. */
  #onLoopback(own: Interface, address: Ip): Ip {
    if (!isIpv4(address) || firstIpv4(own) !== address) return this.#mapping.address(address);
    return this.#loopback.get(own.station.spec) ?? this.#mapping.address(address);
  }
}

function firstIpv4(own: Interface): Ip | undefined {
  const all = own.station.interfaces.flatMap((other) => other.addresses);
  return all.find((other) => isIpv4(other.address))?.address;
}

/** Whether any address of 127/8 can be bound, as on Linux, or 127.0.0.1 only. */
export function canBindAnyLoopback(): boolean {
  return isOurs(ipv4(0x7f5b0703));
}

/** Whether an address can be bound: one of an interface, or of a prefix that is routed to this machine as its own. */
export function isOurs(address: Ip): boolean {
  try {
    new UdpSocket({ address, port: 0 }, { datagram: () => {}, refused: () => {} }).close();
    return true;
  } catch (error) {
    if (error instanceof EnvironmentError) return false;
    throw error;
  }
}
