import { LOWER, MAX_NAME_OCTETS, Name, compareNames } from '../../codec/dns/name.ts';
import { bitmapOf } from '../../codec/dns/rdata/security-field.ts';
import { Type } from '../../codec/dns/registry.ts';
import { type Steps, sortSteps } from '../../core/steps.ts';
import { RRset, type ZoneNode } from '../../store/zone.ts';

/** RFC 1035 §2.3.4. */
const MAX_LABEL_OCTETS = 63;
/** About a millisecond's work. */
const STEP_NODES = 1_024;

/**
 * The name right after another in canonical order, as far as names can be: RFC 9824 §3.1 puts a label of one zero octet in front; where
 * that is too long, it is the one after all below it.
 */
export function successor(name: Name): Name {
  const { octets } = name;
  if (octets.length + 2 <= MAX_NAME_OCTETS) return withOctets([1, 0], octets);
  return successorBeside(name);
}

/**
 * The name right after another and all below it: RFC 9824 §3.4 adds a zero octet to the first label; where that is too long, RFC 4471
 * §3.1.2 makes the label greater.
 */
export function successorBeside(name: Name): Name {
  const { octets } = name;
  const size = octets[0] ?? 0;
  const rest = octets.subarray(1 + size);
  if (size < MAX_LABEL_OCTETS && octets.length + 1 <= MAX_NAME_OCTETS)
    return withOctets([size + 1, ...octets.subarray(1, 1 + size), 0], rest);
  const label = Array.from(octets.subarray(1, 1 + size), (octet) => LOWER[octet] ?? 0);
  while (label.at(-1) === 0xff) label.pop();
  const last = label.pop();
  if (last === undefined) return successorBeside(name.parent());
  // RFC 4034 §6.1: capitals count as small letters, so that none of them may come of it.
  label.push(last + 1 === 0x41 ? 0x5b : last + 1);
  return withOctets([label.length, ...label], rest);
}

function withOctets(head: readonly number[], tail: Uint8Array): Name {
  const octets = new Uint8Array(head.length + tail.length);
  octets.set(head);
  octets.set(tail, head.length);
  return new Name(octets);
}

/** The types of a name as an NSEC lists them: RFC 4034 §4.1.2. Of a cut, only what is this zone's: RFC 4035 §2.3. */
export function typesOf(node: ZoneNode): number[] {
  const own = node.rrsets.map(({ type }) => type);
  return node.isCut ? own.filter((type) => type === Type.NS || type === Type.DS) : own;
}

export function nsecSet(owner: Name, next: Name, types: readonly number[], ttl: number): RRset {
  const bitmap = bitmapOf([...new Set([...types, Type.RRSIG, Type.NSEC])]);
  const rdata = new Uint8Array(next.octets.length + bitmap.length);
  rdata.set(next.octets);
  rdata.set(bitmap, next.octets.length);
  return new RRset(owner, Type.NSEC, ttl, [rdata]);
}

/** The NSEC of every name of a zone that has one: RFC 4035 §2.3. Neither empty non-terminals nor what a cut or DNAME hides have. */
export function* nsecChainSteps(nodes: Iterable<ZoneNode>, ttl: number): Steps<RRset[]> {
  const owners: ZoneNode[] = [];
  let count = 0;
  for (const node of nodes) {
    if (++count % STEP_NODES === 0) yield;
    if (node.setCount > 0 && node.veil === undefined) owners.push(node);
  }
  const chain: RRset[] = [];
  const inOrder = yield* sortSteps(owners, (a, b) => compareNames(a.name, b.name));
  for (const link of nsecLinks(inOrder, ttl, typesOf)) if (chain.push(link) % STEP_NODES === 0) yield;
  return chain;
}

/** The NSEC of owners that are in canonical order: each names the next, the last one the first. */
export function* nsecLinks(
  owners: readonly ZoneNode[],
  ttl: number,
  types: (node: ZoneNode) => readonly number[],
): Generator<RRset> {
  for (const [index, node] of owners.entries()) {
    const next = owners[(index + 1) % owners.length] ?? node;
    yield nsecSet(node.name, next.name, types(node), ttl);
  }
}
