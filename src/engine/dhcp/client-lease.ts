import type { Ipv4 } from '../../core/address.ts';
import { ANY, ipv4At } from '../../core/address.ts';
import { Option } from '../../codec/dhcp/codes.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { routesOf } from '../../codec/dhcp/option/routes.ts';

/** RFC 2132 §9.2: a lease without an end. */
export const INFINITE_LEASE_SECONDS = 0xffff_ffff;

/** RFC 2131 §4.4.5. */
const T1_RATIO = 0.5;
const T2_RATIO = 0.875;

/** What a client keeps of its ACK beside the moments. */
export interface ClientLease {
  readonly address: Ipv4;
  readonly prefixLength: number;
  readonly serverId: Ipv4;
  /** `ANY` when the ACK named none. */
  readonly router: Ipv4;
}

/** `ack` has passed `isWholeLease`. */
export function clientLease(ack: DhcpMessage): ClientLease {
  return {
    address: ack.yiaddr,
    prefixLength: prefixLengthOf(ack),
    serverId: ack.ip(Option.serverIdentifier) ?? ANY,
    router: routerOf(ack),
  };
}

/** RFC 2131 §4.4.5: T1, T2 and the end of a lease, in seconds from the REQUEST. */
export interface LeaseTimes {
  t1: number;
  t2: number;
  end: number;
}

/** Writes the times of an ACK that has passed `isWholeLease`; infinite ones for a lease without an end. */
export function readLeaseTimes(ack: DhcpMessage, times: LeaseTimes): void {
  const seconds = ack.u32(Option.leaseTime) ?? 0;
  if (seconds === INFINITE_LEASE_SECONDS) {
    times.t1 = Infinity;
    times.t2 = Infinity;
    times.end = Infinity;
    return;
  }
  times.t1 = ack.u32(Option.renewalTime) ?? seconds * T1_RATIO;
  times.t2 = ack.u32(Option.rebindingTime) ?? seconds * T2_RATIO;
  times.end = seconds;
  // RFC 2131 §4.4.5: T1 before T2 before the end; a server that says otherwise is not followed.
  if (times.t1 < times.t2 && times.t2 < seconds) return;
  times.t1 = seconds * T1_RATIO;
  times.t2 = seconds * T2_RATIO;
}

/** Whether an OFFER or ACK has what RFC 2131 §4.3.1 table 3 says it must have. */
export function isWholeLease(message: DhcpMessage): boolean {
  const seconds = message.u32(Option.leaseTime);
  return (
    message.yiaddr !== ANY &&
    seconds !== undefined &&
    seconds > 0 &&
    message.ip(Option.serverIdentifier) !== undefined
  );
}

/** The mask's leading ones; without option 1 what the address's class says (RFC 950 §2). */
function prefixLengthOf(ack: DhcpMessage): number {
  const mask = ack.ip(Option.subnetMask);
  if (mask !== undefined) return Math.clz32(~mask);
  const first = ack.yiaddr >>> 24;
  if (first < 128) return 8;
  return first < 192 ? 16 : 24;
}

/** RFC 3442: with classless routes the Router option is ignored, and only a route to 0.0.0.0/0 is a default. */
function routerOf(ack: DhcpMessage): Ipv4 {
  const classless = ack.option(Option.classlessRoutes);
  const routes = classless && routesOf(classless);
  if (routes !== undefined) return routes.find(({ to }) => to.length === 0)?.router ?? ANY;
  const routers = ack.option(Option.routers);
  return routers === undefined || routers.length < 4 ? ANY : ipv4At(routers, 0);
}
