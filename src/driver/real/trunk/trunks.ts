import {
  ANY,
  formatIp,
  formatMac,
  type Ip,
  macAt,
  MAC_BROADCAST,
  type Mac,
  maskIp,
} from '../../../core/address.ts';
import { Writer } from '../../../core/bytes.ts';
import type { HostSpec, Quality, Topology } from '../../../core/driver.ts';
import { DecodeError } from '../../../core/errors.ts';
import { isMacMessageFrame, macMessageOfEthernet } from '../../../codec/docsis/mac-message.ts';
import { decodeFrame } from '../../../codec/frame/decode.ts';
import {
  decodeVxlan,
  encodeVxlanHeader,
  VXLAN_HEADER_OCTETS,
  VXLAN_PORT,
} from '../../../codec/frame/vxlan.ts';
import { Recent } from '../outside/recent.ts';
import { Interface, type Packet, type Segment, segmentNamed } from '../plant.ts';
import { interfaceNamed, interfaceRisen, type NamedInterface } from '../system.ts';
import { UdpSocket } from '../udp.ts';
import type { World } from '../world.ts';
import { type Exit, FarHost } from './far-host.ts';

/** Sockets by which what hosts elsewhere send leaves under `serve`; of more the one that was quiet longest is closed. */
const EXITS_MAX = 1_024;
/** Strangers that are told of: two files that differ show it with the first. */
const STRANGERS_TOLD = 8;

/** One cable of which a part is elsewhere. */
interface Trunk {
  /** The interface by which it goes on, as it was named. */
  readonly on: string;
  readonly segment: Segment;
  readonly hosts: ReadonlyMap<Mac, FarHost>;
  /** What was last said to all: however many of them hear it, it goes out once. */
  saidToAll: number;
}

/**
 * Cables that go on in another headend: a frame for a host that runs there is sent over an interface of this machine as RFC 7348
 * does it, Ethernet in UDP, and those of that host come the same way. A MAC management message is a frame of Ethernet behind its MAC
 * header, so that ranging and registration cross as well. Delay, loss and faults act where the CMTS runs.
 */
export class Trunks {
  readonly #world: World;
  readonly #exits = new Recent<Exit>(EXITS_MAX);
  /** By their network identifiers: the place of the segment in the file, from 1, since both ends read the same one. */
  #trunks: ReadonlyMap<number, Trunk>;
  #wires: ReadonlyMap<string, NamedInterface> = new Map();
  #socket: UdpSocket | undefined;
  readonly #strangers = new Set<string>();

  constructor(world: World, topology: Topology, segments: ReadonlyMap<string, Segment>) {
    this.#world = world;
    this.#trunks = this.#make(topology, segments);
  }

  static isNeeded({ hosts }: Topology): boolean {
    return hosts.some(({ live }) => live?.kind === 'headend');
  }

  /** Finds the interfaces and opens the socket; rejects with `EnvironmentError`. */
  async open(): Promise<void> {
    const wires = new Map<string, NamedInterface>();
    for (const { on } of this.#trunks.values()) {
      await interfaceRisen(on);
      wires.set(on, interfaceNamed(on));
    }
    this.#wires = wires;
    const receiver = {
      datagram: (octets: Uint8Array, from: Ip): void => {
        this.#heard(octets, from);
      },
      refused: (): void => {
        this.#world.counts.sendsRefused++;
      },
    };
    this.#socket = new UdpSocket({ address: ANY, port: VXLAN_PORT, broadcast: true }, receiver);
  }

  close(): void {
    this.#socket?.close();
    this.#exits.close();
  }

  /** At a reload: the hosts elsewhere are on new segments, with the leases that they have. */
  rejoin(topology: Topology, segments: ReadonlyMap<string, Segment>): void {
    const before = [...this.#trunks.values()].flatMap(({ hosts }) => [...hosts.values()]);
    const byName = new Map(before.map((host) => [host.station.spec.name, host]));
    this.#trunks = this.#make(topology, segments);
    for (const { hosts } of this.#trunks.values())
      for (const host of hosts.values()) {
        const former = byName.get(host.station.spec.name);
        if (former !== undefined) host.succeed(former);
      }
  }

  #make(topology: Topology, segments: ReadonlyMap<string, Segment>): ReadonlyMap<number, Trunk> {
    const trunks = new Map<number, Trunk>();
    for (const [index, { name, kind }] of topology.segments.entries()) {
      const elsewhere = topology.hosts.flatMap((spec) =>
        kind === 'cable' && spec.live?.kind === 'headend' && isOn(spec, name)
          ? [{ spec, on: spec.live.interface }]
          : [],
      );
      const [first] = elsewhere;
      if (first === undefined) continue;
      const hosts = new Map<Mac, FarHost>();
      const segment = segmentNamed(segments, name, first.spec);
      const trunk: Trunk = { on: first.on, segment, hosts, saidToAll: 0 };
      for (const { spec } of elsewhere) this.#join(spec, index + 1, trunk, hosts);
      trunks.set(index + 1, trunk);
    }
    return trunks;
  }

  #join(spec: HostSpec, network: number, trunk: Trunk, hosts: Map<Mac, FarHost>): void {
    const carrier = {
      carry: (frame: Uint8Array, from: Mac, to: FarHost | undefined, packet: number): void => {
        // What is said elsewhere is heard elsewhere without our help.
        if (!hosts.has(from)) this.#carry(network, trunk, { frame, to, packet });
      },
    };
    const host = new FarHost(this.#world, spec, carrier, this.#exits);
    for (const [number, own] of spec.interfaces.entries()) {
      if (own.segment !== trunk.segment.name) continue;
      host.interfaces.push(new Interface(host.station, number, own, trunk.segment));
      hosts.set(own.mac, host);
    }
  }

  #carry(
    network: number,
    trunk: Trunk,
    {
      frame,
      to,
      packet,
    }: { readonly frame: Uint8Array; readonly to: FarHost | undefined; readonly packet: number },
  ): void {
    const wire = this.#wires.get(trunk.on);
    if (wire === undefined) return;
    if (to === undefined) {
      if (trunk.saidToAll === packet) return;
      trunk.saidToAll = packet;
    }
    const writer = new Writer(new Uint8Array(VXLAN_HEADER_OCTETS + frame.length));
    encodeVxlanHeader(writer, network);
    writer.bytes(frame);
    this.#world.counts.datagramsOut++;
    // RFC 7348 §4.2 floods to a group what has no known place; a cable's two ends are on one link, and a broadcast finds the other.
    const address = to?.at ?? wire.broadcast;
    this.#socket?.send(writer.octets, writer.offset, { address, port: VXLAN_PORT });
  }

