import { Name, formatName } from '../codec/dns/name.ts';
import { Type, typeName } from '../codec/dns/registry.ts';
import { ZONE } from '../core/rules/zone.ts';
import type { RRset, Zone, ZoneNode } from '../store/zone.ts';
import { lintMail } from './mail-lint.ts';
import { lintSignatures } from './signature-lint.ts';
import { type ZoneRemark, nodeFor, remark } from './zone-remark.ts';

/** What a zone that may be served would still better be without. `nowSeconds`: since 1970, for signatures. */
export function* lintZone(zone: Zone, nowSeconds: number): Generator<ZoneRemark> {
  for (const node of zone.nodes()) {
    if (node.veil !== undefined) continue;
    for (const rrset of node.rrsets) yield* lintSet(zone, node, rrset);
  }
  yield* lintSignatures(zone, nowSeconds);
}

function* lintSet(zone: Zone, node: ZoneNode, rrset: RRset): Generator<ZoneRemark> {
  switch (rrset.type) {
    case Type.NS:
      if (rrset.rdatas.length === 1)
        yield remark(ZONE.fewServers, 'notice', rrset, formatName(node.name), 'two name servers or more');
      return yield* lintTargets(zone, rrset, 0);
    case Type.MX:
      return yield* lintTargets(zone, rrset, 2);
    case Type.SRV:
      return yield* lintTargets(zone, rrset, 6);
    case Type.CNAME:
      return yield* lintAlias(zone, rrset);
    case Type.TXT:
      return yield* lintMail(zone, rrset);
    default:
  }
}

function* lintTargets(zone: Zone, rrset: RRset, offset: number): Generator<ZoneRemark> {
  for (const rdata of rrset.rdatas) {
    const target = new Name(rdata.subarray(offset));
    // RFC 7505 §3 and RFC 2782: "." is no server at all.
    if (target.isRoot) continue;
    const node = nodeFor(zone, target);
    if (node === 'elsewhere') continue;
    const found = `${formatName(rrset.owner)} ${typeName(rrset.type)} ${formatName(target)}`;
    if (node?.rrset(Type.CNAME) !== undefined)
      yield remark(ZONE.targetAlias, 'warning', rrset, found, 'a name with addresses, and no alias');
    // A name server without an address is an error of the zone.
    else if (rrset.type !== Type.NS && !hasAddress(node))
      yield remark(ZONE.targetMissing, 'warning', rrset, found, 'a name with an A or AAAA record');
  }
}

function hasAddress(node: ZoneNode | undefined): boolean {
  return node?.rrset(Type.A) !== undefined || node?.rrset(Type.AAAA) !== undefined;
}

/** Our bound is that of the server: a longer chain is cut there. */
const CHAIN_MAX = 16;

function* lintAlias(zone: Zone, rrset: RRset): Generator<ZoneRemark> {
  const found = `${formatName(rrset.owner)} CNAME ${formatName(new Name(rrset.only))}`;
  let target = new Name(rrset.only);
  for (let links = 0; links <= CHAIN_MAX; links++) {
    const node = nodeFor(zone, target);
    if (node === 'elsewhere') return;
    if (node === undefined)
      return yield remark(ZONE.aliasDangling, 'warning', rrset, found, `${formatName(target)} to be there`);
    const next = node.rrset(Type.CNAME);
    if (next === undefined) return;
    target = new Name(next.only);
    if (target.equals(rrset.owner)) break;
  }
  yield remark(ZONE.aliasLoop, 'warning', rrset, found, 'an alias that ends at a name with records');
}
