import { describe, expect, test } from 'vitest';
import { frameMessage } from '../../../src/codec/dns/frame.ts';
import { decodeMessage, encodeMessage } from '../../../src/codec/dns/message.ts';
import { formatRecord } from '../../../src/codec/dns/record.ts';
import { Opcode, Type, rcodeName } from '../../../src/codec/dns/registry.ts';
import { updateRecords } from '../../../src/codec/dns/update-text.ts';
import { toInstant } from '../../../src/core/time.ts';
import type { Row } from '../../../src/core/service.ts';
import { CLIENT, SERVER, query } from '../../support/dns-client.ts';
import { APEX, FROM_HERE, LabBench, labZone, soaOf, updateOf } from '../../support/lab-zone.ts';

const PRIMARY = { ...SERVER, key: undefined };

describe('an update', () => {
  test('is answered, and seen, when it is on the disk and not before: RFC 2136 §3.5', () => {
    const bench = new LabBench({ allowUpdate: FROM_HERE }).datagram(updateOf(7, ['new A 10.0.0.9'])).run(1);
    expect(bench.effects.of('send')).toEqual([]);
    expect(bench.ask('new.lab.example').rcode).toBe('NXDOMAIN');
    bench.settle();
    expect([bench.reply().id, rcodeName(bench.reply().rcode)]).toEqual([7, 'NOERROR']);
    expect(bench.ask('new.lab.example').answer).toEqual(['new.lab.example. 300 IN A 10.0.0.9']);
  });

  test('that the disk does not take is not made: SERVFAIL', () => {
    const bench = new LabBench({ allowUpdate: FROM_HERE })
      .datagram(updateOf(7, ['new A 10.0.0.9']))
      .run(1)
      .settle('failed');
    expect(rcodeName(bench.reply().rcode)).toBe('SERVFAIL');
    expect(bench.ask('new.lab.example').rcode).toBe('NXDOMAIN');
  });

  test('waits for the one before, and those that wait go in one flush', () => {
    const bench = new LabBench({ allowUpdate: FROM_HERE }).datagram(updateOf(1, ['a A 10.0.0.9'])).run(1);
    bench
      .datagram(updateOf(2, ['b A 10.0.0.9']))
      .datagram(updateOf(3, ['c A 10.0.0.9']))
      .run(2);
    expect(bench.effects.of('persist').length).toBe(1);
    bench.settle().run(3).settle();
    expect(bench.effects.of('persist').length).toBe(2);
    expect(bench.effects.of('send').map(({ octets }) => decodeMessage(octets).id)).toEqual([1, 2, 3]);
  });

  test('that makes the zone ill-formed is refused, and the others are made', () => {
    const bench = new LabBench({ allowUpdate: FROM_HERE });
    bench
      .datagram(updateOf(1, ['sub NS ns.sub']))
      .datagram(updateOf(2, ['good A 10.0.0.9']))
      .run(1)
      .settle();
    const replies = bench.effects.of('send').map(({ octets }) => decodeMessage(octets));
    expect(replies.map(({ id, rcode }) => `${id} ${rcodeName(rcode)}`)).toEqual(['1 REFUSED', '2 NOERROR']);
  });

  test.each([
    { name: 'from nobody named', duties: {}, rcode: 'REFUSED' },
    { name: 'of a copy', duties: { primaries: [PRIMARY], allowUpdate: FROM_HERE }, rcode: 'REFUSED' },
  ])('$name: $rcode', ({ duties, rcode }) => {
    expect(rcodeName(new LabBench(duties).datagram(updateOf(1, ['a A 10.0.0.9'])).reply().rcode)).toBe(rcode);
  });

  test('is there again after kill -9, and IXFR tells it', () => {
    const before = new LabBench({ allowUpdate: FROM_HERE });
    for (const [index, name] of ['a', 'b', 'c'].entries())
      before
        .datagram(updateOf(index, [`${name} A 10.0.0.9`]))
        .run(index + 1)
        .settle();
    const after = new LabBench({ allowTransfer: FROM_HERE });
    for (const row of before.rows().toReversed()) after.hand({ kind: 'restored', row });
    expect(after.ask('c.lab.example').rcode).toBe('NOERROR');
    const reply = after.datagram(query('lab.example', 'IXFR', { authorities: [soaOf(2)] })).reply();
    expect(reply.answers.map((record) => formatRecord(record).replace(/ 60 20 600 30$/, ''))).toEqual([
      'lab.example. 60 IN SOA ns.lab.example. root.lab.example. 4',
      'lab.example. 60 IN SOA ns.lab.example. root.lab.example. 2',
      'lab.example. 60 IN SOA ns.lab.example. root.lab.example. 3',
      'b.lab.example. 300 IN A 10.0.0.9',
      'lab.example. 60 IN SOA ns.lab.example. root.lab.example. 3',
      'lab.example. 60 IN SOA ns.lab.example. root.lab.example. 4',
      'c.lab.example. 300 IN A 10.0.0.9',
      'lab.example. 60 IN SOA ns.lab.example. root.lab.example. 4',
    ]);
  });

  test.each([
    { name: 'a file with a newer serial wins', serial: 9, found: 'NXDOMAIN', rule: 'HE-UPDATE-021' },
    {
      name: 'a journal of another version is left out',
      serial: 0xffff_fff0,
      found: 'NXDOMAIN',
      rule: 'HE-UPDATE-023',
    },
  ])('$name', ({ serial, found, rule }) => {
    const before = new LabBench({ allowUpdate: FROM_HERE })
      .datagram(updateOf(1, ['a A 10.0.0.9']))
      .run(1)
      .settle();
    const after = new LabBench({}, labZone(serial));
    for (const row of before.rows()) after.hand({ kind: 'restored', row });
    expect(after.ask('a.lab.example').rcode).toBe(found);
    expect(after.effects.rules()).toContain(rule);
  });
});

