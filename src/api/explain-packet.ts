import { existsSync } from 'node:fs';
import { decodeCapture } from '../codec/pcap-reader.ts';
import { fromHex } from '../core/bytes.ts';
import { escapeText } from '../core/text.ts';
import { dissect, formOfLink, guessForm, transferOf } from '../report/dissect.ts';
import type { Dissection, Form } from '../report/dissect.ts';
import { conceptOf, findEntry } from '../report/explain.ts';
import type { Entry } from '../report/explain.ts';
import { fateText } from '../report/fate.ts';
import { formatDate } from '../report/line.ts';
import type { FrameRecord, StateRecord, TraceRecord } from '../scenario/record.ts';
import { UsageError } from './failure.ts';
import { readOctets, readText } from './files.ts';
import { TraceFile } from './trace.ts';

export { FORMS } from '../report/dissect.ts';
export type { Form } from '../report/dissect.ts';

/** What can be said of one packet. Texts are safe to show. */
export interface PacketExplanation {
  readonly protocol: string;
  readonly kind: string;
  /** When, where, who to whom, as far as the source says. */
  readonly context: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
  /** What the hosts of both ends were in before it. */
  readonly states: readonly string[];
  /** How it ended, where it did not arrive; empty otherwise. */
  readonly fate: string;
  /** What was particular about the decision behind it. */
  readonly detail: string;
  /** The rule behind it, and what its kind of message is about. */
  readonly rule: Entry | undefined;
  readonly concept: Entry | undefined;
  /** Hex of what the protocol's codec reads. */
  readonly payload: string;
}

const CAPTURE_OCTETS_MAX = 1 << 30;
const HEX_FILE_OCTETS_MAX = 1 << 22;

/** Whether a topic names a packet: octets in hex, a .hex file, or one of a capture or trace, `FILE#N`. */
export function isPacket(topic: string): boolean {
  return /#\d+$/.test(topic) || topic.endsWith('.hex') || hexOf(topic) !== undefined;
}

/** At least eight octets: a shorter run of hex digits is more likely a word. */
function hexOf(text: string): Uint8Array | undefined {
  const octets = fromHex(text);
  return octets !== undefined && octets.length >= 8 ? octets : undefined;
}

/** `form`: how to read octets that come without a frame; left out, guessed. */
export function explainPacket(topic: string, form?: Form): PacketExplanation {
  const numbered = /^(.+)#(\d+)$/.exec(topic);
  if (numbered?.[1] !== undefined) return explainNumbered(numbered[1], Number(numbered[2]));
  const octets = topic.endsWith('.hex') && existsSync(topic) ? hexFile(topic) : hexOf(topic);
  if (octets === undefined)
    throw new UsageError(`"${topic.slice(0, 60)}" is not octets in hex, and there is no such file`);
  const chosen = form ?? guessForm(octets);
  if (chosen === undefined)
    throw new UsageError(
      'these octets have no marks to tell a protocol by: say --as dhcp, dns, tftp, tod, ethernet or docsis',
    );
  return ofDissection(dissect(octets, chosen), []);
}

