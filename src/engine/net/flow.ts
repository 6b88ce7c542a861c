import type { Endpoint } from '../../core/address.ts';
import { formatEndpoint, formatIp } from '../../core/address.ts';

/** A packet's protocol and both ends, as they are on one wire. Of an ICMP query both ports are its identifier. */
export interface Flow {
  readonly protocol: 'udp' | 'tcp' | 'icmp';
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** The same for equal flows. */
export function flowKey({ protocol, from, to }: Flow): string {
  return `${protocol} ${from.address} ${from.port} ${to.address} ${to.port}`;
}

export function reversed({ protocol, from, to }: Flow): Flow {
  return { protocol, from: to, to: from };
}

/** The same for equal endpoints of one protocol. */
export function endKey(protocol: Flow['protocol'], { address, port }: Endpoint): string {
  return `${protocol} ${address} ${port}`;
}

/** `udp 10.8.0.10:50000 > 10.0.0.69:69` */
export function formatFlow({ protocol, from, to }: Flow): string {
  if (protocol !== 'icmp') return `${protocol} ${formatEndpoint(from)} > ${formatEndpoint(to)}`;
  const query = from.port === 0 ? '' : ` id ${from.port}`;
  return `icmp ${formatIp(from.address)} > ${formatIp(to.address)}${query}`;
}

/** The same flow from or to another end. An ICMP query has its identifier at both. */
export function withFrom({ protocol, to }: Flow, from: Endpoint): Flow {
  return { protocol, from, to: protocol === 'icmp' ? { address: to.address, port: from.port } : to };
}

export function withTo({ protocol, from }: Flow, to: Endpoint): Flow {
  return { protocol, to, from: protocol === 'icmp' ? { address: from.address, port: to.port } : from };
}

/** What is kept: the endpoints of an input are the driver's, and are used again. */
export function copyOf({ protocol, from, to }: Flow): Flow {
  return { protocol, from: { ...from }, to: { ...to } };
}
