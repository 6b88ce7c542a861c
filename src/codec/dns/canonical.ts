import { Reader, Writer } from '../../core/bytes.ts';
import { LOWER, MAX_NAME_OCTETS, type Name, skipName } from './name.ts';
import { Type } from './registry.ts';

/** Where the names of rdata begin, and how many there are: in front of them are so many octets, and of NAPTR three strings. */
interface Names {
  readonly before: number;
  readonly strings?: number;
  readonly count: number;
}

const FIRST: Names = { before: 0, count: 1 };
const TWO: Names = { before: 0, count: 2 };
const AFTER_PREFERENCE: Names = { before: 2, count: 1 };

/** RFC 4034 §6.2, item 3: the types whose rdata has names that are lowered; RFC 6840 §5.1 took NSEC off the list. */
const LOWERED: ReadonlyMap<number, Names> = new Map<number, Names>([
  [Type.NS, FIRST],
  [Type.MD, FIRST],
  [Type.MF, FIRST],
  [Type.CNAME, FIRST],
  [Type.SOA, TWO],
  [Type.MB, FIRST],
  [Type.MG, FIRST],
  [Type.MR, FIRST],
  [Type.PTR, FIRST],
  [Type.MINFO, TWO],
  [Type.MX, AFTER_PREFERENCE],
  [Type.RP, TWO],
  [Type.AFSDB, AFTER_PREFERENCE],
  [Type.RT, AFTER_PREFERENCE],
  [Type.SIG, { before: 18, count: 1 }],
  [Type.PX, { before: 2, count: 2 }],
  [Type.NXT, FIRST],
  [Type.NAPTR, { before: 4, strings: 3, count: 1 }],
  [Type.SRV, { before: 6, count: 1 }],
  [Type.DNAME, FIRST],
  [Type.RRSIG, { before: 18, count: 1 }],
]);

/** RFC 4034 §6.2: stored rdata with its names in lower case; the same octets where there are none. */
function canonicalRdata(type: number, rdata: Uint8Array): Uint8Array {
  const names = LOWERED.get(type);
  if (names === undefined) return rdata;
  const reader = new Reader(rdata, names.before);
  for (let left = names.strings ?? 0; left > 0; left--) reader.skip(reader.u8('string'), 'string');
  const canonical = rdata.slice();
  const start = reader.offset;
  for (let left = names.count; left > 0; left--) skipName(reader, 'name');
  for (let at = start; at < reader.offset; at++) canonical[at] = LOWER[rdata[at] ?? 0] ?? 0;
  return canonical;
}

/**
 * Whether two rdatas of one type are one record: names in them have no case (RFC 1035 §3.1, RFC 3597 §7), all else has. What is no
 * rdata of its type, as a message may bring it, is compared as well as it can be.
 */
export function sameRdata(type: number, a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let first = -1;
  let last = -1;
  for (let at = 0; at < a.length; at++) {
    if (a[at] === b[at]) continue;
    if (LOWER[a[at] ?? 0] !== LOWER[b[at] ?? 0]) return false;
    if (first < 0) first = at;
    last = at;
  }
  if (first < 0) return true;
  const names = LOWERED.get(type);
  return names !== undefined && areOfNames(names, a, first, last);
}

/** Whether the octets from `first` to `last` are all of names. */
function areOfNames(
  { before, strings = 0, count }: Names,
  rdata: Uint8Array,
  first: number,
  last: number,
): boolean {
  let at = before;
  for (let left = strings; left > 0; left--) at += 1 + (rdata[at] ?? 0);
  if (first < at) return false;
  for (let left = count; left > 0; left--) at = endOfName(rdata, at);
  return last < at;
}

function endOfName(rdata: Uint8Array, start: number): number {
  let at = start;
  while (at < rdata.length && rdata[at] !== 0) at += 1 + (rdata[at] ?? 0);
  return at + 1;
}

function lowerName(name: Uint8Array): Uint8Array {
  return name.map((octet) => LOWER[octet] ?? 0);
}

/** RFC 4034 §6.3: as octets from the left; where one ends first, it comes first. */
function compareRdata(a: Uint8Array, b: Uint8Array): number {
  const common = Math.min(a.length, b.length);
  for (let index = 0; index < common; index++) {
    const order = (a[index] ?? 0) - (b[index] ?? 0);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Octets of an RRSIG's rdata before the signer's name. */
const RRSIG_FIXED_OCTETS = 18;

/** Records as a signature covers them. */
export interface SignedSet {
  /** As the signature's labels count has it: of a set that a wildcard gave, the wildcard. */
  readonly owner: Name;
  readonly type: number;
  readonly class: number;
  readonly rdatas: readonly Uint8Array[];
}

/** RFC 4034 §3.1.8.1: what is signed. `rrsig` is the rdata of the signature up to and with the signer's name; its original TTL counts. */
export function signedData(rrsig: Uint8Array, set: SignedSet): Uint8Array {
  const owner = lowerName(set.owner.octets);
  const rdatas = set.rdatas.map((rdata) => canonicalRdata(set.type, rdata)).sort(compareRdata);
  const size = rdatas.reduce((sum, rdata) => sum + owner.length + 10 + rdata.length, rrsig.length);
  const writer = new Writer(new Uint8Array(size + MAX_NAME_OCTETS));
  writer.bytes(rrsig, 0, RRSIG_FIXED_OCTETS);
  writer.bytes(lowerName(rrsig.subarray(RRSIG_FIXED_OCTETS)));
  let last: Uint8Array | undefined;
  for (const rdata of rdatas) {
    // RFC 4034 §6.3: the same record twice is one.
    if (last !== undefined && compareRdata(last, rdata) === 0) continue;
    last = rdata;
    writer.bytes(owner);
    writer.u16(set.type);
    writer.u16(set.class);
    writer.bytes(rrsig, 4, 8);
    writer.u16(rdata.length);
    writer.bytes(rdata);
  }
  return writer.written();
}

/** What is hashed for a DS: the owner of the key in lower case, and its rdata (RFC 4034 §5.1.4). */
export function delegationData(owner: Name, dnskey: Uint8Array): Uint8Array {
  const octets = new Uint8Array(owner.octets.length + dnskey.length);
  octets.set(lowerName(owner.octets));
  octets.set(dnskey, owner.octets.length);
  return octets;
}
