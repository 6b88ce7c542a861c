import { describe, expect, test } from 'vitest';
import { toName } from '../../../../src/codec/dns/name.ts';
import { readRrsig } from '../../../../src/codec/dns/rdata/rrsig.ts';
import { Type } from '../../../../src/codec/dns/registry.ts';
import { SECOND, toInstant } from '../../../../src/core/time.ts';
import { SignatureCache } from '../../../../src/engine/dnssec/signature-cache.ts';
import { RRset } from '../../../../src/store/zone.ts';
import { CASES_ZONE, START, schedule, signedZone, testKey } from '../../../support/signed-zone.ts';

const DAY = 86_400;

describe('who signs', () => {
  const keys = [
    testKey(1, 'ksk'),
    testKey(2, 'zsk', { inactive: START + 10 * DAY, delete: START + 11 * DAY }),
    testKey(3, 'zsk', { publish: START + 8 * DAY, activate: START + 10 * DAY }),
  ];
  const plan = schedule(keys);
  const [ksk, old, young] = keys.map(({ tag }) => tag);

  test.each([
    { name: 'at first the old one', day: 0, published: [ksk, old], a: [old] },
    {
      name: 'the new one stands in the zone before it signs',
      day: 9,
      published: [ksk, old, young],
      a: [old],
    },
    {
      name: 'it takes over, and the old one stays for the caches',
      day: 10,
      published: [ksk, old, young],
      a: [young],
    },
    { name: 'the old one goes', day: 11, published: [ksk, young], a: [young] },
  ])('day $day: $name', ({ day, published, a }) => {
    const at = START + day * DAY;
    expect(plan.published(at).map(({ tag }) => tag)).toEqual(published);
    expect(plan.turns(Type.A, 0, at).map(({ key }) => key.tag)).toEqual(a);
    expect(plan.turns(Type.DNSKEY, 0, at).map(({ key }) => key.tag)).toEqual([ksk]);
  });

  test('nothing that is signed lasts over an event or a period', () => {
    expect(plan.until(0, START + 9 * DAY)).toBeLessThanOrEqual(START + 10 * DAY);
  });

  test('the roll-over that was forgotten: the last signatures stay, and end', () => {
    const left = schedule([testKey(1, 'zsk', { inactive: START + 10 * DAY })]);
    const [last] = left.turns(Type.A, 0, START + 10 * DAY - 1);
    const [later] = left.turns(Type.A, 0, START + 100 * DAY);
    expect(later?.expiration).toBe(last?.expiration);
    expect(later?.expiration).toBeLessThan(START + 25 * DAY);
  });

  test('a key that never was active signs nothing', () => {
    expect(schedule([testKey(1, 'zsk', { activate: START + DAY })]).turns(Type.A, 0, START)).toEqual([]);
  });
});

describe('how long a signature holds', () => {
  const plan = schedule([testKey(1)], { jitterSeconds: 3_600 });

  test.each([0, 1, 3_599, 0xffff_ffff])('phase %i: always so much is left, and it has begun', (phase) => {
    for (let hour = 0; hour < 24 * 40; hour++) {
      const at = START + hour * 3_600;
      const [turn] = plan.turns(Type.A, phase, at);
      expect(turn!.expiration - at).toBeGreaterThanOrEqual(5 * DAY);
      expect(turn!.expiration - at).toBeLessThanOrEqual(14 * DAY);
      expect(at - turn!.inception).toBeGreaterThanOrEqual(3_600);
      expect(plan.until(phase, at)).toBeGreaterThan(at);
    }
  });

  test('two servers with the same key give the same signature, and names of one zone end apart', () => {
    const now = toInstant(0);
    const sign = () => {
      const zone = signedZone(CASES_ZONE);
      return ['www', 'mail', 'ns'].map((name) => {
        const set = zone.node(toName(`${name}.signed.example.`))!.rrset(Type.A)!;
        return zone.security!.signatures(set, set.owner.octets, now)!.only;
      });
    };
    const first = sign();
    expect(sign()).toEqual(first);
    expect(new Set(first.map((rdata) => readRrsig(rdata).expiration)).size).toBe(3);
  });

  test('a signature is remembered until its period ends, and made anew then', () => {
    const zone = signedZone(CASES_ZONE);
    const set = zone.node(toName('www.signed.example.'))!.rrset(Type.A)!;
    const at = (day: number) =>
      zone.security!.signatures(set, set.owner.octets, toInstant(day * DAY * SECOND))!;
    const first = at(0);
    expect(at(0.001)).toBe(first);
    expect(readRrsig(at(10).only).expiration).toBeGreaterThan(readRrsig(first.only).expiration);
  });
});

const numbered = (number: number) =>
  new RRset(toName(`n${number}.example.`), Type.A, 300, [Uint8Array.of(1, 2, 3, 4)]);

test('the cache has as many signatures as it is told, and keeps those that are used', () => {
  const cache = new SignatureCache(10);
  const used = numbered(0);
  cache.keep(used, { signatures: used, from: 0, until: 100 });
  for (let number = 1; number < 1_000; number++) {
    const other = numbered(number);
    cache.keep(other, { signatures: other, from: 0, until: 100 });
    expect(cache.find(used, 50)).toBe(used);
    expect(cache.size).toBeLessThanOrEqual(10);
  }
  expect(cache.find(numbered(1), 50)).toBeUndefined();
  expect(cache.find(used, 100)).toBeUndefined();
  // Found by what is signed, not by which object it is: a policy may make its sets anew.
  expect(cache.find(numbered(0), 50)).toBe(used);
});
