import type { Ipv4 } from '../../core/address.ts';
import { ANY, ipv4At } from '../../core/address.ts';
import type { Instant } from '../../core/time.ts';
import { NEVER, afterSeconds } from '../../core/time.ts';
import { Option } from '../../codec/dhcp/codes.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { routesOf } from '../../codec/dhcp/option/routes.ts';

/** RFC 2132 §9.2: a lease without an end. */
export const INFINITE_LEASE_SECONDS = 0xffff_ffff;

/** RFC 2131 §4.4.5. */
const T1_RATIO = 0.5;
const T2_RATIO = 0.875;

/** What a client keeps of its ACK; everything is a copy. */
export class ClientLease {
  readonly address: Ipv4;
  readonly prefixLength: number;
  readonly serverId: Ipv4;
  /** `ANY` when the ACK named none. */
  readonly router: Ipv4;
  readonly siaddr: Ipv4;
  /** One character an octet. */
  readonly file: string;
  readonly leaseSeconds: number;
  /** T1: when the client asks its own server for more. */
  readonly renewAt: Instant;
  /** T2: when it asks any server. */
  readonly rebindAt: Instant;
  readonly expiresAt: Instant;
  /** The whole ACK for whoever wants its other options, until `forgetAck`. */
  #ack: Uint8Array | undefined;

  /** `ack` has passed `leaseProblem`; `sentAt` is when the REQUEST it answers was sent (RFC 2131 §4.4.1). */
  constructor(ack: DhcpMessage, sentAt: Instant) {
    const leaseSeconds = ack.u32(Option.leaseTime) ?? 0;
    this.address = ack.yiaddr;
    this.prefixLength = prefixLengthOf(ack);
    this.serverId = ack.ip(Option.serverIdentifier) ?? ANY;
    this.router = routerOf(ack);
    this.siaddr = ack.siaddr;
    this.file = ack.fileText;
    this.leaseSeconds = leaseSeconds;
    if (leaseSeconds === INFINITE_LEASE_SECONDS) {
      this.renewAt = NEVER;
      this.rebindAt = NEVER;
      this.expiresAt = NEVER;
    } else {
      let t1 = ack.u32(Option.renewalTime) ?? leaseSeconds * T1_RATIO;
      let t2 = ack.u32(Option.rebindingTime) ?? leaseSeconds * T2_RATIO;
      // RFC 2131 §4.4.5: T1 before T2 before the end; a server that says otherwise is not followed.
      if (t1 >= t2 || t2 >= leaseSeconds) {
        t1 = leaseSeconds * T1_RATIO;
        t2 = leaseSeconds * T2_RATIO;
      }
      this.renewAt = afterSeconds(sentAt, t1);
      this.rebindAt = afterSeconds(sentAt, t2);
      this.expiresAt = afterSeconds(sentAt, leaseSeconds);
    }
    this.#ack = ack.octets.slice();
  }

  /** The ACK's octets, a copy of our own; undefined once forgotten. */
  get ack(): Uint8Array | undefined {
    return this.#ack;
  }

  /** Gives the ACK's octets back to memory: a plant has many modems. */
  forgetAck(): void {
    this.#ack = undefined;
  }
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
