import type { Ipv4, Mac } from '../../core/address.ts';
import { ipv4At, macAt } from '../../core/address.ts';
import { int32At, u16At, u32At } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { latin1Text } from '../../core/text.ts';
import { BROADCAST_FLAG, HTYPE_ETHERNET, Option } from './codes.ts';

/** RFC 2131 §2, figure 1: name and octets of each field, in wire order. */
const FIELDS = [
  ['op', 1],
  ['htype', 1],
  ['hlen', 1],
  ['hops', 1],
  ['xid', 4],
  ['secs', 2],
  ['flags', 2],
  ['ciaddr', 4],
  ['yiaddr', 4],
  ['siaddr', 4],
  ['giaddr', 4],
  ['chaddr', 16],
  ['sname', 64],
  ['file', 128],
  ['magic cookie', 4],
] as const;

export const CHADDR_OFFSET = 28;
export const SNAME_OFFSET = 44;
export const FILE_OFFSET = 108;
export const COOKIE_OFFSET = 236;
export const OPTIONS_OFFSET = 240;
/** 99.130.83.99: RFC 2131 §3. */
export const MAGIC_COOKIE = 0x63825363;

/** Options whose length is fixed and which engines read as numbers; a wrong length is a malformed message. */
const FIXED_LENGTHS = new Uint8Array(256);
FIXED_LENGTHS[Option.requestedAddress] = 4;
FIXED_LENGTHS[Option.leaseTime] = 4;
FIXED_LENGTHS[Option.overload] = 1;
FIXED_LENGTHS[Option.messageType] = 1;
FIXED_LENGTHS[Option.serverIdentifier] = 4;
FIXED_LENGTHS[Option.maximumMessageSize] = 2;
FIXED_LENGTHS[Option.renewalTime] = 4;
FIXED_LENGTHS[Option.rebindingTime] = 4;
FIXED_LENGTHS[Option.subnetSelection] = 4;

const PARTS_AT_FIRST = 32;
const GENERATIONS = 0x3fff_ffff;
const NONE = 0xffff;
const NOTHING = new Uint8Array(0);

/**
 * A DHCP message read where it lies: fields at fixed offsets, options by an offset table made once. Valid as long as the
 * octets are, and until its decoder decodes the next. `describeMessage` makes objects of it.
 */
export class DhcpMessage {
  #octets: Uint8Array = NOTHING;
  /** Parts in the order options, file, sname: offset << 16 | code << 8 | length. */
  #parts = new Uint32Array(PARTS_AT_FIRST);
  /** The next part of the same option: RFC 3396 §7. */
  #nexts = new Uint16Array(PARTS_AT_FIRST);
  #count = 0;
  /** Which codes were seen in this message: those stamped with its generation. */
  readonly #stamps = new Uint32Array(256);
  readonly #heads = new Uint16Array(256);
  readonly #tails = new Uint16Array(256);
  #generation = 0;
  #overload = 0;
  #suspect = false;

