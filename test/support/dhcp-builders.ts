import type { Ipv4, Mac } from '../../src/core/address.ts';
import { ANY, ipOctets, parseIpv4, parseMac, writeMac } from '../../src/core/address.ts';
import { writeInt32 } from '../../src/core/bytes.ts';
import { MessageType, Op, Option } from '../../src/codec/dhcp/codes.ts';
import type { DhcpFields, DhcpOption } from '../../src/codec/dhcp/fields.ts';
import { encodeMessage, fieldsOf } from '../../src/codec/dhcp/fields.ts';
import { decodeMessage } from '../../src/codec/dhcp/message.ts';

export function ip(text: string): Ipv4 {
  const address = parseIpv4(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

export function mac(text: string): Mac {
  const address = parseMac(text);
  if (address === undefined) throw new Error(`not a hardware address: ${text}`);
  return address;
}

export function option(code: number, ...octets: number[]): DhcpOption {
  return { code, octets: Uint8Array.from(octets) };
}

export function ipOption(code: number, address: string): DhcpOption {
  return { code, octets: ipOctets(ip(address)) };
}

export function textOption(code: number, text: string): DhcpOption {
  return { code, octets: Uint8Array.from(text, (c) => c.charCodeAt(0)) };
}

export const CLIENT_MAC = mac('00:10:18:00:00:01');

/** A client's message with everything at zero but what is given. */
export function clientFields(
  type: keyof typeof MessageType | 'bootp',
  fields: Partial<DhcpFields> & { readonly mac?: Mac } = {},
): DhcpFields {
  const chaddr = new Uint8Array(16);
  writeMac(chaddr, 0, fields.mac ?? CLIENT_MAC);
  const typed = type === 'bootp' ? [] : [option(Option.messageType, MessageType[type])];
  return {
    op: Op.request,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: 0x1234_5678,
    secs: 0,
    flags: 0,
    ciaddr: ANY,
    yiaddr: ANY,
    siaddr: ANY,
    giaddr: ANY,
    chaddr,
    sname: new Uint8Array(0),
    file: new Uint8Array(0),
    ...fields,
    options: [...typed, ...(fields.options ?? [])],
  };
}

export function clientMessage(
  type: keyof typeof MessageType | 'bootp',
  fields: Partial<DhcpFields> & { readonly mac?: Mac } = {},
): Uint8Array {
  return encodeMessage(clientFields(type, fields));
}

export const SERVER = ip('10.0.0.67');

/** A server's answer to a request's octets: the copied fields, 53, 54 and whatever is given. */
export function serverMessage(
  type: keyof typeof MessageType,
  request: Uint8Array,
  fields: Partial<DhcpFields> & { readonly serverId?: Ipv4 | undefined; readonly leaseSeconds?: number } = {},
): Uint8Array {
  const { xid, flags, giaddr, chaddr, htype, hlen } = fieldsOf(decodeMessage(request));
  const { serverId, leaseSeconds, options = [], ...others } = fields;
  const lease = new Uint8Array(4);
  writeInt32(lease, 0, leaseSeconds ?? 0);
  return encodeMessage({
    ...clientFields('bootp'),
    op: Op.reply,
    xid,
    flags,
    giaddr,
    chaddr,
    htype,
    hlen,
    ...others,
    options: [
      option(Option.messageType, MessageType[type]),
      { code: Option.serverIdentifier, octets: ipOctets(serverId ?? SERVER) },
      ...(leaseSeconds === undefined ? [] : [{ code: Option.leaseTime, octets: lease }]),
      ...options,
    ],
  });
}
