import { Name, formatName } from '../codec/dns/name.ts';
import { NameHashes } from '../codec/dns/name-hash.ts';
import { Type } from '../codec/dns/registry.ts';
import type { Rule } from '../core/rules.ts';
import { ZONE } from '../core/rules/zone.ts';
import type { Steps } from '../core/steps.ts';
import type { NodeChange, RRset, Veil, Zone, ZoneNode } from './zone.ts';
import type { ZoneFinding } from './zone-finding.ts';

export type NodeFinding = ZoneFinding & { readonly owner: Name };

/** About a millisecond's work. */
const STEP_NODES = 1_024;

/**
 * Tells what only shows when the whole zone is there, of the nodes given; a finding's place is that of its owner's first record, which
 * the caller knows.
 */
export function* zoneFaultSteps(
  zone: Zone,
  nodes: Iterable<ZoneNode>,
  tell: (finding: NodeFinding) => void,
): Steps<void> {
  let count = 0;
  for (const node of nodes) {
    if (++count % STEP_NODES === 0) yield;
    if (node.setCount === 0) continue;
    const fault = nodeFault(node);
    if (fault !== undefined) tell(fault);
    if (node.veil === undefined) for (const missing of missingGlue(zone, node)) tell(missing);
  }
}

/** Whether a change may take away the addresses of a name server; NS records that did not change are then to be looked at, too. */
export function mayLoseGlue(before: Zone, changes: readonly NodeChange[]): boolean {
  return changes.some(({ name, before: old, after }) => {
    if (
      old?.isLeanedOn === true &&
      (after === undefined || losesAddress(old, after) || !sameVeils(old, after))
    )
      return true;
    // Where a name comes or goes below, others may be answered by a wildcard, or are not any more.
    if (old !== undefined && after !== undefined && !(name.isWildcard && losesAddress(old, after)))
      return false;
    if (name.labelCount === before.apex.labelCount) return false;
    return before.nodeAt(name.octets, name.labelStart(1))?.isLeanedOn === true;
  });
}

function losesAddress(old: ZoneNode, after: ZoneNode): boolean {
  return old.rrsets.some(isAddress) && !after.rrsets.some(isAddress);
}

/** Whether two versions of a node are hidden, and hide, alike. */
export function sameVeils(old: ZoneNode, after: ZoneNode): boolean {
  return sameVeil(old.veil, after.veil) && sameVeil(old.veilBelow, after.veilBelow);
}

function sameVeil(a: Veil | undefined, b: Veil | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.kind === b.kind && a.name.equals(b.name));
}

function nodeFault(node: ZoneNode): NodeFinding | undefined {
  if (node.veil?.kind === 'dname')
    return finding(ZONE.belowDname, node.name, `nothing below the DNAME of ${formatName(node.veil.name)}`);
  if (node.isCut && node.rrset(Type.DNAME) !== undefined)
    return finding(ZONE.dnameAtCut, node.name, 'either NS or DNAME at a name below the apex');
  if (node.veil?.kind === 'cut' && node.rrset(Type.NS) !== undefined)
    return finding(
      ZONE.belowCut,
      node.name,
      `addresses only below the zone cut at ${formatName(node.veil.name)}`,
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
  closest.isLeanedOn = true;
  const isExact = closest.labelCount === server.labelCount;
  const veil = isExact && !closest.isCut ? closest.veil : closest.veilBelow;
  // Below another cut its own servers are asked; below a DNAME, or as an alias, it is another name's matter.
  if (veil !== undefined && !veil.name.equals(node.name)) return true;
  const owner = isExact ? closest : veil === undefined ? closest.wildcard : undefined;
  return owner?.rrsets.some(isAddress) ?? false;
}

function isAddress({ type }: RRset): boolean {
  return type === Type.A || type === Type.AAAA || type === Type.CNAME;
}

const hashes = new NameHashes();

function finding(rule: Rule, owner: Name, expected: string): NodeFinding {
  return { severity: 'error', rule, place: undefined, found: formatName(owner), expected, owner };
}
