import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkScenarioZones, checkZone, compareZones, exportZone, readZone } from '../../../src/api/zone.ts';
import { testZones } from '../../../src/api/zone-test.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headend-zone-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const HEAD =
  '$ORIGIN lab.example.\n$TTL 60\n@ SOA ns root 1 2 3 4 5\n@ NS ns\n@ NS ns.elsewhere.example.\nns A 10.0.0.1\n';

/** `line:column rule` of all findings. */
function seen(path: string): string[] {
  return checkZone(path, 0).findings.map(
    ({ place, rule, severity }) => `${place?.line ?? '-'}:${place?.column ?? '-'} ${severity} ${rule.id}`,
  );
}

describe('the nine defects of a zone, each an error that strict loading refuses', () => {
  test.each([
    { name: '1 the same record twice', lines: 'a A 10.0.0.2\nA A 10.0.0.2', says: ['8:1 error HE-ZONE-001'] },
    { name: '2 a second SOA', lines: '@ SOA ns root 2 2 3 4 5', says: ['7:1 error HE-ZONE-002'] },
    { name: '3 an owner out of the zone', lines: 'a.example. A 10.0.0.2', says: ['7:1 error HE-ZONE-003'] },
    { name: '4 data beside a CNAME', lines: 'a CNAME ns\na TXT "x"', says: ['8:1 error HE-ZONE-004'] },
    {
      name: '4 two CNAMEs',
      lines: 'a CNAME ns\na CNAME ns.elsewhere.example.',
      says: ['8:1 error HE-ZONE-004'],
    },
    {
      name: '5 two DNAMEs',
      lines: 'a DNAME b.example.\na DNAME c.example.',
      says: ['8:1 error HE-ZONE-005'],
    },
    {
      name: '6 DNAME and NS',
      lines: 'a NS ns\na NS ns.elsewhere.example.\na DNAME b.example.',
      says: ['7:1 error HE-ZONE-006'],
    },
    {
      name: '7 a record below a DNAME',
      lines: 'a DNAME b.example.\nx.a A 10.0.0.2',
      says: ['8:1 error HE-ZONE-007'],
    },
    {
      name: '8 an NS below a delegation',
      lines: 'a NS ns\na NS ns.elsewhere.example.\nx.a NS ns',
      says: ['9:1 error HE-ZONE-008'],
    },
    {
      name: '9 a name server without an address, in the zone',
      lines: '@ NS ns2',
      says: ['3:1 error HE-ZONE-009'],
    },
    {
      name: '9 a name server without an address, below its cut',
      lines: 'a NS ns.a\na NS ns',
      says: ['7:1 error HE-ZONE-009'],
    },
  ])('$name', ({ lines, says }) => {
    const path = file('bad.zone', HEAD + lines);
    expect(seen(path)).toEqual(says);
    expect(() => readZone(path)).toThrow(/bad\.zone:\d+:\d+: /);
  });

  test('2 no SOA', () => {
    const path = file('none.zone', '$TTL 60\na.example. A 10.0.0.1\n');
    expect(seen(path)).toEqual(['1:1 error HE-ZONE-002']);
    expect(() => readZone(path)).toThrow('no SOA record');
  });

  test.each([
    { name: 'sibling glue', lines: 'a NS ns.b\na NS ns\nb NS ns.b\nb NS ns\nns.b A 10.0.0.9' },
    {
      name: 'a server below another cut, whose zone knows',
      lines: 'a NS ns.b\na NS ns\nb NS ns\nb NS ns.elsewhere.example.',
    },
    { name: 'a server that a wildcard has', lines: '*.w A 10.0.0.3\na NS x.w\na NS ns' },
    { name: 'glue below a cut', lines: 'a NS ns.a\na NS ns\nns.a AAAA fd00::1' },
  ])('and no error: $name', ({ lines }) => {
    expect(seen(file('good.zone', HEAD + lines))).toEqual([]);
  });
});

