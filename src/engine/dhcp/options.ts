import type { Ipv4, Mac, Prefix } from '../../core/address.ts';
import type { DhcpOption } from '../../codec/dhcp/fields.ts';
import type { ClientTestOptions } from '../../policy/address/client-test.ts';
import type { Epoch } from '../../core/time.ts';
import type { Provision, ProvisionForSome } from '../../policy/provision.ts';
import type { AddressRange } from '../../store/pool.ts';

/** What a DHCP server is told; `epoch` is the date of the moment 0. */
export interface DhcpServerOptions {
  /** Our address on each interface, by number: option 54 of what comes in there. RFC 2131 §4.1. */
  readonly addresses: readonly Ipv4[];
  readonly subnets: readonly DhcpSubnetOptions[];
  /** Says NAK to clients it does not know, as if it knew every lease there is. Off: silent, RFC 2131 §4.3.2. */
  readonly isAuthoritative: boolean;
  /** Answers a REQUEST that has neither option 50 nor ciaddr out of what it knows. Off: silent. */
  readonly acksWithoutRequestData: boolean;
  /** Takes a DECLINE or RELEASE without option 54. Off: RFC 2131 §4.4.1, table 5 asks for it. */
  readonly acceptsWithoutServerId: boolean;
  /** Tells clients apart by hardware address alone. */
  readonly ignoresClientId: boolean;
  /** How long an offered address waits for its REQUEST. */
  readonly offerHoldSeconds: number;
  /** How long a declined address is not offered. */
  readonly declineHoldSeconds: number;
  /** What listings of leases add to be dates. */
  readonly epoch: Epoch;
}

/** The defaults of what is not about a network. */
export const DHCP_SERVER_DEFAULTS: Omit<DhcpServerOptions, 'addresses' | 'subnets' | 'epoch'> = {
  isAuthoritative: false,
  acksWithoutRequestData: false,
  acceptsWithoutServerId: false,
  ignoresClientId: false,
  // Clients resend within 64 s (RFC 2131 §4.1); an offer outlives one lost REQUEST.
  offerHoldSeconds: 120,
  declineHoldSeconds: 86_400,
};

export interface DhcpSubnetOptions {
  readonly subnet: Prefix;
  /** Addresses of relays (giaddr) on this subnet's link beside those inside of it. */
  readonly relays: readonly Ipv4[];
  /** Subnets of one name, or with a relay in common, are one link: a shared network. */
  readonly sharedNetwork?: string | undefined;
  /** Addresses for any client; taken in order, lowest first. Empty: reservations only. */
  readonly ranges: readonly AddressRange[];
  readonly lease: LeaseBounds;
  /** A glob for option 60 such as `docsis*`; undefined: any client. */
  readonly vendorClass: string | undefined;
  /** By option 82.2 against chaddr: the modem itself, or what stands behind one; undefined: both. */
  readonly member: 'modem' | 'cpe' | undefined;
  /** Who else it is for, beside `vendorClass` and `member`; undefined: any client. */
  readonly test?: ClientTestOptions | undefined;
  readonly routers: readonly Ipv4[];
  /** Of these the first that fits a client. */
  readonly provisions: readonly ProvisionForSome[];
  /** Sent when asked for in option 55, or when there is no option 55. */
  readonly options: readonly DhcpOption[];
  /** What some of its clients are told instead; of several that are for a client the earlier goes before the later. */
  readonly classes?: readonly DhcpClassOptions[] | undefined;
  readonly reservations: readonly DhcpReservation[];
}

/** RFC 2131 §4.3.1: a client may ask for a time between the bounds. 4294967295: no end. */
export interface LeaseBounds {
  readonly defaultSeconds: number;
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /** T1 and T2, where they are below what they must be below; undefined: RFC 2131 §4.4.5's share of the lease. */
  readonly renewSeconds?: number | undefined;
  readonly rebindSeconds?: number | undefined;
}

/** Settings for those clients of a subnet that a test is true for. */
export interface DhcpClassOptions {
  /** For explanations. */
  readonly name: string;
  readonly test: ClientTestOptions;
  readonly provision: Provision | undefined;
  readonly options: readonly DhcpOption[];
}

export interface DhcpReservation {
  readonly by:
    | { readonly kind: 'mac'; readonly mac: Mac }
    /** Option 61. */
    | { readonly kind: 'client-id'; readonly octets: Uint8Array }
    /** Option 82.2. */
    | { readonly kind: 'remote-id'; readonly octets: Uint8Array };
  readonly address: Ipv4;
  /** Option 12 of the answer. */
  readonly hostName: string | undefined;
  readonly provision: Provision | undefined;
  /** They go before those of its classes and its subnet. */
  readonly options?: readonly DhcpOption[] | undefined;
}
