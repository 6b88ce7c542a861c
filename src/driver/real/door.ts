import type { Endpoint, Ip, Mac } from '../../core/address.ts';
import { ANY, BROADCAST } from '../../core/address.ts';
import type { DatagramInput, UnreachableInput } from '../../core/service.ts';
import { enterCable } from './cable-entry.ts';
import type { RealHost } from './host.ts';
import type { Interface, Packet } from './plant.ts';
import { Refusals } from './refusals.ts';
import { wayTo } from './routing.ts';
import { sendToAll } from './to-all.ts';
import { type Crossed, bodyOf } from './tap.ts';
import { type UdpReceiver, UdpSocket } from './udp.ts';
import type { World } from './world.ts';

/** More of our own datagrams than this never wait in one socket's buffer: the rest was dropped by the kernel. */
const EXPECTED_MAX = 4096;
/** Room for a storm of retries after a power cut; the kernel gives as much of it as it may. */
const SERVER_BUFFER_OCTETS = 4 * 1024 * 1024;

/** One of ours that is on its way through the kernel. */
interface Expected {
  /** The endpoint of the socket that sends it: not that of the packet, where a router has translated it. */
  readonly sentBy: Endpoint;
  readonly packet: Packet;
  readonly last: Interface;
  readonly crossed: Crossed | undefined;
}

/** The input that is handed in again and again: valid until `handle` returns. */
interface MutableDatagram extends DatagramInput {
  octets: Uint8Array;
  from: Endpoint;
  to: Endpoint;
  via: number;
  hardware: Mac | undefined;
}

const NO_OCTETS = new Uint8Array(0);

/** A socket of a host's port: `known` is its endpoint as the service knows it, `real` as the kernel does. */
export class Door implements UdpReceiver {
  known: Endpoint;
  own: Interface;
  #host: RealHost;
  readonly #world: World;
  readonly #socket: UdpSocket;
  /** Strangers come in here: what one of them may send is limited. A transfer's own port has one peer, who is no stranger. */
  readonly #isServer: boolean;
  readonly #input: MutableDatagram;
  readonly #refusals: Refusals;
  #expected: Expected[] = [];
  /** It sends what still crosses segments, and hears nothing more. */
  isReleased = false;

