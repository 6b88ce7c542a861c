import { ipv4At, ipv6At } from '../core/address.ts';
import type { Ip } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import { utf8Text } from '../core/text.ts';
import { BYTE_ORDER_MAGIC, Block, Direction, NameRecord, Option } from './pcap.ts';

/** A capture of another program or of ours: pcapng, or the classic format. Octets are views of the file's. */
export interface Capture {
  readonly format: 'pcapng' | 'pcap';
  /** Of the first section. */
  readonly comment: string | undefined;
  readonly interfaces: readonly ReadInterface[];
  readonly packets: readonly ReadPacket[];
  readonly names: readonly { readonly address: Ip; readonly name: string }[];
}

interface ReadInterface {
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly linkType: number;
}

interface ReadPacket {
  /** An index into the capture's interfaces. */
  readonly interface: number;
  /** Nanoseconds since 1970-01-01T00:00:00Z; undefined in a simple packet block, which has no time. */
  readonly atNs: bigint | undefined;
  readonly octets: Uint8Array;
  /** As it was on the wire: more than `octets` when the capture cut it off. */
  readonly originalOctets: number;
  readonly direction: 'in' | 'out' | undefined;
  readonly packetId: bigint | undefined;
  readonly comment: string | undefined;
}

const NS = 1_000_000_000n;
const CLASSIC_HEADER_OCTETS = 24;
const CLASSIC_RECORD_OCTETS = 16;
const CLASSIC_MICROSECONDS = 0xa1b2c3d4;
const CLASSIC_NANOSECONDS = 0xa1b23c4d;

/** Fields in the byte order that the file says. */
class Fields {
  readonly octets: Uint8Array;
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(octets: Uint8Array, order: 'little' | 'big') {
    this.octets = octets;
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    this.#little = order === 'little';
  }

  u16(at: number, field: string): number {
    this.need(at, 2, field);
    return this.#view.getUint16(at, this.#little);
  }

  u32(at: number, field: string): number {
    this.need(at, 4, field);
    return this.#view.getUint32(at, this.#little);
  }

  u64(at: number, field: string): bigint {
    this.need(at, 8, field);
    return this.#view.getBigUint64(at, this.#little);
  }

  i64(at: number, field: string): bigint {
    return BigInt.asIntN(64, this.u64(at, field));
  }

  /** Two words, the higher first, in either byte order. */
  pair(at: number, field: string): bigint {
    return (BigInt(this.u32(at, field)) << 32n) | BigInt(this.u32(at + 4, field));
  }

  need(at: number, count: number, field: string): void {
    if (count > this.octets.length - at) throw new DecodeError('truncated', field, at);
  }
}

/** All of a file. Work and memory are bounded by its length: each packet takes 16 octets of it at least. */
export function decodeCapture(octets: Uint8Array): Capture {
  const big = new Fields(octets, 'big');
  const magic = big.u32(0, 'magic');
  if (magic === Block.sectionHeader) return new SectionReader(octets).read();
  if (magic === CLASSIC_MICROSECONDS || magic === CLASSIC_NANOSECONDS) return readClassic(big, magic);
  const little = new Fields(octets, 'little');
  const swapped = little.u32(0, 'magic');
  if (swapped === CLASSIC_MICROSECONDS || swapped === CLASSIC_NANOSECONDS)
    return readClassic(little, swapped);
  throw new DecodeError('malformed', 'magic: neither pcapng nor pcap', 0);
}

/** The format of libpcap: a header of 24 octets, then records. */
function readClassic(fields: Fields, magic: number): Capture {
  fields.need(0, CLASSIC_HEADER_OCTETS, 'file header');
  // The upper half may say how long the frame check sequence is.
  const linkType = fields.u32(20, 'link type') & 0xffff;
  const unit = magic === CLASSIC_NANOSECONDS ? 1n : 1000n;
  const packets: ReadPacket[] = [];
  let at = CLASSIC_HEADER_OCTETS;
  while (at < fields.octets.length) {
    fields.need(at, CLASSIC_RECORD_OCTETS, 'record header');
    const captured = fields.u32(at + 8, 'captured length');
    const start = at + CLASSIC_RECORD_OCTETS;
    fields.need(start, captured, 'packet');
    packets.push({
      ...NOTHING_SAID,
      interface: 0,
      atNs: BigInt(fields.u32(at, 'seconds')) * NS + BigInt(fields.u32(at + 4, 'fraction')) * unit,
      octets: fields.octets.subarray(start, start + captured),
      originalOctets: fields.u32(at + 12, 'original length'),
    });
    at = start + captured;
  }
  const interfaces = [{ name: undefined, description: undefined, linkType }];
  return { format: 'pcap', comment: undefined, interfaces, packets, names: [] };
}

