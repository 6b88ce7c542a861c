import { Writer } from '../../core/bytes.ts';
import { HEADER_OCTETS } from './header.ts';
import { LOWER } from './name.ts';
import { NameHashes } from './name-hash.ts';
import type { EdnsOption } from './edns.ts';
import type { RdataShape } from './rdata/shape.ts';
import { Type } from './registry.ts';

/** RFC 1035 §4.2.2: what two octets of length can say. */
export const MAX_MESSAGE_OCTETS = 0xffff;

/** A record is written first and taken back when it went over the limit: room for the largest. */
const ROOM = MAX_MESSAGE_OCTETS + 255 + 10 + MAX_MESSAGE_OCTETS + 11;
/** Slots for suffixes already written, a power of two, at most half of them taken: the work for a name is bounded. */
const SLOTS = 1024;
const SUFFIXES_MAX = SLOTS / 2;
/** RFC 1035 §4.1.4: a pointer has 14 bits. */
const POINTER_OFFSETS = 0x4000;

/** The order of the sections and of their counts: RFC 1035 §4.1. */
export const Section = { question: 0, answer: 1, authority: 2, additional: 3 } as const;
export type Section = (typeof Section)[keyof typeof Section];

/** Writes one message after the other into octets of its own, compressing names (RFC 1035 §4.1.4); nothing is allocated on the way. */
export class MessageWriter {
  readonly #writer = new Writer(new Uint8Array(ROOM));
  readonly #counts = new Uint16Array(4);
  #limit = MAX_MESSAGE_OCTETS;

  // Suffixes written so far, by hash, open addressing; an offset of 0 is a free slot.
  readonly #offsets = new Uint16Array(SLOTS);
  readonly #suffixHashes = new Int32Array(SLOTS);
  readonly #taken = new Uint16Array(SUFFIXES_MAX);
  #takenCount = 0;
  readonly #hashes = new NameHashes();

  #markOffset = 0;
  #markTaken = 0;
  readonly #markCounts = new Uint16Array(4);

  /** The message, valid until the next `begin`. */
  get octets(): Uint8Array {
    return this.#writer.octets;
  }

  /** Starts a message of at most `limit` octets. */
  begin(limit: number): void {
    this.#writer.reset();
    this.#writer.fill(HEADER_OCTETS, 0);
    this.#counts.fill(0);
    this.#limit = limit;
    this.#forget(0);
  }

  /** Moves the limit: down to keep room for what must come last, up again to write it. */
  limitTo(octets: number): void {
    this.#limit = octets;
  }

  question(qname: Uint8Array, type: number, dnsClass: number): void {
    this.#name(qname, 0, 'any-case');
    this.#writer.u16(type);
    this.#writer.u16(dnsClass);
    this.#count(Section.question);
  }

  /**
   * Adds a record, or nothing and gives false where it does not fit. `owner` and `rdata` are in stored form; the rdata may lie among other
   * octets, from `from` to `to`.
   */
  record(
    section: Section,
    owner: Uint8Array,
    fields: { readonly type: number; readonly class: number; readonly ttl: number },
    rdata: Uint8Array,
    shape: RdataShape | undefined,
    from = 0,
    to: number = rdata.length,
  ): boolean {
    const writer = this.#writer;
    const start = writer.offset;
    const taken = this.#takenCount;
    this.#name(owner, 0, 'any-case');
    writer.u16(fields.type);
    writer.u16(fields.class);
    writer.u32(fields.ttl);
    const lengthAt = writer.offset;
    writer.u16(0);
    // An UPDATE has records without rdata: RFC 2136 §2.5.2.
    if (shape === undefined || shape.compressedNames === 0 || from === to) writer.bytes(rdata, from, to);
    else this.#rdata(rdata, shape, from, to);
    if (writer.offset > this.#limit) {
      this.#forget(taken);
      writer.offset = start;
      return false;
    }
    writer.patchU16(lengthAt, writer.offset - lengthAt - 2);
    this.#count(section);
    return true;
  }

