import { formatEndpoint, formatIp, formatIpv4, formatMac } from '../core/address.ts';
import type { Mac } from '../core/address.ts';
import { toHex } from '../core/bytes.ts';
import type { Fate, FrameBody, Harm, HostSpec } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import { escapeText } from '../core/text.ts';
import type { Instant } from '../core/time.ts';
import type { PacketFacts } from './packet.ts';

/** One line of a trace file: plain data, each text in it safe to show. `number` counts from 1 over all kinds. */
export type TraceRecord = FrameRecord | StateRecord | ReasonRecord | MeasureRecord;

/** One frame crossing one segment. Moments are microseconds. */
export interface FrameRecord {
  readonly kind: 'frame';
  readonly number: number;
  readonly at: number;
  readonly sent_at: number;
  readonly segment: string;
  readonly sender: string;
  /** null: a broadcast, or nobody was there. */
  readonly receiver: string | null;
  /** Who made the packet and whom it is for, beyond the routers between. */
  readonly origin: string;
  readonly target: string | null;
  readonly fate: Fate;
  readonly fault: string | null;
  /** What the fault did to it; left out where it took it, or there was none. */
  readonly harm?: Harm | undefined;
  /** The same for all crossings of one datagram. */
  readonly packet: number;
  readonly source_mac: string;
  readonly destination_mac: string;
  readonly body: FrameBody['kind'];
  readonly from: string | null;
  readonly to: string | null;
  /** Of the IP header; null: it has none. */
  readonly ttl: number | null;
  /** Of the body: the UDP payload, the TCP segment, the ICMP or MAC message. */
  readonly octets: string;
  readonly protocol: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly rule: string | null;
  readonly detail: string | null;
}

export interface StateRecord {
  readonly kind: 'state';
  readonly number: number;
  readonly at: number;
  readonly host: string;
  readonly machine: string;
  readonly state: string;
  /** Whose state `host` sees, by hardware address; null: its own. */
  readonly subject: string | null;
}

export interface ReasonRecord {
  readonly kind: 'because';
  readonly number: number;
  readonly at: number;
  readonly host: string;
  readonly rule: string;
  readonly detail: string | null;
}

/** Only in a trace that has not all packets. */
export interface MeasureRecord {
  readonly kind: 'measure';
  readonly number: number;
  readonly at: number;
  readonly host: string;
  readonly name: string;
  readonly value: number;
}

/** Where a record stands: its number in the trace, and the driver's moment that the scenario calls 0. */
export interface Stand {
  readonly number: number;
  readonly zero: Instant;
}

export function frameRecord(facts: PacketFacts, { number, zero }: Stand): FrameRecord {
  const { event } = facts;
  const { body } = event;
  const ends = body.kind === 'arp' || body.kind === 'mac-message' ? undefined : endpoints(body);
  return {
    kind: 'frame',
    number,
    at: event.at - zero,
    sent_at: event.sentAt - zero,
    segment: event.segment,
    sender: event.sender.name,
    receiver: event.receiver?.name ?? null,
    origin: facts.from.name,
    target: facts.to?.name ?? null,
    fate: event.fate,
    fault: event.fault ?? null,
    ...(event.harm === undefined ? {} : { harm: event.harm }),
    packet: event.packet,
    source_mac: formatMac(event.sourceMac),
    destination_mac: formatMac(event.destinationMac),
    body: body.kind,
    from: ends?.from ?? null,
    to: ends?.to ?? null,
    ttl: 'ttl' in body ? body.ttl : null,
    octets: bodyHex(body),
    protocol: facts.protocol,
    message: facts.kind,
    fields: Object.fromEntries(facts.fields),
    rule: event.rule?.id ?? null,
    detail: event.detail === undefined ? null : escapeText(event.detail),
  };
}

export function stateRecord(
  change: { at: Instant; host: HostSpec; machine: string; state: string; subject: Mac | undefined },
  { number, zero }: Stand,
): StateRecord {
  const { at, host, machine, state, subject } = change;
  return {
    kind: 'state',
    number,
    at: at - zero,
    host: host.name,
    machine,
    state,
    subject: subject === undefined ? null : formatMac(subject),
  };
}

export function reasonRecord(
  reason: { at: Instant; host: HostSpec; rule: Rule; detail: string | undefined },
  { number, zero }: Stand,
): ReasonRecord {
  const { at, host, rule, detail } = reason;
  return {
    kind: 'because',
    number,
    at: at - zero,
    host: host.name,
    rule: rule.id,
    detail: detail === undefined ? null : escapeText(detail),
  };
}

export function measureRecord(
  measured: { at: Instant; host: HostSpec; name: string; value: number },
  { number, zero }: Stand,
): MeasureRecord {
  const { at, host, name, value } = measured;
  return { kind: 'measure', number, at: at - zero, host: host.name, name, value };
}

function endpoints(body: Extract<FrameBody, { kind: 'udp' | 'tcp' | 'icmp' }>): { from: string; to: string } {
  if (body.kind === 'icmp') return { from: formatIp(body.from), to: formatIp(body.to) };
  return { from: formatEndpoint(body.from), to: formatEndpoint(body.to) };
}

function bodyHex(body: FrameBody): string {
  switch (body.kind) {
    case 'udp':
    case 'icmp':
    case 'mac-message':
      return toHex(body.octets);
    case 'tcp':
      return toHex(body.segment);
    case 'arp':
      return `${body.operation} ${formatIpv4(body.senderIp)} ${formatIpv4(body.targetIp)}`;
    default:
      return body satisfies never;
  }
}
