import { type DnsMessage, decodeMessage } from '../codec/dns/message.ts';
import { MessageWriter } from '../codec/dns/message-writer.ts';
import { Name, formatName } from '../codec/dns/name.ts';
import type { Query } from '../codec/dns/query.ts';
import type { ResourceRecord } from '../codec/dns/record.ts';
import { soaSerial } from '../codec/dns/rdata/soa.ts';
import { Class, Opcode, Rcode, Type } from '../codec/dns/registry.ts';
import { type Ip, formatIp } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import type { Rule } from '../core/rules.ts';
import { TRANSFER } from '../core/rules/transfer.ts';
import { UPDATE } from '../core/rules/update.ts';
import type { Instant } from '../core/time.ts';
import {
  OutgoingTransfer,
  type TransferKind,
  type TransferRecords,
  areWorthIt,
  changeRecords,
  soaRecord,
} from '../engine/dns/transfer/outgoing.ts';
import type { Reasons } from '../store/routing.ts';
import { isNewerSerial } from '../store/serial.ts';
import type { Zone } from '../store/zone.ts';
import type { DnsSigning } from './dns-signing.ts';
import type { DnsTransfers } from './dns-transfers.ts';
import type { DnsUpdates, ReplyTo } from './dns-updates.ts';
import type { ZoneKeep } from './zone-keep.ts';

/** A message that is no look-up, and who sent it. */
export interface DeskRequest {
  readonly octets: Uint8Array;
  readonly query: Query;
  readonly source: Ip;
  readonly now: Instant;
  readonly replyTo: ReplyTo;
  /** The longest reply over UDP. */
  readonly udpOctetsMax: number;
}

export type DeskAnswer =
  | { readonly kind: 'rcode'; readonly rcode: number }
  /** The reply comes by itself. */
  | { readonly kind: 'later' }
  /** Signed already. */
  | { readonly kind: 'message'; readonly octets: Uint8Array; readonly length: number };

export interface ZoneDeskOptions {
  readonly signing: DnsSigning;
  readonly transfers: DnsTransfers;
  readonly updates: DnsUpdates;
  keepOf(apex: Name): ZoneKeep | undefined;
  /** A primary says that the zone has changed. */
  notified(keep: ZoneKeep, source: Ip, now: Instant): void;
}

const LATER: DeskAnswer = { kind: 'later' };

/** Takes what other name servers and those who change zones ask: AXFR, IXFR, NOTIFY, UPDATE. */
export class ZoneDesk {
  readonly #options: ZoneDeskOptions;
  readonly #writer = new MessageWriter();

  constructor(options: ZoneDeskOptions) {
    this.#options = options;
  }

  take(request: DeskRequest, reasons: Reasons): DeskAnswer {
    const { query } = request;
    const qname = new Name(query.qname.slice(0, query.qnameLength));
    const keep = query.qclass === Class.IN ? this.#options.keepOf(qname) : undefined;
    switch (query.opcode) {
      case Opcode.NOTIFY:
        return this.#notify(request, keep, reasons);
      case Opcode.UPDATE:
        return this.#update(request, keep, reasons);
      default:
        return this.#transfer(request, keep, reasons);
    }
  }

