import { describe, expect, test } from 'vitest';
import { toName } from '../../../../src/codec/dns/name.ts';
import { type ResourceRecord, formatRecord } from '../../../../src/codec/dns/record.ts';
import { Class, Type, rcodeName } from '../../../../src/codec/dns/registry.ts';
import { updateRecords } from '../../../../src/codec/dns/update-text.ts';
import { applyUpdate } from '../../../../src/engine/dns/update.ts';
import { loadZone } from '../../../../src/store/zone-builder.ts';
import { changeZone } from '../../../../src/store/zone-change.ts';
import { ZoneDraft } from '../../../../src/store/zone-draft.ts';
import { query } from '../../../support/dns-client.ts';

const ZONE = loadZone(
  `$ORIGIN lab.example.
$TTL 60
@ SOA ns root 7 2 3 4 5
@ NS ns
@ NS ns2
ns A 10.0.0.1
ns2 A 10.0.0.2
www A 10.0.0.3
www A 10.0.0.4
alias CNAME www
below.ent A 10.0.0.5`,
  { file: 'zone' },
);
const APEX = toName('lab.example');

const pattern = (owner: string, type: number, dnsClass: number): ResourceRecord => ({
  owner: toName(owner),
  type,
  class: dnsClass,
  ttl: 0,
  rdata: new Uint8Array(0),
});
const add = (...lines: string[]) => updateRecords({ add: lines, remove: [] }, APEX);
const remove = (...lines: string[]) => updateRecords({ add: [], remove: lines }, APEX);

function update(authorities: readonly ResourceRecord[], answers: readonly ResourceRecord[] = []) {
  const draft = new ZoneDraft(ZONE);
  const refusal = applyUpdate(query('lab.example', 'SOA', { answers, authorities }), draft);
  if (refusal !== undefined) return rcodeName(refusal.rcode);
  const change = draft.change();
  return (
    change && { removed: change.removed.map(formatRecord), added: change.added.map(formatRecord), change }
  );
}

const wanted = (...lines: string[]) => add(...lines).map((record) => ({ ...record, ttl: 0 }));

describe('prerequisites: RFC 2136 §3.2.5', () => {
  test.each([
    {
      name: 'the name is in use',
      records: [pattern('www.lab.example', Type.ANY, Class.ANY)],
      rcode: undefined,
    },
    {
      name: 'the name is in use, and is not',
      records: [pattern('no.lab.example', Type.ANY, Class.ANY)],
      rcode: 'NXDOMAIN',
    },
    {
      name: 'an empty non-terminal is not in use',
      records: [pattern('ent.lab.example', Type.ANY, Class.ANY)],
      rcode: 'NXDOMAIN',
    },
    { name: 'the set exists', records: [pattern('www.lab.example', Type.A, Class.ANY)], rcode: undefined },
    {
      name: 'the set has these records, in another case',
      records: wanted('@ NS NS', '@ NS Ns2'),
      rcode: undefined,
    },
    {
      name: 'the set exists, and does not',
      records: [pattern('www.lab.example', Type.MX, Class.ANY)],
      rcode: 'NXRRSET',
    },
    {
      name: 'the name is not in use',
      records: [pattern('no.lab.example', Type.ANY, Class.NONE)],
      rcode: undefined,
    },
    {
      name: 'the name is not in use, and is',
      records: [pattern('www.lab.example', Type.ANY, Class.NONE)],
      rcode: 'YXDOMAIN',
    },
    {
      name: 'the set does not exist, and does',
      records: [pattern('www.lab.example', Type.A, Class.NONE)],
      rcode: 'YXRRSET',
    },
    {
      name: 'the set is just so, in any order',
      records: wanted('www A 10.0.0.4', 'www A 10.0.0.3'),
      rcode: undefined,
    },
    { name: 'the set is just so, and has one more', records: wanted('www A 10.0.0.3'), rcode: 'NXRRSET' },
    { name: 'of another zone', records: [pattern('www.other.example', Type.A, Class.ANY)], rcode: 'NOTZONE' },
    { name: 'with a TTL', records: add('www 60 A 10.0.0.3'), rcode: 'FORMERR' },
    { name: 'of another class', records: [pattern('www.lab.example', Type.A, Class.CH)], rcode: 'FORMERR' },
  ])('$name', ({ records, rcode }) => {
    expect(update([], records)).toBe(rcode);
  });
});

