import { describe, expect, test } from 'vitest';
import { EdnsFlag } from '../../../src/codec/dns/edns.ts';
import { frameMessage } from '../../../src/codec/dns/frame.ts';
import { type DnsMessage, decodeMessage, encodeMessage } from '../../../src/codec/dns/message.ts';
import { toName } from '../../../src/codec/dns/name.ts';
import { soaSerial, withSerial } from '../../../src/codec/dns/rdata/soa.ts';
import { type ResourceRecord, formatRecord } from '../../../src/codec/dns/record.ts';
import { Class, Opcode, Type, rcodeName } from '../../../src/codec/dns/registry.ts';
import { updateRecords } from '../../../src/codec/dns/update-text.ts';
import { parsePrefix } from '../../../src/core/address.ts';
import type { Row } from '../../../src/core/service.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';
import { SignedCopies } from '../../../src/engine/dnssec/copies.ts';
import type { ZoneKey } from '../../../src/engine/dnssec/key.ts';
import { OnlineSigner } from '../../../src/engine/dnssec/signer.ts';
import { PeerList } from '../../../src/store/access.ts';
import { loadZone } from '../../../src/store/zone-builder.ts';
import { CLIENT, SERVER, query } from '../../support/dns-client.ts';
import { CASES_ZONE, EPOCH, START, schedule, testKey } from '../../support/signed-zone.ts';
import { ZoneBench } from '../../support/zone-bench.ts';

const APEX = toName('signed.example');
const DAY = 86_400;
const FROM_HERE = new PeerList([{ prefix: parsePrefix('10.0.0.0/24'), key: undefined }]);
const SECONDARY = { ...CLIENT, port: 53, key: undefined };

interface SigningBench {
  readonly keys?: readonly ZoneKey[];
  readonly text?: string;
  readonly rows?: readonly Row[];
  readonly atSeconds?: number;
}

/** A server of one zone that it signs, with a secondary that is told. */
function signing({ keys = [testKey(1)], text = CASES_ZONE, rows = [], atSeconds = 0 }: SigningBench = {}) {
  const parts = { schedule: schedule(keys), crypto: portableCrypto, epoch: EPOCH };
  const copies = new SignedCopies({ ...parts, apex: APEX });
  const build = { file: 'zone', signer: new OnlineSigner({ ...parts, denial: 'compact', copies }) };
  const duties = { apex: APEX, allowTransfer: FROM_HERE, allowUpdate: FROM_HERE, notify: [SECONDARY] };
  const bench = new ZoneBench({ ...duties, build, copies }, loadZone(text, build), EPOCH);
  for (const row of rows) bench.hand({ kind: 'restored', row });
  bench.now = atSeconds * 1_000_000;
  return bench.hand({ kind: 'timer' });
}

/** What a stream is answered. */
function transfer(bench: ZoneBench, question: DnsMessage): ResourceRecord[] {
  bench.hand({ kind: 'stream', event: 'opened', stream: 1, local: SERVER, peer: CLIENT });
  const before = bench.effects.of('write').length;
  bench.hand({ kind: 'stream', event: 'octets', stream: 1, octets: frameMessage(encodeMessage(question)) });
  bench.run(bench.now / 1_000_000 + 1);
  return bench.effects
    .of('write')
    .slice(before)
    .flatMap(({ octets }) => decodeMessage(octets.subarray(2)).answers);
}

const serialsOf = (records: readonly ResourceRecord[]): number[] =>
  records.filter(({ type }) => type === Type.SOA).map(({ rdata }) => soaSerial(rdata));

/** The serial that an ordinary client is told. */
const servedSerial = (bench: ZoneBench): number =>
  serialsOf(bench.datagram(query('signed.example', 'SOA')).reply().answers)[0] ?? -1;

/** Secondaries were told of these serials, in order. */
const toldSerials = (bench: ZoneBench): number[] =>
  bench.effects
    .of('send')
    .map(({ octets }) => decodeMessage(octets))
    .filter(({ opcode, questions }) => opcode === Opcode.NOTIFY && questions[0]?.qtype === Type.SOA)
    .flatMap(({ answers }) => serialsOf(answers))
    .filter((serial, index, all) => serial !== all[index - 1]);

