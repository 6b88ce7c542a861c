import { Reader } from '../../core/bytes.ts';
import { DecodeError, assert } from '../../core/errors.ts';
import { type Edns, readOptions } from './edns.ts';
import { type Header, opcodeFlags, opcodeOf, readHeader } from './header.ts';
import { MAX_MESSAGE_OCTETS, MessageWriter, Section } from './message-writer.ts';
import { skipName } from './name.ts';
import { type Question, type ResourceRecord, readQuestion, readRecord, shapeFor } from './record.ts';
import { Type } from './registry.ts';

/** RFC 1035 §4.1, with the OPT pseudo-record (RFC 6891 §6.1) taken out of the additional section. */
export interface DnsMessage {
  readonly id: number;
  readonly opcode: number;
  /** The bits named in `Flag`. */
  readonly flags: number;
  /** All twelve bits: RFC 6891 §6.1.3. */
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  readonly edns?: Edns | undefined;
}

/** Bits of the second word that are neither opcode nor rcode. */
const FLAG_BITS = 0x87f0;

/** Any octets give a message or a `DecodeError`; nothing is sized by a count, and the work is bounded by the octets. */
export function decodeMessage(octets: Uint8Array): DnsMessage {
  const reader = new Reader(octets);
  const header = readHeader(reader);
  const questions: Question[] = [];
  for (let left = header.qdcount; left > 0; left--) questions.push(readQuestion(reader));
  const answers = readRecords(reader, header.ancount);
  const authorities = readRecords(reader, header.nscount);
  const { additionals, edns, extendedRcode } = readAdditionals(reader, header);
  reader.done('message');
  return {
    id: header.id,
    opcode: opcodeOf(header.flags),
    flags: header.flags & FLAG_BITS,
    rcode: (extendedRcode << 4) | (header.flags & 15),
    questions,
    answers,
    authorities,
    additionals,
    edns,
  };
}

function readRecords(reader: Reader, count: number): ResourceRecord[] {
  const records: ResourceRecord[] = [];
  for (let left = count; left > 0; left--) {
    if (typeAhead(reader) === Type.OPT) throw new DecodeError('malformed', 'OPT: section', reader.offset);
    records.push(readRecord(reader));
  }
  return records;
}

function readAdditionals(reader: Reader, header: Header) {
  const additionals: ResourceRecord[] = [];
  let edns: Edns | undefined;
  let extendedRcode = 0;
  for (let left = header.arcount; left > 0; left--) {
    if (typeAhead(reader) !== Type.OPT) {
      additionals.push(readRecord(reader));
      continue;
    }
    // RFC 6891 §6.1.1: one at most.
    if (edns !== undefined) throw new DecodeError('malformed', 'OPT: a second one', reader.offset);
    const opt = readOpt(reader);
    edns = opt.edns;
    extendedRcode = opt.extendedRcode;
  }
  return { additionals, edns, extendedRcode };
}

/** RFC 6891 §6.1.2. */
function readOpt(reader: Reader): { readonly edns: Edns; readonly extendedRcode: number } {
  if (reader.u8('OPT: name') !== 0) throw new DecodeError('malformed', 'OPT: name', reader.offset - 1);
  reader.skip(2, 'type');
  const payloadOctets = reader.u16('OPT: payload size');
  const extendedRcode = reader.u8('OPT: extended rcode');
  const version = reader.u8('OPT: version');
  const flags = reader.u16('OPT: flags');
  const options = readOptions(reader.inner(reader.u16('rdlength'), 'OPT: rdata'));
  return { edns: { payloadOctets, version, flags, options }, extendedRcode };
}

function typeAhead(reader: Reader): number {
  const start = reader.offset;
  skipName(reader, 'name');
  const type = reader.u16('type');
  reader.offset = start;
  return type;
}

const writer = new MessageWriter();

/** The octets of a message, names compressed, OPT last. Whoever makes a message knows that it fits 65,535 octets. */
export function encodeMessage(message: DnsMessage): Uint8Array {
  writer.begin(MAX_MESSAGE_OCTETS);
  for (const { qname, qtype, qclass } of message.questions) writer.question(qname.octets, qtype, qclass);
  writeRecords(Section.answer, message.answers);
  writeRecords(Section.authority, message.authorities);
  writeRecords(Section.additional, message.additionals);
  const { edns } = message;
  assert(edns !== undefined || message.rcode < 16, 'an rcode above 15 needs OPT');
  if (edns !== undefined) writer.opt(edns, message.rcode, edns.options);
  const flags = message.flags | opcodeFlags(message.opcode) | (message.rcode & 15);
  const length = writer.finish(message.id, flags);
  assert(length <= MAX_MESSAGE_OCTETS, 'a message of more than 65535 octets');
  return writer.octets.slice(0, length);
}

function writeRecords(section: Section, records: readonly ResourceRecord[]): void {
  for (const record of records) {
    const shape = shapeFor(record.type, record.class);
    const fits = writer.record(section, record.owner.octets, record, record.rdata, shape);
    assert(fits, 'a message of more than 65535 octets');
  }
}
