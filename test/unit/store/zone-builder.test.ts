import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/core/errors.ts';
import { formatName, toName } from '../../../src/codec/dns/name.ts';
import { NameHashes } from '../../../src/codec/dns/name-hash.ts';
import { Type, typeName } from '../../../src/codec/dns/registry.ts';
import { NameTable } from '../../../src/store/name-table.ts';
import { loadZone } from '../../../src/store/zone-builder.ts';
import { ZoneSet } from '../../../src/store/zone-set.ts';

const SOA = 'lab.example. 60 SOA . . 1 2 3 4 5\n';

describe('a zone that may not be loaded', () => {
  test.each([
    { name: 'no SOA', text: 'a.lab.example. 60 A 10.0.0.1', at: 'z:1:1', expected: /exactly one/ },
    { name: 'nothing at all', text: '', at: 'z:1:1', expected: /exactly one/ },
    {
      name: 'two SOA',
      text: `${SOA}lab.example. 60 SOA . . 2 2 3 4 5`,
      at: 'z:2:1',
      expected: /no second SOA/,
    },
    {
      name: 'a SOA below the apex',
      text: `${SOA}a.lab.example. 60 SOA . . 1 2 3 4 5`,
      at: 'z:2:1',
      expected: /no second SOA/,
    },
    {
      name: 'a SOA elsewhere than the apex given',
      text: 'other.example. 60 SOA . . 1 2 3 4 5',
      origin: 'lab.example',
      at: 'z:1:1',
      expected: /top of the zone, lab\.example\./,
    },
    {
      name: 'an owner out of the zone',
      text: `${SOA}a.example. 60 A 10.0.0.1`,
      at: 'z:2:1',
      expected: /at or below lab\.example/,
    },
    {
      name: 'an owner out of the zone before the SOA',
      text: `a.example. 60 A 10.0.0.1\n${SOA}`,
      at: 'z:1:1',
      expected: /at or below lab\.example/,
    },
    {
      name: 'the same record twice',
      text: `${SOA}a.lab.example. 60 A 10.0.0.1\nA.lab.example. 99 A 10.0.0.1`,
      at: 'z:3:1',
      expected: /not there already/,
    },
    {
      name: 'the same record twice, the name in it in another case',
      text: `${SOA}lab.example. 60 NS ns.a.example.\nlab.example. 60 NS NS.a.example.`,
      at: 'z:3:1',
      expected: /not there already/,
    },
    {
      name: 'an address beside a CNAME',
      text: `${SOA}a.lab.example. 60 CNAME b\n  60 A 10.0.0.1`,
      at: 'z:3:3',
      expected: /beside a CNAME, and CNAME/,
    },
    {
      name: 'a CNAME beside an address',
      text: `${SOA}a.lab.example. 60 A 10.0.0.1\n  60 CNAME b`,
      at: 'z:3:3',
      expected: /beside a CNAME, and A/,
    },
    {
      name: 'a CNAME at the apex',
      text: `${SOA}lab.example. 60 CNAME b`,
      at: 'z:2:1',
      expected: /beside a CNAME, and SOA/,
    },
    {
      name: 'two CNAMEs',
      text: `${SOA}a.lab.example. 60 CNAME b\n  60 CNAME c`,
      at: 'z:3:3',
      expected: /one CNAME/,
    },
    {
      name: 'two DNAMEs',
      text: `${SOA}a.lab.example. 60 DNAME b\n  60 DNAME c`,
      at: 'z:3:3',
      expected: /one DNAME/,
    },
  ])('$name', ({ text, origin, at, expected }) => {
    let thrown: unknown;
    try {
      loadZone(text, { file: 'z', origin: origin === undefined ? undefined : toName(origin) });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    expect(thrown).toMatchObject({ path: at, expected: expect.stringMatching(expected) });
  });
});

test.each([
  { name: 'below another cut, whose servers are asked', lines: ['b NS ns.elsewhere.example.', 'a NS ns.b'] },
  { name: 'below a DNAME, where it is another name', lines: ['d DNAME other.example.', 'a NS ns.d'] },
  { name: 'by a wildcard', lines: ['*.w A 10.0.0.1', 'a NS ns.w'] },
  { name: 'in another zone', lines: ['a NS ns.elsewhere.example.'] },
])('a name server needs no address here that is found $name', ({ lines }) => {
  const text = `$ORIGIN lab.example.\n$TTL 60\n${SOA}${lines.join('\n')}`;
  expect(loadZone(text, { file: 'z' }).node(toName('a.lab.example'))?.isCut).toBe(true);
});

test('a set that no message could carry is refused, and does not take long', () => {
  const text = `${SOA}$GENERATE 0-99999 lab.example. 60 AAAA fd00::\${0,1,x}\n`;
  expect(() => loadZone(text, { file: 'z' })).toThrow(
    'z:2:1: lab.example. 60 IN AAAA fd00::1555: expected at most 5461',
  );
});

describe('a zone', () => {
  const zone = loadZone(
    `a.b.lab.example. 60 A 10.0.0.1\n${SOA}a.b.lab.example. 30 A 10.0.0.2\ncut.lab.example. 60 NS x.\nns.in.cut.lab.example. 60 A 10.0.0.3\ncut.lab.example. 60 DNAME y.\nd.lab.example. 60 DNAME y.\nx.d.lab.example. 60 NS z.\n*.w.lab.example. 60 A 10.0.0.4`,
    { file: 'z', mode: 'lenient' },
  );
  const node = (text: string) => zone.node(toName(text));

  test('unequal TTLs are made equal, to the least: RFC 2181 §5.2', () => {
    expect(node('A.b.LAB.example')?.rrset(Type.A)).toMatchObject({
      ttl: 30,
      rdatas: [expect.anything(), expect.anything()],
    });
  });

  test('names between an owner and the apex exist', () => {
    expect(node('b.lab.example')?.rrsets).toEqual([]);
    expect(node('in.cut.lab.example')?.rrsets).toEqual([]);
    expect(node('c.lab.example')).toBeUndefined();
    expect(node('example')).toBeUndefined();
  });

  test.each([
    { name: 'lab.example', veil: undefined, below: undefined },
    { name: 'cut.lab.example', veil: undefined, below: 'cut cut.lab.example.' },
    { name: 'ns.in.cut.lab.example', veil: 'cut cut.lab.example.', below: 'cut cut.lab.example.' },
    { name: 'd.lab.example', veil: undefined, below: 'dname d.lab.example.' },
    { name: 'x.d.lab.example', veil: 'dname d.lab.example.', below: 'dname d.lab.example.' },
  ])('what hides $name and what is below it', ({ name, veil, below }) => {
    const found = node(name);
    const text = (one: typeof found extends undefined ? never : NonNullable<typeof found>['veil']) =>
      one && `${one.kind} ${formatName(one.name)}`;
    expect(text(found?.veil)).toBe(veil);
    expect(text(found?.veilBelow)).toBe(below);
  });

  test.each([
    { name: 'a.b.lab.example', closest: 'a.b.lab.example.' },
    { name: 'x.y.b.lab.example', closest: 'b.lab.example.' },
    { name: 'x.LAB.example', closest: 'lab.example.' },
    { name: 'x.*.w.lab.example', closest: '*.w.lab.example.' },
  ])('the closest encloser of $name', ({ name, closest }) => {
    const hashes = new NameHashes();
    const { octets } = toName(name);
    hashes.read(octets, 0);
    expect(formatName(zone.closest(octets, hashes)!.name)).toBe(closest);
  });

  test('a wildcard hangs on the name above it', () => {
    expect(formatName(node('w.lab.example')!.wildcard!.name)).toBe('*.w.lab.example.');
    expect(node('lab.example')!.wildcard).toBeUndefined();
  });
});

describe('zones by name', () => {
  const apexes = ['example.', 'sub.example.', 'deep.sub.example.'];
  const set = new ZoneSet(apexes.map((apex) => loadZone(`${apex} 60 SOA . . 1 2 3 4 5`, { file: apex })));

  test.each([
    { name: 'www.example', type: Type.A, apex: 'example.' },
    { name: 'www.sub.example', type: Type.A, apex: 'sub.example.' },
    { name: 'SUB.example', type: Type.A, apex: 'sub.example.' },
    { name: 'sub.example', type: Type.DS, apex: 'example.' },
    { name: 'deep.sub.example', type: Type.DS, apex: 'sub.example.' },
    { name: 'x.sub.example', type: Type.DS, apex: 'sub.example.' },
    { name: 'example', type: Type.DS, apex: 'example.' },
    { name: 'org', type: Type.A, apex: undefined },
  ])('$name $type', ({ name, type, apex }) => {
    const hashes = new NameHashes();
    const { octets } = toName(name);
    hashes.read(octets, 0);
    const found = set.find(octets, hashes, type);
    expect(found && formatName(found.zone!.apex), typeName(type)).toBe(apex);
  });
});

test('a table of 10,000 names finds each, in any case, and no other', () => {
  const table = new NameTable<{ index: number }>();
  for (let index = 0; index < 10_000; index++) table.set(toName(`host${index}.lab.example`), { index });
  table.set(toName('HOST7.lab.example'), { index: -7 });
  expect(table.size).toBe(10_000);
  for (let index = 0; index < 10_000; index += 7)
    expect(table.getName(toName(`Host${index}.LAB.example`))?.index).toBe(index === 7 ? -7 : index);
  expect(table.getName(toName('host10000.lab.example'))).toBeUndefined();
});