  /** RFC 6891 §6.1.2, with the first `optionCount` options. `rcode` is the whole one, of which OPT carries the upper eight bits. */
  opt(
    edns: { readonly payloadOctets: number; readonly version: number; readonly flags: number },
    rcode: number,
    options: readonly EdnsOption[],
    optionCount: number = options.length,
  ): void {
    const writer = this.#writer;
    writer.u8(0);
    writer.u16(Type.OPT);
    writer.u16(edns.payloadOctets);
    writer.u8(rcode >>> 4);
    writer.u8(edns.version);
    writer.u16(edns.flags);
    const lengthAt = writer.offset;
    writer.u16(0);
    for (let index = 0; index < optionCount; index++) {
      const option = options[index]!;
      writer.u16(option.code);
      writer.u16(option.octets.length);
      writer.bytes(option.octets);
    }
    writer.patchU16(lengthAt, writer.offset - lengthAt - 2);
    this.#count(Section.additional);
  }

  /** Remembers this place for `rewind`; one place at a time. */
  mark(): void {
    this.#markOffset = this.#writer.offset;
    this.#markTaken = this.#takenCount;
    this.#markCounts.set(this.#counts);
  }

  /** Takes back all that was written since `mark`. */
  rewind(): void {
    this.#writer.offset = this.#markOffset;
    this.#forget(this.#markTaken);
    this.#counts.set(this.#markCounts);
  }

  /** Writes the header and gives the length of the message. */
  finish(id: number, flags: number): number {
    const writer = this.#writer;
    writer.patchU16(0, id);
    writer.patchU16(2, flags);
    for (let section = 0; section < 4; section++) writer.patchU16(4 + section * 2, this.#counts[section]!);
    return writer.offset;
  }

  #count(section: Section): void {
    this.#counts[section]!++;
  }

  #rdata(rdata: Uint8Array, shape: RdataShape, from: number, to: number): void {
    let at = from + shape.octetsBefore;
    this.#writer.bytes(rdata, from, at);
    for (let left = shape.compressedNames; left > 0; left--) at += this.#name(rdata, at, 'same-case');
    this.#writer.bytes(rdata, at, to);
  }

  /**
   * Writes the name at `start` of `octets` and gives its length there. An owner may take the case of what it points to,
   * as every server does with the question's; a name inside of rdata keeps its own (RFC 4343 §4.1).
   */
  #name(octets: Uint8Array, start: number, match: 'any-case' | 'same-case'): number {
    const hashes = this.#hashes;
    const writer = this.#writer;
    hashes.read(octets, start);
    let label = 0;
    let found = 0;
    for (; label < hashes.labelCount; label++) {
      found = this.#find(octets, start + hashes.starts[label]!, hashes.hashes[label]!, match);
      if (found > 0) break;
    }
    const at = writer.offset;
    const end = hashes.starts[label]!;
    writer.bytes(octets, start, start + end);
    if (found > 0) writer.u16(0xc000 | found);
    else writer.u8(0);
    for (let index = 0; index < label; index++)
      this.#remember(at + hashes.starts[index]!, hashes.hashes[index]!);
    return hashes.length;
  }

  /** Where the suffix at `start` was written before; 0 for nowhere. */
  #find(octets: Uint8Array, start: number, hash: number, match: 'any-case' | 'same-case'): number {
    let slot = hash & (SLOTS - 1);
    for (;;) {
      const offset = this.#offsets[slot]!;
      if (offset === 0) return 0;
      if (this.#suffixHashes[slot] === hash && this.#isAt(offset, octets, start, match)) return offset;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  #isAt(offset: number, octets: Uint8Array, start: number, match: 'any-case' | 'same-case'): boolean {
    const written = this.#writer.octets;
    let at = offset;
    let from = start;
    for (;;) {
      const size = written[at]!;
      if (size >= 0xc0) {
        at = ((size & 0x3f) << 8) | written[at + 1]!;
        continue;
      }
      if (size !== octets[from]) return false;
      if (size === 0) return true;
      for (let index = 1; index <= size; index++) {
        const a = written[at + index]!;
        const b = octets[from + index]!;
        if (a !== b && (match === 'same-case' || LOWER[a] !== LOWER[b])) return false;
      }
      at += size + 1;
      from += size + 1;
    }
  }

  #remember(offset: number, hash: number): void {
    if (offset >= POINTER_OFFSETS || this.#takenCount === SUFFIXES_MAX) return;
    let slot = hash & (SLOTS - 1);
    while (this.#offsets[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
    this.#offsets[slot] = offset;
    this.#suffixHashes[slot] = hash;
    this.#taken[this.#takenCount++] = slot;
  }

  /** Frees the slots taken since there were `count`, last first, which leaves the table as it was then. */
  #forget(count: number): void {
    while (this.#takenCount > count) this.#offsets[this.#taken[--this.#takenCount]!] = 0;
  }
}
