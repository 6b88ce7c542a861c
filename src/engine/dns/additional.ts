import { Type } from '../../codec/dns/registry.ts';
import type { RRset, Zone, ZoneNode } from '../../store/zone.ts';
import type { Answer, AnswerSection } from './answer.ts';

/** Octets before the name whose addresses a client will want next: RFC 1035 §3.3.11 and §3.3.9, RFC 2782. */
const TARGET_OFFSETS: ReadonlyMap<number, number> = new Map([
  [Type.NS, 0],
  [Type.MX, 2],
  [Type.SRV, 6],
]);

/** Step 6 of RFC 1034 §4.3.2: addresses of the hosts that the answer names, as far as this zone has them. */
export function addAdditional(zone: Zone, rrset: RRset, out: Answer): void {
  const offset = TARGET_OFFSETS.get(rrset.type);
  if (offset === undefined) return;
  for (const rdata of rrset.rdatas) {
    const node = zone.nodeAt(rdata, offset);
    // Below a cut the addresses are another zone's to tell.
    if (node !== undefined && node.veil === undefined && !node.isCut) addAddresses(node, out.helpful);
  }
}

/** The addresses of a delegation's servers: needed where the server lies below the cut itself, helpful elsewhere in the zone. */
export function addGlue(zone: Zone, cut: ZoneNode, ns: RRset, out: Answer): void {
  for (const rdata of ns.rdatas) {
    const node = zone.nodeAt(rdata, 0);
    if (node === undefined) continue;
    addAddresses(node, node.name.isSubdomainOf(cut.name) ? out.glue : out.helpful);
  }
}

function addAddresses(node: ZoneNode, section: AnswerSection): void {
  for (const rrset of node.rrsets)
    if ((rrset.type === Type.A || rrset.type === Type.AAAA) && !section.has(rrset))
      section.add(node.name.octets, rrset);
}