  /** Throws `EnvironmentError`. */
  constructor(
    world: World,
    host: RealHost,
    where: {
      readonly own: Interface;
      readonly known: Ip;
      /** Of a port that the specification names; left out for one that a service asked for: as it is bound. */
      readonly knownPort?: number | undefined;
      readonly bind: Ip;
      readonly port: number;
      readonly shared?: boolean | undefined;
    },
  ) {
    this.#world = world;
    this.#host = host;
    this.own = where.own;
    this.#isServer = where.knownPort !== undefined;
    this.#socket = new UdpSocket(
      {
        address: where.bind,
        port: where.port,
        shared: where.shared,
        broadcast: typeof where.bind === 'number',
        bufferOctets:
          this.#isServer && !world.place.acts(where.own.segment) ? SERVER_BUFFER_OCTETS : undefined,
      },
      this,
    );
    this.known = { address: where.known, port: where.knownPort ?? this.#socket.local.port };
    this.#refusals = new Refusals(this.#socket.local, {
      now: world.now,
      because: (rule, detail) => {
        host.because(rule, detail);
      },
    });
    const number = where.own.number;
    this.#input = {
      kind: 'datagram',
      octets: NO_OCTETS,
      from: this.known,
      to: this.known,
      via: number,
      hardware: undefined,
    };
  }

  get real(): Endpoint {
    return this.#socket.local;
  }

  /** The socket is of another host, interface or known endpoint from now on; what is on its way in stays good. */
  reseat(host: RealHost, own: Interface, known: Endpoint): void {
    this.#host = host;
    this.own = own;
    this.known = known;
    this.#input.via = own.number;
    this.#input.to = known;
  }

  get #meteredPort(): number {
    return this.#isServer ? this.known.port : 0;
  }

  /** Sends to an endpoint of the kernel's. */
  send(octets: Uint8Array, length: number, to: Endpoint): void {
    this.#world.counts.datagramsOut++;
    this.#world.meter?.sent(this.#host.spec, this.#meteredPort, octets, length);
    this.#socket.send(octets, length, to);
  }

  /** Sends one of ours to another of our sockets, which is told what to expect. */
  sendTo(door: Door, packet: Packet, last: Interface, crossed: Crossed | undefined): void {
    if (door.#expected.length >= EXPECTED_MAX) door.#giveUp(door.#expected.shift());
    door.#expected.push({ sentBy: this.known, packet, last, crossed });
    this.send(packet.octets, packet.octets.length, door.real);
  }

  /** To all on the link: 255.255.255.255, and to the subnet's own broadcast only when that is unreachable. */
  broadcast(octets: Uint8Array, port: number): void {
    const to = { address: BROADCAST, port };
    this.#world.counts.datagramsOut++;
    this.#world.meter?.sent(this.#host.spec, this.#meteredPort, octets, octets.length);
    const on = this.#world.place.answers;
    sendToAll(this.#world, this.#socket, { octets, port, on }, (code) => {
      if (code === undefined) return this.sent(to);
      this.#world.counts.sendsRefused++;
      this.#refusals.refused(code, to);
    });
  }

  close(): void {
    for (const expected of this.#expected) this.#giveUp(expected);
    this.#expected = [];
    this.#socket.close();
  }

  datagram(octets: Uint8Array, from: Ip, fromPort: number): void {
    if (this.isReleased) return;
    this.#world.counts.datagramsIn++;
    if (this.#isServer && this.#world.doorkeeper?.admits(from, this.#host) === false) return;
    this.#world.meter?.received(this.#host.spec, this.#meteredPort, octets);
    const ours = this.#world.doors.boundTo(from, fromPort);
    const sender = ours?.known ?? { address: from, port: fromPort };
    const expected = this.#expected.length === 0 ? undefined : this.#match(sender, octets.length);
    const peer = expected?.packet.from ?? sender;
    if (expected?.crossed !== undefined)
      this.#world.tap.frame(
        expected.crossed,
        { at: this.#world.now(), fate: 'delivered' },
        bodyOf({ ...expected.packet, octets }),
      );
    if (expected === undefined && this.#host.comesOverCable(this.own)) {
      enterCable(this.#world, this.#host, octets.slice(), { from: peer, to: this.known });
      return;
    }
    if (expected === undefined) this.#tapOutside(octets, peer);
    const input = this.#input;
    input.octets = octets;
    input.from = peer;
    // A socket on all addresses cannot know which one was meant.
    input.to = this.known;
    input.via = expected?.last.number ?? this.#viaFrom(from, peer);
    input.hardware = expected?.crossed?.sender?.spec.mac;
    const isStranger = expected === undefined && ours === undefined && this.known.address !== ANY;
    if (!isStranger || !this.#host.respond(input, this)) this.#host.handle(input);
    input.octets = NO_OCTETS;
  }

  refused(code: string, to: Endpoint): void {
    const reason = REASONS[code];
    // That nobody listens at the peer's port is between the peer and the service.
    if (reason !== 'port') this.#refusals.refused(code, to);
    if (reason === undefined) {
      this.#world.counts.sendsRefused++;
      return;
    }
    const known = this.#world.doors.boundTo(to.address, to.port)?.known ?? to;
    this.#host.handle({ kind: 'unreachable', reason, port: this.known.port, to: known });
  }

  get listensForSent(): boolean {
    return !this.#refusals.isEmpty;
  }

  sent(to: Endpoint): void {
    this.#refusals.sent(to.address);
  }

  /** A host on several segments hears a peer by the one that leads to it, whichever address was meant. */
  #viaFrom(real: Ip, peer: Endpoint): number {
    if (this.#host.interfaces.length === 1) return this.own.number;
    return (wayTo(this.#host, peer.address) ?? wayTo(this.#host, real))?.out.number ?? this.own.number;
  }

  #match(peer: Endpoint, length: number): Expected | undefined {
    const index = this.#expected.findIndex(
      ({ packet, sentBy }) =>
        packet.octets.length === length && sentBy.port === peer.port && sentBy.address === peer.address,
    );
    if (index === -1) return undefined;
    // Loopback keeps the order, so what was expected before this one is not coming.
    const [expected, ...lost] = this.#expected.splice(0, index + 1).reverse();
    for (const missing of lost.reverse()) this.#giveUp(missing);
    return expected;
  }

  #giveUp(expected: Expected | undefined): void {
    if (expected === undefined) return;
    this.#world.counts.lostInKernel++;
    if (expected.crossed === undefined) return;
    const end = { at: this.#world.now(), fate: 'overflow' as const };
    this.#world.tap.frame(expected.crossed, end, bodyOf(expected.packet));
  }

  #tapOutside(octets: Uint8Array, from: Endpoint): void {
    const { tap, crossing, now } = this.#world;
    if (!tap.seesFrames) return;
    const at = now();
    const crossed: Crossed = {
      sentAt: at,
      medium: this.own.segment.name,
      sender: undefined,
      receiver: this.own,
      isBroadcast: this.known.address === ANY,
      packet: crossing.nextPacket(),
      rule: undefined,
      detail: undefined,
    };
    tap.frame(crossed, { at, fate: 'delivered' }, { kind: 'udp', from, to: this.known, ttl: 64, octets });
  }
}

const REASONS: Readonly<Record<string, UnreachableInput['reason']>> = {
  ECONNREFUSED: 'port',
  ENETUNREACH: 'network',
  EHOSTUNREACH: 'host',
  EACCES: 'filtered',
  EPERM: 'filtered',
};