describe('changes: RFC 2136 §3.4.2.7', () => {
  const SOA = 'lab.example. 60 IN SOA ns.lab.example. root.lab.example.';
  test.each([
    {
      name: 'a record that is new',
      records: add('new 30 A 10.0.0.9'),
      removed: [],
      added: ['new.lab.example. 30 IN A 10.0.0.9'],
    },
    {
      name: 'one of a set goes',
      records: remove('www A 10.0.0.3'),
      removed: ['www.lab.example. 60 IN A 10.0.0.3'],
      added: [],
    },
    {
      name: 'a whole set goes',
      records: [pattern('www.lab.example', Type.A, Class.ANY)],
      removed: ['www.lab.example. 60 IN A 10.0.0.3', 'www.lab.example. 60 IN A 10.0.0.4'],
      added: [],
    },
    {
      name: 'a CNAME takes the place of a CNAME',
      records: add('alias 60 CNAME ns'),
      removed: ['alias.lab.example. 60 IN CNAME www.lab.example.'],
      added: ['alias.lab.example. 60 IN CNAME ns.lab.example.'],
    },
    {
      name: 'another TTL is that of all the set',
      records: add('ns2 30 A 10.0.0.2'),
      removed: ['ns2.lab.example. 60 IN A 10.0.0.2'],
      added: ['ns2.lab.example. 30 IN A 10.0.0.2'],
    },
    {
      name: 'what goes is told by the names in it, whatever their case: RFC 1035 §3.1',
      records: remove('@ NS NS2'),
      removed: ['lab.example. 60 IN NS ns2.lab.example.'],
      added: [],
    },
    {
      name: 'a record in another case takes the place of the one that is there: RFC 2136 §3.4.2.2',
      records: add('@ 60 NS NS2'),
      removed: ['lab.example. 60 IN NS ns2.lab.example.'],
      added: ['lab.example. 60 IN NS NS2.lab.example.'],
    },
  ])('$name, and the serial is the next', ({ records, removed, added }) => {
    const made = update(records);
    if (made === undefined || typeof made === 'string') throw new Error(String(made));
    expect(made.removed).toEqual([`${SOA} 7 2 3 4 5`, ...removed]);
    expect(made.added).toEqual([`${SOA} 8 2 3 4 5`, ...added]);
    expect(changeZone(ZONE, made.change, { file: 'update' }).serial).toBe(8);
  });

  test.each([
    { name: 'what is there already', records: add('www 60 A 10.0.0.3') },
    { name: 'what is not there goes', records: remove('www A 10.0.0.99') },
    { name: 'a CNAME beside other data', records: add('www CNAME ns') },
    { name: 'other data beside a CNAME', records: add('alias A 10.0.0.1') },
    { name: 'an SOA whose serial is not newer', records: add('@ SOA ns root 7 9 9 9 9') },
    { name: 'the SOA goes', records: [pattern('lab.example', Type.SOA, Class.ANY)] },
    { name: 'all NS of the zone go', records: [pattern('lab.example', Type.NS, Class.ANY)] },
  ])('$name: nothing changes', ({ records }) => {
    expect(update(records)).toBeUndefined();
  });

  test('the last NS of the zone stays', () => {
    const made = update(remove('@ NS ns', '@ NS ns2'));
    expect(typeof made === 'object' && made.removed.filter((line) => line.includes(' NS '))).toEqual([
      'lab.example. 60 IN NS ns.lab.example.',
    ]);
  });

  test.each([
    {
      name: 'of another zone',
      records: updateRecords({ add: ['www A 10.0.0.1'], remove: [] }, toName('other.example')),
      rcode: 'NOTZONE',
    },
    {
      name: 'of a query type',
      records: [{ ...pattern('www.lab.example', Type.AXFR, Class.IN), rdata: Uint8Array.of(1) }],
      rcode: 'FORMERR',
    },
    { name: 'added without data', records: [pattern('www.lab.example', Type.A, Class.IN)], rcode: 'FORMERR' },
  ])('a record $name: $rcode, and nothing of the update is done', ({ records, rcode }) => {
    expect(update([...add('new A 10.0.0.9'), ...records])).toBe(rcode);
  });
});
