import type { Endpoint, Ip, Prefix } from '../core/address.ts';
import { prefixContains } from '../core/address.ts';

/** What a line of a list says of ports: both ends belong to it. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface AccessLine {
  /** 10, 20, ... as routers number them. */
  readonly number: number;
  /** As written, such as `permit udp any any eq tftp`. */
  readonly text: string;
  readonly action: 'permit' | 'deny';
  /** `ip`: any protocol. */
  readonly protocol: 'ip' | 'udp' | 'tcp' | 'icmp';
  /** undefined: any address. */
  readonly from: Prefix | undefined;
  readonly to: Prefix | undefined;
  /** Any of these; undefined: any port. */
  readonly fromPorts: readonly PortRange[] | undefined;
  readonly toPorts: readonly PortRange[] | undefined;
  /** undefined: any message; `code` undefined: any code of that type. */
  readonly icmp: { readonly type: number; readonly code: number | undefined } | undefined;
  /** TCP with ACK or RST, which all but the first segment of a connection have. */
  readonly established: boolean;
  /** Whether each match is told. */
  readonly log: boolean;
}

/** Lines in the order they are tried; the first that matches decides, and where none does the answer is no. */
export interface AccessList {
  readonly name: string;
  readonly lines: readonly AccessLine[];
}

/** A packet as a list sees it, with the addresses that it has on that wire. */
export interface Listed {
  readonly protocol: 'udp' | 'tcp' | 'icmp';
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** TCP's control bits. */
  readonly flags: number;
  readonly icmpType: number;
  readonly icmpCode: number;
}

/** RFC 9293 §3.1: RST and ACK. */
const RST_OR_ACK = 4 | 16;

/** The first line that matches; undefined where none does, which denies. */
export function lineFor(list: AccessList, packet: Listed): AccessLine | undefined {
  for (const line of list.lines) if (matches(line, packet)) return line;
  return undefined;
}

function matches(line: AccessLine, packet: Listed): boolean {
  if (line.protocol !== 'ip' && line.protocol !== packet.protocol) return false;
  if (!isIn(line.from, packet.from.address) || !isIn(line.to, packet.to.address)) return false;
  if (!isAmong(line.fromPorts, packet.from.port) || !isAmong(line.toPorts, packet.to.port)) return false;
  if (line.established && (packet.flags & RST_OR_ACK) === 0) return false;
  const { icmp } = line;
  if (icmp === undefined) return true;
  return icmp.type === packet.icmpType && (icmp.code === undefined || icmp.code === packet.icmpCode);
}

function isIn(prefix: Prefix | undefined, address: Ip): boolean {
  return prefix === undefined || prefixContains(prefix, address);
}

function isAmong(ranges: readonly PortRange[] | undefined, port: number): boolean {
  if (ranges === undefined) return true;
  for (const { first, last } of ranges) if (port >= first && port <= last) return true;
  return false;
}
