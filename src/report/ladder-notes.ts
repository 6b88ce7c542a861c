import { ruleById } from '../core/rules/catalogue.ts';
import { isDrop, isPassage } from './drops.ts';
import { fateText } from './fate.ts';
import type { Hop, Row } from './ladder-rows.ts';
import { isTrouble } from './lessons.ts';
import { formatDate, formatDuration, span, wrapText } from './line.ts';
import type { Line, Span } from './line.ts';
import type { FrameRecord } from '../scenario/record.ts';

/** What stands on the arrow. */
export function labelOf({ protocol, message, fields }: FrameRecord): string {
  switch (protocol) {
    case 'DHCP':
      return message;
    case 'TFTP':
      if (message === 'RRQ' || message === 'WRQ') return `${message} ${fields['file'] ?? ''}`;
      return message === 'DATA' || message === 'ACK' ? `${message} ${fields['block'] ?? ''}` : message;
    case 'TOD':
      return message === 'TIME' ? 'TIME' : 'TIME?';
    case 'DNS':
      return message;
    case 'FTP':
      return message === 'REPLY' ? (fields['code'] ?? message) : message;
    default:
      return message === '' ? protocol : `${protocol}-${message}`;
  }
}

/** The facts beside the arrow, the most telling first. */
export function noteOf(row: Row): readonly Span[] {
  const spans: Span[] = [];
  const add = (text: string, style: Span['style'] = 'plain') => {
    if (text !== '') spans.push(span(text, style));
  };
  const records = row.hops.map((hop) => hop.record);
  const [first] = records;
  if (first === undefined) return spans;
  for (const hop of row.hops) add(endText(hop), 'bad');
  if (row.attempt > 1) add(`try ${row.attempt}, after ${formatDuration(row.waitedUs)}`, 'warn');
  for (const fact of factsOf(first)) add(fact);
  const second = records.find((record) => record.packet !== first.packet);
  if (second !== undefined) add(relayNote(first, second));
  if (row.skipped > 0) add(`(${row.skipped} like these before)`, 'dim');
  for (const { sender, rule, detail } of records)
    if (rule !== null && detail !== null && isPassage(rule)) add(`${sender}: ${detail}`, 'dim');
  for (const { host, rule, detail } of row.reasons) {
    const text = `${host}: ${[isDrop(rule) ? rule : '', detail ?? ''].filter((one) => one !== '').join(' ')}`;
    add(isDrop(rule) ? `✗ ${text}` : text, isDrop(rule) ? 'bad' : 'dim');
  }
  for (const state of row.states)
    add(
      state.subject === null ? `→ ${state.state}` : `${state.host} → ${state.state}`,
      GOOD_STATES.has(state.state) ? 'good' : state.state.startsWith('reject') ? 'bad' : 'dim',
    );
  const rule = mending(records);
  if (rule !== undefined) add(rule, 'command');
  return spans;
}

/** How it ended; of many that a fault makes late alike, the first says it for all. */
function endText({ record, late }: Hop): string {
  if (late?.kind === 'usual') return '';
  const more =
    late === undefined || late.like === 0 ? '' : `, as ${late.like === 1 ? 'is' : 'are'} ${late.like} more`;
  return `${fateText(record)}${more}`;
}

/** Less than this beside the lanes is not worth lines of its own. */
const ROOM_MIN = 12;

/** Notes in lines of at most `room` characters, two spaces between; with too little room in one, to be cut. */
export function wrapNotes(notes: Line, room: number): readonly Line[] {
  if (room < ROOM_MIN) return [joined(notes)];
  const lines: Span[][] = [];
  let left = 0;
  for (const { text, style } of notes) {
    const last = lines.at(-1);
    const isWhole = text.length <= room;
    if (isWhole && last !== undefined && text.length + 2 <= left) {
      last.push(span(text, style));
      left -= text.length + 2;
      continue;
    }
    for (const piece of isWhole ? [text] : wrapText(text, room)) lines.push([span(piece, style)]);
    // Nothing goes on behind the tail of a note that had to be cut in pieces.
    left = isWhole ? room - text.length : 0;
  }
  return lines.map(joined);
}

function joined(notes: Line): Line {
  return notes.map((one, index) => (index === 0 ? one : { ...one, text: `  ${one.text}` }));
}

const GOOD_STATES: ReadonlySet<string> = new Set(['operational', 'online', 'bound']);

/** RFC 3046 §2.1: what the relay added on the way to the server. */
function relayNote(first: FrameRecord, second: FrameRecord): string {
  const giaddr = second.fields['giaddr'];
  return first.message === 'DISCOVER' && first.fields['giaddr'] === '0.0.0.0' && giaddr !== undefined
    ? `+ giaddr ${giaddr}`
    : '';
}

function factsOf({ protocol, message, fields }: FrameRecord): readonly string[] {
  const named = (name: string, shown = name) =>
    ['', '0.0.0.0'].includes(fields[name] ?? '') ? '' : `${shown} ${fields[name]}`.trim();
  switch (`${protocol} ${message}`) {
    case 'DHCP DISCOVER':
      return [named('xid'), named('class')];
    case 'DHCP OFFER':
      return [named('yiaddr', ''), named('siaddr', 'next-server'), named('file', ''), noServer(fields)];
    case 'DHCP REQUEST':
      return [named('opt50', 'wants'), named('ciaddr', 'has')];
    case 'DHCP ACK':
      return [named('yiaddr', ''), named('lease')];
    case 'DHCP NAK':
    case 'DHCP DECLINE':
      return [named('opt56', ''), named('opt50', 'refuses')];
    case 'TFTP RRQ':
      return [named('blksize'), named('windowsize'), named('tsize')];
    case 'TFTP DATA':
      return [fields['last'] === undefined ? '' : `last block, ${fields['size'] ?? 0} octets`];
    case 'TFTP ERROR':
      return [named('code', 'error'), named('text', '')];
    case 'TOD TIME':
      return [formatDate(Number(fields['seconds']))];
    case 'DNS QUERY':
      return [`${fields['qname'] ?? ''} ${fields['qtype'] ?? ''}`.trim()];
    case 'DNS ANSWER':
      return [named('rcode', ''), named('answer', '')];
    case 'TCP SYN':
      return [named('dport', 'to port')];
    case 'RNG RSP':
      return [named('status', '')];
    case 'REG RSP':
      return [fields['code'] === '0' ? 'code 0, ok' : named('code')];
    case 'ICMP UNREACHABLE':
    case 'ICMP EXCEEDED':
      return [named('code')];
    default:
      return protocol === 'FTP' ? [named('argument', '')] : [];
  }
}

/** What a cable modem cannot boot from. */
function noServer(fields: FrameRecord['fields']): string {
  const only66 = fields['siaddr'] === '0.0.0.0' && fields['opt66'] !== undefined;
  return only66 ? `siaddr 0.0.0.0, only option 66: ${fields['opt66']}` : '';
}

/** A rule that says something is to be mended is worth its number: `headend explain` has the rest. */
function mending(records: readonly FrameRecord[]): string | undefined {
  for (const { rule: id } of records) {
    const rule = id === null ? undefined : ruleById(id);
    if (rule !== undefined && isTrouble(rule)) return rule.id;
  }
  return undefined;
}
