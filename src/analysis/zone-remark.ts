import type { Name } from '../codec/dns/name.ts';
import { NameHashes } from '../codec/dns/name-hash.ts';
import type { Rule } from '../core/rules.ts';
import type { RRset, Zone, ZoneNode } from '../store/zone.ts';
import type { Severity } from '../store/zone-finding.ts';

/** Something about one set of a zone; whoever read the file knows where it stands. */
export interface ZoneRemark {
  readonly severity: Severity;
  readonly rule: Rule;
  readonly owner: Name;
  readonly type: number;
  readonly found: string;
  readonly expected: string;
}

export function remark(
  rule: Rule,
  severity: Severity,
  { owner, type }: RRset,
  found: string,
  expected: string,
): ZoneRemark {
  return { severity, rule, owner, type, found, expected };
}

const hashes = new NameHashes();

/** What answers for a name: its node or the wildcard's; `elsewhere` where another zone, or a DNAME, does. */
export function nodeFor(zone: Zone, name: Name): ZoneNode | 'elsewhere' | undefined {
  if (!name.isSubdomainOf(zone.apex)) return 'elsewhere';
  hashes.read(name.octets, 0);
  const closest = zone.closest(name.octets, hashes);
  if (closest === undefined) return undefined;
  const isExact = closest.labelCount === name.labelCount;
  if ((isExact ? closest.veil : closest.veilBelow) !== undefined || closest.isCut) return 'elsewhere';
  return isExact ? closest : closest.wildcard;
}
