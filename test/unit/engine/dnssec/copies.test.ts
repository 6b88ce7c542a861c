import { describe, expect, test } from 'vitest';
import { compareNames, toName } from '../../../../src/codec/dns/name.ts';
import { readRrsig } from '../../../../src/codec/dns/rdata/rrsig.ts';
import { soaSerial } from '../../../../src/codec/dns/rdata/soa.ts';
import type { ResourceRecord } from '../../../../src/codec/dns/record.ts';
import { Type } from '../../../../src/codec/dns/registry.ts';
import { Random } from '../../../../src/core/random.ts';
import { type Instant, SECOND, toInstant } from '../../../../src/core/time.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';
import { SignedCopies } from '../../../../src/engine/dnssec/copies.ts';
import type { ZoneKey } from '../../../../src/engine/dnssec/key.ts';
import { dsRecords } from '../../../../src/engine/dnssec/made-sets.ts';
import { DnsService } from '../../../../src/service/dns.ts';
import type { Zone } from '../../../../src/store/zone.ts';
import { ZoneBuilder } from '../../../../src/store/zone-builder.ts';
import { ZoneSet } from '../../../../src/store/zone-set.ts';
import { CASES_ZONE, EPOCH, START, schedule, signedZone, testKey } from '../../../support/signed-zone.ts';
import { judgeAnswer } from '../../../support/validator.ts';

const APEX = toName('signed.example.');
const DAY = 86_400;
const NOW = toInstant(0);
const atSecond = (seconds: number): Instant => toInstant(seconds * SECOND);
const day = (number: number): Instant => atSecond(number * DAY);

function copiesOf(keys: readonly ZoneKey[]): SignedCopies {
  return new SignedCopies({ apex: APEX, schedule: schedule(keys), crypto: portableCrypto, epoch: EPOCH });
}

const recordsAt = (copies: SignedCopies, zone: Zone, now: Instant): ResourceRecord[] =>
  [...copies.records(zone, now)].filter((record) => record !== undefined);

/** The zone that a secondary makes of what it is given. */
function copied(copies: SignedCopies, zone: Zone, now = NOW): Zone {
  const builder = new ZoneBuilder({ file: 'copy', apex: APEX, sha1: portableCrypto.sha1 });
  const place = { file: 'copy', line: 1, column: 1 };
  for (const record of recordsAt(copies, zone, now).slice(0, -1)) builder.add(record, place);
  return builder.build();
}

describe.each(['compact', 'nsec'] as const)('a copy of a zone that answers with %s', (denial) => {
  const keys = [testKey(1, 'ksk'), testKey(2, 'zsk')];
  const copies = copiesOf(keys);
  const zone = signedZone(CASES_ZONE, { keys, denial, copies });
  const server = new DnsService({ zones: new ZoneSet([copied(copies, zone)]), random: new Random(1) });
  const anchors = [{ zone: APEX, ds: dsRecords(APEX, keys[0]!, portableCrypto) }];

  test.each([
    { name: 'an answer', ask: 'www.signed.example. A' },
    { name: 'the SOA', ask: 'signed.example. SOA' },
    { name: 'the keys', ask: 'signed.example. DNSKEY' },
    { name: 'what asks the parent', ask: 'signed.example. CDS' },
    { name: 'an alias', ask: 'alias.signed.example. A' },
    { name: 'a wildcard', ask: 'x.y.wild.signed.example. A' },
    { name: 'no such type at a wildcard', ask: 'x.wild.signed.example. AAAA' },
    { name: 'another name for a tree', ask: 'host.old.signed.example. A' },
    { name: 'no such name', ask: 'none.signed.example. A' },
    { name: 'no such name below one that is there', ask: 'a.b.www.signed.example. A' },
    { name: 'no such type', ask: 'www.signed.example. AAAA' },
    { name: 'an empty non-terminal', ask: 'deep.signed.example. A' },
    { name: 'no DS at a cut', ask: 'plain.signed.example. DS' },
  ])('proves $name', ({ ask }) => {
    const [name = '', type = ''] = ask.split(' ');
    expect(judgeAnswer(name, type, { anchors, server }).verdict.security).toBe('secure');
  });

  test('has a signature on every set that is its own, and on no other: RFC 4035 §2.2', () => {
    const bare = [...copied(copies, zone).nodes()].flatMap(({ rrsets }) =>
      rrsets
        .filter(({ signatures }) => signatures === undefined)
        .map(({ owner, type }) => `${owner.key} ${type}`),
    );
    expect(bare).toEqual([
      `${toName('plain.signed.example.').key} ${Type.NS}`,
      `${toName('ns.plain.signed.example.').key} ${Type.A}`,
    ]);
  });

  test('has one NSEC for each name with records that nothing hides, in a ring', () => {
    const nodes = [...copied(copies, zone).nodes()];
    const chained = nodes.filter((node) => node.rrset(Type.NSEC) !== undefined);
    const shown = nodes.filter(({ veil, rrsets }) => veil === undefined && rrsets.length > 0);
    expect(chained).toEqual(shown);
    const next = new Map(chained.map((node) => [node.name.key, node.rrset(Type.NSEC)!.only]));
    const ring = chained.map(({ name }) => name).sort(compareNames);
    for (const [index, name] of ring.entries()) {
      const after = ring[(index + 1) % ring.length]!.octets;
      expect(next.get(name.key)!.subarray(0, after.length)).toEqual(after);
    }
  });
});

