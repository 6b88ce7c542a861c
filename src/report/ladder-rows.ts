import { FW } from '../core/rules/firewall.ts';
import { isDrop, isPassage } from './drops.ts';
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
}

/** The rows of one host's ladder, in the order of their sending. */
export function ladderRows(
  owner: PlantHost,
  records: readonly TraceRecord[],
  plant: readonly PlantHost[],
): readonly Row[] {
  const rows: Row[] = [];
  const seen = new Map<string, { count: number; at: number }>();
  for (const record of records) {
    if (record.kind === 'state') rows.at(-1)?.states.push(record);
    if (record.kind === 'because') noteReason(record, rows);
    if (record.kind !== 'frame' || isNeighbourTalk(record)) continue;
    const hop = { from: record.sender, to: targetOf(record, owner, plant), record };
    const row = rows.findLast((one) => one.hops[0]?.record.packet === record.packet) ?? relayed(rows, record);
    if (row !== undefined) {
      row.hops.push(hop);
      continue;
    }
    const key = sendingKey(record);
    const before = mayRepeat(record) ? recent(seen.get(key), record) : undefined;
    seen.set(key, { count: (before?.count ?? 0) + 1, at: record.sent_at });
    rows.push({
      at: record.sent_at,
      hops: [hop],
      attempt: (before?.count ?? 0) + 1,
      waitedUs: before === undefined ? 0 : record.sent_at - before.at,
      skipped: 0,
      states: [],
      reasons: [],
    });
  }
  return fold(rows.sort((a, b) => a.at - b.at));
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
function targetOf(record: FrameRecord, owner: PlantHost, plant: readonly PlantHost[]): string | undefined {
  if (record.receiver !== null) return record.receiver;
  const here = plant.filter(
    (host) =>
      host.name !== record.sender && host.interfaces.some(({ segment }) => segment === record.segment),
  );
  if (record.sender !== owner.name && here.includes(owner)) return owner.name;
  const byMac = here.find((host) => host.interfaces.some(({ mac }) => mac === record.destination_mac));
  const answers = here.find(({ kind }) => kind.split('+').includes('dhcp'));
  return (byMac ?? here.find((host) => host.forwards) ?? answers ?? here[0])?.name;
}

/** RFC 2131 §4.1: a relay sends the message on as a datagram of its own; one line shows both when nothing came between. */
function relayed(rows: readonly Row[], record: FrameRecord): Row | undefined {
  const row = rows.at(-1);
  const last = row?.hops.at(-1);
  if (row === undefined || last === undefined || record.protocol !== 'DHCP') return undefined;
  const same = last.record.message === record.message && last.record.fields['xid'] === record.fields['xid'];
  return same && last.to === record.sender && record.sent_at - row.at < RELAY_US ? row : undefined;
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
function fold(rows: readonly Row[]): readonly Row[] {
  const kept: Row[] = [];
  const skipped = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    const kind = kindOf(row);
    if (row.states.length === 0 && row.reasons.length === 0 && isRoutine(row, rows, index)) {
      skipped.set(kind, (skipped.get(kind) ?? 0) + 1);
      continue;
    }
    row.skipped = skipped.get(kind) ?? 0;
    skipped.delete(kind);
    kept.push(row);
  }
  return kept;
}

function kindOf({ hops: [hop] }: Row): string {
  return `${hop?.record.protocol} ${hop?.record.message}`;
}

function isRoutine(row: Row, rows: readonly Row[], index: number): boolean {
  const record = row.hops[0]?.record;
  if (record === undefined || row.hops.some((hop) => hop.record.fate !== 'delivered')) return false;
  if (record.protocol === 'TFTP' && row.attempt === 1) {
    if (record.message === 'ACK') return true;
    return record.message === 'DATA' && record.fields['block'] !== '1' && record.fields['last'] === undefined;
  }
  if (record.protocol !== 'RNG') return false;
  const before = rows.slice(0, index).findLast((one) => isRanging(one));
  const after = rows.slice(index + 1).find((one) => isRanging(one));
  return before !== undefined && after !== undefined;
}

function isRanging(row: Row): boolean {
  return row.hops[0]?.record.protocol === 'RNG';
}
