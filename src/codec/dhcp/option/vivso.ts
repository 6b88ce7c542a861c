import type { Ipv4 } from '../../../core/address.ts';
import { ipOctets } from '../../../core/address.ts';
import { u32At } from '../../../core/bytes.ts';
import { suboption } from './suboptions.ts';

/** CableLabs' enterprise number. */
export const CABLELABS = 4491;

/** Sub-options of option 125 under CableLabs' number. */
export const CableLabsSuboption = {
  /** A list of the sub-options that the client asks for. */
  requests: 1,
  /** Addresses of TFTP servers; for a DOCSIS 3.0 modem they override `siaddr`. */
  tftpServers: 2,
  /** The body of TLV 5. */
  modemCapabilities: 5,
} as const;

/** One vendor's share of options 124 and 125: RFC 3925 §3, §4. */
export interface EnterpriseData {
  readonly enterprise: number;
  readonly octets: Uint8Array;
}

/** In order, as views; undefined when the octets are not whole shares. */
export function enterprisesOf(octets: Uint8Array): readonly EnterpriseData[] | undefined {
  const found: EnterpriseData[] = [];
  let at = 0;
  while (at < octets.length) {
    const length = octets[at + 4];
    if (length === undefined || at + 5 + length > octets.length) return undefined;
    found.push({ enterprise: u32At(octets, at), octets: octets.subarray(at + 5, at + 5 + length) });
    at += 5 + length;
  }
  return found;
}

/** The first share of one vendor: a view. */
export function enterpriseData(octets: Uint8Array, enterprise: number): Uint8Array | undefined {
  let at = 0;
  while (at + 5 <= octets.length) {
    const length = octets[at + 4] ?? 0;
    if (at + 5 + length > octets.length) return undefined;
    if (u32At(octets, at) === enterprise) return octets.subarray(at + 5, at + 5 + length);
    at += 5 + length;
  }
  return undefined;
}

/** Each share is at most 255 octets: the caller's bound. */
export function encodeEnterprises(list: readonly EnterpriseData[]): Uint8Array {
  const octets: number[] = [];
  for (const { enterprise, octets: data } of list) {
    octets.push(enterprise >>> 24, (enterprise >>> 16) & 255, (enterprise >>> 8) & 255, enterprise & 255);
    octets.push(data.length, ...data);
  }
  return Uint8Array.from(octets);
}

/** Whether option 125 of a request asks CableLabs' sub-option `code` in its sub-option 1. */
export function asksCableLabs(vivso: Uint8Array, code: number): boolean {
  const data = enterpriseData(vivso, CABLELABS);
  return data !== undefined && (suboption(data, CableLabsSuboption.requests)?.includes(code) ?? false);
}

/** The whole of option 125 that tells a modem its TFTP servers; at most 62 of them. */
export function tftpServersOption(servers: readonly Ipv4[]): Uint8Array {
  const addresses = servers.flatMap((server) => [...ipOctets(server)]);
  const data = Uint8Array.of(CableLabsSuboption.tftpServers, addresses.length, ...addresses);
  return encodeEnterprises([{ enterprise: CABLELABS, octets: data }]);
}
