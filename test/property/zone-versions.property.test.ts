import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../../src/core/bytes.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { Random } from '../../src/core/random.ts';
import { encodeMessage } from '../../src/codec/dns/message.ts';
import { toName } from '../../src/codec/dns/name.ts';
import { EMPTY_MESSAGE } from '../../src/codec/dns/question.ts';
import { type ResourceRecord, formatRecord } from '../../src/codec/dns/record.ts';
import { Class, Type, typeNumber, typeName } from '../../src/codec/dns/registry.ts';
import { parseRdataText } from '../../src/codec/dns/zone-text.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { applyUpdate } from '../../src/engine/dns/update.ts';
import { signZone } from '../../src/engine/dnssec/whole.ts';
import { DnsService } from '../../src/service/dns.ts';
import { type ZoneBuildOptions, ZoneBuilder, loadZone } from '../../src/store/zone-builder.ts';
import { type ZoneChange, changeZone, diffZones, zoneRecords } from '../../src/store/zone-change.ts';
import { ZoneDraft } from '../../src/store/zone-draft.ts';
import { ZoneSet } from '../../src/store/zone-set.ts';
import type { Zone, ZoneNode } from '../../src/store/zone.ts';
import { query } from '../support/dns-client.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';
import { byRespond } from '../support/respond.ts';
import { START, schedule, signedZone, testKey, testSigner } from '../support/signed-zone.ts';

const APEX = 'lab.example.';
const BUILD: ZoneBuildOptions = { file: 'journal', sha1: portableCrypto.sha1 };
const PLACE = { file: 'z', line: 1, column: 1 };
const START_TEXT = `$ORIGIN ${APEX}
$TTL 60
@ SOA ns root 1 2 3 4 5
@ NS ns
ns A 10.0.0.53
a.b TXT "here"
*.b A 10.0.0.9
cut NS ns.cut
ns.cut A 10.0.0.54
old DNAME b
`;

/** What an online signer puts at the apex. */
const MADE: ReadonlySet<number> = new Set([Type.DNSKEY, Type.CDS, Type.CDNSKEY]);

const LABELS = ['a', 'b', 'ns', 'cut', 'old', '*', 'B'];
const OWNERS = [
  '',
  ...LABELS.map((label) => `${label}.`),
  ...LABELS.flatMap((label) => ['a', 'b', 'ns', 'cut'].map((below) => `${label}.${below}.`)),
  'a.b.cut.',
  'x.y.b.',
  '*.a.b.',
];
const DATA = [
  'A 10.0.0.1',
  'A 10.0.0.2',
  'AAAA fd00::1',
  'TXT "text"',
  'MX 10 b.lab.example.',
  'NS ns.lab.example.',
  'NS ns.cut.lab.example.',
  'NS q.b.lab.example.',
  'CNAME a.lab.example.',
  'DNAME b.lab.example.',
];

interface Operation {
  readonly kind: 'add' | 'remove' | 'clear' | 'forget';
  readonly owner: string;
  readonly data: string;
  readonly ttl: number;
}

const operation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constantFrom('add', 'add', 'add', 'remove', 'clear', 'forget'),
  owner: fc.constantFrom(...OWNERS),
  data: fc.constantFrom(...DATA),
  ttl: fc.constantFrom(60, 60, 60, 90),
});

/** In small letters: which letters a name without records of its own is in, and so who signs it how, is the order of the file. */
const plainOperation = operation.map((one) => ({ ...one, owner: one.owner.toLowerCase() }));

/** RFC 2136 §2.5. */
function updateRecord({ kind, owner, data, ttl }: Operation): ResourceRecord {
  const [word = '', ...rest] = data.split(' ');
  const type = typeNumber(word) ?? Type.A;
  const name = toName(`${owner}${APEX}`);
  const nothing = new Uint8Array(0);
  const rdata = parseRdataText(type, rest.join(' '));
  if (kind === 'add') return { owner: name, type, class: Class.IN, ttl, rdata };
  if (kind === 'remove') return { owner: name, type, class: Class.NONE, ttl: 0, rdata };
  return { owner: name, type: kind === 'clear' ? type : Type.ANY, class: Class.ANY, ttl: 0, rdata: nothing };
}

