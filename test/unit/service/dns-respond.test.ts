import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIpv4 } from '../../../src/core/address.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { Random } from '../../../src/core/random.ts';
import { encodeMessage } from '../../../src/codec/dns/message.ts';
import { formatName } from '../../../src/codec/dns/name.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';
import { DEFAULT_RATES } from '../../../src/engine/dns/response-rates.ts';
import { DnsService, type DnsServiceOptions } from '../../../src/service/dns.ts';
import { loadZone } from '../../../src/store/zone-builder.ts';
import type { Zone } from '../../../src/store/zone.ts';
import { ZoneSet } from '../../../src/store/zone-set.ts';
import { compiled } from '../../support/compiled.ts';
import { query } from '../../support/dns-client.ts';
import { EVERY_POLICY, POLICY_NAMES } from '../../support/policy-corpus.ts';
import { PolicyLab, subnetOctets } from '../../support/policy-lab.ts';
import { byHandle, byRespond, type Outcome } from '../../support/respond.ts';
import { signedZone } from '../../support/signed-zone.ts';
import '../../support/same-cases.ts';

const file = (name: string) =>
  readFileSync(new URL(`../../../fixtures/zones/${name}`, import.meta.url), 'utf8');
const TYPES = [
  'A',
  'AAAA',
  'NS',
  'SOA',
  'CNAME',
  'MX',
  'TXT',
  'SRV',
  'DS',
  'DNAME',
  'NSEC',
  'ANY',
  'TYPE4711',
];
const DO = 0x8000;

/** Each name of a zone, one that is not there below it, and one in other letters, with each type. */
function questionsOf(zone: Zone): (readonly [name: string, type: string])[] {
  const names = Array.from(zone.nodes(), ({ name }) => formatName(name)).flatMap((name) => [
    name,
    ...(name.length < 200 ? [`none.${name}`] : []),
    name.toUpperCase(),
  ]);
  return [...names, 'elsewhere.test.', '.'].flatMap((name) => TYPES.map((type) => [name, type] as const));
}

/** As a client asks: without EDNS, with it, with DO, for 512 octets. */
function asked(name: string, type: string, turn: number): Uint8Array {
  const edns = [
    undefined,
    { payloadOctets: 1232, version: 0, flags: 0, options: [] },
    { payloadOctets: 4096, version: 0, flags: DO, options: [] },
    { payloadOctets: 512, version: 0, flags: 0, options: [{ code: 3, octets: new Uint8Array(0) }] },
  ][turn % 4];
  return encodeMessage({ ...query(name, type, { edns, flags: 0x0100 }), id: turn & 0xffff });
}

const server =
  (zones: readonly Zone[], change: Partial<DnsServiceOptions> = {}) =>
  () =>
    new DnsService({ zones: new ZoneSet(zones), random: new Random(1), ...change });
const shown = (outcome: Outcome) => ({ ...outcome, sent: outcome.sent && toHex(outcome.sent) });

/** Asks one server by the short cut, `handle` where it does not take it, and its twin by `handle` alone. */
function compare(
  make: () => DnsService,
  questions: readonly Uint8Array[],
  { stepUs = 0, sources = [undefined] }: { stepUs?: number; sources?: readonly (number | undefined)[] } = {},
): number {
  const [quick, whole] = [make(), make()];
  let shortened = 0;
  for (const [index, octets] of questions.entries()) {
    const source = sources[index % sources.length];
    const at = index * stepUs;
    const short = byRespond(quick, octets, at, source);
    if (short !== undefined) shortened++;
    const found = shown(short ?? byHandle(quick, octets, at, source));
    const expected = shown(byHandle(whole, octets, at, source));
    // `toEqual` on each of 100,000 would take longer than all else.
    if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found).toEqual(expected);
  }
  return shortened;
}

const LAB = loadZone(file('lab.example.zone'), { file: 'lab.example.zone' });
const DIFFERENTIAL = loadZone(file('differential/diff.zone'), { file: 'diff.zone' });
const SIGNED = loadZone(file('rfc4035-signed.zone'), { file: 'rfc4035-signed.zone' });
const HASHED = loadZone(file('rfc5155-signed.zone'), { file: 'rfc5155-signed.zone' });
const COOKIES = {
  secrets: [new Uint8Array(16)],
  draw: () => new Uint8Array(16),
  sipHash24: portableCrypto.sipHash24,
  epoch: { us: 0 },
};

