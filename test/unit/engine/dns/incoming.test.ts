import { describe, expect, test } from 'vitest';
import { Flag } from '../../../../src/codec/dns/header.ts';
import type { DnsMessage } from '../../../../src/codec/dns/message.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import { formatRecord } from '../../../../src/codec/dns/record.ts';
import { Rcode, Type } from '../../../../src/codec/dns/registry.ts';
import { runSteps } from '../../../../src/core/steps.ts';
import { IncomingTransfer } from '../../../../src/engine/dns/transfer/incoming.ts';
import { query } from '../../../support/dns-client.ts';
import { record } from '../../../support/resolver-bench.ts';

const APEX = toName('lab.example');
const soa = (serial: number): string =>
  `lab.example 60 SOA ns.lab.example. root.lab.example. ${serial} 60 20 600 30`;
const NS = 'lab.example 60 NS ns.lab.example.';
const A = 'ns.lab.example 60 A 10.0.0.1';
const WWW = 'www.lab.example 60 A 10.0.0.2';
const ID = 7;

interface Kind {
  readonly qtype: 'AXFR' | 'IXFR';
  /** Of the version that is here. */
  readonly serial: number | undefined;
  readonly octetsMax?: number;
}

const AXFR: Kind = { qtype: 'AXFR', serial: undefined };
/** Of one who has version 3. */
const IXFR: Kind = { qtype: 'IXFR', serial: 3 };

function message(qtype: string, lines: readonly string[], change: Partial<DnsMessage> = {}): DnsMessage {
  return query('lab.example', qtype, { id: ID, flags: Flag.QR, answers: lines.map(record), ...change });
}

function incoming({ qtype, serial, octetsMax }: Kind): IncomingTransfer {
  const build = { file: 'transfer' };
  return new IncomingTransfer({ apex: APEX, id: ID, qtype: Type[qtype], serial, build, octetsMax });
}

/** Takes messages one after the other, and gives what the last one came to. */
function take(kind: Kind, ...messages: readonly (readonly string[])[]) {
  const transfer = incoming(kind);
  const steps = messages.map((lines) => transfer.take(message(kind.qtype, lines)));
  return { transfer, steps: steps.map((step) => step.kind), last: steps.at(-1) };
}

describe('a whole zone: RFC 5936 §2.2', () => {
  test('in several messages, from SOA to SOA', () => {
    const { transfer, steps } = take(AXFR, [soa(5), NS], [A], [WWW, soa(5)]);
    expect(steps).toEqual(['more', 'more', 'whole']);
    const zone = runSteps(transfer.build());
    expect([zone.serial, zone.nodeCount]).toEqual([5, 3]);
  });

  test('in answer to IXFR: the second record is no SOA', () => {
    expect(take(IXFR, [soa(5), NS, A, soa(5)]).steps).toEqual(['whole']);
  });
});

describe('changes: RFC 1995 §4', () => {
  test('of several versions, in order', () => {
    const { last } = take(IXFR, [soa(5), soa(3), WWW], [soa(4), soa(4)], [soa(5), A, soa(5)]);
    if (last?.kind !== 'changes') throw new Error(last?.kind);
    expect(last.changes.map(({ serialBefore, serialAfter }) => [serialBefore, serialAfter])).toEqual([
      [3, 4],
      [4, 5],
    ]);
    expect(last.changes.map(({ removed }) => removed.map(formatRecord)[1])).toEqual([
      'www.lab.example. 60 IN A 10.0.0.2',
      undefined,
    ]);
    expect(last.changes.map(({ added }) => added.map(formatRecord)[1])).toEqual([
      undefined,
      'ns.lab.example. 60 IN A 10.0.0.1',
    ]);
  });

  test.each([
    { name: 'the version that is here', serial: 3, kind: 'up-to-date' },
    { name: 'an older one', serial: 2, kind: 'up-to-date' },
    { name: 'a newer one, of which more is to come', serial: 4, kind: 'more' },
  ])('an SOA alone, of $name: $kind', ({ serial, kind }) => {
    expect(take(IXFR, [soa(serial)]).steps).toEqual([kind]);
  });
});

describe('refused', () => {
  test.each([
    { name: 'no SOA first', kind: AXFR, lines: [NS], why: 'no SOA at the beginning' },
    {
      name: 'another zone',
      kind: AXFR,
      lines: [soa(5).replace('lab.', 'other.')],
      why: 'the SOA of another zone',
    },
    { name: 'another version at the end', kind: AXFR, lines: [soa(5), NS, soa(6)], why: 'another version' },
    { name: 'more behind the end', kind: AXFR, lines: [soa(5), NS, soa(5), A], why: 'behind the last SOA' },
    {
      name: 'changes with a gap',
      kind: IXFR,
      lines: [soa(9), soa(3), soa(4), soa(6), soa(7)],
      why: 'do not follow each other',
    },
    {
      name: 'more than may come',
      kind: { ...AXFR, octetsMax: 100 },
      lines: [soa(5), NS, A, soa(5)],
      why: 'more than 100 octets',
    },
  ])('$name', ({ kind, lines, why }) => {
    expect(take(kind, lines).last).toMatchObject({
      kind: 'failed',
      isRefusal: false,
      why: expect.stringContaining(why),
    });
  });

  test.each([
    { name: 'another ID', change: { id: ID + 1 }, isRefusal: false },
    { name: 'a query', change: { flags: 0 }, isRefusal: false },
    {
      name: 'another question',
      change: { questions: query('other.example', 'AXFR').questions },
      isRefusal: false,
    },
    { name: 'REFUSED', change: { rcode: Rcode.REFUSED, answers: [] }, isRefusal: true },
    { name: 'no records', change: { answers: [] }, isRefusal: true },
  ])('$name: another kind may be given $isRefusal', ({ change, isRefusal }) => {
    const step = incoming(AXFR).take(message('AXFR', [soa(5)], change));
    expect(step).toMatchObject({ kind: 'failed', isRefusal });
  });

  test('later messages need no question: RFC 5936 §2.2.1', () => {
    const transfer = incoming(AXFR);
    transfer.take(message('AXFR', [soa(5), NS]));
    expect(transfer.take(message('AXFR', [A, soa(5)], { questions: [] })).kind).toBe('whole');
  });
});