const reloaded = (file: ReturnType<typeof labZone>) => {
  const before = new LabBench({ allowUpdate: FROM_HERE }).datagram(updateOf(7, ['new A 10.0.0.9'])).run(1);
  const after = new LabBench({ allowUpdate: FROM_HERE }, file);
  after.now = before.now;
  after.service.succeed(before.service, toInstant(after.now));
  const { ticket } = before.effects.last('persist');
  after.run(1).hand({ kind: 'settled', ticket, outcome: 'durable' });
  return { before, after };
};

describe('a reload while an update waits for the disk', () => {
  test.each([
    { name: 'a newer file', file: labZone(9, 'filed A 10.0.0.3\n'), serial: 10 },
    { name: 'another file of the same serial', file: labZone(1, 'filed A 10.0.0.3\n'), serial: 2 },
  ])('$name is served, and the update is made of it before it is answered', ({ file, serial }) => {
    const { before, after } = reloaded(file);
    expect(after.ask('filed.lab.example').rcode).toBe('NOERROR');
    after.run(2).settle();
    expect(after.effects.of('send').map(({ octets }) => decodeMessage(octets).id)).toContain(7);
    expect(after.ask('filed.lab.example').rcode).toBe('NOERROR');
    expect(after.ask('new.lab.example').rcode).toBe('NOERROR');

    const later = new LabBench({}, file);
    for (const row of kept([...before.rows(), ...after.rows()])) later.hand({ kind: 'restored', row });
    expect(later.ask('new.lab.example').rcode).toBe('NOERROR');
    expect(later.ask('filed.lab.example').rcode).toBe('NOERROR');
    expect(later.effects.rules()).not.toContain('HE-UPDATE-023');
    const { answers } = later.datagram(query('lab.example', 'SOA')).reply();
    expect(answers.map(formatRecord)).toEqual([
      `lab.example. 60 IN SOA ns.lab.example. root.lab.example. ${serial} 60 20 600 30`,
    ]);
  });
});

/** What the disk has of rows that were written in this order. */
function kept(rows: readonly Row[]): readonly Row[] {
  const disk = new Map(rows.map((row) => [`${row.table} ${row.key}`, row]));
  return [...disk.values()].filter(({ value }) => value !== null);
}

