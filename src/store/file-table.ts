import type { Ip } from '../core/address.ts';

/** The octets of one file, read in pieces: a firmware image need not be in memory. */
export interface FileSource {
  /** Octets in all. */
  readonly size: number;
  /**
   * Copies `count` octets from `offset` of the file to `at` of `into`. Gives how many there were: fewer than `count` only at
   * the end of the file, and -1 when the file can no longer be read. Never throws.
   */
  read(offset: number, into: Uint8Array, at: number, count: number): number;
  /** A transfer begins to use the source. A source with a descriptor opens it here, or when it is first read. */
  retain?(): void;
  /** A transfer no longer uses it: pairs with `retain`. */
  release?(): void;
}

/** Who asks for what; the name is a view, valid during the call. */
interface FileRequest {
  readonly name: Uint8Array;
  readonly client: Ip;
}

/** Makes a file for one request, such as a modem's own configuration; undefined: there is none for this client. */
export type FileMaker = (request: FileRequest) => Uint8Array | undefined;

/** A file in memory. The octets are not copied. */
export class OctetsSource implements FileSource {
  readonly size: number;
  readonly #octets: Uint8Array;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.size = octets.length;
  }

  read(offset: number, into: Uint8Array, at: number, count: number): number {
    const end = Math.min(offset + count, this.size);
    if (end <= offset) return 0;
    into.set(this.#octets.subarray(offset, end), at);
    return end - offset;
  }
}

/** How a name that was not found resembles one that is served. */
export type NearMiss = 'case' | 'slash';

/**
 * What a TFTP server serves: names, compared octet for octet, never a path. Whoever fills it decides what may be read; a
 * request cannot reach anything else.
 */
export class FileTable {
  readonly #exact = new Map<number, Entry>();
  /** The same entries under their folded names, to tell a slip from a stranger. */
  readonly #folded = new Map<number, Entry>();
  readonly #makers: FileMaker[] = [];
  #count = 0;

  /** How many names are served, those of `addMaker` not counted. */
  get count(): number {
    return this.#count;
  }

  /** Serves `content` under `name`, in place of what was there. Running transfers keep what they began with. */
  set(name: Uint8Array, content: Uint8Array | FileSource | FileMaker): void {
    const serve = content instanceof Uint8Array ? new OctetsSource(content) : content;
    const found = entryOf(this.#exact.get(hashOf(name)), name);
    if (found !== undefined) {
      found.serve = serve;
      return;
    }
    const entry: Entry = { name: name.slice(), serve, nextExact: undefined, nextFolded: undefined };
    entry.nextExact = this.#exact.get(hashOf(name));
    this.#exact.set(hashOf(name), entry);
    entry.nextFolded = this.#folded.get(foldedHashOf(name));
    this.#folded.set(foldedHashOf(name), entry);
    this.#count++;
  }

  /** Asked, in the order added, for names that are not served otherwise. */
  addMaker(maker: FileMaker): void {
    this.#makers.push(maker);
  }

  /** Forgets all names and makers. */
  clear(): void {
    this.#exact.clear();
    this.#folded.clear();
    this.#makers.length = 0;
    this.#count = 0;
  }

  find(name: Uint8Array, client: Ip): FileSource | undefined {
    const serve = entryOf(this.#exact.get(hashOf(name)), name)?.serve;
    if (serve !== undefined && typeof serve !== 'function') return serve;
    const made = serve === undefined ? this.#make(name, client) : serve({ name, client });
    return made && new OctetsSource(made);
  }

  /** Why `name` was not found, when a served name differs only in case or in slashes at the front. */
  nearMiss(name: Uint8Array): NearMiss | undefined {
    let miss: NearMiss | undefined;
    for (let entry = this.#folded.get(foldedHashOf(name)); entry !== undefined; entry = entry.nextFolded) {
      if (!equalFolded(entry.name, name)) continue;
      if (slashes(entry.name) === slashes(name)) return 'case';
      miss = 'slash';
    }
    return miss;
  }

  /** The first `count` names, in no particular order but always the same: for a "did you mean". */
  names(count: number): readonly Uint8Array[] {
    const names: Uint8Array[] = [];
    for (const first of this.#exact.values())
      for (let entry: Entry | undefined = first; entry !== undefined; entry = entry.nextExact) {
        if (names.length >= count) return names;
        names.push(entry.name);
      }
    return names;
  }

  #make(name: Uint8Array, client: Ip): Uint8Array | undefined {
    for (const maker of this.#makers) {
      const made = maker({ name, client });
      if (made !== undefined) return made;
    }
    return undefined;
  }
}

/** Names of one hash are chained: only names of ours are in the chains, so a client cannot make them long. */
interface Entry {
  readonly name: Uint8Array;
  serve: FileSource | FileMaker;
  nextExact: Entry | undefined;
  nextFolded: Entry | undefined;
}

function entryOf(first: Entry | undefined, name: Uint8Array): Entry | undefined {
  for (let entry = first; entry !== undefined; entry = entry.nextExact)
    if (entry.name.length === name.length && equalFrom(entry.name, 0, name, 0, identity)) return entry;
  return undefined;
}

function equalFolded(a: Uint8Array, b: Uint8Array): boolean {
  const fromA = slashes(a);
  const fromB = slashes(b);
  return a.length - fromA === b.length - fromB && equalFrom(a, fromA, b, fromB, fold);
}

function equalFrom(a: Uint8Array, fromA: number, b: Uint8Array, fromB: number, view: Fold): boolean {
  for (let index = 0; fromA + index < a.length; index++)
    if (view(a[fromA + index] ?? 0) !== view(b[fromB + index] ?? 0)) return false;
  return true;
}

/** FNV-1a: the keys are few and ours. */
function hashOf(name: Uint8Array): number {
  return hashFrom(name, 0, identity);
}

function foldedHashOf(name: Uint8Array): number {
  return hashFrom(name, slashes(name), fold);
}

function hashFrom(name: Uint8Array, from: number, view: Fold): number {
  let hash = 0x811c9dc5;
  for (let index = from; index < name.length; index++)
    hash = Math.imul(hash ^ view(name[index] ?? 0), 0x01000193);
  return hash;
}

type Fold = (octet: number) => number;

function identity(octet: number): number {
  return octet;
}

/** ASCII letters without case, and a backslash as a slash. */
function fold(octet: number): number {
  if (octet === 0x5c) return SLASH;
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
}

const SLASH = 0x2f;

/** How many slashes, of either kind, are at the front. */
function slashes(name: Uint8Array): number {
  let count = 0;
  while (count < name.length && fold(name[count] ?? 0) === SLASH) count++;
  return count;
}