describe('what cannot be read, and what is forgiven', () => {
  test('every mistake is shown, and the rest is judged', () => {
    const path = file('mixed.zone', `${HEAD}a A x\nb A 10.0.0.2\n$INCLUDE ../outside\nc CNAME gone\n`);
    expect(seen(path)).toEqual([
      '7:5 error HE-ZONE-014',
      '9:10 error HE-ZONE-014',
      '10:1 warning HE-ZONE-023',
    ]);
  });

  test('a zone without TTLs says so once', () => {
    const path = file('ttl.zone', HEAD.replace('$TTL 60\n', ''));
    expect(seen(path)).toEqual(['2:1 error HE-ZONE-013']);
  });

  test('a mistake in an included file has its own place', () => {
    file('part', 'x A y\n');
    const path = file('whole.zone', `${HEAD}$INCLUDE part\n`);
    expect(checkZone(path, 0).findings).toMatchObject([{ place: { file: 'part', line: 1, column: 5 } }]);
  });

  test('--origin names a zone that its file does not name', () => {
    const path = file('relative.zone', '$TTL 60\n@ SOA ns root 1 2 3 4 5\n@ NS ns\nns A 10.0.0.1\n');
    expect(readZone(path, { origin: 'lab.example' }).apex.toString()).toBe('lab.example.');
    expect(() => readZone(path, { origin: 'a..b' })).toThrow(
      '--origin: "a..b": it takes a label between two dots',
    );
  });
});

test('an export has every record once, in canonical order, and gives the same export again', () => {
  const text = `${HEAD}z A 10.0.0.9\n*.a A 10.0.0.8\na.a A 10.0.0.7\nA TXT "\\"q\\" \\200"\n@ MX 10 ns\n`;
  const out = exportZone(readZone(file('out.zone', text)));
  expect(out).toBe(`lab.example. 60 IN SOA ns.lab.example. root.lab.example. 1 2 3 4 5
lab.example. 60 IN NS ns.elsewhere.example.
lab.example. 60 IN NS ns.lab.example.
lab.example. 60 IN MX 10 ns.lab.example.
A.lab.example. 60 IN TXT "\\"q\\" \\200"
*.a.lab.example. 60 IN A 10.0.0.8
a.a.lab.example. 60 IN A 10.0.0.7
ns.lab.example. 60 IN A 10.0.0.1
z.lab.example. 60 IN A 10.0.0.9
`);
  expect(exportZone(readZone(file('again.zone', out)))).toBe(out);
});

test.each([
  { name: 'the same', serial: 1, more: '', stuck: false, added: 0 },
  { name: 'changed, the serial too', serial: 2, more: 'x A 10.0.0.2', stuck: false, added: 2 },
  { name: 'changed, the serial not', serial: 1, more: 'x A 10.0.0.2', stuck: true, added: 1 },
  {
    name: 'changed, the serial beyond half of the circle: RFC 1982',
    serial: 2_147_483_650,
    more: '',
    stuck: true,
    added: 1,
  },
])('two versions: $name', ({ serial, more, stuck, added }) => {
  const before = readZone(file('v1.zone', HEAD));
  const after = readZone(file('v2.zone', `${HEAD.replace('root 1', `root ${serial}`)}${more}`));
  expect(compareZones(before, after)).toMatchObject({ isSerialStuck: stuck, added: { length: added } });
});

test('versions of two zones are none', () => {
  const other = readZone(file('other.zone', HEAD.replace('lab', 'other')));
  expect(() => compareZones(readZone(file('v1.zone', HEAD)), other)).toThrow(
    'lab.example. and other.example. are two zones',
  );
});

const lines = (...list: object[]) => list.map((one) => `${JSON.stringify(one)}\n`).join('');

describe('questions with their answers', () => {
  const zone = `${HEAD}www A 10.0.0.80`;
  const right = {
    zone,
    qname: 'WWW.lab.example',
    qtype: 'A',
    rcode: 'NOERROR',
    aa: true,
    answer: ['www.lab.example. 60 IN A 10.0.0.80'],
    authority: ['not looked at'],
  };

  test('pass and fail, with what was found', () => {
    const wrong = { ...right, rcode: 'NXDOMAIN', answer: ['www.lab.example. 60 IN A 10.0.0.81'] };
    const path = file('q.jsonl', lines(right, wrong));
    expect(testZones(path, [])).toEqual({
      passed: 1,
      failures: [
        {
          line: 2,
          question: 'WWW.lab.example A',
          expected: {
            rcode: 'NXDOMAIN',
            answer: ['www.lab.example. 60 in a 10.0.0.81'],
          },
          found: { rcode: 'NOERROR', answer: ['www.lab.example. 60 in a 10.0.0.80'] },
        },
      ],
    });
  });

  test('a zone with mistakes is asked as it can be: what is wrong with it is for `zone check`', () => {
    const mistaken = `${zone}\n@ NS nowhere\nwww A 10.0.0.80`;
    expect(testZones(file('q.jsonl', lines({ ...right, zone: mistaken })), [])).toMatchObject({ passed: 1 });
    expect(() => readZone(file('mistaken.zone', mistaken))).toThrow('not there already');
  });

  test('gzip; zones beside the file; only what is named is compared', () => {
    const path = file(
      'q.jsonl.gz',
      gzipSync(lines({ qname: 'none.lab.example', qtype: 'A', rcode: 'NXDOMAIN' })),
    );
    expect(testZones(path, [readZone(file('v1.zone', HEAD))])).toEqual({ passed: 1, failures: [] });
  });

  test.each([
    { name: 'no JSON', text: 'x', says: /q\.jsonl:1: this is no question/ },
    { name: 'no qname', text: lines({ zone, qtype: 'A' }), says: /:1: this is no question/ },
    {
      name: 'a type that is none',
      text: lines(right, { ...right, qtype: 'FOO' }),
      says: /:2: the question is none/,
    },
    {
      name: 'a zone that is none',
      text: lines({ ...right, zone: 'x A y' }),
      says: /:1: zone:1:5: "y"|zone:1:1/,
    },
    { name: 'no zone at all', text: lines({ qname: 'a', qtype: 'A' }), says: /there is no zone to ask/ },
  ])('$name', ({ text, says }) => {
    expect(() => testZones(file('q.jsonl', text), [])).toThrow(says);
  });

  test('a file that only begins as gzip does', () => {
    expect(() => testZones(file('cut.gz', gzipSync(lines(right)).subarray(0, 30)), [])).toThrow(
      'cannot be unpacked',
    );
  });
});

