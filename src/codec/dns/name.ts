import { type Reader } from '../../core/bytes.ts';
import { DecodeError, bug } from '../../core/errors.ts';

/** RFC 1035 §2.3.4: octets of a whole name with its length octets and the root's zero. */
export const MAX_NAME_OCTETS = 255;
/** RFC 1035 §2.3.4. */
const MAX_LABEL_OCTETS = 63;

/** A name of 255 octets has 127 labels at most, and a pointer that leads to a pointer helps nobody. */
const MAX_POINTERS = 127;
const POINTER = 0xc0;
const HEADER_OCTETS = 12;

/** ASCII upper to lower case and nothing else: RFC 4343 §3. */
export const LOWER = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet,
);

/** A domain name as its labels of octets; any octet may stand in a label (RFC 2181 §11). Immutable. */
export class Name {
  /** Uncompressed wire form, the root's zero last (RFC 1035 §3.1). Nobody writes to it. */
  readonly octets: Uint8Array;
  /** The root's empty label is not counted. */
  readonly labelCount: number;
  #key: string | undefined;

  /** `octets` are a whole name that the caller has checked and will not write to. */
  constructor(octets: Uint8Array) {
    this.octets = octets;
    let count = 0;
    for (let at = 0; octets[at]! > 0; at += octets[at]! + 1) count++;
    this.labelCount = count;
  }

  get isRoot(): boolean {
    return this.octets.length === 1;
  }

  /** `*` alone as the first label: RFC 4592 §2.1.1. */
  get isWildcard(): boolean {
    return this.octets[0] === 1 && this.octets[1] === 0x2a;
  }

