import { type Name, readName } from '../../codec/dns/name.ts';
import { bitmapTypes } from '../../codec/dns/rdata/security-field.ts';
import { Type } from '../../codec/dns/registry.ts';
import { Reader } from '../../core/bytes.ts';
import type { Crypto } from '../../core/crypto.ts';
import { type Nsec3Parameters, nsec3Parameters, ownerHash } from '../../store/nsec3.ts';
import { HashedProofs } from './proofs-nsec3.ts';
import { OrderedProofs } from './proofs-nsec.ts';
import type { Proofs } from './proofs.ts';
import type { RecordSet } from './record-sets.ts';

/** RFC 9276 §3.2: with more, an answer is treated as unsigned. */
const ITERATIONS_MAX = 100;

/** An answer needs three (RFC 5155 §8.4), and one for each wildcard on the way to it: more would cost signatures for nothing. */
const LINKS_MAX = 20;

/** The sets of a message that may prove something, as many of them as are looked at. */
export function proofSets(sets: readonly RecordSet[]): readonly RecordSet[] {
  return sets.filter(({ type }) => type === Type.NSEC || type === Type.NSEC3).slice(0, LINKS_MAX);
}

/** The proofs of one message; `undefined`: its hashes cost too much, and nothing is said. */
export function readProofs(sets: readonly RecordSet[], zone: Name, sha1: Crypto['sha1']): Proofs | undefined {
  const hashed = sets.filter(({ type, owner }) => type === Type.NSEC3 && ownerHash(owner) !== undefined);
  const [first] = hashed;
  const rdata = first?.rdatas[0];
  if (rdata === undefined) {
    const links = sets.filter(({ type }) => type === Type.NSEC);
    return new OrderedProofs(
      links.flatMap(({ owner, rdatas }) => rdatas.slice(0, 1).map((each) => ({ owner, ...readNsec(each) }))),
    );
  }
  const parameters = nsec3Parameters(rdata);
  if (parameters === undefined || parameters.iterations > ITERATIONS_MAX) return undefined;
  return new HashedProofs(
    hashed.flatMap((set) => readNsec3(set, parameters)),
    { zone, parameters, sha1 },
  );
}

function readNsec(rdata: Uint8Array): { readonly next: Name; readonly types: ReadonlySet<number> } {
  const reader = new Reader(rdata);
  const next = readName(reader, 'next domain name');
  return { next, types: new Set(bitmapTypes(reader.take(reader.left, 'type bit maps'))) };
}

function readNsec3({ owner, rdatas: [rdata] }: RecordSet, used: Nsec3Parameters) {
  const hash = ownerHash(owner);
  const own = rdata && nsec3Parameters(rdata);
  if (hash === undefined || rdata === undefined || own === undefined) return [];
  // RFC 5155 §8.2: all of one answer have the same parameters.
  if (own.iterations !== used.iterations || own.salt.join() !== used.salt.join()) return [];
  const reader = new Reader(rdata, 5 + own.salt.length);
  const next = reader.take(reader.u8('hash length'), 'next hashed owner name');
  const types = new Set(bitmapTypes(reader.take(reader.left, 'type bit maps')));
  return [{ hash, next, types, isOptOut: ((rdata[1] ?? 0) & 1) !== 0 }];
}
