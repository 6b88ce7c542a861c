import type { Ipv4 } from '../../core/address.ts';
import { bug } from '../../core/errors.ts';
import { Option } from './codes.ts';
import type { DhcpMessage } from './message.ts';
import { DhcpWriter } from './writer.ts';

/** One option's whole value, however many parts it came in. */
export interface DhcpOption {
  readonly code: number;
  readonly octets: Uint8Array;
}

/** A message as plain values, for building one and for comparing two. RFC 2131 §2, figure 1. */
export interface DhcpFields {
  readonly op: number;
  readonly htype: number;
  readonly hlen: number;
  readonly hops: number;
  readonly xid: number;
  readonly secs: number;
  readonly flags: number;
  readonly ciaddr: Ipv4;
  readonly yiaddr: Ipv4;
  readonly siaddr: Ipv4;
  readonly giaddr: Ipv4;
  /** The 16 octets or fewer. */
  readonly chaddr: Uint8Array;
  /** The 64 octets or fewer; empty when the field holds options. */
  readonly sname: Uint8Array;
  /** The 128 octets or fewer; empty when the field holds options. */
  readonly file: Uint8Array;
  /** Without pad, end and overload, which are how and not what. */
  readonly options: readonly DhcpOption[];
}

/** Everything a message holds, copied. */
export function fieldsOf(message: DhcpMessage): DhcpFields {
  const octets = message.octets;
  return {
    op: message.op,
    htype: message.htype,
    hlen: message.hlen,
    hops: message.hops,
    xid: message.xid,
    secs: message.secs,
    flags: message.flags,
    ciaddr: message.ciaddr,
    yiaddr: message.yiaddr,
    siaddr: message.siaddr,
    giaddr: message.giaddr,
    chaddr: octets.slice(28, 44),
    sname: (message.overload & 2) === 0 ? withoutTail(message.sname) : new Uint8Array(0),
    file: (message.overload & 1) === 0 ? withoutTail(message.file) : new Uint8Array(0),
    options: message
      .codes()
      .filter((code) => code !== Option.overload)
      .map((code) => ({ code, octets: (message.option(code) ?? new Uint8Array(0)).slice() })),
  };
}

/**
 * The octets of a message of at most `limit`, option 82 last whatever its place (RFC 3046 §2.1). The caller knows that
 * it fits: a message that does not is a bug.
 */
export function encodeMessage(fields: DhcpFields, limit = 65_507): Uint8Array {
  const relayAgent = fields.options.find(({ code }) => code === Option.relayAgent)?.octets;
  const writer = new DhcpWriter(Math.max(limit, 300)).start(fields.op, limit, relayAgent?.length ?? 0);
  writer.htype = fields.htype;
  writer.hlen = fields.hlen;
  writer.hops = fields.hops;
  writer.xid = fields.xid;
  writer.secs = fields.secs;
  writer.flags = fields.flags;
  writer.ciaddr = fields.ciaddr;
  writer.yiaddr = fields.yiaddr;
  writer.siaddr = fields.siaddr;
  writer.giaddr = fields.giaddr;
  writer.chaddr = fields.chaddr;
  if (fields.sname.length > 0) writer.sname = fields.sname;
  if (fields.file.length > 0) writer.file = fields.file;
  for (const { code, octets } of fields.options) {
    if (code === Option.relayAgent || code === Option.overload) continue;
    if (!writer.option(code, octets)) bug(`option ${code} does not fit in a message of ${limit} octets`);
  }
  writer.finish(relayAgent);
  return writer.written().slice();
}

/** Without the NULs that fill the field. */
function withoutTail(field: Uint8Array): Uint8Array {
  let end = field.length;
  while (end > 0 && field[end - 1] === 0) end--;
  return field.slice(0, end);
}
