import { ANY, BROADCAST, type Endpoint, formatEndpoint, formatIp, formatMac } from '../../../core/address.ts';
import type { HostSpec, Topology } from '../../../core/driver.ts';
import { EnvironmentError } from '../../../core/errors.ts';
import { Interface, type Segment, segmentNamed } from '../plant.ts';
import { assertAlone } from '../ports.ts';
import { assertThere, interfaceNamed, interfaceRisen } from '../system.ts';
import { sendToAll } from '../to-all.ts';
import { UdpSocket } from '../udp.ts';
import { DHCP_SERVER_PORT } from '../wants.ts';
import type { World } from '../world.ts';
import { FarServer } from './far-server.ts';
import { clientMacIn, type Delivery, Guest } from './guest.ts';
import { GuestStreams } from './guest-streams.ts';
import { Recent } from './recent.ts';
import { assertMet, endpointsOf, guestNeeds, relayNeeds } from './needs.ts';

/** Sockets of transfers that guests may have at a time; of more the one that was quiet longest is closed. */
const TRANSFERS_MAX = 256;
/** Strangers that are told of: a mistyped hardware address shows itself with the first. */
const STRANGERS_TOLD = 8;

/**
 * The hosts of a live run that are real. A guest's datagrams come in at the addresses of the scenario, which this machine has for
 * them, and cross the segments of the plant as anybody's; what the plant has for a guest leaves from these.
 */
export class Outside {
  readonly #world: World;
  readonly #topology: Topology;
  readonly #segments: ReadonlyMap<string, Segment>;
  readonly #guests: Guest[] = [];
  readonly #servers: FarServer[] = [];
  readonly #streams: GuestStreams;
  /** Sockets at the endpoints where guests ask. */
  readonly #standing = new Map<string, UdpSocket>();
  readonly #transfers = new Recent<UdpSocket>(TRANSFERS_MAX);
  /** Hears what guests say to all; what we say to all leaves from the address of an interface. */
  #ear: UdpSocket | undefined;
  /** What was last put on each interface for all: two guests of one wire hear it once. */
  readonly #saidToAll = new Map<string, number>();
  readonly #strangers = new Set<string>();

  constructor(world: World, topology: Topology, segments: ReadonlyMap<string, Segment>) {
    this.#world = world;
    this.#topology = topology;
    this.#segments = segments;
    this.#streams = new GuestStreams(world, (address) => this.#guests.find((guest) => guest.has(address)));
  }

