import { Flag } from '../../../codec/dns/header.ts';
import type { DnsMessage } from '../../../codec/dns/message.ts';
import type { Name } from '../../../codec/dns/name.ts';
import { soaSerial } from '../../../codec/dns/rdata/soa.ts';
import type { ResourceRecord } from '../../../codec/dns/record.ts';
import { Opcode, Rcode, Type, rcodeName } from '../../../codec/dns/registry.ts';
import type { Zone } from '../../../store/zone.ts';
import { type ZoneBuildOptions, ZoneBuilder } from '../../../store/zone-builder.ts';
import type { ZoneChange } from '../../../store/zone-change.ts';
import { recordOctets } from '../../../store/zone-history.ts';
import { isNewerSerial } from '../../../store/serial.ts';
import type { Steps } from '../../../core/steps.ts';

/** What a primary may make us hold: a zone of some millions of records. */
const OCTETS_MAX = 268_435_456;

export interface IncomingOptions {
  readonly apex: Name;
  readonly id: number;
  readonly qtype: number;
  /** Of the version that is here; undefined: none is. */
  readonly serial: number | undefined;
  readonly build: ZoneBuildOptions;
  /** Octets of records; 256 MiB when left out. */
  readonly octetsMax?: number | undefined;
}

/** What a transfer turned out to be. */
export type IncomingEnd =
  | { readonly kind: 'up-to-date' | 'whole' }
  | { readonly kind: 'changes'; readonly changes: readonly ZoneChange[] }
  /** `isRefusal`: the primary said no, and may say yes to another kind of transfer. */
  | { readonly kind: 'failed'; readonly why: string; readonly isRefusal: boolean };

type IncomingStep = IncomingEnd | { readonly kind: 'more' };

const MORE: IncomingStep = { kind: 'more' };

interface Part {
  readonly soa: ResourceRecord;
  readonly records: ResourceRecord[];
}

/** Where in a transfer the next record stands: RFC 5936 §2.2, RFC 1995 §4. */
type Phase = 'first' | 'second' | 'whole' | 'removed' | 'added' | 'over';

/** Reads the records of one transfer, whichever of the three forms the primary chose. */
export class IncomingTransfer {
  readonly #options: IncomingOptions;
  readonly #builder: ZoneBuilder;
  readonly #changes: ZoneChange[] = [];
  #phase: Phase = 'first';
  #last: ResourceRecord | undefined;
  #removed: Part | undefined;
  #added: Part | undefined;
  #octets = 0;

  constructor(options: IncomingOptions) {
    this.#options = options;
    this.#builder = new ZoneBuilder({ ...options.build, apex: options.apex });
  }

  /** Takes the next message of the answer. */
  take(message: DnsMessage): IncomingStep {
    const { id, apex, qtype, octetsMax = OCTETS_MAX } = this.#options;
    const [question] = message.questions;
    const isOurs =
      message.id === id &&
      (message.flags & Flag.QR) !== 0 &&
      message.opcode === Opcode.QUERY &&
      (question === undefined || (question.qname.equals(apex) && question.qtype === qtype));
    if (!isOurs) return failed('a message that answers something else');
    if (message.rcode !== Rcode.NOERROR)
      return { kind: 'failed', why: rcodeName(message.rcode), isRefusal: true };
    if (message.answers.length === 0 && this.#phase === 'first')
      return { kind: 'failed', why: 'an answer without records', isRefusal: true };
    for (const record of message.answers) {
      this.#octets += recordOctets(record);
      if (this.#octets > octetsMax) return failed(`more than ${octetsMax} octets`);
      const fault = this.#record(record);
      if (fault !== undefined) return failed(fault);
    }
    return this.#step();
  }

  /** The zone of a transfer that came whole. */
  build(): Steps<Zone> {
    return this.#builder.buildSteps();
  }

  #step(): IncomingStep {
    const { serial } = this.#options;
    // RFC 1995 §2: the SOA alone. Where it is newer, the rest of the answer is still to come.
    if (this.#phase === 'second' && serial !== undefined && !isNewerSerial(this.#newSerial, serial))
      return { kind: 'up-to-date' };
    if (this.#phase !== 'over') return MORE;
    return this.#changes.length > 0 ? { kind: 'changes', changes: this.#changes } : { kind: 'whole' };
  }

  get #newSerial(): number {
    return this.#last === undefined ? 0 : soaSerial(this.#last.rdata);
  }

  /** Takes one record; why it cannot stand there, or undefined. */
  #record(record: ResourceRecord): string | undefined {
    const isSoa = record.type === Type.SOA;
    if (isSoa && !record.owner.equals(this.#options.apex)) return 'the SOA of another zone';
    switch (this.#phase) {
      case 'first':
        if (!isSoa) return 'no SOA at the beginning';
        this.#last = record;
        this.#phase = 'second';
        return undefined;
      case 'second':
        return this.#second(record);
      case 'whole':
        if (isSoa) return this.#finish(record);
        this.#add(record);
        return undefined;
      case 'removed':
        return this.#removedRecord(record);
      case 'added':
        return this.#addedRecord(record);
      case 'over':
        return 'records behind the last SOA';
    }
  }

  /** The second record tells the form: an SOA of our version begins a list of changes. */
  #second(record: ResourceRecord): string | undefined {
    const { qtype, serial } = this.#options;
    if (record.type === Type.SOA && qtype === Type.IXFR && soaSerial(record.rdata) === serial) {
      this.#removed = { soa: record, records: [record] };
      this.#phase = 'removed';
      return undefined;
    }
    if (this.#last !== undefined) this.#add(this.#last);
    this.#phase = 'whole';
    return this.#record(record);
  }

  #removedRecord(record: ResourceRecord): string | undefined {
    if (record.type === Type.SOA) {
      this.#added = { soa: record, records: [record] };
      this.#phase = 'added';
    } else this.#removed?.records.push(record);
    return undefined;
  }

  #addedRecord(record: ResourceRecord): string | undefined {
    const [removed, added] = [this.#removed, this.#added];
    if (removed === undefined || added === undefined) return 'changes out of order';
    if (record.type !== Type.SOA) {
      added.records.push(record);
      return undefined;
    }
    const serialBefore = soaSerial(removed.soa.rdata);
    const serialAfter = soaSerial(added.soa.rdata);
    this.#changes.push({ serialBefore, serialAfter, removed: removed.records, added: added.records });
    if (serialAfter === this.#newSerial) return this.#finish(record);
    if (soaSerial(record.rdata) !== serialAfter) return 'changes that do not follow each other';
    this.#removed = { soa: record, records: [record] };
    this.#added = undefined;
    this.#phase = 'removed';
    return undefined;
  }

  #finish(record: ResourceRecord): string | undefined {
    if (soaSerial(record.rdata) !== this.#newSerial)
      return 'another version at the end than at the beginning';
    this.#phase = 'over';
    return undefined;
  }

  #add(record: ResourceRecord): void {
    this.#builder.add(record, { file: this.#options.build.file, line: 1, column: 1 });
  }
}

function failed(why: string): IncomingStep {
  return { kind: 'failed', why, isRefusal: false };
}
