import type { Endpoint, Ip } from '../../core/address.ts';
import { ANY, isIpv4 } from '../../core/address.ts';
import type { Place } from './place.ts';
import type { Interface, Station } from './plant.ts';

/** Where RFC 2131 §4.1 clients without an address send: to all. */
export const DHCP_SERVER_PORT = 67;

/** A UDP socket that a host's specification asks for. */
export interface UdpWant {
  readonly own: Interface;
  /** The address its service knows it by. */
  readonly known: Ip;
  readonly knownPort: number;
  readonly bind: Ip;
  readonly port: number;
  /** Whether another socket of ours has the same port on all addresses. */
  readonly shared: boolean;
  /**
   * It receives what is sent to all: datagrams to 255.255.255.255 reach sockets on 0.0.0.0 only. Replies leave from the socket
   * on the interface's own address, since Linux sends a broadcast out by the interface whose address the sender has.
   */
  readonly isEar: boolean;
}

export interface TcpWant {
  readonly bind: Endpoint;
  readonly known: Endpoint;
}

type Site = Pick<Station, 'spec' | 'interfaces'>;

/** The UDP sockets of a host at the addresses it has now. */
export function udpWants(site: Site, place: Place): UdpWant[] {
  const wants: UdpWant[] = [];
  for (const knownPort of site.spec.udpPorts) {
    const hears = knownPort === DHCP_SERVER_PORT && hearsAll(site, place);
    for (const own of site.interfaces)
      for (const { address } of own.addresses) {
        const port = place.port(own, address, knownPort);
        if (port === undefined) continue;
        for (const seat of place.seats(own, address))
          if (canServe(knownPort, seat.bind))
            wants.push({ own, ...seat, knownPort, port, shared: hears, isEar: false });
      }
    const [own] = site.interfaces;
    if (!hears || own === undefined) continue;
    if (wants.some((want) => want.knownPort === knownPort && want.bind === ANY)) continue;
    wants.push({ own, known: ANY, knownPort, bind: ANY, port: knownPort, shared: true, isEar: true });
  }
  return wants;
}

/** DHCP of RFC 2131 is spoken over IPv4 alone. */
export function canServe(knownPort: number, bind: Ip): boolean {
  return knownPort !== DHCP_SERVER_PORT || isIpv4(bind);
}

/** The listening sockets of a host at the addresses it has now. */
export function tcpWants(site: Site, place: Place): TcpWant[] {
  return site.spec.tcpPorts.flatMap((knownPort) =>
    site.interfaces.flatMap((own) =>
      own.addresses.flatMap(({ address }) => {
        const port = place.port(own, address, knownPort);
        if (port === undefined) return [];
        return place.seats(own, address).map((seat) => ({
          bind: { address: seat.bind, port },
          known: { address: seat.known, port: knownPort },
        }));
      }),
    ),
  );
}

/** Whether a host answers clients on the interface named: a server, or the CMTS whose cable it is. */
export function hearsAll({ spec, interfaces }: Site, place: Place): boolean {
  if (place.answers === undefined) return false;
  if (spec.forwards) return interfaces[0] !== undefined && place.joins(interfaces[0].segment);
  return interfaces.every((own) => !place.acts(own.segment));
}