  /** Finds the interfaces and opens the sockets; rejects with `EnvironmentError`. */
  async open(): Promise<void> {
    const guests = this.#topology.hosts.flatMap((spec) =>
      spec.live?.kind === 'guest' ? [{ spec, on: spec.live.interface }] : [],
    );
    for (const name of new Set(guests.map(({ on }) => on))) await interfaceRisen(name);
    const needs = guestNeeds(this.#topology, guests);
    for (const { on } of guests) assertThere(on);
    const near = new Set(needs.map(({ address }) => address.address));
    const relays = relayNeeds(this.#topology).filter(({ address }) => !near.has(address.address));
    assertMet([...needs, ...relays]);
    for (const { spec, on } of guests) {
      const guest = new Guest(spec, interfaceNamed(on), this);
      this.#join(spec, guest);
      this.#guests.push(guest);
    }
    for (const spec of this.#topology.hosts) {
      if (spec.live?.kind !== 'server') continue;
      const server = new FarServer(this.#world, spec, spec.live);
      this.#join(spec, server);
      this.#servers.push(server);
      server.open();
    }
    if (guests.length === 0) return;
    this.#openForGuests(endpointsOf(this.#topology, needs, 'udpPorts'));
    await this.#streams.open(endpointsOf(this.#topology, needs, 'tcpPorts'));
  }

  close(): void {
    this.#ear?.close();
    this.#streams.close();
    for (const socket of this.#standing.values()) socket.close();
    for (const server of this.#servers) server.close();
    this.#standing.clear();
    this.#transfers.close();
  }

  deliver({ wire }: Guest, { packet, how }: Delivery): void {
    const { counts } = this.#world;
    if (how === 'unicast') {
      const socket = this.#socketAt(packet.from);
      if (socket === undefined) counts.sendsRefused++;
      else counts.datagramsOut++;
      socket?.send(packet.octets, packet.octets.length, packet.to);
      return;
    }
    if (this.#saidToAll.get(wire.name) === packet.number) return;
    this.#saidToAll.set(wire.name, packet.number);
    const socket = this.#socketAt({ address: wire.address, port: packet.from.port });
    if (socket === undefined) {
      counts.sendsRefused++;
      return;
    }
    counts.datagramsOut++;
    const said = { octets: packet.octets, port: packet.to.port, on: wire };
    sendToAll(this.#world, socket, said, (code) => {
      if (code !== undefined) counts.sendsRefused++;
    });
  }

  bound({ station }: Guest): void {
    const { tap, now } = this.#world;
    for (const listener of tap.listeners) listener.state?.(now(), station.spec, 'dhcp', 'bound', undefined);
  }

  #join(spec: HostSpec, { station, interfaces }: Guest | FarServer): void {
    for (const [number, own] of spec.interfaces.entries())
      interfaces.push(new Interface(station, number, own, segmentNamed(this.#segments, own.segment, spec)));
  }

  #openForGuests(asked: readonly Endpoint[]): void {
    assertAlone(this.#world, DHCP_SERVER_PORT);
    this.#ear = this.#openAt({ address: ANY, port: DHCP_SERVER_PORT });
    const said = this.#guests.map(({ wire }) => ({ address: wire.address, port: DHCP_SERVER_PORT }));
    for (const known of [...asked, ...said]) {
      const key = formatEndpoint(known);
      if (!this.#standing.has(key)) this.#standing.set(key, this.#openAt(known));
    }
  }

  #openAt(known: Endpoint): UdpSocket {
    return new UdpSocket(
      { ...known, broadcast: true, shared: known.port === DHCP_SERVER_PORT },
      {
        datagram: (octets, from, port) => this.#heard(octets, { address: from, port }, known),
        refused: () => {
          this.#world.counts.sendsRefused++;
        },
      },
    );
  }

  /** The socket at an endpoint of the scenario: opened where a transfer has a port of its own. */
  #socketAt(known: Endpoint): UdpSocket | undefined {
    const key = formatEndpoint(known);
    const standing = this.#standing.get(key);
    if (standing !== undefined) return standing;
    try {
      return this.#transfers.use(key, () => this.#openAt({ ...known }));
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      this.#world.notice(`a real host gets no answer from ${key}: ${error.message}`);
      return undefined;
    }
  }

  #heard(octets: Uint8Array, from: Endpoint, known: Endpoint): void {
    this.#world.counts.datagramsIn++;
    if (this.#servers.some((server) => server.hears(octets, from, known))) return;
    const mac = known.port === DHCP_SERVER_PORT ? clientMacIn(octets) : undefined;
    const guest = this.#guests.find((one) => (mac === undefined ? one.has(from.address) : one.mac === mac));
    if (guest === undefined) {
      this.#tellStranger(mac === undefined ? formatIp(from.address) : formatMac(mac));
      return;
    }
    // What comes to the socket on all addresses was said to all.
    const isToAll = known.address === ANY;
    const to = { address: isToAll ? BROADCAST : known.address, port: known.port };
    const source = from.address;
    const said = { octets: octets.slice(), rule: undefined, detail: undefined };
    this.#world.network.send(
      guest.station,
      from.port,
      isToAll ? { ...to, via: 0, source } : { ...to, source },
      said,
    );
  }

  #tellStranger(who: string): void {
    if (this.#strangers.has(who) || this.#strangers.size >= STRANGERS_TOLD) return;
    this.#strangers.add(who);
    this.#world.notice(`${who} is heard, and no host with place: live has this address: it gets no answer`);
  }
}
