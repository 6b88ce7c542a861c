import type { Ip } from '../../core/address.ts';
import { ANY, ipv4At, isIpv4, macAt } from '../../core/address.ts';
import { int32At } from '../../core/bytes.ts';
import type { Source, SourceOf } from '../../core/limiter.ts';

/** Whose datagrams are counted together: of one client, of one relay, or all. */
export const SOURCE_KINDS = ['source', 'relay', 'all'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** Above all hardware addresses, so that no client is taken for an address. */
const ADDRESSES = 2 ** 48;

const EVERYBODY: SourceOf = () => 0;
const BY_ADDRESS: SourceOf = (_octets, from) => addressSource(from);
/** RFC 2131 §2: a relayed message comes from its relay, and its client stands in `chaddr`. */
const BY_CLIENT: SourceOf = (octets, from) =>
  isBootRequest(octets) && octets[HLEN] === 6 ? macAt(octets, CHADDR) : addressSource(from);
/** RFC 1542 §4.1.1: a relay puts its address into `giaddr`, whichever of its addresses it sends from. */
const BY_RELAY: SourceOf = (octets, from) => {
  const giaddr = isBootRequest(octets) ? ipv4At(octets, GIADDR) : ANY;
  return addressSource(giaddr === ANY ? from : giaddr);
};

/** How sources are read out of what comes to a service. */
export function sourceReader(kind: SourceKind, service: string): SourceOf {
  if (kind === 'all') return EVERYBODY;
  if (service !== 'dhcp') return BY_ADDRESS;
  return kind === 'relay' ? BY_RELAY : BY_CLIENT;
}

function addressSource(address: Ip): Source {
  return isIpv4(address) ? ADDRESSES + (address >>> 0) : address;
}

// RFC 2131 §2, figure 1: where the fields lie.
const HLEN = 2;
const GIADDR = 24;
const CHADDR = 28;
const COOKIE = 236;
const COOKIE_VALUE = 0x6382_5363;
const BOOTREQUEST = 1;

function isBootRequest(octets: Uint8Array): boolean {
  return octets.length >= COOKIE + 4 && octets[0] === BOOTREQUEST && int32At(octets, COOKIE) === COOKIE_VALUE;
}
