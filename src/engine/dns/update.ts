import { sameRdata } from '../../codec/dns/canonical.ts';
import type { DnsMessage } from '../../codec/dns/message.ts';
import type { Name } from '../../codec/dns/name.ts';
import { soaSerial } from '../../codec/dns/rdata/soa.ts';
import { type ResourceRecord, formatRecord } from '../../codec/dns/record.ts';
import { Class, Rcode, Type, rcodeName } from '../../codec/dns/registry.ts';
import type { Rule } from '../../core/rules.ts';
import { UPDATE } from '../../core/rules/update.ts';
import { isNewerSerial } from '../../store/serial.ts';
import type { DraftSet, ZoneDraft } from '../../store/zone-draft.ts';

/** An update's own no: nothing of it was done. */
export interface UpdateRefusal {
  readonly rcode: number;
  readonly rule: Rule;
  readonly detail: string;
}

/** Query types and pseudo-types, which no zone has: RFC 2136 §3.4.1.2 and RFC 6895 §3.1. */
const isMeta = (type: number): boolean => (type >= 128 && type <= 255) || type === Type.OPT || type === 0;
/** Of these a name has one at most: another takes its place. */
const SINGLE: ReadonlySet<number> = new Set([Type.SOA, Type.CNAME, Type.DNAME]);
/** What may stand beside a CNAME: RFC 4034 §3 and §4. */
const BESIDE_CNAME: ReadonlySet<number> = new Set([Type.CNAME, Type.RRSIG, Type.NSEC]);

/** Makes an UPDATE's changes in a draft, or none and says why: RFC 2136 §3.2 and §3.4. */
export function applyUpdate(message: DnsMessage, draft: ZoneDraft): UpdateRefusal | undefined {
  const refusal = checkPrerequisites(message.answers, draft) ?? scan(message.authorities, draft);
  if (refusal !== undefined) return refusal;
  for (const record of message.authorities) apply(record, draft);
  return undefined;
}

/** RFC 2136 §3.2.5. */
function checkPrerequisites(records: readonly ResourceRecord[], draft: ZoneDraft): UpdateRefusal | undefined {
  const wanted = new Map<string, { readonly record: ResourceRecord; readonly rdatas: Uint8Array[] }>();
  for (const record of records) {
    const { owner, type, class: dnsClass, ttl, rdata } = record;
    if (ttl !== 0) return refuse(UPDATE.malformed, Rcode.FORMERR, record);
    if (!owner.isSubdomainOf(draft.zone.apex)) return refuse(UPDATE.notZone, Rcode.NOTZONE, record);
    switch (dnsClass) {
      case Class.ANY:
      case Class.NONE: {
        if (rdata.length > 0) return refuse(UPDATE.malformed, Rcode.FORMERR, record);
        const isThere =
          type === Type.ANY ? draft.types(owner).length > 0 : draft.set(owner, type) !== undefined;
        if (isThere === (dnsClass === Class.ANY)) break;
        return refuse(UPDATE.prerequisite, missingRcode(type, isThere), record);
      }
      case Class.IN: {
        const key = `${owner.key} ${type}`;
        const set = wanted.get(key);
        if (set === undefined) wanted.set(key, { record, rdatas: [rdata] });
        else if (!has(type, set.rdatas, rdata)) set.rdatas.push(rdata);
        break;
      }
      default:
        return refuse(UPDATE.malformed, Rcode.FORMERR, record);
    }
  }
  for (const { record, rdatas } of wanted.values()) {
    const there = draft.set(record.owner, record.type)?.rdatas ?? [];
    if (there.length !== rdatas.length || rdatas.some((rdata) => !has(record.type, there, rdata)))
      return refuse(UPDATE.prerequisite, Rcode.NXRRSET, record);
  }
  return undefined;
}

function missingRcode(type: number, isThere: boolean): number {
  if (type === Type.ANY) return isThere ? Rcode.YXDOMAIN : Rcode.NXDOMAIN;
  return isThere ? Rcode.YXRRSET : Rcode.NXRRSET;
}

