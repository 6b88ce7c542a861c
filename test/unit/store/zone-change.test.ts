import { describe, expect, test } from 'vitest';
import { formatRecord } from '../../../src/codec/dns/record.ts';
import { Type } from '../../../src/codec/dns/registry.ts';
import { toName } from '../../../src/codec/dns/name.ts';
import { loadZone } from '../../../src/store/zone-builder.ts';
import { changeZone, diffZones, zoneRecords } from '../../../src/store/zone-change.ts';
import { ZoneSet } from '../../../src/store/zone-set.ts';

const BEFORE = loadZone(
  `$ORIGIN lab.example.
$TTL 60
@ SOA ns root 1 2 3 4 5
@ NS ns
ns A 10.0.0.1
gone A 10.0.0.2
kept A 10.0.0.3
slow A 10.0.0.4
many A 10.0.0.5
many A 10.0.0.6`,
  { file: 'before' },
);
const AFTER = loadZone(
  `$ORIGIN lab.example.
$TTL 60
@ SOA ns root 2 2 3 4 5
@ NS ns
ns A 10.0.0.1
KEPT A 10.0.0.3
slow 90 A 10.0.0.4
many A 10.0.0.6
new.deep TXT "came"`,
  { file: 'after' },
);

test('what went and what came between two versions: RFC 1995 §4', () => {
  const { removed, added, ...serials } = diffZones(BEFORE, AFTER);
  expect(serials).toEqual({ serialBefore: 1, serialAfter: 2 });
  expect(removed.map(formatRecord)).toEqual([
    'lab.example. 60 IN SOA ns.lab.example. root.lab.example. 1 2 3 4 5',
    'gone.lab.example. 60 IN A 10.0.0.2',
    'slow.lab.example. 60 IN A 10.0.0.4',
    'many.lab.example. 60 IN A 10.0.0.5',
  ]);
  expect(added.map(formatRecord)).toEqual([
    'lab.example. 60 IN SOA ns.lab.example. root.lab.example. 2 2 3 4 5',
    'slow.lab.example. 90 IN A 10.0.0.4',
    'new.deep.lab.example. 60 IN TXT "came"',
  ]);
});

const lines = (zone: typeof BEFORE) => Array.from(zoneRecords(zone), formatRecord).sort();

describe('a change applied', () => {
  test('gives the later version, and its reverse the earlier', () => {
    const forth = changeZone(BEFORE, diffZones(BEFORE, AFTER), { file: 'journal' });
    expect(lines(forth).map((line) => line.toLowerCase())).toEqual(
      lines(AFTER)
        .map((line) => line.toLowerCase())
        .sort(),
    );
    expect(forth.serial).toBe(2);
    expect(lines(changeZone(forth, diffZones(forth, BEFORE), { file: 'journal' }))).toEqual(lines(BEFORE));
  });

  test('takes the place of the version before, whole; another apex has no place', () => {
    const zones = new ZoneSet([BEFORE]);
    zones.replace(AFTER);
    expect(zones.zones).toEqual([AFTER]);
    expect(zones.zones[0]?.node(toName('new.deep.lab.example'))?.rrset(Type.TXT)).toBeDefined();
    const other = loadZone('other.example. 60 SOA . . 1 2 3 4 5', { file: 'other' });
    expect(() => zones.replace(other)).toThrow('no zone other.example. to replace');
  });
});

test('a change of other names leaves the policy of a name, and one that takes its records takes it too', () => {
  const routing = { choose: () => 'no-data' as const };
  const owner = toName('www.lab.example');
  const place = { file: 'lab.yaml', line: 1, column: 1 };
  const rdatas = [Uint8Array.of(10, 0, 0, 9)];
  const routed = () => [{ owner, type: Type.A, ttl: 60, rdatas, routing, place }];
  const zone = loadZone('@ 60 SOA . . 1 2 3 4 5\n@ 60 NS .\n', {
    file: 'z',
    origin: toName('lab.example'),
    routed,
  });
  const record = { owner: toName('new.lab.example'), type: Type.A, class: 1, ttl: 60, rdata: rdatas[0]! };
  const change = { serialBefore: 1, serialAfter: 1, removed: [], added: [record] };
  const after = changeZone(zone, change, { file: 'z' });
  expect(after.node(record.owner)?.rrset(Type.A)?.routing).toBeUndefined();
  expect(after.node(owner)?.rrset(Type.A)?.routing).toBe(routing);
  const without = { ...change, removed: [{ ...record, owner }], added: [] };
  expect(changeZone(after, without, { file: 'z' }).node(owner)).toBeUndefined();
});