describe('the serial', () => {
  const copies = copiesOf([testKey(1)]);
  const zone = signedZone(CASES_ZONE, { copies });

  test('is alike in the transfer, at both of its ends, in answers and in denials', () => {
    const records = recordsAt(copies, zone, NOW);
    const served = zone.serialAt(NOW);
    expect(served).toBe(1 + copies.editions.at(NOW).since / 60);
    expect([records[0], records.at(-1)].map((record) => soaSerial(record!.rdata))).toEqual([served, served]);
    expect(soaSerial(zone.negativeSoaAt(NOW).only)).toBe(served);
    expect(zone.serial).toBe(1);
  });

  test('moves when the signatures are made anew, and not in between', () => {
    const serials = Array.from({ length: 40 }, (_, number) => zone.serialAt(day(number)));
    const moved = serials.flatMap((serial, index) =>
      index > 0 && serial !== serials[index - 1] ? [index] : [],
    );
    // The zone’s own phase puts them within half a day of days 3, 12, 21, 30 and 39.
    expect(moved).toEqual([3, 12, 21, 30, 39]);
    expect(serials).toEqual(serials.toSorted((a, b) => a - b));
  });

  test.each([0, 5, 8, 8.99, 20])(
    'day %d: all signatures of a transfer hold for five days or more',
    (number) => {
      const now = day(number);
      const ends = recordsAt(copies, zone, now)
        .filter(({ type }) => type === Type.RRSIG)
        .map(({ rdata }) => readRrsig(rdata));
      expect(ends.length).toBeGreaterThan(20);
      for (const { inception, expiration } of ends) {
        expect(expiration - (START + number * DAY)).toBeGreaterThanOrEqual(5 * DAY);
        expect(inception).toBeLessThan(START + number * DAY);
      }
    },
  );

  test('that a client was told is the zone’s own again in what it sends', () => {
    const soa = zone.soaAt(NOW);
    const told = { owner: APEX, type: Type.SOA, class: 1, ttl: 300, rdata: soa.only };
    expect(soaSerial(copies.ownRecord(told, NOW).rdata)).toBe(1);
    const other = { ...told, owner: toName('www.signed.example.') };
    expect(copies.ownRecord(other, NOW)).toBe(other);
  });
});

test('a key that comes stands in the copy at once, also before the minute is full and the serial moves', () => {
  const keys = [testKey(1), testKey(2, 'zsk', { publish: START + DAY + 30, activate: START + 2 * DAY })];
  const copies = copiesOf(keys);
  const zone = signedZone(CASES_ZONE, { keys, copies });
  const keysAt = (now: Instant) => copied(copies, zone, now).node(APEX)!.rrset(Type.DNSKEY)!.rdatas.length;
  expect([DAY + 29, DAY + 30].map(atSecond).map(keysAt)).toEqual([1, 2]);
  const serials = [DAY + 30, DAY + 59, DAY + 60, 2 * DAY].map((seconds) => zone.serialAt(atSecond(seconds)));
  expect(serials.map((serial) => serial - serials[0]!)).toEqual([
    0,
    0,
    expect.any(Number),
    expect.any(Number),
  ]);
  expect(new Set(serials).size).toBe(3);
});

test('a DS of a child comes and goes with the child’s key', () => {
  const child = toName('plain.signed.example.');
  const children = [
    {
      apex: child,
      schedule: schedule([testKey(5, 'csk', { activate: START + DAY })]),
      ds: 'follow' as const,
    },
  ];
  const keys = [testKey(1)];
  const copies = new SignedCopies({
    apex: APEX,
    schedule: schedule(keys, { validitySeconds: 3 * DAY, renewSeconds: 2.5 * DAY }),
    children,
    crypto: portableCrypto,
    epoch: EPOCH,
  });
  const zone = signedZone(CASES_ZONE, { keys, copies, children });
  const ds = (number: number) => copied(copies, zone, day(number)).node(child)!.rrset(Type.DS);
  expect(ds(0.5)).toBeUndefined();
  expect(ds(2)?.signatures).toBeDefined();
});

const print = (...keys: ZoneKey[]): string => copiesOf(keys).fingerprint;

describe('what signs', () => {
  test('has the same fingerprint for the same keys, and another for others, their parts and times', () => {
    const prints = [
      print(testKey(1)),
      print(testKey(2)),
      print(testKey(1), testKey(2)),
      print(testKey(1, 'ksk')),
      print(testKey(1, 'csk', { inactive: START })),
    ];
    expect(new Set(prints).size).toBe(prints.length);
    expect(print(testKey(1))).toBe(prints[0]);
  });
});

test('signing rests: never more than 32 signatures or a thousand names in a turn', () => {
  const names = Array.from({ length: 3_000 }, (_, index) => `host${(index * 7_919) % 3_001} A 10.0.0.1`);
  let signatures = 0;
  const key = testKey(1);
  const counted = Object.assign(Object.create(key) as ZoneKey, {
    sign: (): Uint8Array => {
      signatures++;
      return new Uint8Array(64);
    },
  });
  for (const word of ['isPublished', 'isActive', 'wantsDs'] as const)
    Object.assign(counted, { [word]: (seconds: number) => key[word](seconds) });
  const zone = signedZone(`${CASES_ZONE}${names.join('\n')}\n`);
  const copies = copiesOf([counted]);
  let before = 0;
  let most = 0;
  for (const record of copies.records(zone, NOW)) {
    if (record !== undefined) continue;
    most = Math.max(most, signatures - before);
    before = signatures;
  }
  expect(signatures).toBeGreaterThan(6_000);
  expect(most).toBe(32);
  // The next secondary of this edition gets the same.
  const made = signatures;
  for (const _ of copies.records(zone, NOW));
  expect(signatures).toBe(made);
});