  /** The same text for names that are equal: for `Map`. */
  get key(): string {
    if (this.#key !== undefined) return this.#key;
    let key = '';
    for (const octet of this.octets) key += String.fromCharCode(LOWER[octet]!);
    this.#key = key;
    return key;
  }

  /** Without regard to ASCII case: RFC 4343 §3. Length octets are below 64, so folding leaves them alone. */
  equals(other: Name): boolean {
    return (
      this === other || equalFolded(this.octets, 0, other.octets, 0, other.octets.length, this.octets.length)
    );
  }

  /** Whether it is `ancestor` or below it, by whole labels. */
  isSubdomainOf(ancestor: Name): boolean {
    const extra = this.labelCount - ancestor.labelCount;
    if (extra < 0) return false;
    const start = this.labelStart(extra);
    return equalFolded(
      this.octets,
      start,
      ancestor.octets,
      0,
      ancestor.octets.length,
      this.octets.length - start,
    );
  }

  /** Where label number `index` begins in the octets, from the left, 0 first; `labelCount` gives the root's. */
  labelStart(index: number): number {
    let at = 0;
    for (let label = 0; label < index; label++) at += this.octets[at]! + 1;
    return at;
  }

  /** Without its first `count` labels; shares the octets. */
  ancestor(count: number): Name {
    if (count > this.labelCount) bug('a name has no such ancestor');
    return count === 0 ? this : new Name(this.octets.subarray(this.labelStart(count)));
  }

  parent(): Name {
    return this.ancestor(1);
  }

  /** Its first `count` labels, then `suffix`: the substitution of RFC 6672 §2.2; undefined when over 255 octets. */
  rebase(count: number, suffix: Name): Name | undefined {
    const kept = this.labelStart(count);
    if (kept + suffix.octets.length > MAX_NAME_OCTETS) return undefined;
    const octets = new Uint8Array(kept + suffix.octets.length);
    octets.set(this.octets.subarray(0, kept));
    octets.set(suffix.octets, kept);
    return new Name(octets);
  }

  /** As in a master file, with the root's dot. */
  toString(): string {
    return formatName(this);
  }
}

export const ROOT = new Name(new Uint8Array(1));

function equalFolded(
  a: Uint8Array,
  at: number,
  b: Uint8Array,
  from: number,
  count: number,
  left: number,
): boolean {
  if (count !== left) return false;
  for (let index = 0; index < count; index++)
    if (LOWER[a[at + index]!] !== LOWER[b[from + index]!]) return false;
  return true;
}

/** RFC 4034 §6.1: by labels from the right, each as octets in lower case; the shorter first. */
export function compareNames(a: Name, b: Name): number {
  const common = Math.min(a.labelCount, b.labelCount);
  for (let label = 1; label <= common; label++) {
    const order = compareLabels(a, a.labelStart(a.labelCount - label), b, b.labelStart(b.labelCount - label));
    if (order !== 0) return order;
  }
  return a.labelCount - b.labelCount;
}

function compareLabels(a: Name, aStart: number, b: Name, bStart: number): number {
  const aLength = a.octets[aStart]!;
  const bLength = b.octets[bStart]!;
  for (let index = 1; index <= Math.min(aLength, bLength); index++) {
    const order = LOWER[a.octets[aStart + index]!]! - LOWER[b.octets[bStart + index]!]!;
    if (order !== 0) return order;
  }
  return aLength - bLength;
}

const scratch = new Uint8Array(MAX_NAME_OCTETS);

/** Reads a name, following compression pointers, into octets of its own. */
export function readName(reader: Reader, field: string): Name {
  const length = expandName(reader, scratch, field);
  return new Name(scratch.slice(0, length));
}

/** Reads a name, uncompressed, into `into` (255 octets or more) and gives its length. */
export function expandName(reader: Reader, into: Uint8Array, field: string): number {
  const { octets } = reader;
  let at = reader.offset;
  let limit = reader.end;
  // Each pointer must lead before the part it ends, and what it leads to must end before it too: the "prior occurrence"
  // of RFC 1035 §4.1.4. So offsets only fall, and no chain is a loop.
  let floor = at;
  let resume = -1;
  let length = 0;
  let pointers = 0;
  for (;;) {
    if (at >= limit) throw new DecodeError('truncated', field, at);
    const size = octets[at]!;
    if (size >= POINTER) {
      if (at + 2 > limit) throw new DecodeError('truncated', field, at);
      const target = ((size & 0x3f) << 8) | octets[at + 1]!;
      if (target >= floor || target < HEADER_OCTETS || ++pointers > MAX_POINTERS)
        throw new DecodeError('malformed', `${field}: compression pointer`, at);
      if (resume < 0) resume = at + 2;
      limit = floor;
      floor = target;
      at = target;
      continue;
    }
    if (size > MAX_LABEL_OCTETS) throw new DecodeError('malformed', `${field}: label type`, at);
    const next = at + size + 1;
    if (next > limit) throw new DecodeError('truncated', field, at);
    if (length + size + (size === 0 ? 1 : 2) > MAX_NAME_OCTETS)
      throw new DecodeError('malformed', `${field}: over 255 octets`, at);
    while (at < next) into[length++] = octets[at++]!;
    if (size === 0) break;
  }
  reader.offset = resume < 0 ? at : resume;
  return length;
}

/** Steps over a name without following pointers: at most 128 steps. */
export function skipName(reader: Reader, field: string): void {
  let left = MAX_NAME_OCTETS;
  for (;;) {
    const at = reader.offset;
    const size = reader.u8(field);
    if (size === 0) return;
    if (size >= POINTER) return reader.skip(1, field);
    left -= size + 1;
    if (size > MAX_LABEL_OCTETS || left < 1) throw new DecodeError('malformed', field, at);
    reader.skip(size, field);
  }
}

/** Why a text is not a name. */
export interface NameFault {
  readonly fault: string;
}

/**
 * A name as a person writes it: RFC 1035 §5.1 with `\DDD` and `\X`. A name that does not end in a dot is relative to
 * `origin`.
 */
export function parseName(text: string, origin: Name = ROOT): Name | NameFault {
  if (text === '.') return ROOT;
  if (text === '') return { fault: 'a name, and nothing is there' };
  // Length octets and all: where the label's own goes, and what is behind the last octet.
  let lengthAt = 0;
  let end = 1;
  let isAbsolute = false;
  for (let index = 0; index < text.length;) {
    const code = text.charCodeAt(index);
    isAbsolute = code === DOT;
    if (isAbsolute) {
      if (end === lengthAt + 1) return { fault: 'a label between two dots' };
      scratch[lengthAt] = end - lengthAt - 1;
      lengthAt = end++;
      index++;
      continue;
    }
    if (end - lengthAt > MAX_LABEL_OCTETS) return { fault: 'labels of at most 63 octets' };
    if (end >= MAX_NAME_OCTETS) return { fault: 'a name of at most 255 octets' };
    if (code > 0x20 && code < 0x7f && code !== BACKSLASH) {
      scratch[end++] = code;
      index++;
      continue;
    }
    const { octet, used } = characterAt(text, index);
    if (octet === undefined) return { fault: 'printable ASCII; \\DDD (000 to 255) for any other octet' };
    scratch[end++] = octet;
    index += used;
  }
  if (!isAbsolute) scratch[lengthAt] = end - lengthAt - 1;
  const tail = isAbsolute ? ROOT.octets : origin.octets;
  const head = isAbsolute ? lengthAt : end;
  if (head + tail.length > MAX_NAME_OCTETS) return { fault: 'a name of at most 255 octets' };
  const octets = new Uint8Array(head + tail.length);
  octets.set(scratch.subarray(0, head));
  octets.set(tail, head);
  return new Name(octets);
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** One octet of a text with the escapes of RFC 1035 §5.1; `octet` is undefined where it is neither that nor printable ASCII. */
export function characterAt(
  text: string,
  index: number,
): { readonly octet: number | undefined; readonly used: number } {
  const code = text.charCodeAt(index);
  if (code !== 0x5c) return { octet: code > 0x20 && code < 0x7f ? code : undefined, used: 1 };
  const next = text.charCodeAt(index + 1);
  if (next < 0x30 || next > 0x39) return { octet: next >= 0x20 && next < 0x7f ? next : undefined, used: 2 };
  const digits = text.slice(index + 1, index + 4);
  const value = /^\d{3}$/.test(digits) ? Number(digits) : 256;
  return { octet: value > 255 ? undefined : value, used: 4 };
}

/** A name known to be right: for constants. */
export function toName(text: string): Name {
  const name = parseName(text);
  return name instanceof Name ? name : bug(`not a name: ${text}`);
}

/** With the root's dot and all that is special escaped: printable ASCII only, and `parseName` gives the same name back. */
export function formatName(name: Name): string {
  if (name.isRoot) return '.';
  let text = '';
  const { octets } = name;
  for (let at = 0; octets[at]! > 0; at += octets[at]! + 1) {
    for (let index = at + 1; index <= at + octets[at]!; index++) text += NAME_CHARACTERS[octets[index]!]!;
    text += '.';
  }
  return text;
}

/** RFC 4343 §2.1: `\DDD` outside of `!` to `~`, `\X` where a character is special in a master file. */
const NAME_CHARACTERS = Array.from({ length: 256 }, (_, octet) => {
  if (octet <= 0x20 || octet > 0x7e) return `\\${String(octet).padStart(3, '0')}`;
  const character = String.fromCharCode(octet);
  return '.\\"();@$'.includes(character) ? `\\${character}` : character;
});
