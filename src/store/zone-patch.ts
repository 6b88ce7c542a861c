import type { Name } from '../codec/dns/name.ts';
import type { Steps } from '../core/steps.ts';
import { NameTable } from './name-table.ts';
import { type NodeChange, type RRset, type Zone, ZoneNode } from './zone.ts';
import { sameVeils } from './zone-faults.ts';

/** A name that is not as it was, or below which one came or went. */
interface Patched {
  readonly name: Name;
  readonly before: ZoneNode | undefined;
  rrsets: readonly RRset[];
  children: number;
  isThere: boolean;
  /** Undefined, too: not made yet. */
  after: ZoneNode | undefined;
}

/** About a millisecond's work. */
const STEP_NAMES = 1_024;

/** The nodes that the next version of a zone has in the place of those of the one before. */
export class ZonePatch {
  readonly #zone: Zone;
  readonly #patched = new NameTable<Patched>();
  #changes: NodeChange[] = [];

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  /** Gives a name other sets than it had; none: it goes, unless names exist below. */
  put(name: Name, rrsets: readonly RRset[]): void {
    const patched = this.#touch(name);
    patched.rrsets = rrsets;
  }

  /** Every name whose node is another one, those above before those below. */
  *changeSteps(): Steps<readonly NodeChange[]> {
    const owners = Array.from(this.#patched.values());
    // What comes is put in first, so that an empty non-terminal above does not go in between.
    for (const patched of owners) if (patched.rrsets.length > 0) this.#appear(patched);
    for (const patched of owners) this.#vanish(patched);
    yield* this.#makeSteps();
    if (yield* this.#hideSteps()) yield* this.#makeSteps();
    return this.#changes;
  }

  *#makeSteps(): Steps<void> {
    this.#changes = [];
    const all = Array.from(this.#patched.values());
    for (const patched of all) patched.after = undefined;
    for (const [index, patched] of all.entries()) {
      this.#make(patched);
      if (index % STEP_NAMES === STEP_NAMES - 1) yield;
    }
  }

  #touch(name: Name): Patched {
    const known = this.#patched.getName(name);
    if (known !== undefined) return known;
    const before = this.#zone.node(name);
    const { rrsets = [], children = 0 } = before ?? {};
    const patched = {
      name: before?.name ?? name,
      before,
      rrsets,
      children,
      isThere: before !== undefined,
      after: undefined,
    };
    this.#patched.set(name, patched);
    // It points to its wildcard.
    if (name.isWildcard && !this.#isApex(name)) this.#touch(name.parent());
    return patched;
  }

  #isApex(name: Name): boolean {
    return name.labelCount === this.#zone.apex.labelCount;
  }

  #appear(patched: Patched): void {
    if (patched.isThere) return;
    patched.isThere = true;
    const above = this.#touch(patched.name.parent());
    above.children++;
    this.#appear(above);
  }

  #vanish(patched: Patched): void {
    const { name, isThere, rrsets, children } = patched;
    if (!isThere || rrsets.length + children > 0 || this.#isApex(name)) return;
    patched.isThere = false;
    const above = this.#touch(name.parent());
    above.children--;
    this.#vanish(above);
  }

  /** The node of a name in the next version; its wildcard is put in with the wildcard's own. */
  #make(patched: Patched): ZoneNode | undefined {
    if (patched.after !== undefined || (!patched.isThere && patched.before === undefined))
      return patched.after;
    const { name, before, rrsets, children, isThere } = patched;
    const parent = isThere && !this.#isApex(name) ? this.#nodeAbove(name) : undefined;
    if (isThere) {
      const after = new ZoneNode(name, parent, rrsets);
      after.children = children;
      after.isLeanedOn = before?.isLeanedOn ?? false;
      after.wildcard = this.#wildcardOf(before);
      if (parent !== undefined && name.isWildcard) parent.wildcard = after;
      patched.after = after;
    }
    this.#changes.push({ name, before, after: patched.after });
    return patched.after;
  }

  #nodeAbove(name: Name): ZoneNode | undefined {
    const patched = this.#patched.getOctets(name.octets, name.labelStart(1));
    return patched === undefined ? this.#zone.nodeAt(name.octets, name.labelStart(1)) : this.#make(patched);
  }

  /** That of the version before, where it stays as it is. */
  #wildcardOf(before: ZoneNode | undefined): ZoneNode | undefined {
    const wildcard = before?.wildcard;
    return wildcard === undefined || this.#patched.getName(wildcard.name) !== undefined
      ? undefined
      : wildcard;
  }

  /** Where a cut or DNAME came or went above names that stay, these have other nodes, too: all names are looked through for them. */
  *#hideSteps(): Steps<boolean> {
    const roots = new NameTable<ZoneNode>();
    for (const { name, before, after } of this.#changes)
      if (before !== undefined && after !== undefined && before.children > 0 && !sameVeils(before, after))
        roots.set(name, after);
    if (roots.size === 0) return false;
    let count = 0;
    for (const { name } of this.#zone.nodes()) {
      if (++count % STEP_NAMES === 0) yield;
      if (isBelow(name, roots)) this.#touch(name);
    }
    return true;
  }
}

function isBelow({ octets }: Name, roots: NameTable<ZoneNode>): boolean {
  for (let at = (octets[0] ?? 0) + 1; at < octets.length; at += (octets[at] ?? 0) + 1)
    if (roots.getOctets(octets, at) !== undefined) return true;
  return false;
}
