import { Reader } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { HEADER_OCTETS, opcodeOf } from './header.ts';
import { MAX_NAME_OCTETS, expandName, skipName } from './name.ts';
import { skipRecord } from './record.ts';
import { EdnsFlag } from './edns.ts';
import { Type } from './registry.ts';

/** The EDNS options that a server looks at; others are passed over: RFC 6891 §6.1.2. */
export const OptionCode = {
  NSID: 3,
  CLIENT_SUBNET: 8,
  COOKIE: 10,
  TCP_KEEPALIVE: 11,
  PADDING: 12,
  EDE: 15,
} as const;

/** RFC 7873 §4: a client's cookie of 8 octets, alone or with a server's of 8 to 32. */
const CLIENT_COOKIE_OCTETS = 8;
const COOKIE_OCTETS_MAX = 40;

/** RFC 7871 §6: FAMILY, SOURCE PREFIX-LENGTH, SCOPE PREFIX-LENGTH. */
const SUBNET_HEADER_OCTETS = 4;
const IPV6_OCTETS = 16;
/** IANA's Address Family Numbers. */
export const SubnetFamily = { NONE: 0, IPV4: 1, IPV6: 2 } as const;

const NO_OCTETS = new Uint8Array(0);

/** RFC 7871 §6 and §7.2.1: what is wrongly formatted is FORMERR. The option's data are `size` octets at `at`. */
function checkSubnet(octets: Uint8Array, at: number, size: number): void {
  if (size < SUBNET_HEADER_OCTETS) throw new DecodeError('truncated', 'CLIENT-SUBNET', at);
  const family = (octets[at]! << 8) | octets[at + 1]!;
  const length = octets[at + 2]!;
  // A query that wants no address used has none to have a family (§7.1.2): dig sends 0.
  const isNone = family === SubnetFamily.NONE && length === 0;
  if (family !== SubnetFamily.IPV4 && family !== SubnetFamily.IPV6 && !isNone) malformedSubnet('FAMILY', at);
  if (length > (family === SubnetFamily.IPV4 ? 32 : 128)) malformedSubnet('SOURCE PREFIX-LENGTH', at);
  if (octets[at + 3] !== 0) malformedSubnet('SCOPE PREFIX-LENGTH', at);
  if (size - SUBNET_HEADER_OCTETS !== Math.ceil(length / 8)) malformedSubnet('ADDRESS', at);
  if (length % 8 !== 0 && (octets[at + size - 1]! & (0xff >>> (length % 8))) !== 0)
    malformedSubnet('ADDRESS', at);
}

function malformedSubnet(field: string, at: number): never {
  throw new DecodeError('malformed', `CLIENT-SUBNET: ${field}`, at);
}

/** Octets that are filled again and again, and views of their beginnings that are made once for each length. */
class Prefixes {
  readonly #octets: Uint8Array;
  readonly #views: (Uint8Array | undefined)[];

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.#views = Array.from({ length: octets.length + 1 });
  }

  view(length: number): Uint8Array {
    return (this.#views[length] ??= this.#octets.subarray(0, length));
  }

  set(octets: Uint8Array, at: number, count: number): void {
    for (let index = 0; index < count; index++) this.#octets[index] = octets[at + index]!;
  }
}

/**
 * A request as a server reads it, field by field, without making objects: one `Query` is filled again and again.
 * Records other than OPT are stepped over.
 */
export class Query {
  id = 0;
  flags = 0;
  qdcount = 0;
  /** The first question's name, uncompressed, in its own case. */
  readonly qname = new Uint8Array(MAX_NAME_OCTETS);
  qnameLength = 0;
  qtype = 0;
  qclass = 0;
  hasEdns = false;
  ednsVersion = 0;
  ednsFlags = 0;
  payloadOctets = 0;
  /** RFC 7828 §3.1: the client asks how long an idle connection stays. */
  asksKeepalive = false;
  /** RFC 5001 §2.1: the client asks which server this is. */
  asksNsid = false;
  /** RFC 7830 §4: the client padded, and takes a padded reply. */
  isPadded = false;
  /** Where a TSIG begins that ends the message (RFC 8945 §5.2); -1: none. */
  tsigAt = -1;
  readonly #reader = new Reader(NO_OCTETS);
  readonly #name = new Prefixes(this.qname);
  readonly #cookie = new Prefixes(new Uint8Array(COOKIE_OCTETS_MAX));
  #cookieLength = 0;
  /** RFC 7871 §6: the option as it came, to be echoed: FAMILY, both prefix lengths, ADDRESS. */
  readonly #subnet = new Prefixes(new Uint8Array(SUBNET_HEADER_OCTETS + IPV6_OCTETS));
  #subnetLength = 0;

  /** The first question's name and nothing behind it. A view, good until the next query. */
  get name(): Uint8Array {
    return this.#name.view(this.qnameLength);
  }

  /** The CLIENT-SUBNET option, without octets when there is none. A view, good until the next query. */
  get subnet(): Uint8Array {
    return this.#subnet.view(this.#subnetLength);
  }

  /** The COOKIE option, 8 or 16 to 40 octets; empty where there is none. A view, good until the next query. */
  get cookie(): Uint8Array {
    return this.#cookie.view(this.#cookieLength);
  }

  /** RFC 9824 §5.1: the client takes NXDOMAIN with a compact proof. */
  get compactOk(): boolean {
    return (this.ednsFlags & EdnsFlag.CO) !== 0;
  }

