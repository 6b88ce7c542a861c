import { FW } from '../core/rules/firewall.ts';
import { isDrop, isPassage } from './drops.ts';
import { markLate } from './ladder-late.ts';
import type { Late } from './ladder-late.ts';
import type { PlantHost } from './plant.ts';
import type { FrameRecord, ReasonRecord, StateRecord, TraceRecord } from '../scenario/record.ts';

/** One datagram on its way, or a relayed message on both of its ways: what one line of a ladder shows. */
export interface Row {
  readonly at: number;
  readonly hops: Hop[];
  /** 1 for the first sending, 2 for the first repetition. */
  readonly attempt: number;
  /** Microseconds since the sending before this one; 0 for the first. */
  readonly waitedUs: number;
  /** How many like it are left out before it. */
  skipped: number;
  readonly states: StateRecord[];
  /** What a firewall said of it, or of its own tables after it. */
  readonly reasons: ReasonRecord[];
}

export interface Hop {
  readonly from: string;
  /** Undefined: to nobody that this ladder can name. */
  readonly to: string | undefined;
  readonly record: FrameRecord;
  /** Where a fault made it late; left out: none did. */
  late?: Late;
}

/**
 * The rows of one host's ladder, in the order of their sending. Without an owner those of all hosts together: then what belongs
 * together is looked for among the rows just before.
 */
export function ladderRows(
  owner: PlantHost | undefined,
  records: readonly TraceRecord[],
  plant: readonly PlantHost[],
): readonly Row[] {
  const rows: Row[] = [];
  const near = owner === undefined ? NEAR_ROWS : 1;
  const byPacket = new Map<number, Row>();
  const seen = new Map<string, { count: number; at: number }>();
  for (const record of records) {
    if (record.kind === 'state') rowOfState(record, rows, near)?.states.push(record);
    if (record.kind === 'because') noteReason(record, rows);
    if (record.kind !== 'frame' || isNeighbourTalk(record)) continue;
    const hop: Hop = { from: record.sender, to: targetOf(record, owner, plant), record };
    const row = byPacket.get(record.packet) ?? relayed(rows, record, near);
    if (row !== undefined) {
      row.hops.push(hop);
      continue;
    }
    const key = sendingKey(record);
    const before = mayRepeat(record) ? recent(seen.get(key), record) : undefined;
    seen.set(key, { count: (before?.count ?? 0) + 1, at: record.sent_at });
    const made = {
      at: record.sent_at,
      hops: [hop],
      attempt: (before?.count ?? 0) + 1,
      waitedUs: before === undefined ? 0 : record.sent_at - before.at,
      skipped: 0,
      states: [],
      reasons: [],
    };
    byPacket.set(record.packet, made);
    rows.push(made);
  }
  rows.sort((a, b) => a.at - b.at);
  const kept = fold(rows, owner === undefined ? 'each' : 'together');
  markLate(kept);
  return kept;
}

/** How many rows back one that belongs to the same host may be, where hosts take turns. */
const NEAR_ROWS = 64;

/** The last row that the host had a part in; with one host's rows the last of all. */
function rowOfState({ host }: StateRecord, rows: readonly Row[], near: number): Row | undefined {
  if (near === 1) return rows.at(-1);
  for (let index = rows.length - 1; index >= Math.max(rows.length - near, 0); index--)
    if (rows[index]?.hops.some(({ from, to }) => from === host || to === host) === true) return rows[index];
  return undefined;
}

/** Ranging asks again and again by design, and so does the dialogue of a stream: that is no repetition of what was lost. */
function mayRepeat({ protocol, message }: FrameRecord): boolean {
  if (protocol === 'TCP') return message === 'SYN';
  return protocol !== 'RNG' && protocol !== 'FTP';
}

/** A drop stands beside the packet that was handed to the firewall last; its tables beside whatever came before. */
function noteReason(record: ReasonRecord, rows: readonly Row[]): void {
  const row = isDrop(record.rule)
    ? rows.findLast(({ hops }) => hops.at(-1)?.record.receiver === record.host)
    : isPassage(record.rule)
      ? rows.at(-1)
      : undefined;
  if (row !== undefined && (isDrop(record.rule) || record.rule === FW.shown.id)) row.reasons.push(record);
}

/** An xid tells a DHCP message's repetitions by itself; what another protocol sends after so long is a new beginning. */
function recent<T extends { readonly at: number }>(
  before: T | undefined,
  record: FrameRecord,
): T | undefined {
  const isNew = before !== undefined && record.protocol !== 'DHCP' && record.sent_at - before.at > REPEAT_US;
  return isNew ? undefined : before;
}

const REPEAT_US = 40_000_000;

