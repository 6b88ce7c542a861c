import type { Random } from '../../src/core/random.ts';

/** A zone that name servers load, and questions around its names. */
export interface RandomZone {
  readonly text: string;
  /** `NAME TYPE`, absolute. */
  readonly questions: readonly string[];
}

/** Few labels, so that names meet: wildcards, names between, names that differ by case. */
const LABELS = ['a', 'b', 'c', 'ab', '*', 'A'];
const KINDS = ['A', 'AAAA', 'TXT', 'MX', 'SRV', 'CNAME', 'CNAME', 'CNAME', 'DNAME', 'NS', 'NS'];
const ASKED = ['A', 'AAAA', 'CNAME', 'DNAME', 'DS', 'MX', 'NS', 'SOA', 'SRV', 'TXT'];
const TYPES_A_NAME = 3;

/** What names have, by type, by name in lower case. */
type Owners = Map<string, Map<string, Set<string>>>;

/** A few names of the kinds that hide, lead to and stand for others. */
export function randomZone(random: Random, apex: string): RandomZone {
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!;
  const some = (): string => Array.from({ length: 1 + random.below(3) }, () => pick(LABELS)).join('.');
  const names = Array.from({ length: 2 + random.below(6) }, some);
  for (const name of names.slice(0, random.below(4))) names.push(`${pick(LABELS)}.${name}`);
  const full = (name: string): string => `${name}.${apex}.`;
  const target = (): string =>
    pick([full(pick(names)), full(pick(names)), full(some()), `${apex}.`, 'out.example.']);
  const owners: Owners = new Map();
  const add = (owner: string, type: string, rdata: string): void => {
    const sets = owners.get(owner.toLowerCase()) ?? new Map<string, Set<string>>();
    owners.set(owner.toLowerCase(), sets.set(type, (sets.get(type) ?? new Set()).add(rdata)));
  };
  add(`${apex}.`, 'NS', 'ns.out.example.');
  for (const name of names) {
    const type = pick(KINDS);
    if (type !== 'NS') add(full(name), type, rdataOf(type, target));
    // RFC 4592 §4.2: nobody agrees on what NS of a wildcard would mean.
    else if (!name.startsWith('*')) delegate(full(name), random.below(4), add);
  }
  for (const [owner, sets] of owners) if (owner !== `${apex}.`) makeLoadable(sets);
  dropHidden(owners, apex);
  const records = [...owners].flatMap(([owner, sets]) =>
    [...sets].flatMap(([type, rdatas]) => Array.from(rdatas, (rdata) => `${owner} 500 IN ${type} ${rdata}`)),
  );
  const soa = `${apex}. 500 IN SOA ns.out.example. root.out.example. 3 604800 86400 2419200 300`;
  const questions = around([...owners.keys()], apex, () => pick([...LABELS, 'other']));
  return {
    text: [soa, ...records, ''].join('\n'),
    questions: questions.flatMap((name) =>
      Array.from({ length: TYPES_A_NAME }, () => `${name} ${pick(ASKED)}`),
    ),
  };
}

function rdataOf(type: string, target: () => string): string {
  switch (type) {
    case 'A':
      return '10.0.0.1';
    case 'AAAA':
      return '2001:db8::1';
    case 'TXT':
      return '"text"';
    case 'MX':
      return `10 ${target()}`;
    case 'SRV':
      return `1 2 80 ${target()}`;
    default:
      return target();
  }
}

function delegate(
  owner: string,
  way: number,
  add: (owner: string, type: string, rdata: string) => void,
): void {
  const isBelow = way < 2;
  add(owner, 'NS', isBelow ? `ns.${owner}` : 'ns.out.example.');
  if (isBelow) add(`ns.${owner}`, 'A', '10.0.0.2');
  if (way % 2 === 0) add(owner, 'DS', `1234 13 2 ${'ab'.repeat(32)}`);
}

/** One CNAME and nothing beside it; one DNAME; at a cut what the parent has. */
function makeLoadable(sets: Map<string, Set<string>>): void {
  const keep = sets.has('CNAME') ? ['CNAME'] : sets.has('NS') ? ['NS', 'DS'] : undefined;
  for (const type of sets.keys()) if (keep?.includes(type) === false) sets.delete(type);
  for (const type of ['CNAME', 'DNAME']) {
    const [first] = sets.get(type) ?? [];
    if (first !== undefined) sets.set(type, new Set([first]));
  }
}

/** Nothing is below a DNAME, and below a cut are addresses only: other zones are refused by one server or another. */
function dropHidden(owners: Owners, apex: string): void {
  const above = (type: string): string[] =>
    [...owners].flatMap(([owner, sets]) => (sets.has(type) && owner !== `${apex}.` ? [`.${owner}`] : []));
  const dnames = above('DNAME');
  const cuts = above('NS');
  for (const [owner, sets] of owners) {
    const isBelow = (tops: readonly string[]): boolean => tops.some((top) => owner.endsWith(top));
    if (isBelow(cuts)) for (const type of sets.keys()) if (type !== 'A') sets.delete(type);
    if (isBelow(dnames) || sets.size === 0) owners.delete(owner);
  }
}

/** The names, those above and below them, and what a wildcard would stand for. */
function around(owners: readonly string[], apex: string, label: () => string): string[] {
  const names = owners.flatMap((owner) => {
    const parent = owner.slice(owner.indexOf('.') + 1);
    const near = [
      owner,
      `${label()}.${owner}`,
      `${label()}.${label()}.${owner}`,
      owner.replace('*', label()),
    ];
    return owner === `${apex}.` ? near : [...near, parent, `${label()}.${parent}`];
  });
  return [...new Set(names)];
}