  #notify({ query, source, now }: DeskRequest, keep: ZoneKeep | undefined, reasons: Reasons): DeskAnswer {
    if (query.qtype !== Type.SOA)
      return this.#refuse(Rcode.FORMERR, TRANSFER.notifyRefused, keep, source, reasons);
    if (keep === undefined || !keep.isCopy)
      return this.#refuse(Rcode.NOTAUTH, TRANSFER.notifyRefused, keep, source, reasons);
    const { primaries, allowNotify } = keep.duties;
    const key = this.#options.signing.key;
    // A primary that shares a key with us is believed by its signature.
    const isPrimary = primaries.some(
      (primary) =>
        primary.address === source &&
        (primary.key === undefined || (key !== undefined && primary.key.name.equals(key))),
    );
    if (!isPrimary && allowNotify?.allows(source, key) !== true)
      return this.#refuse(Rcode.REFUSED, TRANSFER.notifyRefused, keep, source, reasons);
    tell(TRANSFER.notified, keep, source, reasons);
    this.#options.notified(keep, source, now);
    return { kind: 'rcode', rcode: Rcode.NOERROR };
  }

  #update(request: DeskRequest, keep: ZoneKeep | undefined, reasons: Reasons): DeskAnswer {
    const { octets, query, source, replyTo, now } = request;
    const { signing, updates } = this.#options;
    // RFC 2136 §3.1.1.
    if (query.qtype !== Type.SOA) return this.#refuse(Rcode.FORMERR, UPDATE.malformed, keep, source, reasons);
    if (keep === undefined) return this.#refuse(Rcode.NOTAUTH, UPDATE.notAuth, keep, source, reasons);
    if (keep.duties.allowUpdate?.allows(source, signing.key) !== true)
      return this.#refuse(Rcode.REFUSED, UPDATE.refused, keep, source, reasons);
    if (keep.isCopy) return this.#refuse(Rcode.REFUSED, UPDATE.secondary, keep, source, reasons);
    if (keep.place.zone?.soa.signatures !== undefined)
      return this.#refuse(Rcode.REFUSED, UPDATE.signed, keep, source, reasons);
    const message = read(octets);
    if (message === undefined) return this.#refuse(Rcode.FORMERR, UPDATE.malformed, keep, source, reasons);
    const { verdict } = signing;
    const own = inOwnSerials(withoutSignature(message), keep, now);
    if (updates.add({ message: own, keep, replyTo, verdict }, now)) return LATER;
    return this.#refuse(Rcode.SERVFAIL, UPDATE.tooMany, keep, source, reasons);
  }

  #transfer(request: DeskRequest, keep: ZoneKeep | undefined, reasons: Reasons): DeskAnswer {
    const { query, source, replyTo, now } = request;
    const { signing } = this.#options;
    const isOverUdp = replyTo.kind === 'udp';
    // RFC 5936 §4.2.
    if (isOverUdp && query.qtype === Type.AXFR)
      return this.#refuse(Rcode.NOTIMP, TRANSFER.notOverUdp, keep, source, reasons);
    if (keep === undefined) return this.#refuse(Rcode.NOTAUTH, TRANSFER.notAuth, keep, source, reasons);
    if (keep.duties.allowTransfer?.allows(source, signing.key) !== true)
      return this.#refuse(Rcode.REFUSED, TRANSFER.refused, keep, source, reasons);
    const { zone } = keep.place;
    if (zone === undefined) return this.#refuse(Rcode.SERVFAIL, TRANSFER.notYet, keep, source, reasons);
    if (query.qtype === Type.AXFR) {
      tell(TRANSFER.whole, keep, source, reasons);
      return this.#begin(request, keep.wholeRecords(zone, now, reasons), reasons);
    }
    const serial = serialOf(request.octets);
    if (serial === undefined) return this.#refuse(Rcode.FORMERR, TRANSFER.refused, keep, source, reasons);
    const { kind, records, rule } = choose({ keep, zone, serial, now }, reasons);
    tell(rule, keep, source, reasons);
    if (!isOverUdp) return this.#begin(request, records, reasons);
    return this.#datagram(request, zone, kind === 'whole' ? undefined : records, reasons);
  }

  /** RFC 1995 §2: what does not fit into a datagram is told by the SOA alone. */
  #datagram(
    request: DeskRequest,
    zone: Zone,
    records: TransferRecords | undefined,
    reasons: Reasons,
  ): DeskAnswer {
    const { query, now, udpOctetsMax } = request;
    const { signing } = this.#options;
    if (records !== undefined) {
      const transfer = new OutgoingTransfer(this.#requestOf(query), records, udpOctetsMax);
      const length = transfer.next(this.#writer, signing.seconds(now));
      if (transfer.isDone && length !== 'rest' && length > 0)
        return { kind: 'message', octets: this.#writer.octets, length };
    }
    reasons.because(TRANSFER.tooLongForUdp);
    const alone = new OutgoingTransfer(this.#requestOf(query), soaAlone(zone, now), udpOctetsMax);
    const length = alone.next(this.#writer, signing.seconds(now));
    return { kind: 'message', octets: this.#writer.octets, length: length === 'rest' ? 0 : length };
  }

  #begin({ query, replyTo, now }: DeskRequest, records: TransferRecords, reasons: Reasons): DeskAnswer {
    if (replyTo.kind !== 'stream' || !this.#options.transfers.hasRoom(replyTo.stream)) {
      reasons.because(TRANSFER.tooMany);
      return { kind: 'rcode', rcode: Rcode.REFUSED };
    }
    this.#options.transfers.begin(replyTo.stream, new OutgoingTransfer(this.#requestOf(query), records), now);
    return LATER;
  }

  #requestOf({ id, flags, qname, qnameLength, qtype, hasEdns }: Query) {
    const signer = this.#options.signing.signer();
    return { id, flags, qname: qname.slice(0, qnameLength), qtype, hasEdns, signer };
  }

  #refuse(rcode: number, rule: Rule, keep: ZoneKeep | undefined, source: Ip, reasons: Reasons): DeskAnswer {
    tell(rule, keep, source, reasons);
    return { kind: 'rcode', rcode };
  }
}

interface Behind {
  readonly keep: ZoneKeep;
  readonly zone: Zone;
  /** Of the client's version. */
  readonly serial: number;
  readonly now: Instant;
}

interface Chosen {
  readonly kind: TransferKind;
  readonly records: TransferRecords;
  readonly rule: Rule;
}

/** What a client with that version is sent. */
function choose({ keep, zone, serial, now }: Behind, reasons: Reasons): Chosen {
  if (!isNewerSerial(zone.serialAt(now), serial))
    return { kind: 'up-to-date', records: soaAlone(zone, now), rule: TRANSFER.upToDate };
  // The journal has no signatures.
  const changes = keep.duties.copies === undefined ? keep.history.since(serial) : undefined;
  if (changes !== undefined && changes.at(-1)?.serialAfter === zone.serial && areWorthIt(zone, changes))
    return { kind: 'changes', records: changeRecords(zone, changes), rule: TRANSFER.changes };
  return { kind: 'whole', records: keep.wholeRecords(zone, now, reasons), rule: TRANSFER.noHistory };
}

function soaAlone(zone: Zone, now: Instant): TransferRecords {
  return [soaRecord(zone.soaAt(now))].values();
}

/** RFC 1995 §3: the version of the client is told by an SOA in the authority section. */
function serialOf(octets: Uint8Array): number | undefined {
  const soa = read(octets)?.authorities.find(({ type }) => type === Type.SOA);
  return soa && soaSerial(soa.rdata);
}

function read(octets: Uint8Array): DnsMessage | undefined {
  try {
    return decodeMessage(octets);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function withoutSignature(message: DnsMessage): DnsMessage {
  return { ...message, additionals: [] };
}

/** Of a zone that is signed here everybody sees another serial than it has itself. */
function inOwnSerials(message: DnsMessage, { duties: { copies } }: ZoneKeep, now: Instant): DnsMessage {
  if (copies === undefined) return message;
  const own = (record: ResourceRecord): ResourceRecord => copies.ownRecord(record, now);
  return { ...message, answers: message.answers.map(own), authorities: message.authorities.map(own) };
}

function tell(rule: Rule, keep: ZoneKeep | undefined, source: Ip, reasons: Reasons): void {
  if (!reasons.explains) return reasons.because(rule);
  const zone = keep === undefined ? '' : `${formatName(keep.duties.apex)} `;
  reasons.because(rule, `${zone}for ${formatIp(source)}`);
}
