import { formatIpv4, formatMac } from '../core/address.ts';
import { toHex } from '../core/bytes.ts';
import type { FrameBody } from '../core/driver.ts';
import type { Plain } from '../core/service.ts';
import { latin1Octets, showOctets } from '../core/text.ts';
import { Option } from '../codec/dhcp/codes.ts';
import { typeName } from '../codec/dhcp/describe.ts';
import { DhcpDecoder } from '../codec/dhcp/message.ts';
import { describeOptionValue } from '../codec/dhcp/value.ts';
import type { Description } from './packet.ts';

const decoder = new DhcpDecoder();

/** RFC 2131 §2's fields by name, then each option as `opt` and its code. */
export function describeDhcp(body: Extract<FrameBody, { kind: 'udp' }>): Description {
  const message = decoder.decode(body.octets);
  const mac = message.chaddrMac;
  const fields = new Map<string, string>([
    ['xid', message.xid.toString(16).padStart(8, '0')],
    ['mac', mac === undefined ? toHex(message.chaddr, ':') : formatMac(mac)],
    ['ciaddr', formatIpv4(message.ciaddr)],
    ['yiaddr', formatIpv4(message.yiaddr)],
    ['siaddr', formatIpv4(message.siaddr)],
    ['giaddr', formatIpv4(message.giaddr)],
    ['hops', String(message.hops)],
  ]);
  if (message.broadcast) fields.set('broadcast', '');
  if (message.fileText !== '') fields.set('file', showOctets(latin1Octets(message.fileText) ?? NOTHING));
  const vendorClass = message.option(Option.vendorClass);
  if (vendorClass !== undefined) fields.set('class', showOctets(vendorClass));
  const lease = message.u32(Option.leaseTime);
  if (lease !== undefined) fields.set('lease', formatSeconds(lease));
  for (const code of message.codes()) {
    if (code === Option.overload || code === Option.messageType) continue;
    fields.set(`opt${code}`, plainText(describeOptionValue(code, message.option(code) ?? NOTHING)));
  }
  fields.set('sport', String(body.from.port));
  fields.set('dport', String(body.to.port));
  const type = typeName(message);
  return { kind: type.startsWith('BOOTRE') ? 'BOOTP' : type, fields };
}

const NOTHING = new Uint8Array(0);

/** As people say it: `24h`, `90m`, `45s`; RFC 2131 §3.3 for the last. */
function formatSeconds(seconds: number): string {
  if (seconds === 0xffff_ffff) return 'infinite';
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

function plainText(value: Plain): string {
  if (Array.isArray(value)) return value.map(plainText).join(',');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
