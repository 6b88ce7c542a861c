import type { Query } from '../../codec/dns/query.ts';

/** RFC 1035 §4.2.1: without EDNS. */
const UDP_OCTETS_MIN = 512;
/** What passes unfragmented over any link of IPv6 (1,280 octets less the headers): the size agreed on by DNS flag day 2020. */
export const UDP_OCTETS_DEFAULT = 1_232;

/** How long a reply over UDP may be, given what we allow at most. */
export function udpLimit(query: Query, octetsMax: number): number {
  if (!query.hasEdns) return UDP_OCTETS_MIN;
  // RFC 6891 §6.2.3: below 512 means 512.
  return Math.min(Math.max(query.payloadOctets, UDP_OCTETS_MIN), octetsMax);
}
