import { soaMinimum } from '../codec/dns/rdata/soa.ts';
import { Type } from '../codec/dns/registry.ts';
import { equalOctets } from '../core/bytes.ts';
import type { Crypto } from '../core/crypto.ts';
import { bug } from '../core/errors.ts';
import type { Steps } from '../core/steps.ts';
import { NsecSecurity } from './nsec.ts';
import { Nsec3Security, nsec3Security } from './nsec3.ts';
import type { VersionedTable } from './versioned-table.ts';
import type { NodeChange, RRset, Zone, ZoneNode } from './zone.ts';
import type { ZoneSecurity, ZoneSigner } from './zone-security.ts';

/** About a millisecond's work. */
const STEP_NODES = 4_096;

/** What proofs are made of. */
interface ProofParts {
  readonly soa: RRset;
  readonly nodes: VersionedTable<ZoneNode>;
  readonly hashed: VersionedTable<readonly RRset[]>;
  readonly sha1?: Crypto['sha1'] | undefined;
  readonly signer?: ZoneSigner | undefined;
}

/** What makes a zone's answers provable: its signer, or the NSEC3 or NSEC records that it came with. */
export function* zoneSecuritySteps({
  soa,
  nodes,
  hashed,
  sha1,
  signer,
}: ProofParts): Steps<ZoneSecurity | undefined> {
  if (signer !== undefined)
    return yield* signer.securitySteps(soa.owner, nodes.values(), Math.min(soa.ttl, soaMinimum(soa.only)));
  const chain = Array.from(hashed.values()).flat();
  const nsec3 = sha1 === undefined ? undefined : nsec3Security(soa.owner, nodes, chain, sha1);
  if (nsec3 !== undefined || soa.signatures === undefined) return nsec3;
  const sets: RRset[] = [];
  let count = 0;
  for (const node of nodes.values()) {
    if (++count % STEP_NODES === 0) yield;
    const set = node.rrset(Type.NSEC);
    if (set !== undefined) sets.push(set);
  }
  return yield* NsecSecurity.steps(sets);
}

/** How the next version of a zone came about. */
interface ProofChange {
  readonly before: Zone;
  readonly nodes: readonly NodeChange[];
  /** NSEC3 sets that went and came. */
  readonly removed: readonly RRset[];
  readonly added: readonly RRset[];
}

/** The same of the next version, from that of the one before where its chain goes on. */
export function* nextSecuritySteps(parts: ProofParts, change: ProofChange): Steps<ZoneSecurity | undefined> {
  const { before, nodes, removed, added } = change;
  const { security } = before;
  const { soa, signer } = parts;
  if (signer === undefined && (soa.signatures === undefined) === (before.soa.signatures === undefined)) {
    if (security === undefined && removed.length + added.length === 0 && !hasParameters(parts))
      return undefined;
    if (security instanceof NsecSecurity && !hasParameters(parts)) return security.changed(nodes);
    if (security instanceof Nsec3Security && sameParameters(before, parts))
      return security.changed(parts.nodes, removed, added) ?? (yield* zoneSecuritySteps(parts));
  }
  return yield* zoneSecuritySteps(parts);
}

function parametersOf(top: ZoneNode | undefined): RRset | undefined {
  return (top ?? bug('a zone has its apex')).rrset(Type.NSEC3PARAM);
}

function hasParameters({ soa, nodes }: ProofParts): boolean {
  return parametersOf(nodes.getName(soa.owner)) !== undefined;
}

/** Whether there is one chain, and still the same. */
function sameParameters(before: Zone, { soa, nodes }: ProofParts): boolean {
  const old = parametersOf(before.node(before.apex))?.rdatas ?? [];
  const now = parametersOf(nodes.getName(soa.owner))?.rdatas ?? [];
  const [one, other] = [old[0], now[0]];
  if (old.length !== 1 || now.length !== 1 || one === undefined || other === undefined) return false;
  return equalOctets(one, other);
}
