import { toBase32Hex } from '../../codec/dns/base32.ts';
import { Name, compareNames } from '../../codec/dns/name.ts';
import { bitmapOf } from '../../codec/dns/rdata/security-field.ts';
import type { ResourceRecord } from '../../codec/dns/record.ts';
import { Class, Type } from '../../codec/dns/registry.ts';
import type { Crypto } from '../../core/crypto.ts';
import { sortSteps } from '../../core/steps.ts';
import { utf8Octets } from '../../core/text.ts';
import { type Nsec3Parameters, hashName } from '../../store/nsec3.ts';
import { RRset, type Zone, type ZoneNode } from '../../store/zone.ts';
import { nsecLinks } from './denial-sets.ts';
import { TimedRouting, dsRecords } from './made-sets.ts';
import type { KeySchedule } from './schedule.ts';
import type { SignatureCache } from './signature-cache.ts';
import { signSet } from './sign.ts';

export interface WholeOptions {
  readonly schedule: KeySchedule;
  /** Seconds since 1970. */
  readonly seconds: number;
  /** Left out: NSEC. */
  readonly nsec3?: Nsec3Parameters | undefined;
  readonly crypto: Pick<Crypto, 'sha1' | 'sha256' | 'sha384'>;
  /** The SOA in place of the zone's own. */
  readonly soa?: RRset | undefined;
  /** Of the periods in which all of the zone is signed; 0 when left out. */
  readonly phase?: number | undefined;
  /** Of signatures made in this phase. */
  readonly cache?: SignatureCache | undefined;
}

/** A record, or undefined where a turn's work is done. */
export type WholeStep = ResourceRecord | undefined;

/** Signatures made in a turn: about a millisecond of ECDSA. */
const STEP_SIGNATURES = 32;

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
  for (const record of signZoneSteps(zone, options)) if (record !== undefined) yield record;
}

/** The same, the SOA first, with a rest after each turn's work. */
export function signZoneSteps(zone: Zone, options: WholeOptions): Generator<WholeStep, void> {
  return new WholeZone(zone, options).records();
}

/** A zone while it is signed. */
class WholeZone {
  readonly #zone: Zone;
  readonly #options: WholeOptions;
  /** DNSKEY and its like. */
  readonly #made: readonly RRset[];
  #signed = 0;

  constructor(zone: Zone, options: WholeOptions) {
    this.#zone = zone;
    this.#options = options;
    this.#made = apexExtra(zone, options);
  }

  *records(): Generator<WholeStep, void> {
    const shown: ZoneNode[] = [];
    for (const node of this.#zone.nodes()) {
      const isHidden = node.veil !== undefined;
      if (!isHidden) shown.push(node);
      for (const set of isHidden ? node.rrsets : this.#setsOf(node)) {
        // RFC 4035 §2.2: neither the NS of a cut nor glue is this zone's to sign.
        if (isHidden || (node.isCut && set.type !== Type.DS)) yield* recordsOf(set);
        else yield* this.#withSignatures(set);
      }
    }
    for (const set of yield* this.#chain(shown)) yield* this.#withSignatures(set);
  }

  *#chain(nodes: readonly ZoneNode[]): Generator<undefined, Iterable<RRset>> {
    const { nsec3, crypto } = this.#options;
    const { ttl } = this.#zone.negativeSoa;
    const types = (node: ZoneNode): readonly number[] => this.#typesOf(node);
    if (nsec3 !== undefined) {
      const { sha1 } = crypto;
      return nsec3Chain(this.#zone, nodes, { parameters: nsec3, ttl, sha1, types });
    }
    const owners = nodes.filter(({ rrsets }) => rrsets.length > 0);
    const sorted = yield* sortSteps(owners, (a, b) => compareNames(a.name, b.name));
    return nsecLinks(sorted, ttl, types);
  }

  #setsOf(node: ZoneNode): readonly RRset[] {
    const { soa = this.#zone.soa, seconds } = this.#options;
    if (!node.name.equals(this.#zone.apex)) return node.rrsets.flatMap((set) => standing(set, seconds) ?? []);
    const own = node.rrsets.filter(({ type }) => type !== Type.SOA && !SIGNED_HERE.has(type));
    return [soa, ...own, ...this.#made];
  }

  /** As an NSEC lists them: of a cut, only what is this zone's (RFC 4035 §2.3). */
  #typesOf(node: ZoneNode): readonly number[] {
    const own = this.#setsOf(node).map(({ type }) => type);
    return node.isCut ? own.filter((type) => type === Type.NS || type === Type.DS) : own;
  }

  *#withSignatures(set: RRset): Generator<WholeStep, void> {
    yield* recordsOf(set);
    const { cache, schedule, seconds, phase = 0 } = this.#options;
    const known = cache?.find(set, seconds);
    if (known !== undefined) return yield* recordsOf(known);
    const signatures = this.#sign(set);
    const [from, until] = [schedule.since(phase, seconds), schedule.until(phase, seconds)];
    cache?.keep(set, { signatures, from, until });
    yield* recordsOf(signatures);
    if (++this.#signed % STEP_SIGNATURES === 0) yield undefined;
  }

  #sign(set: RRset): RRset {
    const { schedule, seconds, phase = 0 } = this.#options;
    const rdatas = schedule
      .turns(set.type, phase, seconds)
      .map(({ key, ...terms }) => signSet(set, key, { ...terms, signer: this.#zone.apex }));
    return new RRset(set.owner, Type.RRSIG, set.ttl, rdatas);
  }
}

/** What stands in the zone at a moment: what the zone has of proofs is not taken, and a DS comes and goes with its key. */
function standing(set: RRset, seconds: number): RRset | undefined {
  if (SIGNED_HERE.has(set.type)) return undefined;
  return set.routing instanceof TimedRouting ? set.routing.at(seconds) : set;
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
  readonly types: (node: ZoneNode) => readonly number[];
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
