import type { Ip, Ipv4, Mac } from '../../core/address.ts';
import { ANY, ipv4 } from '../../core/address.ts';
import { MessageType, Op, Option } from '../../codec/dhcp/codes.ts';
import { type DhcpFields, fieldsOf } from '../../codec/dhcp/fields.ts';
import { decodeMessage, type DhcpMessage } from '../../codec/dhcp/message.ts';
import type { RecordedDatagram } from '../../codec/datagrams.ts';

/** A DHCP client of a capture. */
export interface SeenClient {
  readonly mac: Mac;
  readonly firstUs: number;
  /** Option 60, octets; undefined: it sends none. */
  vendorClass: Uint8Array | undefined;
  relay: Ipv4;
  /** The first ACK that leased it an address. */
  lease: DhcpFields | undefined;
  isRefused: boolean;
}

/** More than a person looks at in one scenario. */
const CLIENTS_MAX = 10_000;

const DHCP_PORTS: ReadonlySet<number> = new Set([67, 68]);

/** Who asked for an address, through which relay, of which server, and what it was told. */
export class Clients {
  readonly byMac = new Map<Mac, SeenClient>();
  /** Servers, the one that spoke first first. */
  readonly servers = new Set<Ipv4>();
  readonly relays = new Set<Ipv4>();
  /** Clients that are not among them, since there are too many. */
  left = 0;
  readonly #leftOut = new Set<Mac>();

  take({ from, to, octets, firstUs }: RecordedDatagram): void {
    if (!DHCP_PORTS.has(to.port) || !DHCP_PORTS.has(from.port)) return;
    const message = decodeMessage(octets);
    const mac = message.chaddrMac;
    if (mac === undefined) return;
    const client = this.#clientOf(mac, firstUs);
    if (client === undefined) return;
    if (message.giaddr !== ANY) {
      client.relay = message.giaddr;
      this.relays.add(message.giaddr);
    }
    if (message.op === Op.request) client.vendorClass ??= message.option(Option.vendorClass)?.slice();
    else this.#reply(client, message, from.address);
  }

  #clientOf(mac: Mac, firstUs: number): SeenClient | undefined {
    const known = this.byMac.get(mac);
    if (known !== undefined) return known;
    if (this.byMac.size >= CLIENTS_MAX) {
      if (!this.#leftOut.has(mac) && this.#leftOut.size < CLIENTS_MAX)
        this.left = this.#leftOut.add(mac).size;
      return undefined;
    }
    const client = {
      mac,
      firstUs,
      vendorClass: undefined,
      relay: ipv4(0),
      lease: undefined,
      isRefused: false,
    };
    this.byMac.set(mac, client);
    return client;
  }

  #reply(client: SeenClient, message: DhcpMessage, from: Ip): void {
    const server = message.ip(Option.serverIdentifier);
    if (server !== undefined) this.servers.add(server);
    else if (typeof from === 'number' && !this.relays.has(from)) this.servers.add(from);
    const { messageType, yiaddr } = message;
    if (messageType === MessageType.nak) client.isRefused = true;
    // An ACK to INFORM leases nothing.
    if (messageType === MessageType.ack && yiaddr !== ANY && message.has(Option.leaseTime))
      client.lease ??= fieldsOf(message);
  }
}
