import type { Ipv4, Mac } from '../../core/address.ts';
import { isIpv4, writeIpv4, writeMac } from '../../core/address.ts';
import { assert } from '../../core/errors.ts';
import { writeInt32 } from '../../core/bytes.ts';
import { HTYPE_ETHERNET, Option } from './codes.ts';
import type { DhcpMessage } from './message.ts';
import {
  CHADDR_OFFSET,
  COOKIE_OFFSET,
  FILE_OFFSET,
  MAGIC_COOKIE,
  OPTIONS_OFFSET,
  SNAME_OFFSET,
} from './message.ts';

/** What every client takes: an IP datagram of 576 octets without its 28 of IP and UDP. RFC 2131 §2. */
export const MESSAGE_OCTETS = 548;
/** An Ethernet's datagram of 1,500 octets without its 28 of IP and UDP. */
export const MESSAGE_OCTETS_MAX = 1472;
/** RFC 1542 §2.1: shorter messages are padded, for relays and clients that know BOOTP. */
const BOOTP_OCTETS_MIN = 300;
/** `52 1 n` and `255`. */
const CLOSING_OCTETS = 4;

const AREA_STARTS = [OPTIONS_OFFSET, FILE_OFFSET, SNAME_OFFSET] as const;
const AREAS = AREA_STARTS.length;

/**
 * Writes messages one after another into one scratch buffer: `start`, the fields, the options in the order wanted,
 * `finish`. An option that no longer fits in `options` goes to `file`, then to `sname`, when those hold no name
 * (option 52); one longer than 255 octets goes in parts (RFC 3396).
 */
export class DhcpWriter {
  readonly octets: Uint8Array;
  /** What `finish` gave. */
  length = 0;
  /** Where the next option of each area goes, in the order options, file, sname: RFC 3396 §5. */
  readonly #at = new Int32Array(AREAS);
  /** Where each area's last octet for options is passed. */
  readonly #end = new Int32Array(AREAS);
  #refused = 0;

  constructor(capacity: number = MESSAGE_OCTETS_MAX) {
    this.octets = new Uint8Array(capacity);
  }

  /** Begins a message of at most `limit` octets, of which `relayAgentOctets` are kept for option 82's value. */
  start(op: number, limit: number = MESSAGE_OCTETS, relayAgentOctets = 0): this {
    const octets = this.octets;
    octets.fill(0, 0, OPTIONS_OFFSET);
    octets[0] = op;
    writeInt32(octets, COOKIE_OFFSET, MAGIC_COOKIE);
    const kept = relayAgentOctets === 0 ? 0 : optionOctets(relayAgentOctets);
    this.#at[0] = OPTIONS_OFFSET;
    this.#end[0] = Math.min(limit, octets.length) - CLOSING_OCTETS - kept;
    this.#at[1] = FILE_OFFSET;
    this.#end[1] = COOKIE_OFFSET - 1;
    this.#at[2] = SNAME_OFFSET;
    this.#end[2] = FILE_OFFSET - 1;
    this.#refused = 0;
    this.length = 0;
    return this;
  }

  /** How many options fitted nowhere and were left out. */
  get refused(): number {
    return this.#refused;
  }

  /** An Ethernet client's `htype`, `hlen` and `chaddr`. */
  mac(address: Mac): void {
    this.octets[1] = HTYPE_ETHERNET;
    this.octets[2] = 6;
    writeMac(this.octets, CHADDR_OFFSET, address);
  }

  /** What a reply takes over: `htype`, `hlen`, `xid`, `flags`, `giaddr`, `chaddr`. RFC 2131 §4.3.1, table 3. */
  answer(request: DhcpMessage): void {
    const from = request.octets;
    copyOctets(from, this.octets, 1, 3);
    copyOctets(from, this.octets, 4, 8);
    copyOctets(from, this.octets, 10, 12);
    copyOctets(from, this.octets, 24, SNAME_OFFSET);
  }

  set htype(value: number) {
    this.octets[1] = value;
  }

  set hlen(value: number) {
    this.octets[2] = value;
  }

  set hops(value: number) {
    this.octets[3] = value;
  }

  set xid(value: number) {
    writeInt32(this.octets, 4, value);
  }

  set secs(value: number) {
    this.octets[8] = value >>> 8;
    this.octets[9] = value;
  }

  set flags(value: number) {
    this.octets[10] = value >>> 8;
    this.octets[11] = value;
  }

  set ciaddr(value: Ipv4) {
    writeIpv4(this.octets, 12, value);
  }

  set yiaddr(value: Ipv4) {
    writeIpv4(this.octets, 16, value);
  }

  set siaddr(value: Ipv4) {
    writeIpv4(this.octets, 20, value);
  }

  set giaddr(value: Ipv4) {
    writeIpv4(this.octets, 24, value);
  }

  /** At most 16 octets. */
  set chaddr(value: Uint8Array) {
    this.octets.set(value, CHADDR_OFFSET);
  }

  /** At most 64 octets; from now on `sname` holds no options. */
  set sname(value: Uint8Array) {
    this.octets.set(value, SNAME_OFFSET);
    this.#end[2] = 0;
  }

  /** At most 128 octets; from now on `file` holds no options. */
  set file(value: Uint8Array) {
    this.octets.set(value, FILE_OFFSET);
    this.#end[1] = 0;
  }

  /** Writes an option; false when it fits nowhere. */
  option(code: number, value: Uint8Array): boolean {
    if (value.length > 255) return this.#long(code, value);
    const offset = this.#claim(code, value.length);
    if (offset === 0) return false;
    copyOctets(value, this.octets, 0, value.length, offset);
    return true;
  }

