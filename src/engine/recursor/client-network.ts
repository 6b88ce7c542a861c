import type { DnsMessage } from '../../codec/dns/message.ts';
import { OptionCode } from '../../codec/dns/query.ts';
import type { EdnsOption } from '../../codec/dns/edns.ts';
import { type Ip, type Prefix, ipOctets, isIpv4, maskIp } from '../../core/address.ts';

/** How much of a client's address servers are told: RFC 7871 §11.1 asks for 24 and 56 at most. */
export interface ClientNetworks {
  readonly ipv4Length: number;
  readonly ipv6Length: number;
}

/** RFC 7871 §6: FAMILY 1 is IPv4, 2 IPv6. */
const HEADER_OCTETS = 4;

export function networkOf(client: Ip, { ipv4Length, ipv6Length }: ClientNetworks): Prefix {
  const length = isIpv4(client) ? ipv4Length : ipv6Length;
  return { address: maskIp(client, length), length };
}

/** RFC 7871 §6: FAMILY, SOURCE PREFIX-LENGTH, SCOPE PREFIX-LENGTH (0 in a query), as many octets as the length needs. */
export function networkOption({ address, length }: Prefix): EdnsOption {
  const kept = ipOctets(address).subarray(0, Math.ceil(length / 8));
  const octets = new Uint8Array(HEADER_OCTETS + kept.length);
  octets[1] = isIpv4(address) ? 1 : 2;
  octets[2] = length;
  octets.set(kept, HEADER_OCTETS);
  return { code: OptionCode.CLIENT_SUBNET, octets };
}

/**
 * Whose clients a reply is good for; undefined: everybody's. A reply whose option is not the one that was asked with is not to be
 * used (RFC 7871 §7.3): `mismatch`.
 */
export function replyScope(message: DnsMessage, network: Prefix): Prefix | 'mismatch' | undefined {
  const option = message.edns?.options.find(({ code }) => code === OptionCode.CLIENT_SUBNET);
  if (option === undefined) return undefined;
  const asked = networkOption(network).octets;
  const { octets } = option;
  const isSame =
    octets.length === asked.length && asked.every((octet, index) => index === 3 || octet === octets[index]);
  if (!isSame) return 'mismatch';
  // RFC 7871 §7.3.1: a longer scope than what was told is good for what was told.
  const length = Math.min(octets[3] ?? 0, network.length);
  return length === 0 ? undefined : { address: maskIp(network.address, length), length };
}
