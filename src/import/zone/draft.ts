import type { Plain } from '../../core/service.ts';

/** The records of one name and type. */
export interface DraftSet {
  readonly type: string;
  readonly ttl: number | undefined;
  /** As in a master file, names with their dots. */
  readonly data: readonly string[];
}

/** One target of a policy, in the words of a scenario's `routing:`. */
export interface DraftTarget {
  readonly id: string;
  readonly keys: Readonly<Record<string, Plain>>;
}

/** A policy's group, in the words of a scenario's `routing:`. */
export interface DraftGroup {
  readonly type: string;
  readonly policy: string;
  readonly ttl: number | undefined;
  readonly targets: readonly DraftTarget[];
}

/** A zone with its policies and checks, before it is written as a scenario file; owners are relative, `@` the zone itself. */
export interface ZoneDraft {
  /** Without the root's dot. */
  readonly apex: string;
  readonly records: Map<string, DraftSet[]>;
  readonly routing: Map<string, DraftGroup[]>;
  readonly checks: Map<string, Readonly<Record<string, Plain>>>;
  /** Latitude and longitude. */
  readonly regions: Map<string, readonly [number, number]>;
}

export function emptyDraft(apex: string): ZoneDraft {
  return { apex, records: new Map(), routing: new Map(), checks: new Map(), regions: new Map() };
}

/** Adds to the list of a name. */
export function addTo<Value>(lists: Map<string, Value[]>, owner: string, value: Value): void {
  const list = lists.get(owner);
  if (list === undefined) lists.set(owner, [value]);
  else list.push(value);
}

/** The owner as `records:` has it, of an absolute name with or without its dot; undefined: it is not in the zone. */
export function ownerOf(name: string, apex: string): string | undefined {
  const plain = name.replace(/\.$/, '').toLowerCase();
  const zone = apex.toLowerCase();
  if (plain === zone) return '@';
  return plain.endsWith(`.${zone}`) ? plain.slice(0, -zone.length - 1) : undefined;
}

/** What a name in `records:` and `routing:` is made of. */
export const OWNER = /^(@|[A-Za-z0-9_*.-]{1,253})$/;

/** Which word of the data is a name: from the end for -1. */
const NAME_AT: Readonly<Record<string, readonly number[]>> = {
  CNAME: [0],
  DNAME: [0],
  NS: [0],
  PTR: [0],
  MX: [1],
  SRV: [3],
  NAPTR: [-1],
  SVCB: [1],
  HTTPS: [1],
  SOA: [0, 1],
};

/** Data whose names are absolute even without a dot, as in an interface that knows no others. */
export function absoluteData(type: string, data: string): string {
  const positions = NAME_AT[type];
  if (positions === undefined) return data;
  const words = data.trim().split(/\s+/);
  for (const position of positions) {
    const index = position < 0 ? words.length + position : position;
    const word = words[index];
    if (word !== undefined && !word.endsWith('.')) words[index] = `${word}.`;
  }
  return words.join(' ');
}

/** An identifier of a target that YAML and the schema take; `taken` keeps two apart. */
export function identifierOf(text: string, taken: Set<string>): string {
  const plain = text.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[^A-Za-z]+/, '') || 'target';
  let name = plain.slice(0, 56);
  for (let turn = 2; taken.has(name); turn++) name = `${plain.slice(0, 56)}-${turn}`;
  taken.add(name);
  return name;
}