const soaWith = (serial: number): ResourceRecord => {
  const rdata = loadZone(CASES_ZONE, { file: 'zone' }).soa.only;
  return { owner: APEX, type: Type.SOA, class: Class.IN, ttl: 300, rdata: withSerial(rdata, serial) };
};

const updateOf = (id: number, add: string[], answers: ResourceRecord[] = []): DnsMessage =>
  query('signed.example', 'SOA', {
    id,
    opcode: Opcode.UPDATE,
    answers,
    authorities: updateRecords({ add, remove: [] }, APEX),
  });

describe('AXFR of a zone that is signed when it is asked', () => {
  test('goes from SOA to SOA, signed, with the serial that everybody is told', () => {
    const bench = signing();
    const records = transfer(bench, query('signed.example', 'AXFR'));
    const [first] = records;
    expect([first?.type, records.at(-1)?.type]).toEqual([Type.SOA, Type.SOA]);
    const serial = servedSerial(bench);
    expect(serialsOf(records)).toEqual([serial, serial]);
    expect(records.filter(({ type }) => type === Type.NSEC).length).toBe(10);
    expect(bench.effects.rules()).toContain('HE-TRANSFER-012');
  });

  test('of many names takes its turns, and others are answered in between', () => {
    const names = Array.from({ length: 150 }, (_, index) => `host${index} A 10.1.0.1\n`);
    const bench = signing({ text: `${CASES_ZONE}${names.join('')}` });
    bench.hand({ kind: 'stream', event: 'opened', stream: 1, local: SERVER, peer: CLIENT });
    const octets = frameMessage(encodeMessage(query('signed.example', 'AXFR')));
    bench.hand({ kind: 'stream', event: 'octets', stream: 1, octets });
    let turns = 0;
    while (bench.effects.of('write').length === 0) {
      bench.run((bench.now + 1_000) / 1_000_000);
      turns++;
    }
    expect(turns).toBeGreaterThan(1);
    expect(servedSerial(bench)).toBeGreaterThan(0);
    bench.run(2);
    const records = bench.effects
      .of('write')
      .flatMap((write) => decodeMessage(write.octets.subarray(2)).answers);
    expect(records.filter(({ type }) => type === Type.NSEC).length).toBe(160);
  });
});

describe('IXFR', () => {
  test.each([
    { name: 'of the serial that is served: the SOA alone', behind: 0, records: 1 },
    { name: 'of one before: the whole zone, as AXFR', behind: 1, records: 53 },
  ])('$name', ({ behind, records }) => {
    const bench = signing();
    const authorities = [soaWith(servedSerial(bench) - behind)];
    expect(transfer(bench, query('signed.example', 'IXFR', { authorities })).length).toBe(records);
  });

  test('after an update is the whole zone, too: the journal has no signatures', () => {
    const bench = signing();
    const before = servedSerial(bench);
    bench
      .datagram(updateOf(1, ['new A 192.0.2.9']))
      .run(1)
      .settle();
    expect(servedSerial(bench)).toBe(before + 1);
    const records = transfer(bench, query('signed.example', 'IXFR', { authorities: [soaWith(before)] }));
    expect(records[1]?.type).not.toBe(Type.SOA);
    expect(records.map(formatRecord).filter((line) => line.startsWith('new.'))).toHaveLength(4);
  });
});