/** RFC 2136 §3.4.1.3. */
function scan(records: readonly ResourceRecord[], draft: ZoneDraft): UpdateRefusal | undefined {
  for (const record of records) {
    const { owner, type, class: dnsClass, ttl, rdata } = record;
    if (!owner.isSubdomainOf(draft.zone.apex)) return refuse(UPDATE.notZone, Rcode.NOTZONE, record);
    const isWell =
      dnsClass === Class.IN
        ? !isMeta(type) && rdata.length > 0
        : dnsClass === Class.ANY
          ? ttl === 0 && rdata.length === 0 && (type === Type.ANY || !isMeta(type))
          : dnsClass === Class.NONE && ttl === 0 && !isMeta(type);
    if (!isWell) return refuse(UPDATE.malformed, Rcode.FORMERR, record);
  }
  return undefined;
}

/** RFC 2136 §3.4.2.7. */
function apply(record: ResourceRecord, draft: ZoneDraft): void {
  const { owner, type, class: dnsClass, rdata } = record;
  const { apex } = draft.zone;
  const isApex = owner.equals(apex);
  switch (dnsClass) {
    case Class.IN:
      return add(record, draft);
    case Class.ANY: {
      const types = type === Type.ANY ? draft.types(owner) : [type];
      for (const each of types)
        if (!isApex || (each !== Type.SOA && each !== Type.NS)) draft.replace(owner, each, undefined);
      return;
    }
    default: {
      const set = draft.set(owner, type);
      if (set === undefined || type === Type.SOA) return;
      const rdatas = set.rdatas.filter((other) => !sameRdata(type, other, rdata));
      // The zone keeps a name server.
      if (isApex && type === Type.NS && rdatas.length === 0) return;
      draft.replace(owner, type, { ttl: set.ttl, rdatas });
    }
  }
}

function add({ owner, type, ttl, rdata }: ResourceRecord, draft: ZoneDraft): void {
  const types = draft.types(owner);
  if (type === Type.CNAME ? types.some((other) => !BESIDE_CNAME.has(other)) : isBesideCname(types, type))
    return;
  const set = draft.set(owner, type);
  if (type === Type.SOA && !isNewerSoa(owner, rdata, draft)) return;
  draft.replace(owner, type, SINGLE.has(type) ? { ttl, rdatas: [rdata] } : joined(set, { type, ttl, rdata }));
}

function isBesideCname(types: readonly number[], type: number): boolean {
  return types.includes(Type.CNAME) && !BESIDE_CNAME.has(type);
}

/** RFC 2136 §3.4.2.2: a serial that is not newer is passed over. */
function isNewerSoa(owner: Name, rdata: Uint8Array, draft: ZoneDraft): boolean {
  const before = draft.set(owner, Type.SOA)?.rdatas[0];
  return before !== undefined && isNewerSerial(soaSerial(rdata), soaSerial(before));
}

/** One TTL for all of a set, the newest (RFC 2181 §5.2); a record that is there already is replaced (RFC 2136 §3.4.2.2). */
function joined(
  set: DraftSet | undefined,
  { type, ttl, rdata }: Pick<ResourceRecord, 'type' | 'ttl' | 'rdata'>,
): DraftSet {
  const before = set?.rdatas ?? [];
  if (!has(type, before, rdata)) return { ttl, rdatas: [...before, rdata] };
  return { ttl, rdatas: before.map((other) => (sameRdata(type, other, rdata) ? rdata : other)) };
}

function has(type: number, rdatas: readonly Uint8Array[], rdata: Uint8Array): boolean {
  return rdatas.some((other) => sameRdata(type, other, rdata));
}

function refuse(rule: Rule, rcode: number, record: ResourceRecord): UpdateRefusal {
  return { rcode, rule, detail: `${rcodeName(rcode)}: ${formatRecord(record)}`.slice(0, 300) };
}