  /** RFC 3225 §3: the client takes signatures and proofs. */
  get dnssecOk(): boolean {
    return (this.ednsFlags & EdnsFlag.DO) !== 0;
  }

  get opcode(): number {
    return opcodeOf(this.flags);
  }

  /** Reads the first 4 octets, which is all a reply to malformed octets needs; false when there is no whole header. */
  decodeHeader(octets: Uint8Array): boolean {
    this.qdcount = 0;
    this.qnameLength = 0;
    this.hasEdns = false;
    this.ednsVersion = 0;
    this.ednsFlags = 0;
    this.asksKeepalive = false;
    this.asksNsid = false;
    this.isPadded = false;
    this.tsigAt = -1;
    this.#cookieLength = 0;
    this.#subnetLength = 0;
    if (octets.length < HEADER_OCTETS) return false;
    this.id = (octets[0]! << 8) | octets[1]!;
    this.flags = (octets[2]! << 8) | octets[3]!;
    return true;
  }

  /** Reads what follows the header of a QUERY; a `DecodeError` means FORMERR. */
  decodeBody(octets: Uint8Array): void {
    const reader = this.#reader;
    reader.restart(octets, 4);
    this.qdcount = reader.u16('qdcount');
    let records = reader.u16('ancount') + reader.u16('nscount');
    const arcount = reader.u16('arcount');
    if (this.qdcount > 0) {
      this.qnameLength = expandName(reader, this.qname, 'qname');
      this.qtype = reader.u16('qtype');
      this.qclass = reader.u16('qclass');
    }
    for (let left = this.qdcount - 1; left > 0; left--) {
      skipName(reader, 'qname');
      reader.skip(4, 'qtype, qclass');
    }
    for (; records > 0; records--) skipRecord(reader);
    for (let left = arcount; left > 0; left--) this.#additional(reader, left === 1);
    reader.done('message');
    // RFC 9619 §4: one question at most; none is how a client asks for a cookie (RFC 7873 §5.4). It is said last, when OPT has
    // been read, since the reply has one where the query has (RFC 6891 §6.1.1).
    if (this.qdcount > 1 || (this.qdcount === 0 && this.#cookieLength === 0))
      throw new DecodeError('malformed', 'qdcount', 4);
  }

  #additional(reader: Reader, isLast: boolean): void {
    const start = reader.offset;
    const isRoot = reader.octets[start] === 0;
    skipName(reader, 'name');
    const type = reader.u16('type');
    if (type !== Type.OPT) {
      if (type === Type.TSIG) this.#tsig(start, isLast);
      reader.offset = start;
      return skipRecord(reader);
    }
    // RFC 6891 §6.1.1 and §6.1.2: one OPT, owned by the root.
    if (this.hasEdns || !isRoot) throw new DecodeError('malformed', 'OPT', start);
    this.hasEdns = true;
    this.payloadOctets = reader.u16('OPT: payload size');
    reader.skip(1, 'OPT: extended rcode');
    this.ednsVersion = reader.u8('OPT: version');
    this.ednsFlags = reader.u16('OPT: flags');
    this.#options(reader, reader.u16('rdlength'));
  }

  #tsig(start: number, isLast: boolean): void {
    if (!isLast) throw new DecodeError('malformed', 'TSIG: not the last record', start);
    this.tsigAt = start;
  }

  #options(reader: Reader, length: number): void {
    const end = reader.offset + length;
    if (end > reader.end) throw new DecodeError('truncated', 'OPT: rdata', reader.offset);
    // RFC 6891 §6.1.3: the options of another version may look otherwise.
    if (this.ednsVersion !== 0) return reader.skip(length, 'OPT: rdata');
    while (reader.offset < end) {
      const code = reader.u16('OPTION-CODE');
      const size = reader.u16('OPTION-LENGTH');
      if (size > end - reader.offset) throw new DecodeError('truncated', 'OPTION-DATA', reader.offset);
      const start = reader.offset;
      reader.skip(size, 'OPTION-DATA');
      this.#option(code, reader.octets, start, size);
    }
  }

  /** An option whose data are `size` octets at `at`. */
  #option(code: number, octets: Uint8Array, at: number, size: number): void {
    switch (code) {
      case OptionCode.TCP_KEEPALIVE:
        // RFC 7828 §3.2.1: a client sends it empty.
        if (size === 0) this.asksKeepalive = true;
        return;
      case OptionCode.NSID:
        this.asksNsid = true;
        return;
      case OptionCode.PADDING:
        this.isPadded = true;
        return;
      case OptionCode.CLIENT_SUBNET:
        if (this.#subnetLength > 0) return;
        checkSubnet(octets, at, size);
        this.#subnet.set(octets, at, size);
        this.#subnetLength = size;
        return;
      case OptionCode.COOKIE:
        // RFC 7873 §5.2: all but the first are ignored. §5.2.2: these lengths are malformed.
        if (this.#cookieLength > 0) return;
        if (size !== CLIENT_COOKIE_OCTETS && (size < 2 * CLIENT_COOKIE_OCTETS || size > COOKIE_OCTETS_MAX))
          throw new DecodeError('malformed', 'COOKIE', at);
        this.#cookie.set(octets, at, size);
        this.#cookieLength = size;
        return;
      default:
    }
  }
}
