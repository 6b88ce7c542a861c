import { ANY, type Endpoint, type Ip, isIpv4, type Mac, MAC_BROADCAST } from '../../../core/address.ts';
import type { HostSpec } from '../../../core/driver.ts';
import { EnvironmentError } from '../../../core/errors.ts';
import { encodeFrame } from '../../../codec/frame/packet.ts';
import { ethernetOfMacMessage } from '../../../codec/docsis/mac-message.ts';
import { enterCable } from '../cable-entry.ts';
import { isBoundBy, replyIn } from '../outside/lease-seen.ts';
import type { Recent } from '../outside/recent.ts';
import { inertStation, type Interface, type Packet, type Sender, type Station } from '../plant.ts';
import { UdpSocket } from '../udp.ts';
import type { World } from '../world.ts';

/** As of modems in the process: one below is bound for nobody. */
const PORT_UNPRIVILEGED = 1024;

/** Where the frames of hosts that run elsewhere go. */
export interface Carrier {
  /** `frame` is Ethernet; `to`: undefined for all; `packet` is the same for all who are told one thing. */
  carry(frame: Uint8Array, from: Mac, to: FarHost | undefined, packet: number): void;
}

/** A socket by which what such a host sends leaves this process under `serve`. */
export interface Exit extends Sender {
  close(): void;
}

/** A host on a cable that another headend runs, as the plant sees it: what reaches it goes out by the trunk. */
export class FarHost {
  readonly station: Station;
  readonly interfaces: Interface[] = [];
  /** Where its frames come from, once one has come. */
  at: Ip | undefined;
  readonly #world: World;
  readonly #carrier: Carrier;
  readonly #exits: Recent<Exit>;

  constructor(world: World, spec: HostSpec, carrier: Carrier, exits: Recent<Exit>) {
    this.#world = world;
    this.#carrier = carrier;
    this.#exits = exits;
    this.station = {
      ...inertStation(spec, this.interfaces, true),
      // What it listens to, nobody here knows.
      hasPort: () => true,
      sender: (port, to) => this.#exitFor(port, to),
      datagram: (packet, via, hardware) => {
        this.#take(packet, via, hardware);
      },
      transit: (packet, via, hardware) => {
        if (hardware !== undefined) this.#put(packet, via.spec.mac, hardware);
      },
      macMessage: (octets, from) => {
        this.#carrier.carry(ethernetOfMacMessage(octets), from, this, 0);
      },
    };
  }

  /** Goes on as another did before a reload. */
  succeed(before: FarHost): void {
    this.at = before.at;
    for (const [index, own] of this.interfaces.entries())
      for (const address of before.interfaces[index]?.addresses ?? [])
        if (own.spec.addresses.length === 0) own.configure(address);
  }

  #take(packet: Packet, via: Interface, hardware: Mac): void {
    this.#put(packet, via.isBroadcast(packet.to.address) ? MAC_BROADCAST : via.spec.mac, hardware);
    const reply = replyIn(packet);
    if (reply === undefined || !isBoundBy(reply, packet, via)) return;
    const { tap, now } = this.#world;
    for (const listener of tap.listeners)
      listener.state?.(now(), this.station.spec, 'dhcp', 'bound', undefined);
  }

  #put(packet: Packet, to: Mac, from: Mac): void {
    const { number, octets, ttl } = packet;
    const body = { kind: 'udp' as const, from: packet.from, to: packet.to, ttl, octets };
    const frame = encodeFrame({ sourceMac: from, destinationMac: to, packet: number, body });
    this.#carrier.carry(frame, from, to === MAC_BROADCAST ? undefined : this, number);
  }

  /** Under `serve` its datagrams leave by sockets of this process, as those of modems that run in it do. */
  #exitFor(port: number, to: Ip): Sender | undefined {
    const { place, counts } = this.#world;
    const [own] = this.interfaces;
    const address = own?.sourceFor(to) ?? ANY;
    if (own === undefined || address === ANY || place.isClosed || port < PORT_UNPRIVILEGED) return undefined;
    const [seat] = place.seats(own, address);
    if (seat === undefined || isIpv4(seat.bind) !== isIpv4(to)) return undefined;
    const known = { address, port };
    return this.#exits.use(`${this.station.spec.name} ${address} ${port}`, () => {
      try {
        return this.#openAt(seat.bind, known);
      } catch (error) {
        if (!(error instanceof EnvironmentError)) throw error;
        counts.sendsRefused++;
        return undefined;
      }
    });
  }

  #openAt(bind: Ip, known: Endpoint): Exit {
    const { doors, counts } = this.#world;
    const socket = new UdpSocket(
      { address: bind, port: 0 },
      {
        datagram: (octets, from, fromPort) => {
          counts.datagramsIn++;
          const peer = doors.boundTo(from, fromPort)?.known ?? { address: from, port: fromPort };
          enterCable(this.#world, this.station, octets.slice(), { from: peer, to: known });
        },
        refused: () => {
          counts.sendsRefused++;
        },
      },
    );
    return {
      send: (octets, length, to) => {
        counts.datagramsOut++;
        socket.send(octets, length, to);
      },
      // What it says to all is said on its cable.
      broadcast: () => {},
      close: () => {
        socket.close();
      },
    };
  }
}
