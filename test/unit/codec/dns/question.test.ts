import { describe, expect, test } from 'vitest';
import { Flag } from '../../../../src/codec/dns/header.ts';
import { type DnsMessage, decodeMessage } from '../../../../src/codec/dns/message.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import { EMPTY_MESSAGE, encodeQuery, isAnswerTo } from '../../../../src/codec/dns/question.ts';
import { Class, Opcode, Rcode, Type } from '../../../../src/codec/dns/registry.ts';

const ASKED = { id: 7, qname: toName('www.example.'), qtype: Type.A };
const QUESTION = { qname: ASKED.qname, qtype: ASKED.qtype, qclass: Class.IN };
const ANSWER: DnsMessage = { ...EMPTY_MESSAGE, id: 7, flags: Flag.QR, questions: [QUESTION] };

test('a query is one question of class IN, without recursion unless it is wanted', () => {
  expect(decodeMessage(encodeQuery(ASKED, { id: 7 }))).toMatchObject({
    id: 7,
    flags: 0,
    questions: [QUESTION],
  });
  expect(decodeMessage(encodeQuery(ASKED, { id: 7, flags: Flag.RD })).flags).toBe(Flag.RD);
});

describe('RFC 5452 §9.1: what answers a query', () => {
  test.each<[string, boolean, Partial<DnsMessage>]>([
    ['its ID and its question', true, {}],
    ['the question in another case', true, { questions: [{ ...QUESTION, qname: toName('WWW.Example.') }] }],
    ['a refusal', true, { rcode: Rcode.REFUSED }],
    ['FORMERR without the question', true, { rcode: Rcode.FORMERR, questions: [] }],
    ['another ID', false, { id: 8 }],
    ['a query', false, { flags: 0 }],
    ['another opcode', false, { opcode: Opcode.NOTIFY }],
    ['another name', false, { questions: [{ ...QUESTION, qname: toName('example.') }] }],
    ['another type', false, { questions: [{ ...QUESTION, qtype: Type.AAAA }] }],
    ['another class', false, { questions: [{ ...QUESTION, qclass: 3 }] }],
    ['two questions', false, { questions: [QUESTION, QUESTION] }],
    ['NOERROR without the question', false, { questions: [] }],
  ])('%s: %s', (_what, isAnswer, changed) => {
    expect(isAnswerTo({ ...ANSWER, ...changed }, ASKED)).toBe(isAnswer);
  });
});
