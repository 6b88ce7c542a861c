import { Type } from '../../codec/dns/registry.ts';
import type { Asker } from '../../store/routing.ts';
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
export function anySets(zone: Zone, node: ZoneNode, name: Uint8Array, asker: Asker, out: Answer): number {
  const signed = zone.security && node.rrsets.find(({ routing }) => routing === undefined);
  const only = node.rrset(Type.CNAME) ?? signed;
  if (node.setCount === 0) return 0;
  const rrset = only ?? new RRset(node.name, Type.HINFO, ANY_TTL_SECONDS, [ANY_RDATA]);
  out.answers.add(name, rrset);
  const signatures = zone.security?.signatures(rrset, name, asker.now);
  if (signatures !== undefined) out.answers.add(name, signatures);
  return 1;
}

/**
 * RRSIG: those of the node's sets, each with the TTL of what it covers (RFC 4034 §3). Where they are made when asked for it is one, as for
 * ANY: a short question must not cause much work.
 */
export function signatureSets(
  zone: Zone,
  node: ZoneNode,
  name: Uint8Array,
  asker: Asker,
  out: Answer,
): number {
  let count = 0;
  for (const rrset of node.rrsets) {
    if (count > 0 && rrset.signatures === undefined) break;
    if (rrset.routing !== undefined || (node.isCut && rrset.type !== Type.DS)) continue;
    const signatures = zone.security?.signatures(rrset, name, asker.now);
    if (signatures === undefined) continue;
    out.answers.add(name, signatures);
    count++;
  }
  return count;
}