/** What an update changes; undefined: nothing. */
function changeBy(zone: Zone, operations: readonly Operation[]): ZoneChange | undefined {
  const draft = new ZoneDraft(zone);
  const message = { ...EMPTY_MESSAGE, opcode: 5, authorities: operations.map(updateRecord) };
  expect(applyUpdate(message, draft)).toBeUndefined();
  return draft.change();
}

/** The records of a zone as a list that is changed as a file would be. */
class Records {
  readonly list: readonly ResourceRecord[];

  constructor(list: readonly ResourceRecord[]) {
    this.list = list;
  }

  changed({ removed, added }: ZoneChange): Records {
    const gone = new Set(removed.map(keyOf));
    return new Records([...this.list.filter((record) => !gone.has(keyOf(record))), ...added]);
  }

  /** As of a file; a signer makes its own sets anew. */
  load(signer?: ZoneBuildOptions['signer']): Zone {
    const builder = new ZoneBuilder({ ...BUILD, apex: toName(APEX), signer });
    for (const record of this.list)
      if (signer === undefined || !MADE.has(record.type)) builder.add(record, PLACE);
    return builder.build();
  }
}

const keyOf = (record: ResourceRecord): string =>
  `${record.owner.key} ${formatRecord(record).split(' ').slice(1).join(' ')}`;

/** A name with what is at it and what hides it. */
function shown({ name, rrsets, veil, veilBelow, children, wildcard, isCut }: ZoneNode): string {
  const sets = rrsets.map(
    ({ type, ttl, rdatas }) => `${typeName(type)} ${ttl} ${rdatas.map((rdata) => toHex(rdata)).join(',')}`,
  );
  return [
    name.key,
    sets.join(';'),
    veil && `${veil.kind} ${veil.name.key}`,
    veilBelow && `${veilBelow.kind} ${veilBelow.name.key}`,
    `${children} ${String(isCut)}`,
    wildcard?.rrsets.map(({ type }) => typeName(type)).join(),
  ].join(' | ');
}

const structure = (zone: Zone): string[] => Array.from(zone.nodes(), shown).sort();

const QUESTIONS = OWNERS.flatMap((owner) => [owner, `none.${owner}`]).flatMap((owner) =>
  ['A', 'NS', 'TXT', 'ANY'].map((type, turn) =>
    encodeMessage(
      query(`${owner}${APEX}`, type, {
        edns: { payloadOctets: 4096, version: 0, flags: turn % 2 === 0 ? 0x8000 : 0, options: [] },
      }),
    ),
  ),
);

function answers(zone: Zone): string[] {
  const service = new DnsService({ zones: new ZoneSet([zone]), random: new Random(1) });
  return QUESTIONS.map((octets) => toHex(byRespond(service, octets, 0)?.sent ?? new Uint8Array(0)));
}

function tryTo(work: () => Zone): Zone | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConfigError) return 'ill-formed';
    throw error;
  }
}

function expectEqual(changed: Zone, fresh: Zone): void {
  expect(structure(changed)).toEqual(structure(fresh));
  expect(changed.nodeCount).toBe(fresh.nodeCount);
  expect(Array.from(zoneRecords(changed), keyOf).sort()).toEqual(
    Array.from(zoneRecords(fresh), keyOf).sort(),
  );
}

test('whatever updates come, the zone is what a load of its records would give, and versions before stay', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 25 }),
      (updates) => {
        let zone = loadZone(START_TEXT, { file: 'z' });
        let records = new Records(Array.from(zoneRecords(zone)));
        const first = zone;
        const [before, recordsBefore] = [structure(first), Array.from(zoneRecords(first), keyOf)];
        for (const operations of updates) {
          const change = changeBy(zone, operations);
          if (change === undefined) continue;
          const next = records.changed(change);
          const fresh = tryTo(() => next.load());
          const last = zone;
          const changed = tryTo(() => changeZone(last, change, BUILD));
          if (typeof fresh === 'string' || typeof changed === 'string') {
            expect(changed).toBe(fresh);
            continue;
          }
          expectEqual(changed, fresh);
          [zone, records] = [changed, next];
        }
        expect(answers(zone)).toEqual(answers(records.load()));
        expect(structure(first)).toEqual(before);
        expect(Array.from(zoneRecords(first), keyOf)).toEqual(recordsBefore);
      },
    ),
    { numRuns: fuzzRuns(100) },
  );
}, 120_000);

