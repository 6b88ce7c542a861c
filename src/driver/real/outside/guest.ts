import { ANY, type Endpoint, type Ip, ipv4At, macAt, type Mac } from '../../../core/address.ts';
import { CLIENT_PORT, MessageType, Op, Option, SERVER_PORT } from '../../../codec/dhcp/codes.ts';
import { CHADDR_OFFSET, DhcpDecoder, type DhcpMessage } from '../../../codec/dhcp/message.ts';
import type { HostSpec } from '../../../core/driver.ts';
import { DecodeError } from '../../../core/errors.ts';
import type { InterfaceAddress } from '../../../core/service.ts';
import { inertStation, type Interface, type Packet, type Station } from '../plant.ts';
import type { NamedInterface } from '../system.ts';

const decoder = new DhcpDecoder();
/** RFC 950 §2.1: a network without a mask is as its class; ours are never wider than this. */
const PREFIX_LENGTH = 24;

/** What came for a guest, and how it is put on its wire. */
export interface Delivery {
  readonly packet: Packet;
  /** `to-all`: the guest has no address that ARP would find. */
  readonly how: 'unicast' | 'to-all';
}

/** What a guest asks of those who know the machine's sockets. */
export interface GuestWorld {
  deliver(guest: Guest, delivery: Delivery): void;
  /** It was given its lease. */
  bound(guest: Guest): void;
}

/** A real client on an interface of this machine, as the plant sees it: a station whose service is out there. */
export class Guest {
  readonly station: Station;
  readonly interfaces: Interface[] = [];
  readonly wire: NamedInterface;
  readonly #world: GuestWorld;

  constructor(spec: HostSpec, wire: NamedInterface, world: GuestWorld) {
    this.wire = wire;
    this.#world = world;
    this.station = {
      ...inertStation(spec, this.interfaces, true),
      // What it listens to, nobody here knows.
      hasPort: () => true,
      datagram: (packet, via) => this.#take(packet, via),
    };
  }

  get mac(): Mac | undefined {
    return this.interfaces[0]?.spec.mac;
  }

  has(address: Ip): boolean {
    return this.interfaces.some((own) => own.has(address));
  }

  #take(packet: Packet, via: Interface): void {
    // What clients of the plant ask all servers stays in it: on the wire a server of the machine's own network would answer.
    if (packet.to.port === SERVER_PORT) return;
    const reply = packet.to.port === CLIENT_PORT ? replyIn(packet.octets) : undefined;
    const isOwn = reply !== undefined && macAt(packet.octets, CHADDR_OFFSET) === via.spec.mac;
    this.#world.deliver(this, { packet, how: howTo(packet.to, via, reply) });
    if (!isOwn) return;
    // Its lease is seen as it passes: from then on the plant finds it there, and it is who sends from there.
    if (reply.messageType === MessageType.nak) via.configure(undefined);
    if (reply.messageType !== MessageType.ack || reply.yiaddr === ANY) return;
    via.configure(leaseIn(reply));
    this.#world.bound(this);
  }
}

/** RFC 2131 §4.1: a client that has its address, which it says in ciaddr, is reached there; else whoever listens hears it. */
function howTo(to: Endpoint, via: Interface, reply: DhcpMessage | undefined): Delivery['how'] {
  if (via.isBroadcast(to.address)) return 'to-all';
  if (reply !== undefined) return reply.ciaddr === ANY ? 'to-all' : 'unicast';
  return via.has(to.address) ? 'unicast' : 'to-all';
}

/** What a server or relay of ours says to a client; undefined when it is something else. Valid until the next is read. */
function replyIn(octets: Uint8Array): DhcpMessage | undefined {
  try {
    const message = decoder.decode(octets);
    return message.op === Op.reply ? message : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function leaseIn(reply: DhcpMessage): InterfaceAddress {
  const mask = reply.option(Option.subnetMask);
  const router = reply.option(Option.routers);
  return {
    address: reply.yiaddr,
    prefixLength: mask?.length === 4 ? onesIn(ipv4At(mask, 0)) : PREFIX_LENGTH,
    router: router !== undefined && router.length >= 4 ? ipv4At(router, 0) : undefined,
  };
}

function onesIn(mask: number): number {
  return Math.clz32(~mask);
}

/** The hardware address that a client says it has, in a request; undefined when it is none. */
export function clientMacIn(octets: Uint8Array): Mac | undefined {
  const isRequest = octets.length >= CHADDR_OFFSET + 16 && octets[0] === 1 && octets[2] === 6;
  return isRequest ? macAt(octets, CHADDR_OFFSET) : undefined;
}
