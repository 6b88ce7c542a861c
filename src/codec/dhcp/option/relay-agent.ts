import type { Ipv4, Mac } from '../../../core/address.ts';
import { ipOctets, ipv4At, macAt } from '../../../core/address.ts';
import { u16At } from '../../../core/bytes.ts';
import { Option } from '../codes.ts';
import type { DhcpMessage } from '../message.ts';
import type { Suboption } from './suboptions.ts';
import { encodeSuboptions, suboption, suboptionAt } from './suboptions.ts';
import { CABLELABS, encodeEnterprises, enterpriseData } from './vivso.ts';

/** The sub-options of option 82 by code. */
export const RelaySuboption = {
  /** RFC 3046 §3.1; on a cable, a number of the CMTS's own. */
  circuitId: 1,
  /** RFC 3046 §3.2; on a cable, the modem's hardware address. */
  remoteId: 2,
  /** RFC 3256 §2. */
  deviceClass: 4,
  /** RFC 3527 §3. */
  linkSelection: 5,
  /** RFC 3993 §3. */
  subscriberId: 6,
  /** RFC 4243 §3. */
  vendorSpecific: 9,
  /** RFC 5010 §3. */
  flags: 10,
  /** RFC 5107 §4. */
  serverOverride: 11,
  /** RFC 6925 §4. */
  relayId: 12,
  /** RFC 8357 §4.1. */
  sourcePort: 19,
} as const;

/** The sub-option of 82.9 under CableLabs' number that says the CMTS's DOCSIS version. */
const DOCSIS_VERSION = 1;

/** The subnet that the relay wants an address on. */
export function linkSelection(relayAgent: Uint8Array): Ipv4 | undefined {
  return addressIn(relayAgent, RelaySuboption.linkSelection);
}

/** What option 54 of the reply is to say. */
export function serverOverride(relayAgent: Uint8Array): Ipv4 | undefined {
  return addressIn(relayAgent, RelaySuboption.serverOverride);
}

/** A remote id of six octets: the cable modem's hardware address. */
export function remoteMac(relayAgent: Uint8Array): Mac | undefined {
  const start = suboptionAt(relayAgent, RelaySuboption.remoteId);
  return start === -1 || relayAgent[start - 1] !== 6 ? undefined : macAt(relayAgent, start);
}

/** RFC 8357 §5.1: the reply goes to the port that the relay sent from. */
export function wantsSourcePort(request: DhcpMessage): boolean {
  const at = request.find(Option.relayAgent);
  const octets = at === -1 ? request.option(Option.relayAgent) : request.octets;
  if (octets === undefined) return false;
  const start = Math.max(at, 0);
  const end = at === -1 ? octets.length : at + (octets[at - 1] ?? 0);
  return suboptionAt(octets, RelaySuboption.sourcePort, start, end) !== -1;
}

/** The CMTS's DOCSIS version, `0x0300` for 3.0. */
export function docsisVersion(relayAgent: Uint8Array): number | undefined {
  const vendor = suboption(relayAgent, RelaySuboption.vendorSpecific);
  const cableLabs = vendor && enterpriseData(vendor, CABLELABS);
  const version = cableLabs && suboption(cableLabs, DOCSIS_VERSION);
  return version?.length === 2 ? u16At(version, 0) : undefined;
}

/** What a relay writes; what is left out is not sent. */
export interface RelayAgentFields {
  readonly circuitId?: Uint8Array | undefined;
  readonly remoteId?: Uint8Array | undefined;
  readonly linkSelection?: Ipv4 | undefined;
  /** `0x0300` for 3.0. */
  readonly docsisVersion?: number | undefined;
  readonly serverOverride?: Ipv4 | undefined;
  readonly relayId?: Uint8Array | undefined;
}

/** The value of option 82, sub-options by rising code. */
export function encodeRelayAgent(fields: RelayAgentFields): Uint8Array {
  const list: Suboption[] = [];
  if (fields.circuitId !== undefined) list.push({ code: RelaySuboption.circuitId, octets: fields.circuitId });
  if (fields.remoteId !== undefined) list.push({ code: RelaySuboption.remoteId, octets: fields.remoteId });
  if (fields.linkSelection !== undefined)
    list.push({ code: RelaySuboption.linkSelection, octets: ipOctets(fields.linkSelection) });
  if (fields.docsisVersion !== undefined) {
    const version = Uint8Array.of(fields.docsisVersion >> 8, fields.docsisVersion & 255);
    const data = encodeSuboptions([{ code: DOCSIS_VERSION, octets: version }]);
    const octets = encodeEnterprises([{ enterprise: CABLELABS, octets: data }]);
    list.push({ code: RelaySuboption.vendorSpecific, octets });
  }
  if (fields.serverOverride !== undefined)
    list.push({ code: RelaySuboption.serverOverride, octets: ipOctets(fields.serverOverride) });
  if (fields.relayId !== undefined) list.push({ code: RelaySuboption.relayId, octets: fields.relayId });
  return encodeSuboptions(list);
}

function addressIn(octets: Uint8Array, code: number): Ipv4 | undefined {
  const start = suboptionAt(octets, code);
  return start === -1 || octets[start - 1] !== 4 ? undefined : ipv4At(octets, start);
}
