import { formatIpv4, formatMac, ipv4At, macAt } from '../../core/address.ts';
import { u16At, u32At } from '../../core/bytes.ts';
import type { Plain } from '../../core/service.ts';
import { showOctets } from '../../core/text.ts';
import { MESSAGE_TYPE_NAMES, Option } from '../../codec/dhcp/codes.ts';
import {
  CHADDR_OFFSET,
  COOKIE_OFFSET,
  FILE_OFFSET,
  OPTIONS_OFFSET,
  SNAME_OFFSET,
} from '../../codec/dhcp/message.ts';
import { optionSpec } from '../../codec/dhcp/registry.ts';
import { describeOptionValue } from '../../codec/dhcp/value.ts';
import { hexText, Marks } from './marks.ts';
import type { Layer } from './marks.ts';

/** RFC 2131 §2, figure 1, and the options behind it. */
export function dhcpLayer(octets: Uint8Array, at: number): Layer {
  const marks = new Marks(octets);
  const end = octets.length;
  let kind = 'BOOTP';
  if (end - at >= OPTIONS_OFFSET) {
    addHeader(marks, at);
    kind = addOptions(marks, at + OPTIONS_OFFSET) ?? kind;
  } else marks.add('cut off', { offset: at, length: end - at }, `${end - at} of ${OPTIONS_OFFSET} octets`);
  return marks.layer('DHCP', kind, at, end - at);
}

function addHeader(marks: Marks, at: number): void {
  const { octets } = marks;
  const isEthernet = octets[at + 1] === 1 && octets[at + 2] === 6;
  const chaddr = octets.subarray(at + CHADDR_OFFSET, at + CHADDR_OFFSET + 16);
  const flags = u16At(octets, at + 10);
  const fields: readonly (readonly [string, number, number, string])[] = [
    ['op', 0, 1, octets[at] === 1 ? '1, request' : '2, reply'],
    ['htype', 1, 1, octets[at + 1] === 1 ? '1, Ethernet' : String(octets[at + 1])],
    ['hlen', 2, 1, String(octets[at + 2])],
    ['hops', 3, 1, String(octets[at + 3])],
    [
      'xid',
      4,
      4,
      u32At(octets, at + 4)
        .toString(16)
        .padStart(8, '0'),
    ],
    ['secs', 8, 2, String(u16At(octets, at + 8))],
    ['flags', 10, 2, (flags & 0x8000) === 0 ? 'answer by unicast' : 'answer by broadcast'],
    ['ciaddr', 12, 4, formatIpv4(ipv4At(octets, at + 12))],
    ['yiaddr', 16, 4, formatIpv4(ipv4At(octets, at + 16))],
    ['siaddr', 20, 4, formatIpv4(ipv4At(octets, at + 20))],
    ['giaddr', 24, 4, formatIpv4(ipv4At(octets, at + 24))],
    [
      'chaddr',
      CHADDR_OFFSET,
      16,
      isEthernet ? formatMac(macAt(octets, at + CHADDR_OFFSET)) : hexText(chaddr),
    ],
    ['sname', SNAME_OFFSET, 64, nameText(octets.subarray(at + SNAME_OFFSET, at + FILE_OFFSET))],
    ['file', FILE_OFFSET, 128, nameText(octets.subarray(at + FILE_OFFSET, at + COOKIE_OFFSET))],
    ['magic cookie', COOKIE_OFFSET, 4, '99.130.83.99'],
  ];
  for (const [name, offset, length, value] of fields) marks.add(name, { offset: at + offset, length }, value);
}

/** Up to its first NUL; fields that options overload (RFC 2131 §4.1) are shown as they are. */
function nameText(octets: Uint8Array): string {
  const end = octets.indexOf(0);
  return end === 0 ? 'empty' : showOctets(octets.subarray(0, end < 0 ? octets.length : end));
}

/** RFC 2132 §2: code, length, value; 0 pads, 255 ends. Gives the message's type where it has one. */
function addOptions(marks: Marks, from: number): string | undefined {
  const { octets } = marks;
  let kind: string | undefined;
  let at = from;
  while (at < octets.length) {
    const code = octets[at] ?? 0;
    if (code === Option.end) {
      marks.add('end', { offset: at, length: 1 }, '255');
      at++;
      break;
    }
    if (code === Option.pad) {
      at = addPads(marks, at);
      continue;
    }
    const length = octets[at + 1] ?? 0;
    const value = octets.subarray(at + 2, at + 2 + length);
    marks.add(optionTitle(code), { offset: at, length: 2 + length }, optionText(code, value));
    if (code === Option.messageType) kind = MESSAGE_TYPE_NAMES[value[0] ?? 0];
    if (code === Option.relayAgent) addSuboptions(marks, at + 2, at + 2 + length);
    at += 2 + length;
  }
  if (at < octets.length) addPads(marks, at);
  return kind;
}

function addPads(marks: Marks, at: number): number {
  const { octets } = marks;
  let end = at;
  while (end < octets.length && octets[end] === 0) end++;
  if (end === at) end = octets.length;
  marks.add('padding', { offset: at, length: end - at }, `${end - at} octets`);
  return end;
}

/** RFC 3046 §2.0: suboptions are code, length, value too. */
function addSuboptions(marks: Marks, from: number, end: number): void {
  const { octets } = marks;
  for (let at = from; at + 1 < end; at += 2 + (octets[at + 1] ?? 0)) {
    const length = Math.min(octets[at + 1] ?? 0, end - at - 2);
    const code = octets[at] ?? 0;
    const name = code === 1 ? '82.1 circuit-id' : code === 2 ? '82.2 remote-id' : `82.${code}`;
    marks.add(name, { offset: at, length: 2 + length }, hexText(octets.subarray(at + 2, at + 2 + length)), 1);
  }
}

function optionTitle(code: number): string {
  const { name } = optionSpec(code);
  return /\d/.test(name) && name.includes(String(code)) ? `option ${code}` : `${code} ${name}`;
}

function optionText(code: number, value: Uint8Array): string {
  if (code === Option.messageType) return MESSAGE_TYPE_NAMES[value[0] ?? 0] ?? String(value[0]);
  return plainText(describeOptionValue(code, value));
}

function plainText(value: Plain): string {
  if (Array.isArray(value)) return value.map(plainText).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${plainText(inner)}`)
    .join(', ');
}
