import { formatIpv4, formatMac } from '../../core/address.ts';
import { toHex } from '../../core/bytes.ts';
import type { Plain } from '../../core/service.ts';
import { latin1Octets, showOctets } from '../../core/text.ts';
import { MESSAGE_TYPE_NAMES, Op, Option } from './codes.ts';
import type { DhcpMessage } from './message.ts';
import { optionSpec } from './registry.ts';
import { describeOptionValue } from './value.ts';

/** A message as plain objects in wire order, for traces, reports and tests; hostile text is escaped. */
export interface DhcpDescription {
  /** `DISCOVER`; `BOOTREQUEST` or `BOOTREPLY` without option 53. */
  readonly type: string;
  readonly op: number;
  readonly htype: number;
  readonly hlen: number;
  readonly hops: number;
  /** Eight hex digits. */
  readonly xid: string;
  readonly secs: number;
  readonly broadcast: boolean;
  readonly ciaddr: string;
  readonly yiaddr: string;
  readonly siaddr: string;
  readonly giaddr: string;
  readonly chaddr: string;
  readonly sname: string;
  readonly file: string;
  readonly options: readonly DescribedOption[];
}

interface DescribedOption {
  readonly code: number;
  readonly name: string;
  readonly value: Plain;
}

export function describeMessage(message: DhcpMessage): DhcpDescription {
  const mac = message.chaddrMac;
  return {
    type: typeName(message),
    op: message.op,
    htype: message.htype,
    hlen: message.hlen,
    hops: message.hops,
    xid: message.xid.toString(16).padStart(8, '0'),
    secs: message.secs,
    broadcast: message.broadcast,
    ciaddr: formatIpv4(message.ciaddr),
    yiaddr: formatIpv4(message.yiaddr),
    siaddr: formatIpv4(message.siaddr),
    giaddr: formatIpv4(message.giaddr),
    chaddr: mac === undefined ? toHex(message.chaddr, ':') : formatMac(mac),
    sname: shown(message.snameText),
    file: shown(message.fileText),
    options: message
      .codes()
      .filter((code) => code !== Option.overload)
      .map((code) => ({
        code,
        name: optionSpec(code).name,
        value: describeOptionValue(code, message.option(code) ?? new Uint8Array(0)),
      })),
  };
}

/** `DISCOVER`, `type 99`, or `BOOTREQUEST` and `BOOTREPLY` without option 53. */
export function typeName(message: DhcpMessage): string {
  const type = message.messageType;
  if (type !== 0) return MESSAGE_TYPE_NAMES[type] ?? `type ${type}`;
  return message.op === Op.request ? 'BOOTREQUEST' : 'BOOTREPLY';
}

function shown(text: string): string {
  return showOctets(latin1Octets(text) ?? new Uint8Array(0));
}
