import type { Ipv4 } from '../../../core/address.ts';
import { ANY, ipOctets, ipv4At } from '../../../core/address.ts';
import { u32At } from '../../../core/bytes.ts';
import { Option } from '../codes.ts';
import type { DhcpMessage } from '../message.ts';
import { suboptionAt } from './suboptions.ts';

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

/** Where the first share of one vendor starts; its length stands in the octet before. -1: not there, or cut off. */
function enterpriseAt(octets: Uint8Array, enterprise: number, start: number, end: number): number {
  let at = start;
  while (at + 5 <= end) {
    const length = octets[at + 4] ?? 0;
    if (at + 5 + length > end) return -1;
    if (u32At(octets, at) === enterprise) return at + 5;
    at += 5 + length;
  }
  return -1;
}

/** The first share of one vendor: a view. */
export function enterpriseData(octets: Uint8Array, enterprise: number): Uint8Array | undefined {
  const start = enterpriseAt(octets, enterprise, 0, octets.length);
  return start === -1 ? undefined : octets.subarray(start, start + (octets[start - 1] ?? 0));
}

/** Where a sub-option of CableLabs' share of an option 125 starts; its length stands in the octet before. -1: not there. */
function cableLabsAt(octets: Uint8Array, code: number, start: number, end: number): number {
  const share = enterpriseAt(octets, CABLELABS, start, end);
  return share === -1 ? -1 : suboptionAt(octets, code, share, share + (octets[share - 1] ?? 0));
}

/** The first TFTP server of option 125 in a message, without a view of it; `ANY` when it names none. */
export function cableLabsServer(message: DhcpMessage): Ipv4 {
  const at = message.find(Option.vendorSpecific);
  const whole = at === -1 ? message.option(Option.vendorSpecific) : message.octets;
  if (whole === undefined) return ANY;
  const start = Math.max(at, 0);
  const end = at === -1 ? whole.length : at + (whole[at - 1] ?? 0);
  const server = cableLabsAt(whole, CableLabsSuboption.tftpServers, start, end);
  return server === -1 || (whole[server - 1] ?? 0) < 4 ? ANY : ipv4At(whole, server);
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

/** Whether option 125, which is [`start`, `end`) of these octets, asks CableLabs' sub-option `code` in its sub-option 1. */
export function asksCableLabs(octets: Uint8Array, code: number, start = 0, end = octets.length): boolean {
  const at = cableLabsAt(octets, CableLabsSuboption.requests, start, end);
  if (at === -1) return false;
  const last = at + (octets[at - 1] ?? 0);
  for (let index = at; index < last; index++) if (octets[index] === code) return true;
  return false;
}

/** The whole of option 125 that tells a modem its TFTP servers; at most 62 of them. */
export function tftpServersOption(servers: readonly Ipv4[]): Uint8Array {
  const addresses = servers.flatMap((server) => [...ipOctets(server)]);
  const data = Uint8Array.of(CableLabsSuboption.tftpServers, addresses.length, ...addresses);
  return encodeEnterprises([{ enterprise: CABLELABS, octets: data }]);
}
