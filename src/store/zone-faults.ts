import { Name, formatName } from '../codec/dns/name.ts';
import { NameHashes } from '../codec/dns/name-hash.ts';
import { Type } from '../codec/dns/registry.ts';
import type { Rule } from '../core/rules.ts';
import { ZONE } from '../core/rules/zone.ts';
import type { Zone, ZoneNode } from './zone.ts';
import type { ZoneFinding } from './zone-finding.ts';

/** What only shows when the whole zone is there; a finding's place is that of its owner's first record, which the caller knows. */
export function* zoneFaults(zone: Zone): Generator<ZoneFinding & { readonly owner: Name }> {
  for (const node of zone.nodes()) {
    if (node.rrsets.length === 0) continue;
    const fault = nodeFault(node);
    if (fault !== undefined) yield fault;
    if (node.veil === undefined) yield* missingGlue(zone, node);
  }
}

type NodeFinding = ZoneFinding & { readonly owner: Name };

function nodeFault(node: ZoneNode): NodeFinding | undefined {
  if (node.veil?.kind === 'dname')
    return finding(
      ZONE.belowDname,
      node.name,
      `nothing below the DNAME of ${formatName(node.veil.node.name)}`,
    );
  if (node.isCut && node.rrset(Type.DNAME) !== undefined)
    return finding(ZONE.dnameAtCut, node.name, 'either NS or DNAME at a name below the apex');
  if (node.veil?.kind === 'cut' && node.rrset(Type.NS) !== undefined)
    return finding(
      ZONE.belowCut,
      node.name,
      `addresses only below the zone cut at ${formatName(node.veil.node.name)}`,
    );
  return undefined;
}

/** NS whose servers this zone would have to give the addresses of: RFC 1035 §5.2, RFC 1034 §4.2.1. */
function* missingGlue(zone: Zone, node: ZoneNode): Generator<NodeFinding> {
  for (const rdata of node.rrset(Type.NS)?.rdatas ?? []) {
    const server = new Name(rdata);
    if (server.isSubdomainOf(zone.apex) && !isReachable(zone, node, server))
      yield finding(ZONE.noGlue, node.name, `an A or AAAA record for the name server ${formatName(server)}`);
  }
}

/** Whether a client learns the address of a server at or below the apex: from here, or from another zone below. */
function isReachable(zone: Zone, node: ZoneNode, server: Name): boolean {
  hashes.read(server.octets, 0);
  const closest = zone.closest(server.octets, hashes);
  if (closest === undefined) return false;
  const isExact = closest.name.labelCount === server.labelCount;
  const veil = isExact && !closest.isCut ? closest.veil : closest.veilBelow;
  // Below another cut its own servers are asked; below a DNAME, or as an alias, it is another name's matter.
  if (veil !== undefined && veil.node !== node) return true;
  const owner = isExact ? closest : veil === undefined ? closest.wildcard : undefined;
  return (
    owner?.rrsets.some(({ type }) => type === Type.A || type === Type.AAAA || type === Type.CNAME) ?? false
  );
}

const hashes = new NameHashes();

function finding(rule: Rule, owner: Name, expected: string): NodeFinding {
  return { severity: 'error', rule, place: undefined, found: formatName(owner), expected, owner };
}
