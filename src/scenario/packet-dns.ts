import type { FrameBody } from '../core/driver.ts';
import { escapeText } from '../core/text.ts';
import { Flag } from '../codec/dns/header.ts';
import { decodeMessage } from '../codec/dns/message.ts';
import { formatName } from '../codec/dns/name.ts';
import { formatRdata } from '../codec/dns/rdata/shape.ts';
import { shapeFor } from '../codec/dns/record.ts';
import { Opcode, rcodeName, typeName } from '../codec/dns/registry.ts';
import type { Description } from './packet.ts';

/** RFC 1035 §4.1: header, question and the answers' data. */
export function describeDns(body: Extract<FrameBody, { kind: 'udp' }>): Description {
  const message = decodeMessage(body.octets);
  const answers = message.answers.map((record) =>
    escapeText(formatRdata(shapeFor(record.type, record.class), record.rdata)),
  );
  const fields = new Map<string, string>([['id', String(message.id)]]);
  const [question] = message.questions;
  if (question !== undefined) {
    fields.set('qname', escapeText(formatName(question.qname).replace(/(.)\.$/, '$1')));
    fields.set('qtype', typeName(question.qtype));
  }
  const isAnswer = (message.flags & Flag.QR) !== 0;
  if (isAnswer) {
    fields.set('rcode', rcodeName(message.rcode));
    fields.set('answers', String(answers.length));
    if (answers.length > 0) fields.set('answer', answers.join(','));
  }
  for (const [name, flag] of FLAGS) if ((message.flags & flag) !== 0) fields.set(name, '');
  fields.set('sport', String(body.from.port));
  fields.set('dport', String(body.to.port));
  return { kind: isAnswer ? 'ANSWER' : kindOf(message.opcode), fields };
}

const FLAGS = [
  ['aa', Flag.AA],
  ['tc', Flag.TC],
  ['rd', Flag.RD],
] as const;

function kindOf(opcode: number): string {
  if (opcode === Opcode.NOTIFY) return 'NOTIFY';
  return opcode === Opcode.UPDATE ? 'UPDATE' : 'QUERY';
}
