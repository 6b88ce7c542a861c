import { Type } from '../../codec/dns/registry.ts';
import type { Asker, Reasons } from '../../store/routing.ts';
import type { RRset, Zone, ZoneNode } from '../../store/zone.ts';
import type { Answer } from './answer.ts';
import { addSigned } from './prove.ts';

/** Octets before the name whose addresses a client will want next: RFC 1035 §3.3.11 and §3.3.9, RFC 2782, RFC 9460 §4.1. */
const TARGET_OFFSETS: ReadonlyMap<number, number> = new Map([
  [Type.NS, 0],
  [Type.MX, 2],
  [Type.SRV, 6],
  [Type.SVCB, 2],
  [Type.HTTPS, 2],
]);

/** Step 6 of RFC 1034 §4.3.2: addresses of the hosts that the answer names, as far as this zone has them. */
export function addAdditional(zone: Zone, rrset: RRset, asker: Asker, out: Answer): void {
  const offset = TARGET_OFFSETS.get(rrset.type);
  if (offset === undefined) return;
  for (const rdata of rrset.rdatas) {
    // RFC 9460 §2.5.2: "." as the target of a service is its owner; RFC 2782: of SRV, no service at all. The root is not here.
    const node = rdata[offset] === 0 ? ownerNode(zone, rrset) : zone.nodeAt(rdata, offset);
    // Below a cut the addresses are another zone's to tell.
    if (node === undefined || node.veil !== undefined || node.isCut) continue;
    for (const address of node.rrsets) {
      if (!isAddress(address) || address.routing !== undefined || out.helpful.has(address)) continue;
      addSigned(zone, node.name.octets, address, asker, out.helpful);
    }
  }
}

function ownerNode(zone: Zone, rrset: RRset): ZoneNode | undefined {
  return rrset.type === Type.SVCB || rrset.type === Type.HTTPS ? zone.node(rrset.owner) : undefined;
}

/** Step 3b: the NS of the cut without authority for them, the addresses at hand, and whether the child is signed. */
export function addReferral(zone: Zone, cut: ZoneNode, asker: Asker, out: Answer, reasons: Reasons): void {
  // After a CNAME of ours the answer stays ours: AA is about its first name (RFC 1035 §4.1.1).
  if (out.answers.length === 0) out.isAuthoritative = false;
  const ns = cut.rrset(Type.NS);
  if (ns === undefined) return;
  out.authorities.add(cut.name.octets, ns);
  // RFC 4035 §3.1.4: DS, or the proof that there is none.
  if (asker.dnssecOk && zone.security !== undefined) {
    // One that comes and goes with the child's keys may not be there now.
    const all = cut.rrset(Type.DS);
    const ds = all?.routing === undefined ? all : all.routing.choose(zone, asker, out.scope, reasons);
    if (ds === undefined || typeof ds === 'string')
      zone.security.prove({ kind: 'no-signer', cut }, out.authorities, asker.now);
    else addSigned(zone, cut.name.octets, ds, asker, out.authorities);
  }
  for (const rdata of ns.rdatas) {
    const node = zone.nodeAt(rdata, 0);
    if (node === undefined) continue;
    const section = node.name.isSubdomainOf(cut.name) ? out.glue : out.helpful;
    for (const rrset of node.rrsets) {
      if (!isAddress(rrset) || section.has(rrset)) continue;
      // Glue is not of this zone, and not signed (RFC 4035 §2.2); the address of a server that is, is (§3.1.1).
      if (node.veil === undefined && !node.isCut) addSigned(zone, node.name.octets, rrset, asker, section);
      else section.add(node.name.octets, rrset);
    }
  }
}

function isAddress({ type }: RRset): boolean {
  return type === Type.A || type === Type.AAAA;
}
