import { describe, expect, test } from 'vitest';
import { parseDate } from '../../../src/codec/dns/date.ts';
import { lintZone } from '../../../src/analysis/zone-lint.ts';
import { loadZone } from '../../../src/store/zone-builder.ts';

const HEAD = `$ORIGIN lab.example.
$TTL 60
@ SOA ns root 1 2 3 4 5
@ NS ns
@ NS ns.elsewhere.example.
ns A 10.0.0.1
`;

/** Rule and what was found, of the remarks on a zone with these lines. */
function remarks(lines: string, now = 0): string[] {
  const zone = loadZone(HEAD + lines, { file: 'z' });
  return Array.from(lintZone(zone, now), ({ rule, found }) => `${rule.id.slice(-3)} ${found}`);
}

test.each([
  { name: 'nothing to say', lines: 'www A 10.0.0.2\nmail CNAME www\n@ MX 10 ns', says: [] },
  {
    name: 'MX to an alias: RFC 2181 §10.3',
    lines: 'a CNAME ns\n@ MX 10 a',
    says: ['020 lab.example. MX a.lab.example.'],
  },
  { name: 'NS to an alias', lines: 'a CNAME ns\n@ NS a', says: ['020 lab.example. NS a.lab.example.'] },
  { name: 'MX to nothing', lines: '@ MX 10 gone', says: ['021 lab.example. MX gone.lab.example.'] },
  {
    name: 'SRV to a name without address',
    lines: 't TXT "x"\n_s._udp SRV 0 0 69 t',
    says: ['021 _s._udp.lab.example. SRV t.lab.example.'],
  },
  { name: 'MX to a name that a wildcard has', lines: '*.w A 10.0.0.3\n@ MX 10 x.w', says: [] },
  { name: 'no mail here: RFC 7505', lines: '@ MX 0 .', says: [] },
  { name: 'MX into a child zone', lines: 'sub NS ns\nsub NS ns.elsewhere.example.\n@ MX 10 m.sub', says: [] },
  {
    name: 'an alias to nothing',
    lines: 'a CNAME gone',
    says: ['023 a.lab.example. CNAME gone.lab.example.'],
  },
  { name: 'an alias to an empty non-terminal', lines: 'a CNAME b\nx.b A 10.0.0.2', says: [] },
  {
    name: 'a circle of aliases',
    lines: 'a CNAME b\nb CNAME a',
    says: ['022 a.lab.example. CNAME b.lab.example.', '022 b.lab.example. CNAME a.lab.example.'],
  },
  {
    name: 'an alias that leads into a circle',
    lines: 'a CNAME b\nb CNAME b',
    says: expect.arrayContaining(['022 a.lab.example. CNAME b.lab.example.']),
  },
  { name: 'a delegation with one server', lines: 'sub NS ns', says: ['024 sub.lab.example.'] },
  {
    name: 'two SPF records',
    lines: '@ TXT "v=spf1 -all"\n@ TXT "v=spf1 mx ~all"',
    says: ['025 lab.example.: 2 records'],
  },
])('$name', ({ lines, says }) => {
  expect(remarks(lines)).toEqual(says);
});

