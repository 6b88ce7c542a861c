import { Type } from '../../codec/dns/registry.ts';
import { RRset, type Zone, type ZoneNode } from '../../store/zone.ts';
import type { Answer } from './answer.ts';

/** RFC 8482 §4.2: CPU "RFC8482", OS empty. */
const ANY_RDATA = Uint8Array.of(7, 0x52, 0x46, 0x43, 0x38, 0x34, 0x38, 0x32, 0);
/** RFC 8482 §4.2 leaves the TTL to the operator: an hour keeps a client from asking again soon. */
const ANY_TTL_SECONDS = 3_600;

/**
 * ANY at a name that exists: its CNAME if it is an alias, else HINFO (RFC 8482 §4.2). HINFO that nobody signed would be bogus,
 * so in a zone with signatures it is one set that is there, with its own (§4.1). Gives how many sets were added.
 */
export function anySets(zone: Zone, node: ZoneNode, name: Uint8Array, out: Answer): number {
  const only = node.rrset(Type.CNAME) ?? (zone.security === undefined ? undefined : node.rrsets[0]);
  if (node.rrsets.length === 0) return 0;
  const rrset = only ?? new RRset(node.name, Type.HINFO, ANY_TTL_SECONDS, [ANY_RDATA]);
  out.answers.add(name, rrset);
  const signatures = zone.security?.signatures(rrset, name);
  if (signatures !== undefined) out.answers.add(name, signatures);
  return 1;
}

/** RRSIG: those that came with the node's sets, each with the TTL of what it covers (RFC 4034 §3). */
export function signatureSets(node: ZoneNode, name: Uint8Array, out: Answer): number {
  let count = 0;
  for (const { signatures } of node.rrsets) {
    if (signatures === undefined) continue;
    out.answers.add(name, signatures);
    count++;
  }
  return count;
}
