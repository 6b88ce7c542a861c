import type { Rule } from '../../core/rules.ts';
import { SECOND } from '../../core/time.ts';
import { Option } from '../../codec/dhcp/codes.ts';
import type { DhcpOption } from '../../codec/dhcp/fields.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';

/** What all clients of one kind have in common: one object for a plant of 100,000 modems. */
export interface DhcpClientProfile {
  /** The codes of option 55, in the order wanted. RFC 3442: 121 before 3. */
  readonly parameters: Uint8Array;
  /** Further options of DISCOVER and REQUEST, such as 60 and 57, in the order sent. */
  readonly options: readonly DhcpOption[];
  /** Option 61 made of the hardware address: `ethernet` is type 1 (RFC 2132 §9.14), `rfc4361` type 255 with IAID and DUID. */
  readonly clientId: 'none' | 'ethernet' | 'rfc4361';
  /** Whether replies must be broadcast: RFC 2131 §4.1. */
  readonly broadcast: boolean;
  /** The random wait before the first DISCOVER: RFC 2131 §4.4.1 says 1 to 10 s. Both 0: none. */
  readonly startWaitUsMin: number;
  readonly startWaitUsMax: number;
  /** How many REQUESTs go unanswered before the client starts over: RFC 2131 §3.1 step 5 says four. */
  readonly requestTries: number;
  /** How many ARP probes an address gets before it is used; 0: none. RFC 5227 §1.1 says three. */
  readonly probes: number;
  /** The wait after a DECLINE: RFC 2131 §3.1 step 5 says at least 10 s. */
  readonly declineWaitUs: number;
  readonly judge: OfferJudge;
}

/** What a client asks of an OFFER or ACK beyond an address and a lease time. */
export interface OfferJudge {
  /** The rule by which this one is not acceptable; undefined when it is. */
  refuses(message: DhcpMessage): Rule | undefined;
}

/** Takes every offer. */
const ANY_OFFER: OfferJudge = { refuses: () => undefined };

/** A plain host: asks for what a host needs, probes its address. */
export const HOST_PROFILE: DhcpClientProfile = {
  parameters: Uint8Array.of(
    Option.subnetMask,
    Option.classlessRoutes,
    Option.routers,
    Option.domainNameServers,
    Option.domainName,
    Option.domainSearch,
    Option.timeOffset,
  ),
  options: [{ code: Option.maximumMessageSize, octets: Uint8Array.of(1500 >> 8, 1500 & 255) }],
  clientId: 'ethernet',
  broadcast: false,
  startWaitUsMin: 1 * SECOND,
  startWaitUsMax: 10 * SECOND,
  requestTries: 4,
  probes: 3,
  declineWaitUs: 10 * SECOND,
  judge: ANY_OFFER,
};