/** ARP and neighbour discovery are another story. */
function isNeighbourTalk(record: FrameRecord): boolean {
  return record.body === 'arp' || (record.body === 'icmp' && record.message === 'OTHER');
}

/** A broadcast is drawn to whom it is meant for: the router of the segment, or the ladder's own host. */
function targetOf(
  record: FrameRecord,
  owner: PlantHost | undefined,
  plant: readonly PlantHost[],
): string | undefined {
  if (record.receiver !== null) return record.receiver;
  const here = plant.filter(
    (host) =>
      host.name !== record.sender && host.interfaces.some(({ segment }) => segment === record.segment),
  );
  if (owner !== undefined && record.sender !== owner.name && here.includes(owner)) return owner.name;
  const byMac = here.find((host) => host.interfaces.some(({ mac }) => mac === record.destination_mac));
  const answers = here.find(({ kind }) => kind.split('+').includes('dhcp'));
  return (byMac ?? here.find((host) => host.forwards) ?? answers ?? here[0])?.name;
}

/** RFC 2131 §4.1: a relay sends the message on as a datagram of its own; one line shows both when nothing came between. */
function relayed(rows: readonly Row[], record: FrameRecord, near: number): Row | undefined {
  if (record.protocol !== 'DHCP') return undefined;
  for (let index = rows.length - 1; index >= Math.max(rows.length - near, 0); index--) {
    const row = rows[index];
    const last = row?.hops.at(-1);
    if (row === undefined || last === undefined) continue;
    const same = last.record.message === record.message && last.record.fields['xid'] === record.fields['xid'];
    if (same && last.to === record.sender && record.sent_at - row.at < RELAY_US) return row;
  }
  return undefined;
}

const RELAY_US = 1_000_000;

/** What makes a sending a repetition of an earlier one. */
function sendingKey({ protocol, message, sender, receiver, fields }: FrameRecord): string {
  const what = [
    fields['xid'],
    fields['file'],
    fields['block'],
    fields['qname'],
    fields['qtype'],
    fields['id'],
    protocol === 'TCP' ? `${fields['sport']} ${fields['dport']}` : undefined,
  ];
  return [protocol, message, sender, receiver, ...what].join('|');
}

/** Leaves out what only repeats: acknowledgments and middle blocks of a transfer, rounds of ranging that went well. */
function fold(rows: readonly Row[], whose: 'each' | 'together'): readonly Row[] {
  const kept: Row[] = [];
  const skipped = new Map<string, number>();
  const ranging = rangingEnds(rows, whose);
  for (const [index, row] of rows.entries()) {
    const kind = kindOf(row, whose);
    const ends = ranging.get(kind);
    const isBetween = ends !== undefined && ends.first < index && index < ends.last;
    if (row.states.length === 0 && row.reasons.length === 0 && isRoutine(row, isBetween)) {
      skipped.set(kind, (skipped.get(kind) ?? 0) + 1);
      continue;
    }
    row.skipped = skipped.get(kind) ?? 0;
    skipped.delete(kind);
    kept.push(row);
  }
  return kept;
}

/** Where ranging begins and ends, by kind of row: both ends are worth a line. */
function rangingEnds(
  rows: readonly Row[],
  whose: 'each' | 'together',
): ReadonlyMap<string, { readonly first: number; readonly last: number }> {
  const byOwner = new Map<string, { first: number; last: number }>();
  const byKind = new Map<string, { first: number; last: number }>();
  for (const [index, row] of rows.entries()) {
    if (row.hops[0]?.record.protocol !== 'RNG') continue;
    const owner = ownerKey(row, whose);
    const ends = byOwner.get(owner) ?? { first: index, last: index };
    ends.last = index;
    byOwner.set(owner, ends);
    byKind.set(kindOf(row, whose), ends);
  }
  return byKind;
}

function kindOf(row: Row, whose: 'each' | 'together'): string {
  const record = row.hops[0]?.record;
  return `${record?.protocol} ${record?.message} ${ownerKey(row, whose)}`;
}

function ownerKey({ hops: [hop] }: Row, whose: 'each' | 'together'): string {
  if (whose === 'together' || hop === undefined) return '';
  const { fields, origin, target } = hop.record;
  return fields['mac'] ?? [origin, target ?? ''].sort().join(' ');
}

function isRoutine(row: Row, isBetween: boolean): boolean {
  const record = row.hops[0]?.record;
  if (record === undefined || row.hops.some((hop) => hop.record.fate !== 'delivered')) return false;
  if (record.protocol === 'TFTP' && row.attempt === 1) {
    if (record.message === 'ACK') return true;
    return record.message === 'DATA' && record.fields['block'] !== '1' && record.fields['last'] === undefined;
  }
  return record.protocol === 'RNG' && isBetween;
}