describe('the short cut answers as handle does, octet for octet, with the same reasons', () => {
  test.each([
    { name: 'one zone', zones: [LAB], make: server([LAB]) },
    { name: 'all zones', zones: [LAB, DIFFERENTIAL, SIGNED], make: server([LAB, DIFFERENTIAL, SIGNED]) },
    { name: 'NSEC3', zones: [HASHED], make: server([HASHED]) },
    { name: 'records in turn', zones: [LAB], make: server([LAB], { recordOrder: 'rotate' }) },
    { name: 'another limit', zones: [DIFFERENTIAL], make: server([DIFFERENTIAL], { udpOctetsMax: 512 }) },
    { name: 'NSID', zones: [LAB], make: server([LAB], { nsid: Uint8Array.of(1, 2) }) },
  ])('$name', ({ zones, make }) => {
    const questions = zones.flatMap(questionsOf).map(([name, type], turn) => asked(name, type, turn));
    expect(compare(make, questions)).toBe(questions.length);
  });

  test('signed as it is asked', () => {
    const text =
      '$ORIGIN lab.example.\n$TTL 300\n@ SOA ns h 1 2 3 4 60\n@ NS ns\nns A 10.0.0.1\n*.w A 10.0.0.2\n';
    const zone = signedZone(text);
    const questions = questionsOf(zone).map(([name, type], turn) => asked(name, type, (turn % 2) * 2));
    const make = () => new DnsService({ zones: new ZoneSet([signedZone(text)]), random: new Random(1) });
    expect(compare(make, questions.slice(0, 60))).toBe(60);
  });

  test('each policy, from each place, by source and by client subnet, healthy and not', () => {
    const places = ['10.1.0.7', '10.4.0.7', '10.9.0.7', '192.0.2.7'];
    const questions = POLICY_NAMES.flatMap((name) =>
      ['A', 'AAAA', 'CNAME', 'ANY'].flatMap((type) =>
        [undefined, '10.1.0.0/24', '10.4.0.0/16', '0.0.0.0/0', '2001:db8::/56'].flatMap((subnet, turn) => {
          const options = subnet === undefined ? [] : [{ code: 8, octets: subnetOctets(subnet) }];
          const edns = { payloadOctets: 1232, version: 0, flags: 0, options };
          return places.map(() =>
            encodeMessage({ ...query(`${name}.lab.example`, type, { edns }), id: turn }),
          );
        }),
      ),
    );
    for (const down of ['', 'a', 'ab', 'abcd']) {
      const make = () => {
        const lab = new PolicyLab(EVERY_POLICY);
        for (const check of down) lab.health.down.add(check);
        return lab.service;
      };
      const sources = places.map((place) => parseIpv4(place));
      expect(compare(make, questions, { sources })).toBe(questions.length);
    }
  });

  test('limited rates and wanted cookies change what is said, and both ways alike', () => {
    const cookie = { code: 10, octets: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    const questions = Array.from({ length: 200 }, (_, id) => {
      const edns = { payloadOctets: 1232, version: 0, flags: 0, options: id % 3 === 0 ? [cookie] : [] };
      return encodeMessage({
        ...query(id % 7 === 0 ? 'none.lab.example' : 'lab.example', 'SOA', { edns }),
        id,
      });
    });
    const rates = { ...DEFAULT_RATES, perSecond: 3, flowsMax: 64 };
    expect(compare(server([LAB], { rates, cookies: COOKIES }), questions, { stepUs: 9_000 })).toBe(200);
    expect(compare(server([LAB], { wantsCookie: true, cookies: COOKIES }), questions)).toBe(200);
  });

  test('any octets, whole messages with octets changed', () => {
    const good = questionsOf(LAB)
      .slice(0, 40)
      .map(([name, type], turn) => asked(name, type, turn));
    fc.assert(
      fc.property(
        fc.constantFrom(...good),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.nat(60),
        (octets, changes, cut) => {
          const mutant = octets.slice(0, Math.max(octets.length - cut, 0));
          for (const [at, value] of changes) if (mutant.length > 0) mutant[at % mutant.length] = value;
          compare(server([LAB]), [mutant]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ['an update', { opcode: 5 }],
    ['a notice', { opcode: 4 }],
    ['a response', { flags: 0x8000 }],
    ['a transfer', { questions: query('lab.example', 'AXFR').questions }],
    ['another port’s', {}],
  ])('%s is left to handle', (name, change) => {
    const service = new DnsService({
      zones: new ZoneSet([LAB]),
      random: new Random(1),
      ...(name === 'another port’s' ? { port: 5353 } : {}),
    });
    expect(
      byRespond(service, encodeMessage({ ...query('lab.example', 'SOA'), ...change }), 0),
    ).toBeUndefined();
  });
});

test('it allocates nothing: no collection in 200,000 answers of each kind, where a few octets each would make some', () => {
  const program = compiled('test/support/respond-garbage.ts');
  // On a busy machine the compiler's own thread may come late, and what is not compiled yet does allocate.
  const compiler = '--no-concurrent-recompilation';
  const flags = ['--expose-gc', '--trace-gc', '--max-semi-space-size=1', '--min-semi-space-size=1', compiler];
  const output = execFileSync(process.execPath, [...flags, program], { encoding: 'utf8' });
  const kinds = output
    .split('== ')
    .slice(1)
    .filter((kind) => !kind.startsWith('between'));
  const collections = kinds.map((kind) => [kind.split('\n')[0], kind.match(/Scavenge|Mark-/g)?.length ?? 0]);
  expect(collections.length).toBeGreaterThan(15);
  expect(collections.at(-1)).toEqual(['end', 0]);
  // The control: it does allocate, and is seen.
  expect(Number(collections.find(([name]) => name === 'handle')?.[1])).toBeGreaterThan(1);
  expect(collections.filter(([name, count]) => name !== 'handle' && count !== 0)).toEqual([]);
});
