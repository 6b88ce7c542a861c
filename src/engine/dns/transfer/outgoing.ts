import { Flag } from '../../../codec/dns/header.ts';
import { MAX_MESSAGE_OCTETS, type MessageWriter, Section } from '../../../codec/dns/message-writer.ts';
import { type ResourceRecord, shapeFor } from '../../../codec/dns/record.ts';
import { Class, Type } from '../../../codec/dns/registry.ts';
import type { RRset, Zone } from '../../../store/zone.ts';
import { type ZoneChange, zoneRecords } from '../../../store/zone-change.ts';
import { changeOctets, recordOctets } from '../../../store/zone-history.ts';
import type { TsigSigner } from '../tsig.ts';

/** Names beyond cannot be pointed to (RFC 1035 §4.1.4), and a longer message holds others up longer. */
const MESSAGE_OCTETS = 16_384;

/** RFC 6891 §6.1.2: what is said of us, and how long it is without options. */
const OPT = { payloadOctets: 1_232, version: 0, flags: 0 } as const;
const OPT_OCTETS = 11;

/** What a secondary is given: RFC 1995 §4. */
export type TransferKind = 'whole' | 'changes' | 'up-to-date';

export interface TransferRequest {
  readonly id: number;
  /** RD is copied. */
  readonly flags: number;
  readonly qname: Uint8Array;
  readonly qtype: number;
  /** RFC 6891 §7: then every message of the answer has OPT, too. */
  readonly hasEdns: boolean;
  readonly signer: TsigSigner | undefined;
}

/** Undefined: more comes, and another has its turn first. */
export type TransferRecords = Iterator<ResourceRecord | undefined, undefined>;

/** The records of a whole zone: the SOA before and behind all others (RFC 5936 §2.2). */
export function* wholeRecords(zone: Zone): Generator<ResourceRecord> {
  const soa = soaRecord(zone.soa);
  for (const record of zoneRecords(zone)) yield record;
  yield soa;
}

/** Changes as RFC 1995 §4 lists them: for each version the old SOA and what went, the new SOA and what came. */
export function* changeRecords(zone: Zone, changes: readonly ZoneChange[]): Generator<ResourceRecord> {
  const soa = soaRecord(zone.soa);
  yield soa;
  for (const { removed, added } of changes) {
    yield* soaFirst(removed);
    yield* soaFirst(added);
  }
  yield soa;
}

/** What a name with a record or two is on the wire, and what is sent as changes in any case. */
const NODE_OCTETS = 40;
const ALWAYS_OCTETS = 4_096;

/** Whether changes are shorter than the zone, as near as can be told without counting all of it. */
export function areWorthIt(zone: Zone, changes: readonly ZoneChange[]): boolean {
  const octets = changes.reduce((sum, change) => sum + changeOctets(change), 0);
  return octets < Math.max(zone.nodeCount * NODE_OCTETS, ALWAYS_OCTETS);
}

export function soaRecord({ owner, ttl, only }: RRset): ResourceRecord {
  return { owner, type: Type.SOA, class: Class.IN, ttl, rdata: only };
}

function* soaFirst(records: readonly ResourceRecord[]): Generator<ResourceRecord> {
  for (const record of records) if (record.type === Type.SOA) yield record;
  for (const record of records) if (record.type !== Type.SOA) yield record;
}

/** A zone on its way to a secondary, message by message; it holds the version it began with. */
export class OutgoingTransfer {
  readonly #request: TransferRequest;
  readonly #records: TransferRecords;
  readonly #octetsMax: number;
  /** Read ahead of a message, so that a source which rests does not make it shorter. */
  #ahead: ResourceRecord[] = [];
  #isRead = false;
  /** Read, and not fitting into the message before. */
  #held: ResourceRecord | undefined;
  #isFirst = true;
  isDone = false;

  /** `octetsMax` of a message is kept to where no single record is longer. */
  constructor(request: TransferRequest, records: TransferRecords, octetsMax: number = MESSAGE_OCTETS) {
    this.#request = request;
    this.#octetsMax = octetsMax;
    this.#records = records;
  }

  /**
   * Writes the next message and gives its length; 0 for a record that fits into none, which ends the transfer early. `rest`: there is
   * not enough for a message yet.
   */
  next(writer: MessageWriter, nowSeconds: number): number | 'rest' {
    if (!this.#gather()) return 'rest';
    const { signer, qname, qtype, id, flags, hasEdns } = this.#request;
    const spare = (signer?.octets ?? 0) + (hasEdns ? OPT_OCTETS : 0);
    writer.begin(this.#octetsMax - spare);
    // RFC 5936 §2.2.1: the question in the first message.
    if (this.#isFirst) writer.question(qname, qtype, Class.IN);
    let count = 0;
    for (;;) {
      const record = this.#held ?? this.#take();
      this.#held = undefined;
      if (record === undefined) break;
      if (put(writer, record)) {
        count++;
        continue;
      }
      this.#held = record;
      if (count > 0) break;
      writer.limitTo(MAX_MESSAGE_OCTETS - spare);
      if (!put(writer, record)) return 0;
      this.#held = this.#take();
      break;
    }
    this.isDone = this.#isRead && this.#held === undefined && this.#ahead.length === 0;
    this.#isFirst = false;
    writer.limitTo(MAX_MESSAGE_OCTETS);
    if (hasEdns) writer.opt(OPT, 0, []);
    const length = writer.finish(id, Flag.QR | Flag.AA | (flags & Flag.RD));
    return signer === undefined ? length : signer.sign(writer.octets, length, nowSeconds);
  }

  /** Reads until there is enough for a message, or nothing more; false where the source rests before. */
  #gather(): boolean {
    let octets = this.#ahead.reduce((sum, record) => sum + recordOctets(record), 0);
    while (!this.#isRead && octets < this.#octetsMax) {
      const record = this.#read();
      if (record === undefined) return this.#isRead;
      this.#ahead.push(record);
      octets += recordOctets(record);
    }
    return true;
  }

  /** Undefined: that was all, or all for now. */
  #take(): ResourceRecord | undefined {
    return this.#ahead.shift() ?? (this.#isRead ? undefined : this.#read());
  }

  #read(): ResourceRecord | undefined {
    const { done = false, value } = this.#records.next();
    this.#isRead = done;
    return value;
  }
}

function put(writer: MessageWriter, record: ResourceRecord): boolean {
  const { owner, type, class: dnsClass, rdata } = record;
  return writer.record(Section.answer, owner.octets, record, rdata, shapeFor(type, dnsClass));
}