describe('a journal', () => {
  test('of before there were logs and copies with numbers is read', () => {
    const before = new LabBench({ allowUpdate: FROM_HERE })
      .datagram(updateOf(1, ['a A 10.0.0.9']))
      .run(1)
      .settle();
    const [change] = before.rows();
    const { log: _log, ...value } = change?.value ?? {};
    const after = new LabBench({});
    after.hand({ kind: 'restored', row: { table: 'zone-change', key: 'lab.example. 1', value } });
    expect([change?.key, after.ask('a.lab.example').rcode]).toEqual(['lab.example. 1', 'NOERROR']);
    const copy = copyOf(new LabBench({ primaries: [PRIMARY] })).find(({ table }) => table === 'zone-copy');
    const old = { ...copy?.value, copy: null, of: 1 };
    const secondary = new LabBench({ primaries: [PRIMARY] });
    secondary.hand({ kind: 'restored', row: { table: 'zone-copy', key: 'lab.example. 0', value: old } });
    expect(secondary.ask('www.lab.example').rcode).toBe('NOERROR');
  });

  test('that does not fit the file counts again from the next update on', () => {
    const before = new LabBench({ allowUpdate: FROM_HERE })
      .datagram(updateOf(1, ['a A 10.0.0.9']))
      .run(1)
      .settle();
    const other = labZone(0xffff_fff0);
    const second = new LabBench({ allowUpdate: FROM_HERE }, other);
    for (const row of before.rows()) second.hand({ kind: 'restored', row });
    second
      .datagram(updateOf(2, ['b A 10.0.0.9']))
      .run(1)
      .settle();
    const third = new LabBench({}, other);
    for (const row of [...before.rows(), ...second.rows()].filter(({ value }) => value !== null))
      third.hand({ kind: 'restored', row });
    expect(third.ask('b.lab.example').rcode).toBe('NOERROR');
    expect(third.ask('a.lab.example').rcode).toBe('NXDOMAIN');
  });
});

const begin = (bench: LabBench): LabBench => {
  bench.hand({ kind: 'stream', event: 'opened', stream: 1, local: SERVER, peer: CLIENT });
  const octets = frameMessage(encodeMessage(query('lab.example', 'AXFR')));
  return bench.hand({ kind: 'stream', event: 'octets', stream: 1, octets });
};
const sent = (bench: LabBench): number =>
  bench.effects
    .of('write')
    .reduce((sum, { octets }) => sum + decodeMessage(octets.subarray(2)).answers.length, 0);

describe('a transfer', () => {
  const many = Array.from({ length: 20_000 }, (_, index) => `host${index} A 10.1.0.1`).join('\n');
  test('goes out a few messages at a time, whole, from SOA to SOA', () => {
    const bench = begin(new LabBench({ allowTransfer: FROM_HERE }, labZone(1, many)));
    bench.hand({ kind: 'timer' });
    expect(bench.effects.of('write').length).toBeLessThanOrEqual(4);
    bench.run(5);
    expect(sent(bench)).toBe(20_005);
    const writes = bench.effects.of('write').map(({ octets }) => decodeMessage(octets.subarray(2)));
    expect(writes.at(-1)?.answers.at(-1)?.type).toBe(Type.SOA);
    expect(writes.slice(1).every(({ questions }) => questions.length === 0)).toBe(true);
  });

  test('waits for a peer that does not read, and cuts it off after a minute', () => {
    const bench = begin(new LabBench({ allowTransfer: FROM_HERE }, labZone(1, many)));
    bench.effects.unsentOctets = 1_000_000;
    bench.run(59);
    expect(bench.effects.of('write')).toEqual([]);
    expect(bench.effects.of('reset')).toEqual([]);
    bench.run(61);
    expect(bench.effects.of('reset').length).toBe(1);
    expect(bench.effects.rules()).toContain('HE-TRANSFER-010');
  });

  test.each([
    { name: 'of a client not named', duties: {}, qname: 'lab.example', rcode: 'REFUSED' },
    {
      name: 'of a name that is no apex',
      duties: { allowTransfer: FROM_HERE },
      qname: 'www.lab.example',
      rcode: 'NOTAUTH',
    },
  ])('$name: $rcode', ({ duties, qname, rcode }) => {
    const bench = new LabBench(duties);
    bench.hand({ kind: 'stream', event: 'opened', stream: 1, local: SERVER, peer: CLIENT });
    const octets = frameMessage(encodeMessage(query(qname, 'AXFR')));
    bench.hand({ kind: 'stream', event: 'octets', stream: 1, octets });
    expect(rcodeName(decodeMessage(bench.effects.last('write').octets.subarray(2)).rcode)).toBe(rcode);
  });

  test('over UDP: AXFR is not done, IXFR that is too long is the SOA alone', () => {
    const bench = new LabBench({ allowTransfer: FROM_HERE, allowUpdate: FROM_HERE });
    expect(rcodeName(bench.datagram(query('lab.example', 'AXFR')).reply().rcode)).toBe('NOTIMP');
    const lines = Array.from({ length: 60 }, (_, index) => `host${index} A 10.1.0.1`);
    bench.datagram(updateOf(1, lines)).run(1).settle();
    const reply = bench.datagram(query('lab.example', 'IXFR', { authorities: [soaOf(1)] })).reply();
    expect(reply.answers.map(({ type }) => type)).toEqual([Type.SOA]);
  });
});

