import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Reader, toHex } from '../../src/core/bytes.ts';
import { DecodeError } from '../../src/core/errors.ts';
import { FrameSplitter, frameMessage } from '../../src/codec/dns/frame.ts';
import { type DnsMessage, decodeMessage, encodeMessage } from '../../src/codec/dns/message.ts';
import { Name, formatName, parseName, readName } from '../../src/codec/dns/name.ts';
import { Query } from '../../src/codec/dns/query.ts';
import { Type } from '../../src/codec/dns/registry.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';
import { countedOctets } from '../support/counted-octets.ts';

const numRuns = fuzzRuns();

const label = fc.uint8Array({ minLength: 1, maxLength: 12 });
const name = fc
  .array(label, { maxLength: 8 })
  .map((labels) => new Name(Uint8Array.from([...labels.flatMap((octets) => [octets.length, ...octets]), 0])));
/** Few names, so that compression has something to find. */
const familiar = fc.oneof(
  name,
  fc
    .constantFrom('example', 'www.example', 'WWW.Example', 'mail.www.example')
    .map((text) => parseName(text) as Name),
);
const u16 = fc.nat(0xffff);
const rdata = fc.oneof(
  fc.record({ type: fc.constant<number>(Type.A), rdata: fc.uint8Array({ minLength: 4, maxLength: 4 }) }),
  familiar.map((target) => ({ type: Type.CNAME as number, rdata: target.octets })),
  fc.tuple(u16, familiar).map(([preference, exchange]) => ({
    type: Type.MX as number,
    rdata: Uint8Array.of(preference >> 8, preference, ...exchange.octets),
  })),
  fc
    .tuple(familiar, familiar, fc.uint8Array({ minLength: 20, maxLength: 20 }))
    .map(([mname, rname, numbers]) => ({
      type: Type.SOA as number,
      rdata: Uint8Array.of(...mname.octets, ...rname.octets, ...numbers),
    })),
  fc.record({ type: fc.integer({ min: 60_000, max: 65_279 }), rdata: fc.uint8Array({ maxLength: 60 }) }),
);
const record = fc
  .tuple(familiar, fc.nat(0x7fff_ffff), rdata)
  .map(([owner, ttl, body]) => ({ owner, class: 1, ttl, ...body }));
const message: fc.Arbitrary<DnsMessage> = fc.record({
  id: u16,
  opcode: fc.nat(15),
  flags: u16.map((bits) => bits & 0x87f0),
  rcode: fc.nat(0xfff),
  questions: fc.array(fc.record({ qname: familiar, qtype: u16, qclass: u16 }), { maxLength: 2 }),
  answers: fc.array(record, { maxLength: 6 }),
  authorities: fc.array(record, { maxLength: 4 }),
  additionals: fc.array(record, { maxLength: 4 }),
  edns: fc.record({
    payloadOctets: u16,
    version: fc.nat(255),
    flags: u16,
    options: fc.array(fc.record({ code: u16, octets: fc.uint8Array({ maxLength: 20 }) }), { maxLength: 3 }),
  }),
});

function onlyDecodeErrors(act: () => void): void {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
  }
}

/** Names are compared without case, since an owner may take the case of another (RFC 4343 §4.1). */
function folded(value: DnsMessage): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) => {
      if (part instanceof Name) return part.key;
      return part instanceof Uint8Array ? toHex(part) : part;
    }),
  );
}

function rdatas({ answers, authorities, additionals }: DnsMessage): string[] {
  return [...answers, ...authorities, ...additionals].map((one) => toHex(one.rdata));
}

test('any octets give a message or a DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      onlyDecodeErrors(() => decodeMessage(octets));
      onlyDecodeErrors(() => {
        const query = new Query();
        if (query.decodeHeader(octets)) query.decodeBody(octets);
      });
    }),
    { numRuns },
  );
});

test('a message with octets changed gives a message that encodes again, or a DecodeError', () => {
  fc.assert(
    fc.property(message, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), (valid, changes) => {
      const octets = encodeMessage(valid);
      for (const [at, value] of changes) octets[at % octets.length] = value;
      onlyDecodeErrors(() => {
        const decoded = decodeMessage(octets);
        if (decoded.edns !== undefined || decoded.rcode < 16) encodeMessage(decoded);
      });
    }),
    { numRuns },
  );
});

test('what is encoded decodes to the same, and encodes to the same octets again', () => {
  fc.assert(
    fc.property(message, (valid) => {
      const octets = encodeMessage(valid);
      const decoded = decodeMessage(octets);
      expect(folded(decoded)).toEqual(folded(valid));
      expect(toHex(encodeMessage(decoded))).toBe(toHex(octets));
    }),
    { numRuns },
  );
});

test('rdata comes back octet for octet', () => {
  fc.assert(
    fc.property(message, (valid) => {
      expect(rdatas(decodeMessage(encodeMessage(valid)))).toEqual(rdatas(valid));
    }),
    { numRuns },
  );
});

test('a name is the same after its text, whatever its octets', () => {
  fc.assert(
    fc.property(name, (value) => {
      const text = formatName(value);
      expect(text).toMatch(/^[!-~]+$/);
      expect((parseName(text) as Name).octets).toEqual(value.octets);
      expect(readName(new Reader(value.octets), 'name').octets).toEqual(value.octets);
    }),
    { numRuns },
  );
});

test('a stream gives the same messages however it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (messages, cuts) => {
        const stream = Uint8Array.from(messages.flatMap((octets) => [...frameMessage(octets)]));
        const splitter = new FrameSplitter();
        const got: string[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const count = cuts[turn % cuts.length] ?? 1;
          splitter.push(stream.subarray(at, at + count), (octets) => got.push(toHex(octets)) > 0);
          at += count;
        }
        expect(got).toEqual(messages.map((octets) => toHex(octets)));
      },
    ),
    { numRuns },
  );
});

test('65,535 octets of records that all hang on one chain of pointers cost bounded work', () => {
  const octets = new Uint8Array(65_535);
  const links = 126;
  const fields = [0xff, 0, 0, 1, 0, 0, 0, 0];
  // The first record is of an unknown type; its rdata is the chain, whose first link leads to the root at octet 12.
  octets.set([0, ...fields, 0, links * 2], 12);
  let at = 12 + 1 + 10;
  for (let link = 0; link < links; link++, at += 2) {
    const target = link === 0 ? 12 : at - 2;
    octets.set([0xc0 | (target >>> 8), target & 255], at);
  }
  const last = at - 2;
  let count = 1;
  for (; at + 12 <= octets.length; at += 12, count++)
    octets.set([0xc0 | (last >>> 8), last & 255, ...fields, 0, 0], at);
  octets.set([count >>> 8, count & 255], 6);
  const chained = countedOctets(octets.subarray(0, at));
  expect(decodeMessage(chained.octets).answers.length).toBe(count);
  // The chain once for each record, two octets a pointer, and the record's own few.
  expect(chained.reads).toBeLessThanOrEqual(count * (127 * 2 + 20));
});
