import { randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Endpoint, Ip } from '../../core/address.ts';
import { formatIp, isIpv4 } from '../../core/address.ts';
import type { Seat } from './place.ts';
import type { Station } from './plant.ts';
import { wayTo } from './routing.ts';
import type { TlsCall } from '../../core/service.ts';
import type { StreamPath } from './stream-path.ts';
import { securing } from './tls.ts';
import type { World } from './world.ts';

/** Where a connection leaves from. */
interface Source extends Seat {
  /** The kernel's port for one of the scenario's. */
  port(port: number): number | undefined;
}

/** How the kernel gets there, and what the scenario calls the ends where routers on the way inspect. */
export interface Way {
  readonly target: Endpoint;
  readonly fromPort: number | undefined;
  readonly tls?: TlsCall | undefined;
  readonly through?: {
    readonly path: StreamPath;
    readonly local: Endpoint;
    /** The client as the server sees it. */
    readonly seen: Endpoint;
  };
}

/** RFC 6335 §6: the dynamic ports. */
const DYNAMIC_FIRST = 49_152;
const DYNAMIC_END = 65_536;

export function randomPort(): number {
  return randomInt(DYNAMIC_FIRST, DYNAMIC_END);
}

/** The address to connect from: the one the scenario's routes choose, where it has a seat of its own. */
export function sourceOf({ place }: World, host: Station, to: Ip): Source | undefined {
  const own = host.interfaces.find((candidate) => candidate.has(to)) ?? wayTo(host, to)?.out;
  if (own === undefined) return undefined;
  const address = own.has(to) ? to : own.sourceFor(to);
  const seat = place.seats(own, address)[0];
  if (seat === undefined || isIpv4(seat.bind) !== isIpv4(to)) return undefined;
  return { ...seat, port: (port) => place.port(own, address, port) };
}

/** A socket on its way to an endpoint of the kernel's; `fromPort` is the scenario's. */
export function openSocket({ target, fromPort, tls }: Way, source: Source | undefined): Socket {
  const localPort = fromPort === undefined ? undefined : source?.port(fromPort);
  const socket = connect({
    host: formatIp(target.address),
    port: target.port,
    allowHalfOpen: true,
    noDelay: true,
    // From a loopback address nothing leaves this machine.
    ...(source === undefined || isLoopback(source.bind) !== isLoopback(target.address)
      ? {}
      : { localAddress: formatIp(source.bind) }),
    ...(localPort === undefined ? {} : { localPort }),
  });
  return tls === undefined ? socket : securing(socket, tls);
}

function isLoopback(address: Ip): boolean {
  return isIpv4(address) ? address >>> 24 === 127 : address === '::1';
}