  #heard(octets: Uint8Array, from: Ip): void {
    this.#world.counts.datagramsIn++;
    // What we say to all comes back to us.
    if ([...this.#wires.values()].some(({ addresses }) => addresses.includes(from))) return;
    try {
      const { network, frame } = decodeVxlan(octets);
      const trunk = this.#trunks.get(network);
      const wire = trunk && this.#wires.get(trunk.on);
      if (trunk === undefined || wire === undefined || !isNear(wire, from)) return;
      this.#take(trunk, frame, from);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#tellStranger(formatIp(from), `sends what is no frame of a cable: ${error.message}`);
    }
  }

  #take(trunk: Trunk, frame: Uint8Array, from: Ip): void {
    const { network, crossing } = this.#world;
    const isMacMessage = isMacMessageFrame(frame);
    const decoded = isMacMessage ? undefined : decodeFrame(frame);
    const to = decoded?.destination ?? macAt(frame, 0);
    const source = decoded?.source ?? macAt(frame, 6);
    const far = trunk.hosts.get(source);
    const own = far?.interfaces[0];
    if (far === undefined || own === undefined) {
      this.#tellStranger(
        formatMac(source),
        `is heard on ${trunk.on}, and nobody who runs elsewhere has this address`,
      );
      return;
    }
    // RFC 7348 §4.1: where a frame comes from is where its sender is.
    far.at = from;
    if (to !== MAC_BROADCAST && (trunk.hosts.has(to) || trunk.segment.withMac(to) === undefined)) return;
    const reasons = { rule: undefined, detail: undefined };
    if (decoded === undefined) {
      network.sendMacMessage(own, to, { octets: macMessageOfEthernet(frame), ...reasons });
      return;
    }
    const { body } = decoded;
    // Streams, ARP and ICMP are not carried.
    if (body.kind !== 'udp') return;
    const packet: Packet = {
      number: crossing.nextPacket(),
      from: body.from,
      to: body.to,
      ttl: body.ttl,
      octets: body.octets.slice(),
      origin: far.station,
      ...reasons,
    };
    network.goOn(packet, own, to);
  }

  #tellStranger(who: string, what: string): void {
    if (this.#strangers.has(who) || this.#strangers.size >= STRANGERS_TOLD) return;
    this.#strangers.add(who);
    this.#world.notice(`${who} ${what}`);
  }
}

function isOn({ interfaces }: HostSpec, segment: string): boolean {
  return interfaces.some((own) => own.segment === segment);
}

/** Whether an address is on the link of an interface: what is forged from afar is not listened to. */
function isNear({ address, prefixLength }: NamedInterface, from: Ip): boolean {
  return typeof from === 'number' && maskIp(from, prefixLength) === maskIp(address, prefixLength);
}

const NOTHING_ACTED: Quality = { delayUs: 0, jitterUs: 0, lossRatio: 0, bitsPerSecond: 0 };

/** What is acted here: hosts that run in this process, and cables as they are, but for those whose CMTS runs elsewhere. */
export function actedHere(topology: Topology): Topology {
  const isActed = (segment: string): boolean => {
    const on = topology.hosts.filter((host) => isOn(host, segment));
    return (
      !on.some(({ live }) => live?.kind === 'headend') ||
      on.some((host) => host.forwards && host.live === undefined)
    );
  };
  return {
    ...topology,
    segments: topology.segments.map((segment) =>
      segment.kind === 'ethernet' || isActed(segment.name) ? segment : { ...segment, quality: NOTHING_ACTED },
    ),
    hosts: topology.hosts.filter(({ live }) => live === undefined),
  };
}
