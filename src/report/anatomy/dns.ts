import { Reader, u16At } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { escapeText } from '../../core/text.ts';
import { Flag, HEADER_OCTETS } from '../../codec/dns/header.ts';
import { formatName, readName } from '../../codec/dns/name.ts';
import { formatRdata } from '../../codec/dns/rdata/shape.ts';
import { readRecord, shapeFor } from '../../codec/dns/record.ts';
import { className, opcodeName, rcodeName, Type, typeName } from '../../codec/dns/registry.ts';
import { hexText, Marks } from './marks.ts';
import type { Layer } from './marks.ts';

const SECTIONS = ['question', 'answer', 'authority', 'additional'] as const;

/** RFC 1035 §4.1. */
export function dnsLayer(octets: Uint8Array, at: number): Layer {
  const message = octets.subarray(at);
  const marks = new Marks(octets);
  let summary = 'cut off';
  if (message.length >= HEADER_OCTETS) {
    summary = addHeader(marks, message, at);
    const reader = new Reader(message, HEADER_OCTETS);
    try {
      for (const [index, section] of SECTIONS.entries())
        for (let left = u16At(message, 4 + index * 2); left > 0; left--) {
          if (section === 'question') addQuestion(marks, reader, at);
          else addRecord(marks, reader, { section, at });
        }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const length = message.length - reader.offset;
      marks.add('not readable', { offset: at + reader.offset, length }, error.message);
    }
  }
  return marks.layer('DNS', summary, at, message.length);
}

function addHeader(marks: Marks, message: Uint8Array, at: number): string {
  const flags = u16At(message, 2);
  const set = (['AA', 'TC', 'RD', 'RA', 'AD', 'CD'] as const).filter((name) => (flags & Flag[name]) !== 0);
  const isAnswer = (flags & Flag.QR) !== 0;
  const rcode = isAnswer ? `, ${rcodeName(flags & 15)}` : '';
  const words = [isAnswer ? 'answer' : 'query', opcodeName((flags >>> 11) & 15), ...set].join(' ');
  marks.add('id', { offset: at, length: 2 }, String(u16At(message, 0)));
  marks.add('flags', { offset: at + 2, length: 2 }, `${words}${rcode}`);
  for (const [index, section] of SECTIONS.entries())
    marks.add(
      `${section} count`,
      { offset: at + 4 + index * 2, length: 2 },
      String(u16At(message, 4 + index * 2)),
    );
  return `${words}${rcode}`;
}

function addQuestion(marks: Marks, reader: Reader, at: number): void {
  const start = reader.offset;
  const name = escapeText(formatName(readName(reader, 'qname')));
  const named = reader.offset;
  const type = typeName(reader.u16('qtype'));
  const dnsClass = className(reader.u16('qclass'));
  marks.add('question', { offset: at + start, length: reader.offset - start }, `${name} ${type}`);
  marks.add('qname', { offset: at + start, length: named - start }, name, 1);
  marks.add('qtype', { offset: at + named, length: 2 }, type, 1);
  marks.add('qclass', { offset: at + named + 2, length: 2 }, dnsClass, 1);
}

/** RFC 1035 §4.1.3; OPT: RFC 6891 §6.1.2. */
function addRecord(marks: Marks, reader: Reader, { section, at }: { section: string; at: number }): void {
  const start = reader.offset;
  readName(reader, 'name');
  const named = reader.offset;
  const type = reader.u16('type');
  if (type === Type.OPT) {
    const payload = reader.u16('payload size');
    reader.skip(4, 'ttl');
    const length = reader.u16('rdlength');
    reader.skip(length, 'rdata');
    marks.add('EDNS', { offset: at + start, length: reader.offset - start }, `${payload} octets at most`);
    return;
  }
  reader.offset = start;
  const record = readRecord(reader);
  const owner = escapeText(formatName(record.owner));
  const rdata = escapeText(formatRdata(shapeFor(record.type, record.class), record.rdata));
  const place = { offset: at + start, length: reader.offset - start };
  marks.add(section, place, `${owner} ${typeName(type)} ${rdata}`);
  marks.add('name', { offset: at + start, length: named - start }, owner, 1);
  marks.add('type', { offset: at + named, length: 2 }, typeName(type), 1);
  marks.add('class', { offset: at + named + 2, length: 2 }, className(record.class), 1);
  marks.add('ttl', { offset: at + named + 4, length: 4 }, `${record.ttl} s`, 1);
  const rdlength = reader.offset - named - 10;
  marks.add('rdlength', { offset: at + named + 8, length: 2 }, String(rdlength), 1);
  const shown = rdata === '' ? hexText(record.rdata) : rdata;
  marks.add('rdata', { offset: at + named + 10, length: rdlength }, shown, 1);
}
