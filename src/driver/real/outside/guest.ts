import { ANY, type Endpoint, type Ip, macAt, type Mac } from '../../../core/address.ts';
import { SERVER_PORT } from '../../../codec/dhcp/codes.ts';
import { CHADDR_OFFSET, type DhcpMessage } from '../../../codec/dhcp/message.ts';
import type { HostSpec } from '../../../core/driver.ts';
import { inertStation, type Interface, type Packet, type Station } from '../plant.ts';
import type { NamedInterface } from '../system.ts';
import { isBoundBy, replyIn } from './lease-seen.ts';

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
    const reply = replyIn(packet);
    this.#world.deliver(this, { packet, how: howTo(packet.to, via, reply) });
    if (reply !== undefined && isBoundBy(reply, packet, via)) this.#world.bound(this);
  }
}

/** RFC 2131 §4.1: a client that has its address, which it says in ciaddr, is reached there; else whoever listens hears it. */
function howTo(to: Endpoint, via: Interface, reply: DhcpMessage | undefined): Delivery['how'] {
  if (via.isBroadcast(to.address)) return 'to-all';
  if (reply !== undefined) return reply.ciaddr === ANY ? 'to-all' : 'unicast';
  return via.has(to.address) ? 'unicast' : 'to-all';
}

/** The hardware address that a client says it has, in a request; undefined when it is none. */
export function clientMacIn(octets: Uint8Array): Mac | undefined {
  const isRequest = octets.length >= CHADDR_OFFSET + 16 && octets[0] === 1 && octets[2] === 6;
  return isRequest ? macAt(octets, CHADDR_OFFSET) : undefined;
}
