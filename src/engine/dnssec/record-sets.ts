import type { Name } from '../../codec/dns/name.ts';
import { type Rrsig, coveredType, readRrsig } from '../../codec/dns/rdata/rrsig.ts';
import type { ResourceRecord } from '../../codec/dns/record.ts';
import { Class, Type } from '../../codec/dns/registry.ts';

/** The records of one owner and type in a section of a message, with the signatures that say they cover them. */
export interface RecordSet {
  readonly owner: Name;
  readonly type: number;
  readonly class: number;
  readonly rdatas: Uint8Array[];
  readonly signatures: Rrsig[];
}

/** The sets of a section, in the order of their first records; class IN alone. */
export function recordSets(records: readonly ResourceRecord[]): RecordSet[] {
  const sets = new Map<string, RecordSet>();
  for (const { owner, type, class: dnsClass, rdata } of records) {
    if (dnsClass !== Class.IN || type === Type.RRSIG) continue;
    const key = `${type} ${owner.key}`;
    const known = sets.get(key);
    if (known === undefined) sets.set(key, { owner, type, class: dnsClass, rdatas: [rdata], signatures: [] });
    else known.rdatas.push(rdata);
  }
  for (const { owner, type, class: dnsClass, rdata } of records) {
    if (type !== Type.RRSIG || dnsClass !== Class.IN) continue;
    const set = sets.get(`${coveredType(rdata)} ${owner.key}`);
    // KeyTrap: a set with very many signatures is no set of an honest zone.
    if (set !== undefined && set.signatures.length < SIGNATURES_MAX) set.signatures.push(readRrsig(rdata));
  }
  return Array.from(sets.values());
}

/** As many as a roll-over of two algorithms has, and as many again: what is over costs work for nothing. */
const SIGNATURES_MAX = 8;