/** Annotated as those under fixtures/packets: hex, then `#` and words. */
function hexFile(path: string): Uint8Array {
  const octets = fromHex(readText(path, HEX_FILE_OCTETS_MAX).replace(/#.*$/gm, ''));
  if (octets === undefined)
    throw new UsageError(`${path}: what is not behind a # must be hex digits in pairs`);
  return octets;
}

const PCAPNG_MAGIC = '0a0d0d0a';
const PCAP_MAGICS: ReadonlySet<string> = new Set(['a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '4d3cb2a1']);

function explainNumbered(path: string, number: number): PacketExplanation {
  const octets = readOctets(path, CAPTURE_OCTETS_MAX);
  const magic = Buffer.from(octets.subarray(0, 4)).toString('hex');
  if (magic === PCAPNG_MAGIC || PCAP_MAGICS.has(magic)) return explainCaptured(path, octets, number);
  const { record, before } = new TraceFile(path).find(number);
  return explainRecord(record, before);
}

function explainCaptured(path: string, octets: Uint8Array, number: number): PacketExplanation {
  const { packets, interfaces } = decodeCapture(octets);
  const packet = packets[number - 1];
  if (packet === undefined)
    throw new UsageError(`${path} has ${packets.length} packets, numbered from 1: there is no ${number}`);
  const link = interfaces[packet.interface];
  const form = formOfLink(link?.linkType ?? -1);
  if (form === undefined) throw new UsageError(`link type ${link?.linkType ?? 'unknown'} is not read here`);
  // A transfer is known by the request that came before it.
  const transfers = new Set<string>();
  for (const { octets: earlier } of packets.slice(0, number)) {
    const client = transferOf(earlier);
    if (client !== undefined) transfers.add(client);
  }
  const context = [
    ...(packet.atNs === undefined ? [] : [`${formatDate(Number(packet.atNs / 1_000_000_000n))} UTC`]),
    ...(link?.name === undefined ? [] : [`on ${escapeText(link.name)}`]),
    ...(packet.originalOctets > packet.octets.length
      ? [`cut off at ${packet.octets.length} of ${packet.originalOctets} octets`]
      : []),
  ];
  const comment = packet.comment === undefined ? '' : escapeText(packet.comment);
  const rule = /HE-[A-Z]+-\d{3}/.exec(comment)?.[0];
  const dissected = ofDissection(dissect(packet.octets, form, transfers), context);
  const fate = /^(?:LOST|DROPPED|UNHEARD|LATE|HELD BACK|TWICE|DAMAGED)[^·]*/.exec(comment)?.[0].trim() ?? '';
  const detail = rule === undefined ? comment : (comment.split(' · ').slice(fate === '' ? 1 : 2)[0] ?? '');
  return { ...dissected, fate, detail, rule: rule === undefined ? undefined : findEntry(rule) };
}

function ofDissection(dissection: Dissection, context: readonly string[]): PacketExplanation {
  const { protocol, kind, fields, from, to, source_mac, destination_mac, payload } = dissection;
  const ways = [
    ...(from === null || to === null ? [] : [`${from} to ${to}`]),
    ...(source_mac === null || destination_mac === null ? [] : [`${source_mac} to ${destination_mac}`]),
  ];
  return {
    protocol,
    kind,
    context: [...context, ...ways],
    fields,
    states: [],
    fate: '',
    detail: '',
    rule: undefined,
    concept: conceptOf(protocol, kind, fields),
    payload: Buffer.from(payload).toString('hex'),
  };
}

function explainRecord(record: TraceRecord, before: readonly TraceRecord[]): PacketExplanation {
  if (record.kind === 'frame') return explainFrame(record, before);
  const common = {
    context: [`at ${(record.at / 1_000_000).toFixed(6)} s`, `by ${record.host}`],
    fields: {},
    states: [],
    fate: '',
    detail: '',
    rule: undefined,
    concept: undefined,
    payload: '',
  };
  switch (record.kind) {
    case 'state':
      return { ...common, protocol: record.machine, kind: record.state, concept: findEntry(record.state) };
    case 'because': {
      const { rule, detail } = record;
      return { ...common, protocol: 'decision', kind: rule, detail: detail ?? '', rule: findEntry(rule) };
    }
    case 'measure':
      return { ...common, protocol: 'measure', kind: record.name, fields: { value: String(record.value) } };
    default:
      return record satisfies never;
  }
}

function explainFrame(record: FrameRecord, before: readonly TraceRecord[]): PacketExplanation {
  const { protocol, message, fields, segment, sender, receiver, rule, detail } = record;
  const ends = new Set([record.origin, record.target, sender, receiver]);
  return {
    protocol,
    kind: message,
    context: [
      `sent at ${(record.sent_at / 1_000_000).toFixed(6)} s`,
      `${sender} to ${receiver ?? 'everybody'} on ${segment}`,
      ...(record.origin === sender && (record.target ?? receiver) === receiver
        ? []
        : [`on its way from ${record.origin} to ${record.target ?? 'everybody'}`]),
      ...(record.from === null ? [] : [`${record.from} to ${record.to ?? ''}`]),
    ],
    fields,
    states: lastStates(before, ends),
    fate: fateText(record),
    detail: detail ?? '',
    rule: rule === null ? undefined : findEntry(rule),
    concept: conceptOf(protocol, message, fields),
    payload: record.body === 'arp' ? '' : record.octets,
  };
}

/** The last state of each machine of these hosts, their own or as another saw it. */
function lastStates(before: readonly TraceRecord[], hosts: ReadonlySet<string | null>): readonly string[] {
  const last = new Map<string, string>();
  const states = before.filter((one): one is StateRecord => one.kind === 'state' && hosts.has(one.host));
  for (const { host, machine, state, subject } of states) {
    const whose = subject === null ? '' : ` for ${subject}`;
    last.set(`${host} ${machine}${whose}`, state);
  }
  return [...last].map(([who, state]) => `${who}: ${state}`);
}