  /** For `DhcpDecoder`: looks at other octets from now on. */
  load(octets: Uint8Array): void {
    if (octets.length < OPTIONS_OFFSET) throw shortOf(octets.length);
    if (octets.length > 0xffff) throw new DecodeError('unsupported', 'message over 65535 octets', 0xffff);
    if (octets[2]! > 16) throw new DecodeError('malformed', 'hlen', 2);
    if (int32At(octets, COOKIE_OFFSET) !== MAGIC_COOKIE)
      throw new DecodeError('malformed', 'magic cookie', COOKIE_OFFSET);
    this.#octets = octets;
    this.#count = 0;
    this.#suspect = false;
    this.#overload = 0;
    this.#generation++;
    if (this.#generation > GENERATIONS) {
      this.#stamps.fill(0);
      this.#generation = 1;
    }
    this.#walk(OPTIONS_OFFSET, octets.length);
    if (this.has(Option.overload)) this.#walkOverload();
    if (this.#suspect) this.#checkFixed();
  }

  get octets(): Uint8Array {
    return this.#octets;
  }

  get op(): number {
    return this.#octets[0]!;
  }

  get htype(): number {
    return this.#octets[1]!;
  }

  /** 0 to 16. */
  get hlen(): number {
    return this.#octets[2]!;
  }

  get hops(): number {
    return this.#octets[3]!;
  }

  get xid(): number {
    return u32At(this.#octets, 4);
  }

  get secs(): number {
    return u16At(this.#octets, 8);
  }

  get flags(): number {
    return u16At(this.#octets, 10);
  }

  get ciaddr(): Ipv4 {
    return ipv4At(this.#octets, 12);
  }

  get yiaddr(): Ipv4 {
    return ipv4At(this.#octets, 16);
  }

  get siaddr(): Ipv4 {
    return ipv4At(this.#octets, 20);
  }

  get giaddr(): Ipv4 {
    return ipv4At(this.#octets, 24);
  }

  /** The `hlen` octets of the hardware address. */
  get chaddr(): Uint8Array {
    return this.#octets.subarray(CHADDR_OFFSET, CHADDR_OFFSET + this.hlen);
  }

  /** The 64 octets; options when `sname` is overloaded. */
  get sname(): Uint8Array {
    return this.#octets.subarray(SNAME_OFFSET, FILE_OFFSET);
  }

  /** The 128 octets; options when `file` is overloaded. */
  get file(): Uint8Array {
    return this.#octets.subarray(FILE_OFFSET, COOKIE_OFFSET);
  }

  get broadcast(): boolean {
    return (this.flags & BROADCAST_FLAG) !== 0;
  }

  /** `chaddr` of an Ethernet client. */
  get chaddrMac(): Mac | undefined {
    if (this.htype !== HTYPE_ETHERNET || this.hlen !== 6) return undefined;
    return macAt(this.#octets, CHADDR_OFFSET);
  }

  /** 0 when there is no option 53: BOOTP. */
  get messageType(): number {
    return this.u8(Option.messageType) ?? 0;
  }

  /** The name in `sname`, one character an octet, up to the first NUL; empty when it holds options. */
  get snameText(): string {
    return (this.#overload & 2) !== 0 ? '' : nameIn(this.sname);
  }

  /** The name in `file`, one character an octet, up to the first NUL; empty when it holds options. */
  get fileText(): string {
    return (this.#overload & 1) !== 0 ? '' : nameIn(this.file);
  }

  /** Whether `fileText` is these octets, which have no NUL. */
  isFile(name: Uint8Array): boolean {
    if ((this.#overload & 1) !== 0) return name.length === 0;
    const { length } = name;
    for (let index = 0; index < length; index++)
      if (this.#octets[FILE_OFFSET + index] !== name[index]) return false;
    return length === COOKIE_OFFSET - FILE_OFFSET || this.#octets[FILE_OFFSET + length] === 0;
  }

  /** Option 52: bit 1 `file`, bit 2 `sname`, 0 neither. */
  get overload(): number {
    return this.#overload;
  }

  has(code: number): boolean {
    return this.#stamps[code] === this.#generation;
  }

  /** The value of an option: a view, or a copy where it came in parts (RFC 3396 §7). */
  option(code: number): Uint8Array | undefined {
    if (!this.has(code)) return undefined;
    const head = this.#heads[code]!;
    if (this.#nexts[head] !== NONE) return this.#joined(head);
    const part = this.#parts[head]!;
    return this.#octets.subarray(part >>> 16, (part >>> 16) + (part & 255));
  }

  /** Where an option that came in one part starts, its length in the octet before; -1: not there, or in several parts. */
  find(code: number): number {
    if (!this.has(code)) return -1;
    const head = this.#heads[code]!;
    return this.#nexts[head] === NONE ? this.#parts[head]! >>> 16 : -1;
  }

  /** The first octet of an option of exactly one. */
  u8(code: number): number | undefined {
    const offset = this.#fixed(code, 1);
    return offset === -1 ? undefined : this.#octets[offset];
  }

  u16(code: number): number | undefined {
    const offset = this.#fixed(code, 2);
    return offset === -1 ? undefined : u16At(this.#octets, offset);
  }

  u32(code: number): number | undefined {
    const offset = this.#fixed(code, 4);
    return offset === -1 ? undefined : u32At(this.#octets, offset);
  }

  /** The one address of an option of exactly four octets. */
  ip(code: number): Ipv4 | undefined {
    const offset = this.#fixed(code, 4);
    return offset === -1 ? undefined : ipv4At(this.#octets, offset);
  }

  /** The first of an option's addresses. */
  firstIp(code: number): Ipv4 | undefined {
    const at = this.find(code);
    if (at !== -1) return this.#octets[at - 1]! < 4 ? undefined : ipv4At(this.#octets, at);
    const octets = this.option(code);
    return octets === undefined || octets.length < 4 ? undefined : ipv4At(octets, 0);
  }

  /** The codes in the order met, each once. */
  codes(): readonly number[] {
    const codes: number[] = [];
    for (let index = 0; index < this.#count; index++) {
      const code = (this.#parts[index]! >>> 8) & 255;
      if (this.#heads[code] === index) codes.push(code);
    }
    return codes;
  }

  /** Where an option of `length` octets in one piece lies; -1 when there is none such. */
  #fixed(code: number, length: number): number {
    if (!this.has(code)) return -1;
    const head = this.#heads[code]!;
    const part = this.#parts[head]!;
    if ((part & 255) === length && this.#nexts[head] === NONE) return part >>> 16;
    return -1;
  }

  #joined(head: number): Uint8Array {
    let length = 0;
    for (let index = head; index !== NONE; index = this.#nexts[index]!) length += this.#parts[index]! & 255;
    const joined = new Uint8Array(length);
    let at = 0;
    for (let index = head; index !== NONE; index = this.#nexts[index]!) {
      const part = this.#parts[index]!;
      joined.set(this.#octets.subarray(part >>> 16, (part >>> 16) + (part & 255)), at);
      at += part & 255;
    }
    return joined;
  }

  /** RFC 2131 §4.1 asks for a final `end`; a message that ends without it is taken as it is. */
  #walk(start: number, end: number): void {
    const octets = this.#octets;
    let at = start;
    while (at < end) {
      const code = octets[at++]!;
      if (code === Option.pad) continue;
      if (code === Option.end) return;
      const length = at < end ? octets[at++]! : 256;
      if (length > end - at) throw new DecodeError('truncated', `option ${code}`, at);
      this.#add(code, at, length);
      at += length;
    }
  }

  #add(code: number, offset: number, length: number): void {
    const index = this.#count;
    if (index === this.#parts.length) this.#grow();
    this.#parts[index] = (offset << 16) | (code << 8) | length;
    this.#nexts[index] = NONE;
    if (this.#stamps[code] === this.#generation) {
      this.#nexts[this.#tails[code]!] = index;
      this.#suspect = true;
    } else {
      this.#stamps[code] = this.#generation;
      this.#heads[code] = index;
      const fixed = FIXED_LENGTHS[code]!;
      if (fixed !== 0 && fixed !== length) this.#suspect = true;
    }
    this.#tails[code] = index;
    this.#count = index + 1;
  }

  /** RFC 2131 §4.1: options first, then `file`, then `sname`. */
  #walkOverload(): void {
    const overload = this.u8(Option.overload) ?? 0;
    if (overload < 1 || overload > 3)
      throw new DecodeError('malformed', 'option 52', this.#parts[this.#heads[Option.overload]!]! >>> 16);
    this.#overload = overload;
    if ((overload & 1) !== 0) this.#walk(FILE_OFFSET, COOKIE_OFFSET);
    if ((overload & 2) !== 0) this.#walk(SNAME_OFFSET, FILE_OFFSET);
  }

  #checkFixed(): void {
    for (let index = 0; index < this.#count; index++) {
      const part = this.#parts[index]!;
      const code = (part >>> 8) & 255;
      const fixed = FIXED_LENGTHS[code]!;
      if (fixed !== 0 && this.#fixed(code, fixed) === -1)
        throw new DecodeError('malformed', `option ${code}`, part >>> 16);
    }
  }

  #grow(): void {
    const parts = new Uint32Array(this.#parts.length * 2);
    parts.set(this.#parts);
    this.#parts = parts;
    const nexts = new Uint16Array(parts.length);
    nexts.set(this.#nexts);
    this.#nexts = nexts;
  }
}

/** Decodes message after message into one view: nothing is allocated for a message of usual size. */
export class DhcpDecoder {
  readonly #message = new DhcpMessage();

  /** Throws `DecodeError`. The view is good until the next call, and as long as the octets are. */
  decode(octets: Uint8Array): DhcpMessage {
    this.#message.load(octets);
    return this.#message;
  }
}

/** Throws `DecodeError`. The message is a view of the octets. */
export function decodeMessage(octets: Uint8Array): DhcpMessage {
  return new DhcpDecoder().decode(octets);
}

function shortOf(length: number): DecodeError {
  let offset = 0;
  for (const [name, octets] of FIELDS) {
    if (offset + octets > length) return new DecodeError('truncated', name, offset);
    offset += octets;
  }
  return new DecodeError('truncated', 'options', offset);
}

function nameIn(field: Uint8Array): string {
  const end = field.indexOf(0);
  return latin1Text(end === -1 ? field : field.subarray(0, end));
}