describe('SPF: RFC 7208', () => {
  test.each([
    {
      record: 'v=spf1 a mx ip4:192.0.2.0/24 ip6:2001:db8::/32 include:x.example ?exists:%{i}.x.example -all',
      says: [],
    },
    { record: 'v=spf1 redirect=x.example exp=y.example unknown=z', says: [] },
    { record: 'v=spf1 ipv4:192.0.2.1 -all', says: ['027 lab.example.: "ipv4:192.0.2.1"'] },
    { record: 'v=spf1 ip4:192.0.2.300 -all', says: ['027 lab.example.: "ip4:192.0.2.300"'] },
    { record: 'v=spf1 ip4:2001:db8::1', says: ['027 lab.example.: "ip4:2001:db8::1"'] },
    { record: 'v=spf1 include: -all', says: ['027 lab.example.: "include:"'] },
    { record: `v=spf1 ${'a:x.example '.repeat(10)}-all`, says: [] },
    { record: `v=spf1 ${'a:x.example '.repeat(11)}-all`, says: ['026 lab.example.: 11 look-ups'] },
    { record: 'v=spf1x is something else', says: [] },
  ])('$record', ({ record, says }) => {
    expect(remarks(`@ TXT "${record}"`)).toEqual(says);
  });

  test('look-ups of included records of the zone count, and a circle of them ends', () => {
    expect(
      remarks(
        `@ TXT "v=spf1 include:more.lab.example -all"\nmore TXT "v=spf1 ${'mx:x.example '.repeat(10)}"`,
      ),
    ).toEqual(['026 lab.example.: 11 look-ups']);
    const [circle] = remarks('@ TXT "v=spf1 include:lab.example include:lab.example -all"');
    expect(circle).toMatch(/^026 lab.example.: \d+ look-ups$/);
  });

  test('strings of one record are joined: §3.3', () => {
    expect(remarks('@ TXT "v=spf1 ip4:192.0.2" ".1 -all"')).toEqual([]);
  });
});

test.each([
  { name: '_dmarc', record: 'v=DMARC1; p=reject; rua=mailto:a@lab.example; pct=50;', says: [] },
  {
    name: '_dmarc',
    record: 'v=DMARC1; rua=mailto:a@lab.example',
    says: ['028 _dmarc.lab.example.: p= is not none, quarantine or reject'],
  },
  {
    name: '_dmarc',
    record: 'v=DMARC1; p=none; pct=101',
    says: ['028 _dmarc.lab.example.: pct= is not 0 to 100'],
  },
  {
    name: '_dmarc',
    record: 'v=DMARC1; p=none; rua=a@lab.example',
    says: ['028 _dmarc.lab.example.: rua= is no list of URIs such as mailto:a@example.com'],
  },
  { name: '_dmarc', record: 'v=DMARC1; p', says: ['028 _dmarc.lab.example.: no list of tags'] },
  {
    name: 'k._domainkey',
    record: 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
    says: [],
  },
  { name: 'k._domainkey', record: 'p=', says: [] },
  {
    name: 'k._domainkey',
    record: 'v=DKIM1; p=11qYAYKx=',
    says: ['029 k._domainkey.lab.example.: p= is not base 64'],
  },
  {
    name: 'k._domainkey',
    record: 'k=rsa; v=DKIM1; p=AAAA',
    says: ['029 k._domainkey.lab.example.: v=DKIM1 does not come first'],
  },
  { name: 'k._domainkey', record: 'v=DKIM1', says: ['029 k._domainkey.lab.example.: there is no p='] },
])('$name $record', ({ name, record, says }) => {
  expect(remarks(`${name} TXT "${record}"`)).toEqual(says);
});

const KEY = '@ DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n';
const sig = (tag: number) => `@ RRSIG SOA 15 2 60 20261201000000 20261101000000 ${tag} lab.example. AQ==\n`;
const at = (text: string) => parseDate(text)!;

describe('signatures', () => {
  test.each([
    { name: 'more than a week left', now: '20261123235959', tag: 3613, says: [] },
    {
      name: 'a week left',
      now: '20261124000001',
      tag: 3613,
      says: ['030 lab.example. SOA: ends 20261201000000'],
    },
    { name: 'ended', now: '20270101000000', tag: 3613, says: ['030 lab.example. SOA: ends 20261201000000'] },
    {
      name: 'of a key that is not there',
      now: '20261110000000',
      tag: 1,
      says: ['032 lab.example. SOA: key 1'],
    },
  ])('$name', ({ now, tag, says }) => {
    expect(remarks(KEY + sig(tag), at(now))).toEqual(says);
  });
});
