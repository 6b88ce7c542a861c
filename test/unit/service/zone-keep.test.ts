import { describe, expect, test } from 'vitest';
import { toName } from '../../../src/codec/dns/name.ts';
import { soaSerial } from '../../../src/codec/dns/rdata/soa.ts';
import { Type } from '../../../src/codec/dns/registry.ts';
import { toInstant } from '../../../src/core/time.ts';
import type { Row } from '../../../src/core/service.ts';
import type { Routing } from '../../../src/store/routing.ts';
import { loadZone } from '../../../src/store/zone-builder.ts';
import { query } from '../../support/dns-client.ts';
import { FROM_HERE, LabBench, labText, labZone, soaOf, updateOf } from '../../support/lab-zone.ts';

/** Updates of some 60 KB each, until the zone has been begun to be written whole. */
const fill = (bench: LabBench): number => {
  for (let turn = 1; turn <= 40; turn++) {
    const lines = Array.from({ length: 1_000 }, (_, index) => `a${turn}-${index} TXT "${'x'.repeat(30)}"`);
    bench.datagram(updateOf(turn, lines)).run(turn).settle();
    if (bench.service.deadline() <= bench.now) return turn;
  }
  return 0;
};

describe('a journal', () => {
  test('is written anew in pieces, and updates are made in between', () => {
    const bench = new LabBench({ allowUpdate: FROM_HERE });
    const turns = fill(bench);
    expect(turns).toBeGreaterThan(5);
    const longest = (): number => bench.effects.last('persist').rows.length;
    let pieces = 0;
    for (; bench.service.deadline() <= bench.now; pieces++) {
      bench.hand({ kind: 'timer' });
      expect(longest()).toBeLessThanOrEqual(512);
      if (pieces === 10) {
        const { ticket } = bench.effects.last('persist');
        bench
          .datagram(updateOf(99, ['late A 10.0.0.9']))
          .hand({ kind: 'timer' })
          .settle();
        expect(bench.ask('late.lab.example').rcode).toBe('NOERROR');
        bench.hand({ kind: 'settled', ticket, outcome: 'durable' });
      } else bench.settle();
    }
    expect(pieces).toBeGreaterThan(60);
  });

  test.each([0, 1, 30, 60, 1_000])('killed after %i pieces, it has every update', (slices) => {
    const bench = new LabBench({ allowUpdate: FROM_HERE });
    const turns = fill(bench);
    for (let slice = 0; slice < slices && bench.service.deadline() <= bench.now; slice++)
      bench.hand({ kind: 'timer' }).settle();
    const after = new LabBench({ allowUpdate: FROM_HERE });
    for (const row of kept(bench.rows())) after.hand({ kind: 'restored', row });
    for (let turn = 1; turn <= turns; turn++)
      expect(after.ask(`a${turn}-999.lab.example`).rcode).toBe('NOERROR');
    // It goes on from there, while what the copy has left is taken out.
    after.datagram(updateOf(7, ['late A 10.0.0.9'])).run(1);
    for (const { ticket } of after.effects.of('persist'))
      after.hand({ kind: 'settled', ticket, outcome: 'durable' });
    expect(after.ask('late.lab.example').rcode).toBe('NOERROR');
  });
});

const serialOf = (bench: LabBench): number | undefined =>
  bench
    .datagram(query('lab.example', 'SOA'))
    .reply()
    .answers.map(({ rdata }) => soaSerial(rdata))[0];
/** Timers, one after the other, until `isOver`; gives how many. */
const turns = (bench: LabBench, isOver: () => boolean): number => {
  for (let count = 0; count < 100; count++) {
    if (isOver()) return count;
    bench.now = Math.max(bench.now, bench.service.deadline());
    bench.hand({ kind: 'timer' });
  }
  return 100;
};

describe('a zone of many names takes turns', () => {
  const many = Array.from({ length: 6_000 }, (_, index) => `host${index}.sub A 10.1.0.1`).join('\n');
  test('to hide them below a cut, and is served as it was until then', () => {
    const bench = new LabBench({ allowUpdate: FROM_HERE }, labZone(1, many));
    bench.datagram(updateOf(7, ['sub NS ns.example.net.']));
    const count = turns(bench, () => {
      expect(bench.ask('host1.sub.lab.example').answer).toEqual(['host1.sub.lab.example. 60 IN A 10.1.0.1']);
      return bench.rows().length > 0;
    });
    expect(count).toBeGreaterThan(5);
    bench.settle();
    expect(bench.ask('host1.sub.lab.example').authority).toEqual([
      'sub.lab.example. 300 IN NS ns.example.net.',
    ]);
    expect(serialOf(bench)).toBe(2);
  });

  test('to be compared with a newer file, and updates wait', () => {
    const before = new LabBench({ allowUpdate: FROM_HERE }, labZone(1, many));
    const after = new LabBench({ allowUpdate: FROM_HERE, allowTransfer: FROM_HERE }, labZone(9, many));
    after.service.succeed(before.service, toInstant(0));
    after.datagram(updateOf(7, ['late A 10.0.0.9']));
    expect(turns(after, () => serialOf(after) !== 1)).toBeGreaterThan(5);
    expect(serialOf(after)).toBe(9);
    after.run(1).settle();
    expect(serialOf(after)).toBe(10);
    expect(after.ask('late.lab.example').rcode).toBe('NOERROR');
    const reply = after.datagram(query('lab.example', 'IXFR', { authorities: [soaOf(1)] })).reply();
    expect(
      reply.answers.filter(({ type }) => type === Type.SOA).map(({ rdata }) => soaSerial(rdata)),
    ).toEqual([10, 1, 9, 9, 10, 10]);
  });

  /** The same records, with a policy. */
  const reloaded = (from: LabBench): LabBench => {
    const set = {
      owner: toName('shop.lab.example'),
      type: Type.A,
      ttl: 60,
      rdatas: [Uint8Array.of(10, 0, 0, 7)],
    };
    const routing: Routing = { choose: () => 'no-data' };
    const routed = [{ ...set, routing, place: { file: 'lab.yaml', line: 1, column: 1 } }];
    const file = loadZone(labText(1, many), { file: 'zone', routed: () => routed });
    const next = new LabBench({ allowUpdate: FROM_HERE }, file);
    next.now = from.now;
    next.service.succeed(from.service, toInstant(next.now));
    return next;
  };

  test.each([1, 2])('to be given the policies of a file, after %i reloads', (reloads) => {
    let bench = new LabBench({ allowUpdate: FROM_HERE }, labZone(1, many))
      .datagram(updateOf(7, ['new A 10.0.0.9']))
      .run(1)
      .settle();
    for (let reload = 0; reload < reloads; reload++) bench = reloaded(bench);
    const count = turns(bench, () => {
      expect(bench.ask('new.lab.example').rcode).toBe('NOERROR');
      return bench.ask('shop.lab.example').rcode === 'NOERROR';
    });
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThan(100);
    bench.hand({ kind: 'timer' });
    expect(bench.effects.rules()).toContain('HE-UPDATE-022');
  });
});

/** What the disk has of rows that were written in this order. */
function kept(rows: readonly Row[]): readonly Row[] {
  const disk = new Map(rows.map((row) => [`${row.table} ${row.key}`, row]));
  return [...disk.values()].filter(({ value }) => value !== null);
}