  /** Writes an option as it is in a message; false when it fits nowhere, or is not there. */
  echo(code: number, message: DhcpMessage): boolean {
    const at = message.find(code);
    if (at === -1) {
      const joined = message.option(code);
      return joined !== undefined && this.option(code, joined);
    }
    const from = message.octets;
    const length = from[at - 1]!;
    const offset = this.#claim(code, length);
    if (offset === 0) return false;
    copyOctets(from, this.octets, at, at + length, offset);
    return true;
  }

  u8(code: number, value: number): boolean {
    const offset = this.#claim(code, 1);
    if (offset === 0) return false;
    this.octets[offset] = value;
    return true;
  }

  u16(code: number, value: number): boolean {
    const offset = this.#claim(code, 2);
    if (offset === 0) return false;
    this.octets[offset] = value >>> 8;
    this.octets[offset + 1] = value;
    return true;
  }

  /** Also a signed number, and an address. */
  u32(code: number, value: number): boolean {
    const offset = this.#claim(code, 4);
    if (offset === 0) return false;
    writeInt32(this.octets, offset, value);
    return true;
  }

  ip(code: number, address: Ipv4): boolean {
    assert(isIpv4(address), 'DHCPv4 carries IPv4 addresses');
    return this.u32(code, address);
  }

  ips(code: number, addresses: readonly Ipv4[]): boolean {
    if (addresses.length > 63) return this.#long(code, addressOctets(addresses));
    const offset = this.#claim(code, addresses.length * 4);
    if (offset === 0) return false;
    for (let index = 0; index < addresses.length; index++)
      writeIpv4(this.octets, offset + index * 4, addresses[index]!);
    return true;
  }

  /**
   * Ends the message: option 52 where it is needed, option 82 last (RFC 3046 §2.1), `end`, padding. Gives the length,
   * which goes over `start`'s limit only for the padding.
   */
  finish(relayAgent?: Uint8Array): number {
    const octets = this.octets;
    let at = this.#at[0]!;
    const overload = this.#close(1) | this.#close(2);
    if (overload !== 0) {
      octets[at++] = Option.overload;
      octets[at++] = 1;
      octets[at++] = overload;
    }
    if (relayAgent !== undefined) at = writeParts(octets, at, Option.relayAgent, relayAgent);
    octets[at++] = Option.end;
    if (at < BOOTP_OCTETS_MIN) {
      octets.fill(Option.pad, at, BOOTP_OCTETS_MIN);
      at = BOOTP_OCTETS_MIN;
    }
    this.length = at;
    return at;
  }

  /** What `finish` made, as a view. */
  written(): Uint8Array {
    return this.octets.subarray(0, this.length);
  }

  /** The bit of option 52 of an area, 0 when it holds no options; its end is written. */
  #close(area: 1 | 2): number {
    const at = this.#at[area]!;
    if (this.#end[area] === 0 || at === AREA_STARTS[area]) return 0;
    this.octets[at] = Option.end;
    return area;
  }

  /** Writes code and length in the first area with room and gives where the value goes; 0 when there is none. */
  #claim(code: number, length: number): number {
    for (let area = 0; area < AREAS; area++) {
      const at = this.#at[area]!;
      if (at + 2 + length > this.#end[area]!) continue;
      this.octets[at] = code;
      this.octets[at + 1] = length;
      this.#at[area] = at + 2 + length;
      return at + 2;
    }
    this.#refused++;
    return 0;
  }

  /** RFC 3396 §6: parts of at most 255 octets, in order, each wholly in one area. */
  #long(code: number, value: Uint8Array): boolean {
    let room = 0;
    for (let area = 0; area < AREAS; area++) room += roomFor(this.#end[area]! - this.#at[area]!);
    if (room < value.length) {
      this.#refused++;
      return false;
    }
    let done = 0;
    for (let area = 0; area < AREAS && done < value.length; area++) {
      const part = Math.min(roomFor(this.#end[area]! - this.#at[area]!), value.length - done);
      if (part === 0) continue;
      this.#at[area] = writeParts(this.octets, this.#at[area]!, code, value.subarray(done, done + part));
      done += part;
    }
    return true;
  }
}

/** Writes a value in parts of at most 255 octets; gives the offset after it. */
function writeParts(octets: Uint8Array, start: number, code: number, value: Uint8Array): number {
  let at = start;
  let done = 0;
  do {
    const length = Math.min(255, value.length - done);
    octets[at] = code;
    octets[at + 1] = length;
    copyOctets(value, octets, done, done + length, at + 2);
    at += 2 + length;
    done += length;
  } while (done < value.length);
  return at;
}

function addressOctets(addresses: readonly Ipv4[]): Uint8Array {
  const octets = new Uint8Array(addresses.length * 4);
  addresses.forEach((address, index) => writeIpv4(octets, index * 4, address));
  return octets;
}

/** Octets of an option of `length`, with code and length of each part. */
function optionOctets(length: number): number {
  return length + 2 * Math.max(1, Math.ceil(length / 255));
}

/** How many octets of value, in parts of 255, go into `octets` octets. */
function roomFor(octets: number): number {
  if (octets <= 2) return 0;
  const whole = Math.floor(octets / 257);
  return whole * 255 + Math.max(0, (octets % 257) - 2);
}

/** Copies from[start..end) to `at`, by default to the same place. */
function copyOctets(from: Uint8Array, to: Uint8Array, start: number, end: number, at: number = start): void {
  if (end - start > 40) {
    to.set(from.subarray(start, end), at);
    return;
  }
  for (let index = start; index < end; index++) to[at + index - start] = from[index]!;
}
