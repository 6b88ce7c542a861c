import { ipOctets, isIpv4 } from '../core/address.ts';
import type { Ip } from '../core/address.ts';
import { Writer } from '../core/bytes.ts';
import { utf8Octets } from '../core/text.ts';

/** The link types that headend writes: the list of tcpdump.org. */
export const LinkType = { ethernet: 1, docsis: 143 } as const;

/** Block types and options of pcapng (draft-ietf-opsawg-pcapng), shared with the reader. */
export const Block = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  simplePacket: 3,
  nameResolution: 4,
  enhancedPacket: 6,
} as const;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
export const Option = {
  end: 0,
  comment: 1,
  sectionApplication: 4,
  interfaceName: 2,
  interfaceDescription: 3,
  interfaceResolution: 9,
  interfaceOffset: 14,
  packetFlags: 2,
  packetId: 5,
} as const;
export const NameRecord = { end: 0, ipv4: 1, ipv6: 2 } as const;

/** Bits 0 and 1 of `epb_flags`. */
export const Direction = { in: 1, out: 2 } as const;

/** 10^-9 s. */
const NANOSECONDS = 9;
const TWO_32 = 0x1_0000_0000;

/** An option's length field has 16 bits; longer texts are cut where a reader still has room for them. */
const TEXT_OCTETS_MAX = 8192;

export interface CaptureInterface {
  readonly name: string;
  readonly description?: string | undefined;
  readonly linkType: number;
}

export interface CapturePacket {
  /** What `addInterface` gave. */
  readonly interface: number;
  /** Whole microseconds since 1970-01-01T00:00:00Z. */
  readonly atUs: number;
  readonly octets: Uint8Array;
  readonly direction?: 'in' | 'out' | undefined;
  /** Ties the sight of one packet at two interfaces together. */
  readonly packetId?: number | undefined;
  readonly comment?: string | undefined;
}

/**
 * Writes one pcapng section, big-endian, with times in nanoseconds. Blocks come out as they go in: `take` gives what was
 * written since it was last asked, so that a capture may be longer than the memory.
 */
export class CaptureWriter {
  #writer = new Writer(new Uint8Array(4096));
  #interfaces = 0;

  constructor(
    section: { readonly comment?: string | undefined; readonly application?: string | undefined } = {},
  ) {
    const start = this.#begin(
      Block.sectionHeader,
      28 + textRoom(section.comment) + textRoom(section.application),
    );
    this.#writer.u32(BYTE_ORDER_MAGIC);
    this.#writer.u16(1);
    this.#writer.u16(0);
    // The section's length: not known.
    this.#writer.u32(0xffff_ffff);
    this.#writer.u32(0xffff_ffff);
    this.#text(Option.comment, section.comment);
    this.#text(Option.sectionApplication, section.application);
    this.#endOptions();
    this.#finish(start);
  }

  /** The number that packets name it by. */
  addInterface(described: CaptureInterface): number {
    const room = 24 + textRoom(described.name) + textRoom(described.description);
    const start = this.#begin(Block.interfaceDescription, room);
    this.#writer.u16(described.linkType);
    this.#writer.u16(0);
    // No limit on the length of packets.
    this.#writer.u32(0);
    this.#text(Option.interfaceName, described.name);
    this.#text(Option.interfaceDescription, described.description);
    this.#option(Option.interfaceResolution, Uint8Array.of(NANOSECONDS));
    this.#endOptions();
    this.#finish(start);
    return this.#interfaces++;
  }

  addPacket(packet: CapturePacket): void {
    const { octets } = packet;
    const start = this.#begin(Block.enhancedPacket, 60 + octets.length + textRoom(packet.comment));
    this.#writer.u32(packet.interface);
    // Microseconds times a thousand, in two halves: the product has more than 53 bits.
    const low = (packet.atUs % TWO_32) * 1000;
    this.#writer.u32(Math.floor(packet.atUs / TWO_32) * 1000 + Math.floor(low / TWO_32));
    this.#writer.u32(low % TWO_32);
    this.#writer.u32(octets.length);
    this.#writer.u32(octets.length);
    this.#writer.bytes(octets);
    this.#pad(octets.length);
    if (packet.direction !== undefined) {
      this.#optionHeader(Option.packetFlags, 4);
      this.#writer.u32(Direction[packet.direction]);
    }
    if (packet.packetId !== undefined) {
      this.#optionHeader(Option.packetId, 8);
      this.#writer.u32(Math.floor(packet.packetId / TWO_32));
      this.#writer.u32(packet.packetId % TWO_32);
    }
    this.#text(Option.comment, packet.comment);
    this.#endOptions();
    this.#finish(start);
  }

  /** Names for addresses, which a reader shows in their place. */
  addNames(names: Iterable<{ readonly address: Ip; readonly name: string }>): void {
    const records = [...names].map(({ address, name }) => ({ address, octets: textOctets(name) }));
    const room = records.reduce((sum, { octets }) => sum + 24 + octets.length, 4);
    const start = this.#begin(Block.nameResolution, room);
    for (const { address, octets } of records) {
      const addressOctets = ipOctets(address);
      const length = addressOctets.length + octets.length + 1;
      this.#optionHeader(isIpv4(address) ? NameRecord.ipv4 : NameRecord.ipv6, length);
      this.#writer.bytes(addressOctets);
      this.#writer.bytes(octets);
      this.#writer.u8(0);
      this.#pad(length);
    }
    this.#optionHeader(NameRecord.end, 0);
    this.#finish(start);
  }

  /** A copy of what was written since the last call. */
  take(): Uint8Array {
    const taken = this.#writer.written().slice();
    this.#writer.reset();
    return taken;
  }

  #begin(type: number, bodyOctets: number): number {
    this.#reserve(bodyOctets + 12);
    const start = this.#writer.offset;
    this.#writer.u32(type);
    this.#writer.u32(0);
    return start;
  }

  /** The total length stands at both ends, so that a file can be read backwards. */
  #finish(start: number): void {
    const total = this.#writer.offset - start + 4;
    this.#writer.u32(total);
    this.#writer.patchU16(start + 4, total >>> 16);
    this.#writer.patchU16(start + 6, total & 0xffff);
  }

  #reserve(count: number): void {
    if (this.#writer.left >= count) return;
    const { octets, offset } = this.#writer;
    const larger = new Uint8Array(Math.max(octets.length * 2, offset + count));
    larger.set(octets.subarray(0, offset));
    this.#writer = new Writer(larger, offset);
  }

  #text(code: number, text: string | undefined): void {
    if (text !== undefined) this.#option(code, textOctets(text));
  }

  #option(code: number, value: Uint8Array): void {
    this.#optionHeader(code, value.length);
    this.#writer.bytes(value);
    this.#pad(value.length);
  }

  #optionHeader(code: number, length: number): void {
    this.#writer.u16(code);
    this.#writer.u16(length);
  }

  #endOptions(): void {
    this.#optionHeader(Option.end, 0);
  }

  #pad(length: number): void {
    this.#writer.fill((4 - (length & 3)) & 3, 0);
  }
}

/** Header, value and padding of an option, at most. */
function textRoom(text: string | undefined): number {
  return text === undefined ? 0 : textOctets(text).length + 8;
}

/** UTF-8, not cut within a character. */
function textOctets(text: string): Uint8Array {
  const octets = utf8Octets(text);
  if (octets.length <= TEXT_OCTETS_MAX) return octets;
  let end = TEXT_OCTETS_MAX;
  while (end > 0 && ((octets[end] ?? 0) & 0xc0) === 0x80) end--;
  return octets.subarray(0, end);
}
