import type { Name } from '../../codec/dns/name.ts';
import type { ResourceRecord } from '../../codec/dns/record.ts';
import { Class, Type } from '../../codec/dns/registry.ts';

/** The records of one owner and type with one TTL (RFC 2181 §5.2), and the signatures over them. */
export interface RecordSet {
  readonly owner: Name;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  readonly rdatas: readonly Uint8Array[];
  /** The rdata of each RRSIG that covers the set. */
  readonly signatures: readonly Uint8Array[];
}

interface Draft {
  readonly owner: Name;
  readonly type: number;
  ttl: number;
  readonly rdatas: Uint8Array[];
  readonly signatures: Uint8Array[];
}

/** RFC 4034 §3.1: the type that an RRSIG covers is its first field. */
function coveredType(rdata: Uint8Array): number {
  return ((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0);
}

/** The sets of a section in the order in which they begin; the lesser TTL holds where they differ (RFC 2181 §5.2). */
export function recordSets(records: readonly ResourceRecord[]): readonly RecordSet[] {
  const drafts = new Map<string, Draft>();
  for (const { owner, type, class: dnsClass, ttl, rdata } of records) {
    if (dnsClass !== Class.IN) continue;
    const isSignature = type === Type.RRSIG;
    const own = isSignature ? coveredType(rdata) : type;
    const key = `${own} ${owner.key}`;
    let draft = drafts.get(key);
    if (draft === undefined) {
      draft = { owner, type: own, ttl, rdatas: [], signatures: [] };
      drafts.set(key, draft);
    }
    draft.ttl = Math.min(draft.ttl, ttl);
    (isSignature ? draft.signatures : draft.rdatas).push(rdata);
  }
  return [...drafts.values()].filter(({ rdatas }) => rdatas.length > 0);
}

/** The records again, with the TTL that is left. */
export function recordsOf(
  { owner, type, rdatas, signatures }: RecordSet,
  ttl: number,
  dnssecOk: boolean,
): readonly ResourceRecord[] {
  const common = { owner, class: Class.IN, ttl };
  const records = rdatas.map((rdata) => ({ ...common, type, rdata }));
  if (!dnssecOk) return records;
  return [...records, ...signatures.map((rdata) => ({ ...common, type: Type.RRSIG, rdata }))];
}