describe('the serial', () => {
  test('moves when the signatures are made anew, and secondaries are told', () => {
    const bench = signing();
    const first = servedSerial(bench);
    bench.run(14 * DAY);
    const told = toldSerials(bench);
    expect(told).toEqual([first, expect.any(Number), servedSerial(bench)]);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(new Set(told).size).toBe(3);
    expect(bench.effects.rules()).toContain('HE-TRANSFER-026');
  });

  test('moves when a key comes, a minute later at most', () => {
    const bench = signing({ keys: [testKey(1), testKey(2, 'zsk', { publish: START + 90 })] });
    const first = servedSerial(bench);
    bench.run(119);
    expect(toldSerials(bench)).toEqual([first]);
    bench.run(120);
    expect(toldSerials(bench)).toEqual([first, servedSerial(bench)]);
    const keys = transfer(bench, query('signed.example', 'AXFR')).filter(({ type }) => type === Type.DNSKEY);
    expect(keys.length).toBe(2);
  });

  test.each([
    { name: 'is the same after a restart with the same keys', keys: [testKey(1)], kept: true, moves: false },
    { name: 'moves after a restart with other keys', keys: [testKey(2)], kept: true, moves: true },
    { name: 'moves after a restart that remembers nothing', keys: [testKey(1)], kept: false, moves: true },
  ])('$name', ({ keys, kept, moves }) => {
    const before = signing();
    const serial = servedSerial(before);
    const rows = kept ? before.rows() : [];
    const after = signing({ keys, rows, atSeconds: 3_600 });
    expect(servedSerial(after) > serial).toBe(moves);
  });

  test('of a zone with updates moves when a reload has other keys, which sign them, too', () => {
    const before = signing();
    before
      .datagram(updateOf(1, ['new A 192.0.2.9']))
      .run(1)
      .settle();
    const serial = servedSerial(before);
    const after = signing({ keys: [testKey(2)] });
    after.now = before.now;
    after.service.succeed(before.service, after.now as never);
    after.run(61);
    expect(servedSerial(after)).toBeGreaterThan(serial);
    const records = transfer(after, query('signed.example', 'AXFR'));
    const dnskey = query('signed.example', 'DNSKEY');
    const keys = [records, after.datagram(dnskey).reply().answers].map((list) =>
      list.flatMap(({ type, rdata }) => (type === Type.DNSKEY ? [rdata] : [])),
    );
    expect(keys).toEqual([[testKey(2).rdata], [testKey(2).rdata]]);
    expect(records.some(({ owner }) => owner.equals(toName('new.signed.example')))).toBe(true);
  });

  test('never goes back at a reload, and moves when the keys are others', () => {
    const before = signing({ atSeconds: 0 });
    before.run(3_600);
    const serial = servedSerial(before);
    for (const { keys, moves } of [
      { keys: [testKey(1)], moves: false },
      { keys: [testKey(2)], moves: true },
    ]) {
      const after = signing({ keys });
      after.now = before.now;
      after.service.succeed(before.service, after.now as never);
      after.run(after.now / 1_000_000 + 60);
      expect(servedSerial(after) > serial).toBe(moves);
      expect(servedSerial(after)).toBeGreaterThanOrEqual(serial);
    }
  });

  test('is in denials as in answers, and its signature covers it', () => {
    const bench = signing();
    const edns = { payloadOctets: 4_096, version: 0, flags: EdnsFlag.DO, options: [] };
    const reply = bench.datagram(query('none.signed.example', 'A', { edns })).reply();
    expect(serialsOf(reply.authorities)).toEqual([servedSerial(bench)]);
  });
});

describe('an update of such a zone', () => {
  test('may name the SOA that its client was told', () => {
    const bench = signing();
    const told = soaWith(servedSerial(bench));
    bench
      .datagram(updateOf(1, ['new A 192.0.2.9'], [{ ...told, ttl: 0 }]))
      .run(1)
      .settle();
    expect(rcodeName(bench.reply().rcode)).toBe('NOERROR');
    const other = { ...soaWith(servedSerial(bench) + 1), ttl: 0 };
    bench.datagram(updateOf(2, ['more A 192.0.2.9'], [other])).run(2);
    expect(rcodeName(bench.reply().rcode)).toBe('NXRRSET');
  });

  test('that raises the serial is seen with that very serial', () => {
    const bench = signing();
    const raised = servedSerial(bench) + 100;
    const soa = formatRecord(soaWith(raised)).replace(/^\S+ \d+ IN/, '@ 300');
    bench
      .datagram(updateOf(1, [soa]))
      .run(1)
      .settle();
    expect(servedSerial(bench)).toBe(raised);
  });
});
