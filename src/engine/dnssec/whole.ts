import { toBase32Hex } from '../../codec/dns/base32.ts';
import { Name, compareNames } from '../../codec/dns/name.ts';
import { bitmapOf } from '../../codec/dns/rdata/security-field.ts';
import type { ResourceRecord } from '../../codec/dns/record.ts';
import { Class, Type } from '../../codec/dns/registry.ts';
import type { Crypto } from '../../core/crypto.ts';
import { utf8Octets } from '../../core/text.ts';
import { type Nsec3Parameters, hashName } from '../../store/nsec3.ts';
import { RRset, type Zone, type ZoneNode } from '../../store/zone.ts';
import { nsecChain, typesOf } from './denial-sets.ts';
import { dsRecords } from './made-sets.ts';
import type { KeySchedule } from './schedule.ts';
import { signSet } from './sign.ts';

export interface WholeOptions {
  readonly schedule: KeySchedule;
  /** Seconds since 1970. */
  readonly seconds: number;
  /** Left out: NSEC. */
  readonly nsec3?: Nsec3Parameters | undefined;
  readonly crypto: Pick<Crypto, 'sha1' | 'sha256' | 'sha384'>;
}

const SIGNED_HERE: ReadonlySet<number> = new Set([
  Type.DNSKEY,
  Type.CDS,
  Type.CDNSKEY,
  Type.NSEC,
  Type.NSEC3,
  Type.NSEC3PARAM,
]);

/** Every record of a zone with all its signatures and proofs, as of one moment: what a server that does not sign can serve. */
export function* signZone(zone: Zone, options: WholeOptions): Generator<ResourceRecord> {
  const { schedule, seconds, nsec3, crypto } = options;
  const nodes = Array.from(zone.nodes()).filter(({ veil }) => veil === undefined);
  const extra = apexExtra(zone, options);
  const negativeTtl = zone.negativeSoa.ttl;
  const withExtra = (node: ZoneNode): RRset[] => {
    const own = node.rrsets.filter(({ type }) => !SIGNED_HERE.has(type));
    return node.name.equals(zone.apex) ? [...own, ...extra] : own;
  };
  for (const node of zone.nodes()) {
    const isHidden = node.veil !== undefined;
    for (const set of isHidden ? node.rrsets : withExtra(node)) {
      yield* recordsOf(set);
      // RFC 4035 §2.2: neither the NS of a cut nor glue is this zone's to sign.
      if (isHidden || (node.isCut && set.type !== Type.DS)) continue;
      yield* signaturesOf(set, zone, schedule, seconds);
    }
  }
  const types = (node: ZoneNode): number[] => [
    ...typesOf(node).filter((type) => !SIGNED_HERE.has(type)),
    ...(node.name.equals(zone.apex) ? extra.map(({ type }) => type) : []),
  ];
  const chain =
    nsec3 === undefined
      ? nsecChain(nodes, negativeTtl, types)
      : nsec3Chain(zone, nodes, { parameters: nsec3, ttl: negativeTtl, sha1: crypto.sha1, types });
  for (const set of chain) {
    yield* recordsOf(set);
    yield* signaturesOf(set, zone, schedule, seconds);
  }
}

function apexExtra(zone: Zone, { schedule, seconds, nsec3, crypto }: WholeOptions): RRset[] {
  const { apex, soa } = zone;
  const wanted = schedule.wanted(seconds);
  const sets: [type: number, rdatas: readonly Uint8Array[]][] = [
    [Type.DNSKEY, schedule.published(seconds).map(({ rdata }) => rdata)],
    [Type.CDS, wanted.flatMap((key) => dsRecords(apex, key, crypto))],
    [Type.CDNSKEY, wanted.map(({ rdata }) => rdata)],
    // RFC 5155 §4.1.2: flags are 0.
    [Type.NSEC3PARAM, nsec3 === undefined ? [] : [parameterOctets(nsec3)]],
  ];
  return sets
    .filter(([, rdatas]) => rdatas.length > 0)
    .map(([type, rdatas]) => new RRset(apex, type, type === Type.NSEC3PARAM ? 0 : soa.ttl, rdatas));
}

function* signaturesOf(
  set: RRset,
  zone: Zone,
  schedule: KeySchedule,
  seconds: number,
): Generator<ResourceRecord> {
  const rdatas = schedule
    .turns(set.type, 0, seconds)
    .map(({ key, ...terms }) => signSet(set, key, { ...terms, signer: zone.apex }));
  if (rdatas.length > 0) yield* recordsOf(new RRset(set.owner, Type.RRSIG, set.ttl, rdatas));
}

function* recordsOf({ owner, type, ttl, rdatas }: RRset): Generator<ResourceRecord> {
  for (const rdata of rdatas) yield { owner, type, class: Class.IN, ttl, rdata };
}

/** Hash algorithm 1 (SHA-1), no flags, iterations, salt: RFC 5155 §4.2. */
function parameterOctets({ iterations, salt }: Nsec3Parameters): Uint8Array {
  return Uint8Array.of(1, 0, iterations >>> 8, iterations & 0xff, salt.length, ...salt);
}

interface HashedChain {
  readonly parameters: Nsec3Parameters;
  readonly ttl: number;
  readonly sha1: Crypto['sha1'];
  readonly types: (node: ZoneNode) => number[];
}

/** RFC 5155 §7.1: every name has one, empty non-terminals too; in the order of their hashes. */
function nsec3Chain(zone: Zone, nodes: readonly ZoneNode[], chain: HashedChain): RRset[] {
  const { parameters, ttl, sha1, types } = chain;
  const links = nodes
    .map((node) => {
      const hash = hashName(node.name.octets, parameters, sha1);
      return { node, hash, owner: hashedOwner(hash, zone.apex) };
    })
    .sort((a, b) => compareNames(a.owner, b.owner));
  const head = parameterOctets(parameters);
  return links.map(({ node, owner }, index) => {
    const next = (links[(index + 1) % links.length] ?? links[0])?.hash ?? new Uint8Array(0);
    const own = types(node);
    // RFC 5155 §7.1: a name without signatures of its own (an unsigned cut, an empty non-terminal) does not list RRSIG.
    const isSigned = own.length > 0 && (!node.isCut || own.includes(Type.DS));
    const bitmap = bitmapOf(isSigned ? [...own, Type.RRSIG] : own);
    return new RRset(owner, Type.NSEC3, ttl, [Uint8Array.of(...head, next.length, ...next, ...bitmap)]);
  });
}

function hashedOwner(hash: Uint8Array, apex: Name): Name {
  const label = utf8Octets(toBase32Hex(hash));
  return new Name(Uint8Array.of(label.length, ...label, ...apex.octets));
}