describe('a copy', () => {
  test('that has not come yet is SERVFAIL, and its primary is asked again and again', () => {
    const bench = new LabBench({ primaries: [PRIMARY] });
    expect(bench.ask('www.lab.example').rcode).toBe('SERVFAIL');
    bench.run(30);
    expect(bench.effects.of('send').filter(({ port }) => port !== 53).length).toBeGreaterThanOrEqual(5);
    expect(bench.effects.rules()).toContain('HE-TRANSFER-034');
  });

  test('that was kept is served at once, and no longer than its expire time', () => {
    const first = new LabBench({ primaries: [PRIMARY] });
    const rows: Row[] = copyOf(first);
    const bench = new LabBench({ primaries: [PRIMARY] });
    for (const row of rows) bench.hand({ kind: 'restored', row });
    expect(bench.ask('www.lab.example').rcode).toBe('NOERROR');
    bench.run(599);
    expect(bench.ask('www.lab.example').rcode).toBe('NOERROR');
    bench.run(601);
    expect(bench.ask('www.lab.example').rcode).toBe('SERVFAIL');
    expect(bench.effects.rules()).toContain('HE-TRANSFER-038');
  });

  test('NOTIFY of a primary asks at once, of anybody else it is REFUSED', () => {
    const bench = new LabBench({ primaries: [PRIMARY] });
    expect(rcodeName(bench.datagram(NOTIFY).reply().rcode)).toBe('REFUSED');
    notify(bench);
    expect(rcodeName(bench.reply().rcode)).toBe('NOERROR');
    expect(bench.service.deadline()).toBeLessThanOrEqual(bench.now);
  });

  test('NOTIFY while the primary is asked: it is asked again, since what it says may be older', () => {
    const bench = new LabBench({ primaries: [PRIMARY] });
    copyOf(bench);
    bench.run(60);
    const asked = bench.effects.last('send');
    notify(bench);
    answerSoa(bench, asked);
    expect(bench.service.deadline()).toBeLessThanOrEqual(bench.now);
    bench.run(60);
    answerSoa(bench, bench.effects.last('send'));
    expect(bench.service.deadline()).toBeGreaterThan(bench.now);
  });
});

const NOTIFY = query('lab.example', 'SOA', { opcode: Opcode.NOTIFY });

/** The primary says that there is something new. */
function notify(bench: LabBench): void {
  const from = { ...SERVER, port: 9 };
  const octets = encodeMessage(NOTIFY);
  bench.hand({ kind: 'datagram', octets, from, to: SERVER, via: 0, hardware: undefined });
}

/** The primary has version 1. */
function answerSoa(bench: LabBench, asked: { readonly port: number; readonly octets: Uint8Array }): void {
  const { id } = decodeMessage(asked.octets);
  const octets = encodeMessage(query('lab.example', 'SOA', { id, flags: 0x8400, answers: [soaOf(1)] }));
  const to = { ...SERVER, port: asked.port };
  bench.hand({ kind: 'datagram', octets, from: SERVER, to, via: 0, hardware: undefined });
}

/** The rows of a copy that a primary gave, record by record. */
function copyOf(bench: LabBench): Row[] {
  bench.run(0);
  const flags = 0x8400;
  answerSoa(bench, bench.effects.last('send'));
  const { stream } = bench.effects.last('connect');
  bench.hand({ kind: 'stream', event: 'opened', stream, local: SERVER, peer: SERVER });
  const request = decodeMessage(bench.effects.last('write').octets.subarray(2));
  const records = [
    soaOf(1),
    ...updateRecords({ add: ['@ NS ns', 'ns A 10.0.0.1', 'www A 10.0.0.2'], remove: [] }, APEX),
    soaOf(1),
  ];
  for (const record of records) {
    const message = encodeMessage(query('lab.example', 'AXFR', { id: request.id, flags, answers: [record] }));
    bench.hand({ kind: 'stream', event: 'octets', stream, octets: frameMessage(message) });
  }
  bench.run(0);
  return bench.rows();
}
