import type { Ipv4, Mac } from '../../core/address.ts';
import { ANY, BROADCAST } from '../../core/address.ts';
import { Option } from '../../codec/dhcp/codes.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import {
  RelaySuboption,
  linkSelection,
  remoteMac,
  serverOverride,
} from '../../codec/dhcp/option/relay-agent.ts';
import { suboption } from '../../codec/dhcp/option/suboptions.ts';
import type { BootTraits } from '../../policy/provision.ts';
import { ClientKey } from './identity.ts';
import type { ClientTraits, Links, Reserved } from './links.ts';
import type { DhcpServerOptions } from './options.ts';

/** How a request came in. */
export interface Arrival {
  readonly fromPort: number;
  /** Where it was sent: one of our addresses, a broadcast, or `ANY` where nobody knows. */
  readonly to: Ipv4;
  readonly via: number;
}

const NOTHING = new Uint8Array(0);

/** One request and what was found out about it: one object for all requests, one after another. */
export class Exchange implements ClientTraits, BootTraits {
  request!: DhcpMessage;
  arrival!: Arrival;
  readonly key = new ClientKey();
  /** The number of its link; -1 when no subnet is for it. */
  link = -1;
  mac: Mac | undefined;
  modem: Mac | undefined;
  /** As it came with this request: echoed. RFC 3046 §2.2. */
  relayAgent: Uint8Array | undefined;
  /** Option 54 of the reply. */
  serverId: Ipv4 = ANY;
  reserved: Reserved | undefined;
  /** Option 82 of this request or, when it came past no relay, of the client's last relayed one. */
  #relaySeen: Uint8Array = NOTHING;
  #vendorClass: Uint8Array | undefined;

  option(code: number): Uint8Array | undefined {
    return this.request.option(code);
  }

  relaySuboption(code: number): Uint8Array | undefined {
    return suboption(this.#relaySeen, code);
  }

  /** Looks at a request; `remembered` gives option 82 of the client's last relayed one, since a unicast brings none. */
  begin(
    request: DhcpMessage,
    arrival: Arrival,
    links: Links,
    options: DhcpServerOptions,
    remembered: (key: ClientKey) => Uint8Array,
  ): void {
    this.request = request;
    this.arrival = arrival;
    this.relayAgent = request.option(Option.relayAgent);
    this.mac = request.chaddrMac;
    this.#vendorClass = undefined;
    this.link = links.linkOf(this.#selector(options)) ?? -1;
    this.key.read(request, Math.max(this.link, 0), options.ignoresClientId);
    const relayAgent = this.relayAgent ?? (request.giaddr === ANY ? remembered(this.key) : NOTHING);
    this.#relaySeen = relayAgent;
    this.modem = remoteMac(relayAgent);
    // RFC 5107 §4: the relay's word goes, also for what comes past it later.
    this.serverId = serverOverride(relayAgent) ?? ownAddress(options.addresses, arrival);
    this.reserved = links.hasReservations ? this.#reservation(links, relayAgent, options) : undefined;
  }

  get vendorClass(): Uint8Array {
    this.#vendorClass ??= this.request.option(Option.vendorClass) ?? NOTHING;
    return this.#vendorClass;
  }

  get userClass(): Uint8Array {
    return this.request.option(Option.userClass) ?? NOTHING;
  }

  /** Sent to us alone and past no relay. */
  get unicast(): boolean {
    return this.request.giaddr === ANY && this.arrival.to !== BROADCAST;
  }

  #reservation(
    links: Links,
    relayAgent: Uint8Array,
    { ignoresClientId }: DhcpServerOptions,
  ): Reserved | undefined {
    const clientId = ignoresClientId ? undefined : this.request.option(Option.clientIdentifier);
    const remoteId = suboption(relayAgent, RelaySuboption.remoteId);
    return links.reservationFor(this.link, this.mac, clientId, remoteId);
  }

  /** An address on the client's link: RFC 3527 §3, else RFC 3011 §2, else RFC 2131 §4.3.1. */
  #selector(options: DhcpServerOptions): Ipv4 {
    const { request, relayAgent, arrival } = this;
    const selected =
      (relayAgent && linkSelection(relayAgent)) ?? request.ip(Option.subnetSelection) ?? request.giaddr;
    if (selected !== ANY) return selected;
    return request.ciaddr === ANY ? (options.addresses[arrival.via] ?? ANY) : request.ciaddr;
  }
}

/** RFC 2131 §4.1: an address of ours that the client can reach, as that is to which its relay or itself has sent. */
function ownAddress(addresses: readonly Ipv4[], { to, via }: Arrival): Ipv4 {
  return addresses.includes(to) ? to : (addresses[via] ?? addresses[0] ?? ANY);
}