describe('the mail records of the shipped scenario', () => {
  const path = fileURLToPath(new URL('../../../scenarios/files/zones/post.example.zone', import.meta.url));
  const text = readFileSync(path, 'utf8');

  test('nothing is wrong with them', () => {
    expect(checkZone(path, 0).findings).toEqual([]);
  });

  test.each([
    { name: 'ip4 has another name', from: 'ip4:203', to: 'ipv4:203', rule: 'HE-ZONE-027' },
    { name: 'a second SPF record', from: '_dmarc ', to: '@ TXT "v=spf1 -all"\n_dmarc ', rule: 'HE-ZONE-025' },
    { name: 'a policy that is none', from: 'p=reject', to: 'p=deny', rule: 'HE-ZONE-028' },
    { name: 'a key that was cut', from: '11qYAYKxCrfVS/7', to: '11qYAYKxCrfVS!', rule: 'HE-ZONE-029' },
    {
      name: 'a mail server without an address',
      from: 'mx2             A',
      to: 'other A',
      rule: 'HE-ZONE-021',
    },
  ])('one wrong letter: $name', ({ from, to, rule }) => {
    const wrong = file('post.example.zone', text.replace(from, to));
    expect(checkZone(wrong, 0).findings.map((finding) => finding.rule.id)).toContain(rule);
  });
});

const scenario = (zones: string): string =>
  file(
    'lab.yaml',
    `headend: 1
name: lab
net: { lan: { kind: segment } }
services: { dns: { on: lan, ip: 10.0.0.53, zones: { ${zones} } } }
`,
  );

describe('zones of a scenario', () => {
  test('records in the file: what could be better, without the place in a text that nobody wrote', () => {
    const path = scenario(`lab.example: { records: { mail: { type: MX, data: 10 gone.lab.example. } } }`);
    const [report] = checkScenarioZones(path, 0);
    expect(report?.file).toBe(`${path} services.dns.zones.lab.example`);
    expect(report?.findings.map(({ rule, place }) => [rule.id, place])).toContainEqual([
      'HE-ZONE-021',
      undefined,
    ]);
  });

  test('what a policy answers for is there, as often as it stands in the file', () => {
    const path = scenario(`lab.example: {
      records: { '@': { type: MX, data: 10 www.lab.example. }, far: { type: CNAME, data: choice.lab.example. } },
      routing: {
        www: { type: A, policy: weighted, targets: { a: { data: 10.0.0.1 }, b: { data: 10.0.0.1 } } },
        choice: { type: CNAME, policy: weighted, targets: { a: { data: a.example.com. }, b: { data: b.example.com. } } }
      } }`);
    const [report] = checkScenarioZones(path, 0);
    expect(report?.findings.map(({ rule }) => rule.id)).toEqual(['HE-ZONE-024']);
  });

  test('files that it names, with their places; copies are judged where they come from', () => {
    const zone = file('part.zone', `${HEAD}mail MX 10 gone\n`);
    const path = scenario(`lab.example: { file: part.zone }, copy.example: { primaries: [10.0.0.54] }`);
    const reports = checkScenarioZones(path, 0);
    expect(reports.map((report) => report.file)).toEqual([zone]);
    expect(reports[0]?.findings).toMatchObject([{ rule: { id: 'HE-ZONE-021' }, place: { file: zone } }]);
  });
});
