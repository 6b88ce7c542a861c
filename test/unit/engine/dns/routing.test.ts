import { expect, test } from 'vitest';
import { parseIp } from '../../../../src/core/address.ts';
import { Name, toName } from '../../../../src/codec/dns/name.ts';
import { formatRdata } from '../../../../src/codec/dns/rdata/shape.ts';
import { parseRdataText } from '../../../../src/codec/dns/zone-text.ts';
import { Type, rcodeName, typeName, typeNumber } from '../../../../src/codec/dns/registry.ts';
import { toInstant } from '../../../../src/core/time.ts';
import { Answer } from '../../../../src/engine/dns/answer.ts';
import { Authority } from '../../../../src/engine/dns/authority.ts';
import { NameTable } from '../../../../src/store/name-table.ts';
import { VersionedTable } from '../../../../src/store/versioned-table.ts';
import type { Asker, Routing } from '../../../../src/store/routing.ts';
import { RRset, Zone, ZoneNode } from '../../../../src/store/zone.ts';
import { zoneRecords } from '../../../../src/store/zone-change.ts';
import { ZoneSet } from '../../../../src/store/zone-set.ts';

const APEX = toName('lab.example');

/** The set's records one by one: the first for 10.0.0.1, none or a failure for two others, the last for the rest. */
function byNetwork(all: RRset, prefixLength: number): Routing {
  return {
    choose: (_zone, { source }, scope) => {
      scope.prefixLength = Math.max(scope.prefixLength, prefixLength);
      if (source === parseIp('192.0.2.1')) return 'no-data';
      if (source === parseIp('192.0.2.2')) return 'servfail';
      const chosen = all.rdatas[source === parseIp('10.0.0.1') ? 0 : all.rdatas.length - 1]!;
      return new RRset(all.owner, all.type, all.ttl, [chosen]);
    },
  };
}

function routed(name: string, type: number, ...texts: string[]): RRset {
  const rdatas = texts.map((text) => parseRdataText(type, text));
  const all = new RRset(toName(name), type, 60, rdatas);
  const routing = byNetwork(all, name.startsWith('plain') ? 0 : 8);
  return new RRset(all.owner, type, 60, rdatas, { routing });
}

function zoneOf(...sets: RRset[]): Zone {
  const soa = new RRset(APEX, Type.SOA, 60, [parseRdataText(Type.SOA, '. . 1 2 3 4 5')]);
  const nodes = new NameTable<ZoneNode>();
  const top = new ZoneNode(APEX, undefined, [soa]);
  nodes.set(APEX, top);
  for (const set of sets) {
    const node = new ZoneNode(set.owner, top, [set]);
    nodes.set(set.owner, node);
    if (set.owner.isWildcard) top.wildcard = node;
  }
  return new Zone({
    soa,
    nodes: new VersionedTable(nodes),
    hashed: new VersionedTable(new NameTable<readonly RRset[]>()),
    security: undefined,
  });
}

const ZONE = zoneOf(
  routed('www.lab.example', Type.A, '10.0.0.81', '10.0.0.82'),
  routed('*.lab.example', Type.A, '10.0.0.83', '10.0.0.84'),
  routed('group.lab.example', Type.CNAME, 'www.lab.example.', 'away.example.'),
  routed('plain.lab.example', Type.CNAME, 'www.lab.example.', 'away.example.'),
);

test.each([
  {
    name: 'a policy chooses for one network',
    ask: 'www A',
    from: '10.0.0.1',
    answer: ['www.lab.example. A 10.0.0.81'],
  },
  { name: 'and for another', ask: 'www A', from: '10.0.0.2', answer: ['www.lab.example. A 10.0.0.82'] },
  { name: 'no choice is NODATA, since the name exists', ask: 'www A', from: '192.0.2.1', answer: [] },
  {
    name: 'another type is NODATA without asking the policy',
    ask: 'www AAAA',
    from: '10.0.0.1',
    answer: [],
    scope: 0,
  },
  {
    name: 'what a wildcard has is given under the name asked for',
    ask: 'x A',
    from: '10.0.0.1',
    answer: ['x.lab.example. A 10.0.0.83'],
  },
  {
    name: 'a CNAME that a policy chose for everybody is followed',
    ask: 'plain A',
    from: '10.0.0.1',
    answer: ['plain.lab.example. CNAME www.lab.example.', 'www.lab.example. A 10.0.0.81'],
  },
  {
    name: 'one that it chose for a network goes alone',
    ask: 'group A',
    from: '10.0.0.1',
    answer: ['group.lab.example. CNAME www.lab.example.'],
  },
  {
    name: 'ANY has the alias that the policy chose',
    ask: 'plain ANY',
    from: '10.0.0.1',
    answer: ['plain.lab.example. CNAME www.lab.example.'],
    scope: 0,
  },
  {
    name: 'an alias may lead out of the zone',
    ask: 'group A',
    from: '10.0.0.2',
    answer: ['group.lab.example. CNAME away.example.'],
  },
  { name: 'no choice among CNAMEs is NODATA', ask: 'group A', from: '192.0.2.1', answer: [] },
])('$name: $ask from $from', ({ ask, from, answer, scope = 8 }) => {
  const [label = '', type = ''] = ask.split(' ');
  const asker: Asker = { source: parseIp(from)!, subnet: undefined, dnssecOk: true, now: toInstant(0) };
  const out = new Answer();
  const qtype = typeNumber(type)!;
  const qname = toName(`${label}.lab.example`).octets;
  new Authority(new ZoneSet([ZONE])).answer(qname, qtype, asker, out, { explains: false, because: () => {} });
  const seen = Array.from({ length: out.answers.length }, (_, index) => {
    const rrset = out.answers.rrset(index)!;
    const rdatas = rrset.rdatas.map((rdata) => formatRdata(rrset.shape, rdata));
    const owner = out.answers.owner(index)!;
    return `${new Name(owner).toString()} ${typeName(rrset.type)} ${rdatas.join(' ')}`;
  });
  expect(seen).toEqual(answer);
  expect(rcodeName(out.rcode)).toBe('NOERROR');
  expect(out.authorities.length).toBe(answer.length === 0 ? 1 : 0);
  expect(out.scope.prefixLength).toBe(scope);
});

test.each(['www.lab.example', 'plain.lab.example'])('a policy that fails is SERVFAIL, alone: %s', (name) => {
  const asker: Asker = {
    source: parseIp('192.0.2.2')!,
    subnet: undefined,
    dnssecOk: true,
    now: toInstant(0),
  };
  const out = new Answer();
  const reasons = { explains: false, because: () => {} };
  new Authority(new ZoneSet([ZONE])).answer(toName(name).octets, Type.A, asker, out, reasons);
  expect(rcodeName(out.rcode)).toBe('SERVFAIL');
  expect([out.isAuthoritative, out.answers.length, out.authorities.length]).toEqual([false, 0, 0]);
});

test('a transfer carries all records of a policy', () => {
  const records = Array.from(zoneRecords(ZONE)).filter(({ owner }) =>
    owner.equals(toName('www.lab.example')),
  );
  expect(records.length).toBe(2);
});