const NOTHING_SAID = { direction: undefined, packetId: undefined, comment: undefined } as const;

/** What times of an interface are counted in. */
interface Clock {
  readonly unitsPerSecond: bigint;
  readonly offsetSeconds: bigint;
  readonly snapOctets: number;
}

class SectionReader {
  readonly #octets: Uint8Array;
  #fields: Fields;
  #comment: string | undefined;
  readonly #interfaces: ReadInterface[] = [];
  readonly #clocks: Clock[] = [];
  readonly #packets: ReadPacket[] = [];
  readonly #names: { address: Ip; name: string }[] = [];
  /** Interfaces are numbered anew in each section. */
  #firstInterface = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.#fields = new Fields(octets, 'big');
  }

  read(): Capture {
    let at = 0;
    while (at < this.#octets.length) at = this.#block(at);
    return {
      format: 'pcapng',
      comment: this.#comment,
      interfaces: this.#interfaces,
      packets: this.#packets,
      names: this.#names,
    };
  }

  /** Gives where the next block begins. */
  #block(at: number): number {
    const type = this.#fields.u32(at, 'block type');
    if (type === Block.sectionHeader) this.#orderOf(at);
    const total = this.#fields.u32(at + 4, 'block length');
    if (total < 12 || total % 4 !== 0) throw new DecodeError('malformed', 'block length', at + 4);
    this.#fields.need(at, total, 'block');
    const end = at + total - 4;
    if (this.#fields.u32(end, 'block length at the end') !== total)
      throw new DecodeError('malformed', 'block length at the end', end);
    const start = at + 8;
    if (type === Block.sectionHeader) this.#section(start, end);
    else if (type === Block.interfaceDescription) this.#interface(start, end);
    else if (type === Block.enhancedPacket) this.#packet(start, end);
    else if (type === Block.simplePacket) this.#simplePacket(start, end);
    else if (type === Block.nameResolution) this.#nameRecords(start, end);
    return end + 4;
  }

  /** The type reads the same both ways; the magic behind it tells. */
  #orderOf(at: number): void {
    const big = new Fields(this.#octets, 'big');
    const little = new Fields(this.#octets, 'little');
    if (big.u32(at + 8, 'byte-order magic') === BYTE_ORDER_MAGIC) this.#fields = big;
    else if (little.u32(at + 8, 'byte-order magic') === BYTE_ORDER_MAGIC) this.#fields = little;
    else throw new DecodeError('malformed', 'byte-order magic', at + 8);
  }

  #section(start: number, end: number): void {
    this.#within(start, 16, end, 'section header');
    if (this.#fields.u16(start + 4, 'major version') !== 1)
      throw new DecodeError('unsupported', 'major version', start + 4);
    this.#firstInterface = this.#interfaces.length;
    const comment = this.#options(start + 16, end).get(Option.comment);
    this.#comment ??= comment && utf8Text(comment);
  }

  #interface(start: number, end: number): void {
    this.#within(start, 8, end, 'interface description');
    const options = this.#options(start + 8, end);
    const name = options.get(Option.interfaceName);
    const description = options.get(Option.interfaceDescription);
    this.#interfaces.push({
      name: name && utf8Text(name),
      description: description && utf8Text(description),
      linkType: this.#fields.u16(start, 'link type'),
    });
    const offset = options.get(Option.interfaceOffset);
    const hasOffset = offset?.length === 8;
    this.#clocks.push({
      unitsPerSecond: resolution(options.get(Option.interfaceResolution)?.[0]),
      offsetSeconds: hasOffset ? this.#fields.i64(offset.byteOffset - this.#octets.byteOffset, 'offset') : 0n,
      snapOctets: this.#fields.u32(start + 4, 'snapshot length'),
    });
  }

  #packet(start: number, end: number): void {
    this.#within(start, 20, end, 'enhanced packet');
    const index = this.#firstInterface + this.#fields.u32(start, 'interface');
    const clock = this.#clocks[index];
    if (clock === undefined) throw new DecodeError('malformed', 'interface', start);
    const captured = this.#fields.u32(start + 12, 'captured length');
    this.#within(start + 20, captured, end, 'packet');
    const options = this.#options(start + 20 + ((captured + 3) & ~3), end);
    const units = this.#fields.pair(start + 4, 'timestamp');
    const comment = options.get(Option.comment);
    this.#packets.push({
      interface: index,
      atNs: (units * NS) / clock.unitsPerSecond + clock.offsetSeconds * NS,
      octets: this.#octets.subarray(start + 20, start + 20 + captured),
      originalOctets: this.#fields.u32(start + 16, 'original length'),
      direction: this.#direction(options.get(Option.packetFlags)),
      packetId: this.#wide(options.get(Option.packetId)),
      comment: comment && utf8Text(comment),
    });
  }

  /** Of the section's first interface, cut off at its snapshot length. */
  #simplePacket(start: number, end: number): void {
    this.#within(start, 4, end, 'simple packet');
    const clock = this.#clocks[this.#firstInterface];
    if (clock === undefined) throw new DecodeError('malformed', 'simple packet without an interface', start);
    const originalOctets = this.#fields.u32(start, 'original length');
    const captured = Math.min(originalOctets, clock.snapOctets === 0 ? originalOctets : clock.snapOctets);
    this.#within(start + 4, captured, end, 'packet');
    const octets = this.#octets.subarray(start + 4, start + 4 + captured);
    const index = this.#firstInterface;
    this.#packets.push({ ...NOTHING_SAID, interface: index, atNs: undefined, octets, originalOctets });
  }

  #nameRecords(start: number, end: number): void {
    let at = start;
    while (at + 4 <= end) {
      const type = this.#fields.u16(at, 'name record type');
      const length = this.#fields.u16(at + 2, 'name record length');
      if (type === NameRecord.end) return;
      this.#within(at + 4, length, end, 'name record');
      const value = this.#octets.subarray(at + 4, at + 4 + length);
      const addressOctets = type === NameRecord.ipv4 ? 4 : 16;
      if ((type === NameRecord.ipv4 || type === NameRecord.ipv6) && length > addressOctets) {
        const address = type === NameRecord.ipv4 ? ipv4At(value, 0) : ipv6At(value, 0);
        for (const name of namesIn(value.subarray(addressOctets))) this.#names.push({ address, name });
      }
      at += 4 + ((length + 3) & ~3);
    }
  }

  /** The first of each code; later ones of a code are further comments. */
  #options(start: number, end: number): Map<number, Uint8Array> {
    const options = new Map<number, Uint8Array>();
    let at = start;
    while (at + 4 <= end) {
      const code = this.#fields.u16(at, 'option code');
      const length = this.#fields.u16(at + 2, 'option length');
      if (code === Option.end) break;
      this.#within(at + 4, length, end, 'option');
      if (!options.has(code)) options.set(code, this.#octets.subarray(at + 4, at + 4 + length));
      at += 4 + ((length + 3) & ~3);
    }
    return options;
  }

  #direction(flags: Uint8Array | undefined): 'in' | 'out' | undefined {
    if (flags?.length !== 4) return undefined;
    const word = this.#fields.u32(flags.byteOffset - this.#octets.byteOffset, 'flags') & 3;
    return word === Direction.in ? 'in' : word === Direction.out ? 'out' : undefined;
  }

  #wide(value: Uint8Array | undefined): bigint | undefined {
    if (value?.length !== 8) return undefined;
    return this.#fields.u64(value.byteOffset - this.#octets.byteOffset, 'packet id');
  }

  #within(at: number, count: number, end: number, field: string): void {
    if (count > end - at) throw new DecodeError('truncated', field, at);
  }
}

/** `if_tsresol`: a power of ten, or of two when its highest bit is set; microseconds when it is left out. */
function resolution(octet: number | undefined): bigint {
  if (octet === undefined) return 1_000_000n;
  return (octet & 0x80) === 0 ? 10n ** BigInt(octet) : 2n ** BigInt(octet & 0x7f);
}

function* namesIn(octets: Uint8Array): Iterable<string> {
  let start = 0;
  for (let at = 0; at < octets.length; at++) {
    if (octets[at] !== 0) continue;
    if (at > start) yield utf8Text(octets.subarray(start, at));
    start = at + 1;
  }
}