test('a thousand updates, one after the other: each version is that of a fresh load, and the first one is as it was', () => {
  const hosts = Array.from({ length: 300 }, (_, index) => `host${index} A 10.1.${index >> 8}.${index & 255}`);
  let zone = loadZone(`${START_TEXT}${hosts.join('\n')}`, { file: 'z' });
  let records = new Records(Array.from(zoneRecords(zone)));
  const kept: { readonly zone: Zone; readonly was: readonly string[] }[] = [];
  const random = new Random(7);
  const some = <Item>(items: readonly Item[]): Item => items[random.below(items.length)]!;
  for (let turn = 0; turn < 1_000; turn++) {
    if (turn % 250 === 0) kept.push({ zone, was: structure(zone) });
    const owner = random.below(4) === 0 ? some(OWNERS) : `host${random.below(450)}.`;
    const kind = some(['add', 'add', 'add', 'clear', 'forget'] as const);
    const change = changeBy(zone, [{ kind, owner, data: some(DATA), ttl: 60 }]);
    if (change === undefined) continue;
    const next = records.changed(change);
    const last = zone;
    const changed = tryTo(() => changeZone(last, change, BUILD));
    const fresh = turn % 20 === 0 || typeof changed === 'string' ? tryTo(() => next.load()) : undefined;
    if (typeof changed === 'string') {
      expect(fresh).toBe(changed);
      continue;
    }
    if (fresh !== undefined && typeof fresh !== 'string') expectEqual(changed, fresh);
    else expect(fresh).toBeUndefined();
    [zone, records] = [changed, next];
  }
  expectEqual(zone, records.load());
  for (const { zone: one, was } of kept) expect(structure(one)).toEqual(was);
}, 120_000);

/** A zone signed whole by one key at one moment. */
function whole(zone: Zone, nsec3: { iterations: number; salt: Uint8Array } | undefined): Records {
  const options = { schedule: schedule([testKey(1)]), seconds: START, crypto: portableCrypto, nsec3 };
  return new Records(Array.from(signZone(zone, options)));
}

test.each([
  { name: 'NSEC', nsec3: undefined },
  { name: 'NSEC3', nsec3: { iterations: 1, salt: Uint8Array.of(0xab) } },
])(
  'a copy of a zone signed with $name follows changes: every answer and proof is that of the zone fetched whole',
  ({ nsec3 }) => {
    fc.assert(
      fc.property(fc.array(plainOperation, { minLength: 1, maxLength: 5 }), (operations) => {
        const plain = loadZone(START_TEXT, { file: 'z' });
        const change = changeBy(plain, operations);
        const later = change === undefined ? 'ill-formed' : tryTo(() => changeZone(plain, change, BUILD));
        if (typeof later === 'string') return;
        const records = whole(plain, nsec3);
        const before = records.load();
        const resigned = diffZones(before, whole(later, nsec3).load());
        const fresh = records.changed(resigned).load();
        const copy = changeZone(before, resigned, BUILD);
        expectEqual(copy, fresh);
        expect(answers(copy)).toEqual(answers(fresh));
      }),
      { numRuns: fuzzRuns(12) },
    );
  },
  120_000,
);

test.each(['compact', 'nsec'] as const)(
  'a zone signed when asked, with %s denial, answers after updates as one that was loaded so',
  (denial) => {
    fc.assert(
      fc.property(fc.array(plainOperation, { minLength: 1, maxLength: 5 }), (operations) => {
        const online = signedZone(START_TEXT, { denial });
        const change = changeBy(online, operations);
        const signer = testSigner({ denial });
        const changed = change && tryTo(() => changeZone(online, change, { ...BUILD, signer }));
        if (change === undefined || changed === undefined || typeof changed === 'string') return;
        const fresh = new Records(Array.from(zoneRecords(online))).changed(change).load(signer);
        expectEqual(changed, fresh);
        expect(answers(changed)).toEqual(answers(fresh));
      }),
      { numRuns: fuzzRuns(12) },
    );
  },
  120_000,
);
