import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../src/core/bytes.ts';
import { DecodeError } from '../../../../src/core/errors.ts';
import { type DnsMessage, decodeMessage, encodeMessage } from '../../../../src/codec/dns/message.ts';
import { Flag } from '../../../../src/codec/dns/header.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import { formatRecord } from '../../../../src/codec/dns/record.ts';
import { Class, Rcode, Type } from '../../../../src/codec/dns/registry.ts';

const empty: DnsMessage = {
  id: 0x1234,
  opcode: 0,
  flags: 0,
  rcode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};
const question = { qname: toName('www.example.com'), qtype: Type.MX, qclass: Class.IN };
const octets = (text: string): Uint8Array => fromHex(text)!;
const hex = (text: string): string => text.replaceAll(' ', '');
const mx = (exchange: string) => Uint8Array.of(0, 10, ...toName(exchange).octets);
const record = (owner: string, type: number, rdata: Uint8Array) => ({
  owner: toName(owner),
  type,
  class: Class.IN,
  ttl: 300,
  rdata,
});

describe('compression', () => {
  test('owners and names in rdata of RFC 1035 types point to what stands before', () => {
    const encoded = encodeMessage({
      ...empty,
      questions: [question],
      answers: [record('www.example.com', Type.MX, mx('mail.example.com'))],
    });
    // header 12, question 21, answer: pointer 2 + 10 + preference 2 + "mail" 5 + pointer 2
    expect(encoded.length).toBe(12 + 21 + 2 + 10 + 2 + 5 + 2);
    expect(toHex(encoded.subarray(33))).toBe(hex('c00c 000f 0001 0000012c 0009 000a 046d61696c c010'));
  });

  test.each([
    { name: 'SRV: RFC 2782', type: Type.SRV, rdata: octets('0001 0002 0050 07 6578616d706c65 03 636f6d 00') },
    { name: 'DNAME: RFC 6672 §2.5', type: Type.DNAME, rdata: toName('example.com').octets },
    { name: 'an unknown type: RFC 3597 §4', type: 65_280, rdata: toName('example.com').octets },
  ])('rdata is left as it is in $name', ({ type, rdata }) => {
    const encoded = encodeMessage({
      ...empty,
      questions: [question],
      answers: [record('example.com', type, rdata)],
    });
    expect(toHex(encoded).endsWith(toHex(rdata))).toBe(true);
  });

  test('an owner takes the case of the question, a name in rdata keeps its own', () => {
    const message = decodeMessage(
      encodeMessage({
        ...empty,
        questions: [{ ...question, qname: toName('WWW.EXAMPLE.COM') }],
        answers: [record('www.example.com', Type.CNAME, toName('web.example.com').octets)],
      }),
    );
    expect(message.answers.map(formatRecord)).toEqual(['WWW.EXAMPLE.COM. 300 IN CNAME web.example.com.']);
  });

  test('a name that came compressed in SRV is expanded: RFC 3597 §4', () => {
    const message = decodeMessage(
      octets(
        '1234 8400 0000 0001 0000 0000  07 6578616d706c65 00 0021 0001 0000012c 000a 0001 0002 0050 01 61 c00c',
      ),
    );
    expect(message.answers.map(formatRecord)).toEqual(['example. 300 IN SRV 1 2 80 a.example.']);
  });
});

describe('header, EDNS', () => {
  test('the twelve bits of the rcode are joined and parted again: RFC 6891 §6.1.3', () => {
    const message: DnsMessage = {
      ...empty,
      flags: Flag.QR | Flag.RD,
      rcode: Rcode.BADVERS,
      edns: {
        payloadOctets: 1232,
        version: 0,
        flags: 0x8000,
        options: [{ code: 65_001, octets: octets('0102') }],
      },
    };
    const encoded = encodeMessage(message);
    expect(toHex(encoded)).toBe(
      hex('1234 8100 0000000000000001 00 0029 04d0 01 00 8000 0006 fde9 0002 0102'),
    );
    expect(decodeMessage(encoded)).toEqual(message);
  });

  test('a TTL with the top bit set is zero: RFC 2181 §8', () => {
    const message = decodeMessage(
      octets('1234 8400 0000 0001 0000 0000 00 0001 0001 80000001 0004 c0000201'),
    );
    expect(message.answers[0]?.ttl).toBe(0);
  });

  test.each([
    { name: 'A', type: '0001' },
    { name: 'NS', type: '0002' },
    { name: 'MX', type: '000f' },
    { name: 'SOA', type: '0006' },
  ])('an UPDATE deletes an RRset of $name with a record without rdata: RFC 2136 §2.5.2', ({ type }) => {
    const text = hex(`1234 2800 0000 0000 0001 0000 00 ${type} 00ff 00000000 0000`);
    const message = decodeMessage(octets(text));
    expect(message.authorities[0]?.rdata.length).toBe(0);
    expect(message.authorities.map(formatRecord)[0]).toMatch(/ANY \w+ \\# 0$/);
    expect(toHex(encodeMessage(message))).toBe(text);
  });
});

describe('refused', () => {
  test.each([
    { name: 'shorter than a header', hex: '1234 8400 0000', field: /ancount/ },
    { name: 'counts of 65535 and nothing there', hex: '1234 0000 ffff ffff ffff ffff', field: /qname/ },
    { name: 'octets after the last record', hex: '1234 0000 0000 0000 0000 0000 00', field: /message/ },
    {
      name: 'rdlength over the end',
      hex: '1234 0000 0000 0001 0000 0000 00 0001 0001 00000000 0004 c000',
      field: /rdata/,
    },
    {
      name: 'an A of two octets',
      hex: '1234 0000 0000 0001 0000 0000 00 0001 0001 00000000 0002 c000',
      field: /address/,
    },
    {
      name: 'an A of five octets',
      hex: '1234 0000 0000 0001 0000 0000 00 0001 0001 00000000 0005 c000020100',
      field: /rdata/,
    },
    {
      name: 'a TXT without a string',
      hex: '1234 0000 0000 0001 0000 0000 00 0010 0001 00000000 0000',
      field: /txt-data/,
    },
    {
      name: 'a string over its rdata',
      hex: '1234 0000 0000 0001 0000 0000 00 0010 0001 00000000 0002 0561',
      field: /txt-data/,
    },
    {
      name: 'two OPT',
      hex: `1234 0000 0000 0000 0000 0002 ${'00 0029 0200 00000000 0000'.repeat(2)}`,
      field: /OPT/,
    },
    {
      name: 'OPT not at the root',
      hex: '1234 0000 0000 0000 0000 0001 0161 00 0029 0200 00000000 0000',
      field: /OPT/,
    },
    {
      name: 'OPT among the answers',
      hex: '1234 0000 0000 0001 0000 0000 00 0029 0200 00000000 0000',
      field: /OPT/,
    },
    {
      name: 'the data of a record that an UPDATE deletes: RFC 2136 §2.5.4',
      hex: '1234 2800 0000 0000 0001 0000 0161 00 0021 00fe 00000000 0007 0001 0002 0003 01',
      field: /truncated.*target/,
    },
    {
      name: 'an option over its OPT',
      hex: '1234 0000 0000 0000 0000 0001 00 0029 0200 00000000 0005 000a 0008 00',
      field: /OPTION-DATA/,
    },
  ])('$name', ({ hex: text, field }) => {
    const decode = () => decodeMessage(octets(text));
    expect(decode).toThrow(DecodeError);
    expect(decode).toThrow(field);
  });
});
